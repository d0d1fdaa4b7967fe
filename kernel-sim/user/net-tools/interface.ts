// SPDX-License-Identifier: GPL-2.0-or-later
/** What ifconfig and `netstat -i` know of an interface, and how they show it. Linux: net-tools. */
import { formatMac } from '../../lib/mac-address.ts';
import { formatIpv6 } from '../../lib/ip-address.ts';
import { decodeUtf8 } from '../../lib/utf8.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import { IFREQ, SIOC, SOCKADDR } from '../../uapi/if-ioctl.ts';
import type { Libc } from '../libc/libc.ts';
import { addressOf, ask, ifreq, intOf } from './ioctl.ts';

/** A row of /proc/net/dev. */
export interface DeviceCounters {
  readonly rxBytes: number;
  readonly rxPackets: number;
  readonly rxErrors: number;
  readonly rxDropped: number;
  readonly rxFifo: number;
  readonly rxFrame: number;
  readonly txBytes: number;
  readonly txPackets: number;
  readonly txErrors: number;
  readonly txDropped: number;
  readonly txFifo: number;
  readonly collisions: number;
  readonly txCarrier: number;
}

export interface Interface {
  readonly name: string;
  readonly flags: number;
  readonly mtu: number;
  readonly metric: number;
  readonly inet?: { readonly address: string; readonly netmask: string };
  readonly broadcast?: string | undefined;
  readonly peer?: string | undefined;
  readonly inet6: readonly Inet6Address[];
  /** ARPHRD number. */
  readonly type: number;
  readonly hardwareAddress: string;
  readonly queueLength: number;
  /** Labels have none. */
  readonly counters?: DeviceCounters | undefined;
}

export interface Inet6Address {
  readonly name: string;
  readonly address: string;
  readonly prefixLength: number;
  readonly scope: number;
}

/** /proc/net/dev, by name. */
export function parseNetDev(text: string): ReadonlyMap<string, DeviceCounters> {
  const rows = text.split('\n').flatMap((line): [string, DeviceCounters][] => {
    const [, name, rest] = /^ *([^:\s]+): *(\d.*)$/.exec(line) ?? [];
    if (name === undefined || rest === undefined) return [];
    const numbers = rest.trim().split(/ +/).map(Number);
    const at = (index: number): number => numbers[index] ?? 0;
    const counters = {
      rxBytes: at(0),
      rxPackets: at(1),
      rxErrors: at(2),
      rxDropped: at(3),
      rxFifo: at(4),
      rxFrame: at(5),
      txBytes: at(8),
      txPackets: at(9),
      txErrors: at(10),
      txDropped: at(11),
      txFifo: at(12),
      collisions: at(13),
      txCarrier: at(14),
    };
    return [[name, counters]];
  });
  return new Map(rows);
}

/** /proc/net/if_inet6. */
export function parseIfInet6(text: string): readonly Inet6Address[] {
  return text.split('\n').flatMap((line) => {
    const [digits, , prefix, scope, , name] = line.trim().split(/ +/);
    if (digits?.length !== 32 || prefix === undefined || name === undefined) return [];
    return [
      {
        name,
        address: formatIpv6(digits),
        prefixLength: Number.parseInt(prefix, 16),
        scope: Number.parseInt(scope ?? '0', 16),
      },
    ];
  });
}

const FLAGS: readonly (readonly [bit: number, name: string])[] = [
  [0x1, 'UP'],
  [0x2, 'BROADCAST'],
  [0x4, 'DEBUG'],
  [0x8, 'LOOPBACK'],
  [0x10, 'POINTOPOINT'],
  [0x20, 'NOTRAILERS'],
  [0x40, 'RUNNING'],
  [0x80, 'NOARP'],
  [0x100, 'PROMISC'],
  [0x200, 'ALLMULTI'],
  [0x800, 'SLAVE'],
  [0x400, 'MASTER'],
  [0x1000, 'MULTICAST'],
  [0x8000, 'DYNAMIC'],
];
const IFF_UP = 0x1;
const IFF_BROADCAST = 0x2;
const IFF_POINTOPOINT = 0x10;
const HARDWARE: Readonly<Record<number, readonly [name: string, title: string]>> = {
  1: ['ether', 'Ethernet'],
  772: ['loop', 'Local Loopback'],
};
const ARPHRD_LOOPBACK = 772;

/** Reads an interface; a negative errno where there is none of that name. */
export function* readInterface(c: Libc, fd: number, name: string): Sleeping<Interface | number> {
  const flagsAnswer = yield* ask(c, fd, SIOC.GIFFLAGS, ifreq(name));
  if (typeof flagsAnswer === 'number') return flagsAnswer;
  const flags = flagsAnswer.getUint16(IFREQ.flags, true);
  const hardware = yield* ask(c, fd, SIOC.GIFHWADDR, ifreq(name));
  const address = yield* addressOf(c, fd, name, SIOC.GIFADDR);
  const netmask = yield* addressOf(c, fd, name, SIOC.GIFNETMASK);
  const dev = yield* c.read_file('/proc/net/dev');
  const inet6 = yield* c.read_file('/proc/net/if_inet6');
  const isLabel = name.includes(':');
  return {
    name,
    flags,
    mtu: yield* intOf(c, fd, name, SIOC.GIFMTU),
    metric: Math.max(0, yield* intOf(c, fd, name, SIOC.GIFMETRIC)),
    ...(address !== undefined && { inet: { address, netmask: netmask ?? '0.0.0.0' } }),
    broadcast: flags & IFF_BROADCAST ? yield* addressOf(c, fd, name, SIOC.GIFBRDADDR) : undefined,
    peer: flags & IFF_POINTOPOINT ? yield* addressOf(c, fd, name, SIOC.GIFDSTADDR) : undefined,
    inet6:
      typeof inet6 === 'number' || isLabel
        ? []
        : parseIfInet6(decodeUtf8(inet6)).filter((each) => each.name === name),
    type: typeof hardware === 'number' ? 0 : hardware.getUint16(IFREQ.address, true),
    hardwareAddress:
      typeof hardware === 'number'
        ? ''
        : formatMac(
            new Uint8Array(hardware.buffer, hardware.byteOffset + IFREQ.address + SOCKADDR.data, 6),
          ),
    queueLength: yield* intOf(c, fd, name, SIOC.GIFTXQLEN),
    counters:
      typeof dev === 'number' || isLabel ? undefined : parseNetDev(decodeUtf8(dev)).get(name),
  };
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** `3.7 KiB`. */
export function humanBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value > 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  // Cut, not rounded.
  return `${(Math.floor(value * 10) / 10).toFixed(1)} ${UNITS[unit] ?? ''}`;
}

const SCOPES: Readonly<Record<number, string>> = {
  0x00: 'global',
  0x10: 'host',
  0x20: 'link',
  0x40: 'site',
};

/** The block of lines that ifconfig shows, with the empty line behind it. */
export function formatInterface(it: Interface): string {
  const names = FLAGS.filter(([bit]) => (it.flags & bit) !== 0).map(([, name]) => name);
  let text = `${it.name}: flags=${it.flags}<${names.join(',')}>  mtu ${it.mtu}`;
  text += it.metric > 1 ? `  metric ${it.metric}\n` : '\n';
  if (it.inet !== undefined) {
    text += `        inet ${it.inet.address}  netmask ${it.inet.netmask}`;
    if (it.broadcast !== undefined) text += `  broadcast ${it.broadcast}`;
    if (it.peer !== undefined) text += `  destination ${it.peer}`;
    text += '\n';
  }
  for (const { address, prefixLength, scope } of it.inet6) {
    text += `        inet6 ${address}  prefixlen ${prefixLength}  scopeid 0x${scope.toString(16)}`;
    text += `<${SCOPES[scope] ?? 'unknown'}>\n`;
  }
  const [kind, title] = HARDWARE[it.type] ?? ['unspec', 'UNSPEC'];
  const address = it.type === ARPHRD_LOOPBACK ? '' : ` ${it.hardwareAddress}`;
  text += `        ${kind}${address}  txqueuelen ${it.queueLength}  (${title})\n`;
  if (it.counters !== undefined) text += formatCounters(it.counters);
  return `${text}\n`;
}

function formatCounters(it: DeviceCounters): string {
  return [
    `        RX packets ${it.rxPackets}  bytes ${it.rxBytes} (${humanBytes(it.rxBytes)})\n`,
    `        RX errors ${it.rxErrors}  dropped ${it.rxDropped}  overruns ${it.rxFifo}`,
    `  frame ${it.rxFrame}\n`,
    `        TX packets ${it.txPackets}  bytes ${it.txBytes} (${humanBytes(it.txBytes)})\n`,
    `        TX errors ${it.txErrors}  dropped ${it.txDropped} overruns ${it.txFifo}`,
    `  carrier ${it.txCarrier}  collisions ${it.collisions}\n`,
  ].join('');
}

const LETTERS: readonly (readonly [bit: number, letter: string])[] = [
  [0x200, 'A'],
  [0x2, 'B'],
  [0x4, 'D'],
  [0x8, 'L'],
  [0x1000, 'M'],
  [0x100, 'P'],
  [0x20, 'N'],
  [0x80, 'O'],
  [0x40, 'R'],
  [0x800, 's'],
  [0x400, 'm'],
  [0x10, 'P'],
  [IFF_UP, 'U'],
];

/** The heading of the short list; the columns of `ifconfig -s` are narrower than the rows'. */
export const SHORT_HEADING =
  'Iface      MTU    RX-OK RX-ERR RX-DRP RX-OVR    TX-OK TX-ERR TX-DRP TX-OVR Flg\n';
export const KERNEL_TABLE_HEADING =
  'Kernel Interface table\n' +
  'Iface             MTU    RX-OK RX-ERR RX-DRP RX-OVR    TX-OK TX-ERR TX-DRP TX-OVR Flg\n';

/** A line of `ifconfig -s` and `netstat -i`. */
export function formatShort(it: Interface): string {
  const start = `${it.name.padEnd(15)} ${String(it.mtu).padStart(5)} `;
  const letters = LETTERS.filter(([bit]) => (it.flags & bit) !== 0).map(([, letter]) => letter);
  const flags = letters.join('');
  const { counters } = it;
  if (counters === undefined) {
    return `${start}     - no statistics available -                        ${flags}\n`;
  }
  const cells = [
    String(counters.rxPackets).padStart(8),
    String(counters.rxErrors).padStart(6),
    String(counters.rxDropped).padStart(6),
    String(counters.rxFifo).padEnd(6),
    String(counters.txPackets).padStart(8),
    String(counters.txErrors).padStart(6),
    String(counters.txDropped).padStart(6),
    String(counters.txFifo).padStart(6),
  ];
  return `${start}${cells.join(' ')} ${flags}\n`;
}
