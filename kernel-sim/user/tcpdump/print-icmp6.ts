// SPDX-License-Identifier: GPL-2.0-or-later
/** ICMPv6 with neighbour discovery: RFC 4443, 4861, 3810. Linux: tcpdump's print-icmp6.c. */
import { IPPROTO } from '../../uapi/in.ts';
import { bitNames, hex4, type Printout } from './printout.ts';
import { checksumOf, type Carrier } from './transport.ts';

// prettier-ignore
const TYPES: Readonly<Record<number, string>> = {
  1: 'destination unreachable', 2: 'packet too big', 3: 'time exceeded in-transit',
  4: 'parameter problem', 128: 'echo request', 129: 'echo reply',
  130: 'multicast listener query', 131: 'multicast listener report',
  132: 'multicast listener done', 133: 'router solicitation', 134: 'router advertisement',
  135: 'neighbor solicitation', 136: 'neighbor advertisement', 137: 'redirect',
  143: 'multicast listener report v2',
};
const TYPE = {
  UNREACHABLE: 1,
  TOO_BIG: 2,
  TIME_EXCEEDED: 3,
  ECHO_REQUEST: 128,
  ECHO_REPLY: 129,
  MLD_QUERY: 130,
  MLD_DONE: 132,
  RS: 133,
  RA: 134,
  NS: 135,
  NA: 136,
  REDIRECT: 137,
  MLD2_REPORT: 143,
} as const;
const RECORDS = ['is_in', 'is_ex', 'to_in', 'to_ex', 'allow', 'block'];
const OPTION_NAMES: Readonly<Record<number, string>> = {
  1: 'source link-address',
  2: 'destination link-address',
  3: 'prefix info',
  4: 'redirected header',
  5: 'mtu',
  25: 'rdnss',
};

type PrintQuoted = (at: number, length: number) => void;

export function printIcmp6(
  out: Printout,
  at: number,
  length: number,
  carrier: Carrier,
  printQuoted: PrintQuoted,
): void {
  out.protocol = 'icmp6';
  const { verbosity } = out.options;
  if (verbosity > 0 && !carrier.isFragment) printChecksum(out, at, length, carrier);
  const type = out.u8(at);
  out.print(`ICMP6, ${TYPES[type] ?? `unknown icmp6 type (${type})`}`);
  const isDiscovery = type >= TYPE.RS && type <= TYPE.REDIRECT;
  if (verbosity > 0 && isDiscovery) out.print(`, length ${length}`);
  printBody(out, at, length, type, printQuoted);
  if (verbosity === 0) out.print(`, length ${length}`);
}

function printChecksum(out: Printout, at: number, length: number, carrier: Carrier): void {
  const held = out.u16(at + 2);
  const right = checksumOf(out, IPPROTO.ICMPV6, at, length, 2, carrier);
  if (right === undefined) return;
  if (right === held) out.print('[icmp6 sum ok] ');
  else out.print(`[bad icmp6 cksum ${hex4(held)} -> ${hex4(right)}!] `);
}

function printBody(
  out: Printout,
  at: number,
  length: number,
  type: number,
  printQuoted: PrintQuoted,
): void {
  const isVerbose = out.options.verbosity > 0;
  const end = at + length;
  switch (type) {
    case TYPE.UNREACHABLE:
      out.print(`, ${unreachable(out, at)}`);
      if (isVerbose) printQuoted(at + 8, length - 8);
      break;
    case TYPE.TOO_BIG:
      out.print(`, mtu ${out.u32(at + 4)}`);
      if (isVerbose) printQuoted(at + 8, length - 8);
      break;
    case TYPE.TIME_EXCEEDED:
      out.print(out.u8(at + 1) === 0 ? ` for ${out.ipv6(at + 32)}` : ' (reassembly)');
      if (isVerbose) printQuoted(at + 8, length - 8);
      break;
    case TYPE.ECHO_REQUEST:
    case TYPE.ECHO_REPLY:
      out.print(`, id ${out.u16(at + 4)}, seq ${out.u16(at + 6)}`);
      break;
    case TYPE.RS:
      if (isVerbose) printNeighborOptions(out, at + 8, end);
      break;
    case TYPE.RA:
      if (isVerbose) printAdvertisement(out, at, end);
      break;
    case TYPE.NS:
      out.print(`, who has ${out.ipv6(at + 8)}`);
      if (isVerbose) printNeighborOptions(out, at + 24, end);
      break;
    case TYPE.NA:
      out.print(`, tgt is ${out.ipv6(at + 8)}`);
      if (!isVerbose) break;
      out.print(`, Flags [${bitNames(out.u8(at + 4), NEIGHBOR_FLAGS)}]`);
      printNeighborOptions(out, at + 24, end);
      break;
    case TYPE.REDIRECT:
      out.print(`, ${out.ipv6(at + 24)} to ${out.ipv6(at + 8)}`);
      if (isVerbose) printNeighborOptions(out, at + 40, end);
      break;
    case TYPE.MLD2_REPORT:
      printReport(out, at, length);
      break;
    default:
      if (type >= TYPE.MLD_QUERY && type <= TYPE.MLD_DONE) {
        out.print(`max resp delay: ${out.u16(at + 4)} addr: ${out.ipv6(at + 8)}`);
      }
  }
}

const NEIGHBOR_FLAGS = [
  [0x80, 'router'],
  [0x40, 'solicited'],
  [0x20, 'override'],
] as const;

function unreachable(out: Printout, at: number): string {
  const code = out.u8(at + 1);
  const quoted = at + 8;
  const destination = out.ipv6(quoted + 24);
  switch (code) {
    case 0:
      return `unreachable route ${destination}`;
    case 1:
      return `unreachable prohibited ${destination}`;
    case 2:
      return `beyond scope ${destination}, source address ${out.ipv6(quoted + 8)}`;
    case 3:
      return `unreachable address ${destination}`;
    case 4: {
      const next = out.u8(quoted + 6);
      const port = out.u16(quoted + 42);
      if (next === IPPROTO.TCP) {
        return `unreachable port, ${destination} tcp port ${out.port(port, 'tcp')}`;
      }
      if (next === IPPROTO.UDP) {
        return `unreachable port, ${destination} udp port ${out.port(port, 'udp')}`;
      }
      return `unreachable port, ${destination} protocol ${next} port ${port}`;
    }
    default:
      return `unknown unreach code (${code})`;
  }
}

function printAdvertisement(out: Printout, at: number, end: number): void {
  const flags = out.u8(at + 5);
  const names = bitNames(flags, [
    [0x80, 'managed'],
    [0x40, 'other stateful'],
    [0x20, 'home agent'],
  ]);
  const preference = ['medium', 'high', 'reserved', 'low'][(flags >> 3) & 3] ?? '';
  out.print(`\n\thop limit ${out.u8(at + 4)}, Flags [${names}], pref ${preference}`);
  out.print(`, router lifetime ${out.u16(at + 6)}s, reachable time ${out.u32(at + 8)}ms`);
  out.print(`, retrans timer ${out.u32(at + 12)}ms`);
  printNeighborOptions(out, at + 16, end);
}

function printNeighborOptions(out: Printout, start: number, end: number): void {
  for (let at = start; at + 2 <= end;) {
    const type = out.u8(at);
    const length = out.u8(at + 1) * 8;
    const name = OPTION_NAMES[type] ?? 'unknown';
    out.print(`\n\t  ${name} option (${type}), length ${length} (${length / 8}): `);
    // One of no length would never end.
    if (length === 0) return;
    out.need(at, length);
    if (type === 1 || type === 2) out.print(out.mac(at + 2));
    if (type === 3) printPrefix(out, at);
    if (type === 5) out.print(` ${out.u32(at + 4)}`);
    if (type === 25) printServers(out, at, length);
    if (out.options.verbosity > 1) printBytes(out, at + 2, length - 2);
    at += length;
  }
}

function printPrefix(out: Printout, at: number): void {
  const flags = bitNames(out.u8(at + 3), [
    [0x80, 'onlink'],
    [0x40, 'auto'],
    [0x20, 'router'],
  ]);
  const lifetime = (seconds: number): string => {
    return seconds === 0xffff_ffff ? 'infinity' : `${seconds}s`;
  };
  const times = [lifetime(out.u32(at + 4)), lifetime(out.u32(at + 8))];
  out.print(`${out.ipv6(at + 16)}/${out.u8(at + 2)}, Flags [${flags}]`);
  out.print(`, valid time ${times[0]}, pref. time ${times[1]}`);
}

function printServers(out: Printout, at: number, length: number): void {
  out.print(` lifetime ${out.u32(at + 4)}s,`);
  for (let place = at + 8; place + 16 <= at + length; place += 16) {
    out.print(` addr: ${out.ipv6(place)}`);
  }
}

function printBytes(out: Printout, at: number, count: number): void {
  const words: string[] = [];
  for (const [n, byte] of out.slice(at, count).entries()) {
    const text = byte.toString(16).padStart(2, '0');
    if (n % 16 === 0) words.push(`\n\t    0x${n.toString(16).padStart(4, '0')}:  `);
    else if (n % 2 === 0) words.push(' ');
    words.push(text);
  }
  out.print(words.join(''));
}

function printReport(out: Printout, at: number, length: number): void {
  const groups = out.u16(at + 6);
  out.print(`, ${groups} group record(s)`);
  if (out.options.verbosity === 0) return;
  let place = at + 8;
  for (let n = 0; n < groups && place < at + length; n++) {
    const sources = out.u16(place + 2);
    const kind = RECORDS[out.u8(place) - 1] ?? `[v2-report-#${out.u8(place)}]`;
    out.print(` [gaddr ${out.ipv6(place + 4)} ${kind}`);
    if (out.options.verbosity > 1) {
      const from = Array.from({ length: sources }, (_, s) => out.ipv6(place + 20 + 16 * s));
      out.print(` { ${from.map((each) => `${each} `).join('')}}]`);
    } else {
      out.print(`, ${sources} source(s)]`);
    }
    place += 20 + 16 * sources + 4 * out.u8(place + 1);
  }
}
