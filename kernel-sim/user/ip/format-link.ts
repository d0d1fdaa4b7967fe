// SPDX-License-Identifier: GPL-2.0-or-later
/** A link as `ip link` and `ip address` show it. Linux: iproute2's ip/ipaddress.c. */
import { IFLA, IFLA_INET6 } from '../../uapi/rtnetlink-messages.ts';
import { AF } from '../../uapi/socket.ts';
import { colourOfState, type Paint } from './colors.ts';
import type { Link, LinkStats } from './model.ts';
import { IFF_POINTOPOINT, IFF_RUNNING, IFF_UP, LINK_FLAGS, linkTypeName } from './names.ts';
import type { IpOptions } from './options.ts';

/** What decides how links look. */
export interface LinkStyle {
  readonly options: IpOptions;
  readonly paint: Paint;
  /** Of `ip link`, which shows the mode, as opposed to `ip address`. */
  readonly isLinkCommand: boolean;
  /** One device was asked for, not all. */
  readonly isOfOne?: boolean;
  /** All names by index. */
  readonly names: ReadonlyMap<number, string>;
}

/** What stands for a newline inside an item: -o keeps it on one line. */
export function lineEnd(options: IpOptions): string {
  return options.isOneline ? '\\' : '\n';
}

export function formatLinkFlags(flags: number): string {
  const names = flags & IFF_UP && !(flags & IFF_RUNNING) ? ['NO-CARRIER'] : [];
  let rest = flags & ~IFF_RUNNING;
  for (const [bit, name] of LINK_FLAGS) {
    if ((rest & bit) === 0) continue;
    names.push(name);
    rest &= ~bit;
  }
  if (rest !== 0) names.push((rest >>> 0).toString(16));
  return `<${names.join(',')}>`;
}

function nameWithLower(link: Link, style: LinkStyle): string {
  if (link.lower === undefined) return link.name;
  if (link.lower === 0) return `${link.name}@NONE`;
  return `${link.name}@${style.names.get(link.lower) ?? `if${link.lower}`}`;
}

/** `lo               UNKNOWN        `: what lines of -br begin with. */
export function formatBriefLink(link: Link, style: LinkStyle): string {
  const { paint } = style;
  const name = paint('name', `${nameWithLower(link, style).padEnd(16)} `);
  const state = paint(colourOfState(link.state), `${link.state.padEnd(14)} `);
  if (!style.isLinkCommand) return name + state;
  return `${name}${state}${paint('mac', `${link.address} `)}${formatLinkFlags(link.flags)} \n`;
}

/** The lines of a link, without its statistics. The last one has no end yet. */
export function formatLink(link: Link, style: LinkStyle): string {
  const { options, paint } = style;
  // Asked for all of a family of its own, the kernel tells less of a link.
  const isBare = options.family === AF.INET6 && !style.isLinkCommand && !style.isOfOne;
  const name = isBare ? link.name : nameWithLower(link, style);
  let text = `${link.index}: ${paint('name', `${name}: `)}${formatLinkFlags(link.flags)} `;
  text += `mtu ${link.mtu} `;
  if (link.qdisc !== undefined && !isBare) text += `qdisc ${link.qdisc} `;
  text += `state ${paint(colourOfState(link.state), `${link.state} `)}`;
  if (style.isLinkCommand) text += `mode ${link.isDormantMode ? 'DORMANT' : 'DEFAULT'} `;
  if (link.group !== undefined && !isBare) {
    text += `group ${link.group === 0 ? 'default' : String(link.group)} `;
  }
  if (link.queueLength > 0) text += `qlen ${link.queueLength}`;
  const isAddressOnly = options.family === AF.INET || options.family === AF.INET6;
  if (!isAddressOnly || style.isLinkCommand || options.showsDetails) {
    text += `${lineEnd(options)}    link/${linkTypeName(link.type)} `;
    text += paint('mac', link.address);
    if (link.broadcast !== '') {
      const word = link.flags & IFF_POINTOPOINT ? 'peer' : 'brd';
      text += ` ${word} ${paint('mac', link.broadcast)}`;
    }
  }
  if (options.showsDetails) text += formatDetails(link, style);
  if (link.alias !== undefined) text += `${lineEnd(options)}    alias ${link.alias}`;
  return text;
}

const DETAILS: readonly (readonly [name: string, attribute: number])[] = [
  ['numtxqueues', IFLA.NUM_TX_QUEUES],
  ['numrxqueues', IFLA.NUM_RX_QUEUES],
  ['gso_max_size', IFLA.GSO_MAX_SIZE],
  ['gso_max_segs', IFLA.GSO_MAX_SEGS],
  ['tso_max_size', IFLA.TSO_MAX_SIZE],
  ['tso_max_segs', IFLA.TSO_MAX_SEGS],
  ['gro_max_size', IFLA.GRO_MAX_SIZE],
];

/** How a link makes its addresses of IPv6. */
const ADDRESS_MODES: Readonly<Record<number, string>> = {
  0: 'eui64',
  1: 'none',
  2: 'stable_secret',
  3: 'random',
};

function formatDetails({ attributes, kind }: Link, style: LinkStyle): string {
  const { options } = style;
  const promiscuity = attributes.u32(IFLA.PROMISCUITY);
  const allmulti = attributes.u32(IFLA.ALLMULTI);
  let text = promiscuity === undefined ? '' : ` promiscuity ${promiscuity} `;
  if (allmulti !== undefined) text += ` allmulti ${allmulti} `;
  const least = attributes.u32(IFLA.MIN_MTU);
  const most = attributes.u32(IFLA.MAX_MTU);
  if (least !== undefined) text += `minmtu ${least} `;
  if (most !== undefined) text += `maxmtu ${most} `;
  if (kind !== undefined) text += `${lineEnd(options)}    ${kind} `;
  const inet6 = attributes.nested(IFLA.AF_SPEC)?.nested(AF.INET6);
  const mode = ADDRESS_MODES[inet6?.u8(IFLA_INET6.ADDR_GEN_MODE) ?? -1];
  if (mode !== undefined && style.isLinkCommand) text += `addrgenmode ${mode} `;
  for (const [name, attribute] of DETAILS) {
    const value = attributes.u32(attribute);
    if (value !== undefined) text += `${name} ${value} `;
  }
  const bus = attributes.text(IFLA.PARENT_DEV_BUS_NAME);
  const parent = attributes.text(IFLA.PARENT_DEV_NAME);
  if (bus !== undefined) text += `parentbus ${bus} `;
  if (parent !== undefined) text += `parentdev ${parent} `;
  return text;
}

/** Least widths of the columns of statistics. */
const WIDTHS = [10, 7, 6, 7, 7, 7];

function columnsOf(rows: readonly (readonly number[])[]): number[] {
  return WIDTHS.map((width, at) =>
    Math.max(width, ...rows.map((row) => String(row[at] ?? 0).length)),
  );
}

/** The counters of -s; of -s -s also what errors there were. Lines end as `lineEnd` says. */
export function formatStats(stats: LinkStats, carrierChanges: number, options: IpOptions): string {
  const rx = [stats.rxBytes, stats.rxPackets, stats.rxErrors, stats.rxDropped];
  rx.push(stats.rxMissedErrors, stats.multicast);
  const tx = [stats.txBytes, stats.txPackets, stats.txErrors, stats.txDropped];
  tx.push(stats.txCarrierErrors, stats.collisions);
  const rxErrors = [stats.rxLengthErrors, stats.rxCrcErrors, stats.rxFrameErrors];
  rxErrors.push(stats.rxFifoErrors, stats.rxOverErrors);
  const txErrors = [stats.txAbortedErrors, stats.txFifoErrors, stats.txWindowErrors];
  txErrors.push(stats.txHeartbeatErrors, carrierChanges);
  const widths = columnsOf([rx, tx, [0, ...rxErrors], [0, ...txErrors]]);
  const end = lineEnd(options);
  const hasErrors = options.statistics > 1;
  const lines = [
    headings('RX', ['bytes', 'packets', 'errors', 'dropped', 'missed', 'mcast'], widths),
    numbers(rx, widths, options),
    ...(hasErrors
      ? [
          errorHeadings('RX', ['length', 'crc', 'frame', 'fifo', 'overrun'], widths),
          errorNumbers(rxErrors, widths, options),
        ]
      : []),
    headings('TX', ['bytes', 'packets', 'errors', 'dropped', 'carrier', 'collsns'], widths),
    numbers(tx, widths, options),
    ...(hasErrors
      ? [
          errorHeadings('TX', ['aborted', 'fifo', 'window', 'heartbt', 'transns'], widths),
          errorNumbers(txErrors, widths, options),
        ]
      : []),
  ];
  return lines.join(end);
}

function headings(way: string, names: readonly string[], widths: readonly number[]): string {
  const cells = names.map((name, at) => name.padStart((widths[at] ?? 0) - (at === 0 ? 4 : 0)));
  // A column for what is compressed follows; it has no name unless something was.
  return `    ${way}: ${cells.join(' ')} ${' '.repeat(10)}`;
}

/** A counter; of -h with three digits and a prefix. */
function counter(value: number, { isHuman }: IpOptions): string {
  if (!isHuman || value < 1000) return String(value);
  const power = Math.min(
    Math.floor((String(Math.floor(value)).length - 1) / 3),
    HUMAN_PREFIXES.length,
  );
  const scaled = value / 1000 ** power;
  const digits = scaled < 10 ? 2 : scaled < 100 ? 1 : 0;
  return `${scaled.toFixed(digits)}${HUMAN_PREFIXES[power - 1] ?? ''}`;
}

const HUMAN_PREFIXES = 'kMGTPE';

function numbers(row: readonly number[], widths: readonly number[], options: IpOptions): string {
  const cells = row.map((value, at) => `${counter(value, options).padStart(widths[at] ?? 0)} `);
  return `    ${cells.join('')}`;
}

function errorHeadings(way: string, names: readonly string[], widths: readonly number[]): string {
  const cells = names.map((name, at) => name.padStart(widths[at + 1] ?? 0));
  return `    ${way} errors:${' '.repeat((widths[0] ?? 0) - 10)} ${cells.join(' ')}`;
}

function errorNumbers(
  row: readonly number[],
  widths: readonly number[],
  options: IpOptions,
): string {
  const cells = row.map((value, at) => `${counter(value, options).padStart(widths[at + 1] ?? 0)} `);
  return `    ${' '.repeat(widths[0] ?? 0)} ${cells.join('')}`;
}
