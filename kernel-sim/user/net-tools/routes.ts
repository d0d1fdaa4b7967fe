// SPDX-License-Identifier: GPL-2.0-or-later
/** The table of routes, as route and `netstat -r` show it. Linux: net-tools' lib/inet_gr.c. */
import { formatIpv4 } from '../../lib/ip-address.ts';
import { decodeUtf8 } from '../../lib/utf8.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import { RTF } from '../../uapi/rtnetlink.ts';
import type { Libc } from '../libc/libc.ts';
import { nameOf } from '../support/resolve.ts';

/** A row of /proc/net/route. */
export interface RouteRow {
  readonly device: string;
  readonly destination: number;
  readonly gateway: number;
  readonly mask: number;
  readonly flags: number;
  readonly references: number;
  readonly use: number;
  readonly metric: number;
  readonly mtu: number;
  readonly window: number;
  readonly irtt: number;
}

/** The file has addresses in the byte order of the machine: the last byte first. */
function hostOrder(hex: string): number {
  const value = Number.parseInt(hex, 16);
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, value, true);
  return view.getUint32(0);
}

export function parseRoutes(text: string): readonly RouteRow[] {
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const words = line.trim().split(/\s+/);
      if (words.length < 11) return [];
      const [device = '', destination = '', gateway = '', flags = '', ...rest] = words;
      const [references = 0, use = 0, metric = 0] = rest.slice(0, 3).map(Number);
      const [mtu = 0, window = 0, irtt = 0] = rest.slice(4).map(Number);
      return [
        {
          device,
          destination: hostOrder(destination),
          gateway: hostOrder(gateway),
          mask: hostOrder(rest[3] ?? '0'),
          flags: Number.parseInt(flags, 16),
          references,
          use,
          metric,
          mtu,
          window,
          irtt,
        },
      ];
    });
}

const LETTERS: readonly (readonly [bit: number, letter: string])[] = [
  [RTF.UP, 'U'],
  [RTF.GATEWAY, 'G'],
  [RTF.HOST, 'H'],
  [RTF.REINSTATE, 'R'],
  [RTF.DYNAMIC, 'D'],
  [RTF.MODIFIED, 'M'],
];

function flagLetters(flags: number): string {
  if (flags & RTF.REJECT) return '!';
  return LETTERS.filter(([bit]) => (flags & bit) !== 0)
    .map(([, letter]) => letter)
    .join('');
}

/** Which columns there are: route's, those of -e (netstat's), or all of them. */
export type RouteColumns = 'fib' | 'netstat' | 'all';

const HEADINGS: Readonly<Record<RouteColumns, string>> = {
  fib: 'Flags Metric Ref    Use Iface',
  netstat: 'Flags   MSS Window  irtt Iface',
  all: 'Flags Metric Ref    Use Iface    MSS   Window irtt',
};

export function routeHeading(columns: RouteColumns): string {
  return (
    'Kernel IP routing table\n' +
    `Destination     Gateway         Genmask         ${HEADINGS[columns]}\n`
  );
}

/** A row; the names are of its destination and its gateway. */
export function formatRow(
  row: RouteRow,
  columns: RouteColumns,
  destination: string,
  gateway: string,
): string {
  const isRejected = (row.flags & RTF.REJECT) !== 0;
  const orDash = (value: number): string => (isRejected ? '-' : String(value));
  const device = isRejected ? '-' : row.device;
  const cells = [destination, isRejected ? '-' : gateway, formatIpv4(row.mask)];
  let text = cells.map((cell) => `${cell.slice(0, 15).padEnd(15)} `).join('');
  text += flagLetters(row.flags).padEnd(6);
  if (columns !== 'netstat') {
    text += `${String(row.metric).padEnd(6)} ${orDash(row.references).padEnd(3)} `;
    text += `${String(row.use).padStart(6)} `;
    if (columns === 'fib') return `${text}${device}\n`;
    text += `${device.padEnd(8)} ${orDash(row.mtu).padEnd(5)} ${orDash(row.window).padEnd(6)} `;
    return `${text}${orDash(row.irtt)}\n`;
  }
  text += `${orDash(row.mtu).padStart(5)} ${orDash(row.window).padEnd(6)} `;
  return `${text}${orDash(row.irtt).padStart(5)} ${device}\n`;
}

const ALL_ONES = 0xffff_ffff;

/** Prints the table: 0, or 1 when there is none to be had. */
export function* showRoutes(c: Libc, columns: RouteColumns, isNumeric: boolean): Sleeping<number> {
  const bytes = yield* c.read_file('/proc/net/route');
  if (typeof bytes === 'number') {
    yield* c.err('/proc/net/route: No such file or directory\n');
    yield* c.err('INET (IPv4) not configured in this system.\n');
    return 1;
  }
  c.out(routeHeading(columns));
  for (const row of parseRoutes(decodeUtf8(bytes))) {
    let destination = formatIpv4(row.destination);
    let gateway = formatIpv4(row.gateway);
    if (!isNumeric) {
      if (row.destination === 0 && row.mask === 0) destination = 'default';
      else if (row.mask === ALL_ONES) destination = (yield* nameOf(c, destination)) ?? destination;
      if (row.gateway !== 0) gateway = (yield* nameOf(c, gateway)) ?? gateway;
    }
    c.out(formatRow(row, columns, destination, gateway));
  }
  return 0;
}
