// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What a filter asks of a frame, as a tree of single tests, and the tests that its words stand for.
 *
 * Linux: none; libpcap's gencode.c for Ethernet, without its optimizer: the code is longer and
 * says the same.
 */
import { ipv6ToBytes } from '../ip-address.ts';
import { BPF, type BpfInstruction } from './bpf.ts';

/** A load, and one comparison of what was loaded. */
export interface Leaf {
  readonly kind: 'leaf';
  readonly load: readonly BpfInstruction[];
  /** BPF.JEQ and its like, with BPF.X when the other side is in X. */
  readonly jump: number;
  readonly k: number;
}

export type Test =
  | Leaf
  | { readonly kind: 'and' | 'or'; readonly left: Test; readonly right: Test }
  | { readonly kind: 'not'; readonly of: Test };

export type Direction = 'src' | 'dst' | 'either' | 'both';

const ETHERNET_BYTES = 14;
// prettier-ignore
export const ETHER_TYPES: Readonly<Record<string, number>> = {
  ip: 0x0800, arp: 0x0806, rarp: 0x8035, ip6: 0x86dd,
};
const VLAN_TYPES = [0x8100, 0x88a8, 0x9100];
// prettier-ignore
export const IP_PROTOCOLS: Readonly<Record<string, number>> = {
  icmp: 1, igmp: 2, tcp: 6, udp: 17, esp: 50, ah: 51, icmp6: 58, sctp: 132,
};
const FRAGMENT = 44;
const PORT_PROTOCOLS = ['tcp', 'udp', 'sctp'];

export function instruction(code: number, k = 0): BpfInstruction {
  return { code, jt: 0, jf: 0, k };
}

function leaf(load: readonly BpfInstruction[], k: number, jump: number = BPF.JEQ): Test {
  return { kind: 'leaf', load, jump, k };
}

/** The number of `size` bytes at `offset` is `value`. */
export function fieldIs(offset: number, size: 1 | 2 | 4, value: number): Test {
  return leaf([instruction(BPF.LD | sizeCode(size) | BPF.ABS, offset)], value);
}

export function sizeCode(size: 1 | 2 | 4): number {
  return size === 4 ? BPF.W : size === 2 ? BPF.H : BPF.B;
}

export function and(first: Test, ...rest: readonly Test[]): Test {
  return rest.reduce((left, right) => ({ kind: 'and', left, right }), first);
}

export function or(first: Test, ...rest: readonly Test[]): Test {
  return rest.reduce((left, right) => ({ kind: 'or', left, right }), first);
}

export function not(of: Test): Test {
  return { kind: 'not', of };
}

export function etherType(type: number): Test {
  return fieldIs(12, 2, type);
}

/** `protocol` in IPv4. */
export function ipv4Protocol(protocol: number): Test {
  return and(etherType(0x0800), fieldIs(23, 1, protocol));
}

/** `protocol` in IPv6, also behind a fragment's header. */
export function ipv6Protocol(protocol: number): Test {
  const behind = and(fieldIs(20, 1, FRAGMENT), fieldIs(54, 1, protocol));
  return and(etherType(0x86dd), or(fieldIs(20, 1, protocol), behind));
}

export function protocolNamed(name: string): Test {
  const type = ETHER_TYPES[name];
  if (type !== undefined) return etherType(type);
  const protocol = IP_PROTOCOLS[name] ?? 0;
  if (name === 'icmp' || name === 'igmp') return ipv4Protocol(protocol);
  if (name === 'icmp6') return ipv6Protocol(protocol);
  return or(ipv4Protocol(protocol), ipv6Protocol(protocol));
}

/** No fragment but the first has ports. */
export function isFirstFragment(): Test {
  return not(leaf([instruction(BPF.LD | BPF.H | BPF.ABS, 20)], 0x1fff, BPF.JSET));
}

export function directed(direction: Direction, source: Test, destination: Test): Test {
  switch (direction) {
    case 'src':
      return source;
    case 'dst':
      return destination;
    case 'both':
      return and(source, destination);
    case 'either':
      return or(source, destination);
  }
}

/** Addresses of IPv4, in its own header and those of ARP. */
export function ipv4Network(
  protocol: string | undefined,
  direction: Direction,
  address: number,
  mask: number,
): Test {
  const at = (offset: number): Test => {
    const masking = mask === 0xffff_ffff ? [] : [instruction(BPF.ALU | BPF.AND | BPF.K, mask)];
    return leaf([instruction(BPF.LD | BPF.W | BPF.ABS, offset), ...masking], address);
  };
  const inHeader = (name: string): Test => {
    const [source, destination] = name === 'ip' ? [26, 30] : [28, 38];
    return and(protocolNamed(name), directed(direction, at(source), at(destination)));
  };
  if (protocol !== undefined) return inHeader(protocol);
  return or(inHeader('ip'), inHeader('arp'), inHeader('rarp'));
}

export function ipv6Network(direction: Direction, address: string, prefixBits: number): Test {
  const bytes = ipv6ToBytes(address);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const at = (offset: number): Test | undefined => {
    const words: Test[] = [];
    for (let word = 0; word < 4; word++) {
      const bits = Math.min(32, Math.max(0, prefixBits - 32 * word));
      if (bits === 0) break;
      const mask = bits === 32 ? 0xffff_ffff : ~(0xffff_ffff >>> bits) >>> 0;
      const load = [instruction(BPF.LD | BPF.W | BPF.ABS, offset + 4 * word)];
      if (bits < 32) load.push(instruction(BPF.ALU | BPF.AND | BPF.K, mask));
      words.push(leaf(load, (view.getUint32(4 * word) & mask) >>> 0));
    }
    const [first, ...rest] = words;
    return first === undefined ? undefined : and(first, ...rest);
  };
  const source = at(22);
  const destination = at(38);
  if (source === undefined || destination === undefined) return etherType(0x86dd);
  return and(etherType(0x86dd), directed(direction, source, destination));
}

export function etherHost(direction: Direction, mac: readonly number[]): Test {
  const view = new DataView(Uint8Array.from(mac).buffer);
  const at = (offset: number): Test =>
    and(fieldIs(offset + 2, 4, view.getUint32(2)), fieldIs(offset, 2, view.getUint16(0)));
  return directed(direction, at(6), at(0));
}

/** Ports from `first` to `last`, in both versions of IP. */
export function ports(
  protocol: string | undefined,
  direction: Direction,
  first: number,
  last: number,
): Test {
  const names = protocol === undefined ? PORT_PROTOCOLS : [protocol];
  const [name = 0, ...others] = names.map((name) => IP_PROTOCOLS[name] ?? 0);
  const carried = (offset: number): Test =>
    or(fieldIs(offset, 1, name), ...others.map((other) => fieldIs(offset, 1, other)));
  const inRange = (load: readonly BpfInstruction[]): Test =>
    first === last
      ? leaf(load, first)
      : and(leaf(load, first, BPF.JGE), not(leaf(load, last, BPF.JGT)));
  const behind = (offset: number): Test =>
    inRange([
      instruction(BPF.LDX | BPF.B | BPF.MSH, ETHERNET_BYTES),
      instruction(BPF.LD | BPF.H | BPF.IND, offset),
    ]);
  const ahead = (offset: number): Test => inRange([instruction(BPF.LD | BPF.H | BPF.ABS, offset)]);
  const inIpv4 = and(etherType(0x0800), carried(23), isFirstFragment());
  const inIpv6 = and(etherType(0x86dd), carried(20));
  return or(
    and(inIpv6, directed(direction, ahead(54), ahead(56))),
    and(inIpv4, directed(direction, behind(14), behind(16))),
  );
}

/** Sent to all, or to many: of Ethernet unless the protocol says otherwise. */
export function sentToAll(protocol: string | undefined, isMulticast: boolean): Test {
  if (!isMulticast) return etherHost('dst', [0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
  const firstByte = (offset: number): readonly BpfInstruction[] => [
    instruction(BPF.LD | BPF.B | BPF.ABS, offset),
  ];
  if (protocol === 'ip') return and(etherType(0x0800), leaf(firstByte(30), 0xe0, BPF.JGE));
  if (protocol === 'ip6') return and(etherType(0x86dd), leaf(firstByte(38), 0xff));
  return leaf(firstByte(0), 1, BPF.JSET);
}

export function vlan(id: number | undefined): Test {
  const [first = 0, ...rest] = VLAN_TYPES;
  const isTagged = or(etherType(first), ...rest.map(etherType));
  if (id === undefined) return isTagged;
  const load = [
    instruction(BPF.LD | BPF.H | BPF.ABS, 14),
    instruction(BPF.ALU | BPF.AND | BPF.K, 0xfff),
  ];
  return and(isTagged, leaf(load, id));
}

/** The frame is at least, or at most, so long. */
export function frameLength(bytes: number, isAtLeast: boolean): Test {
  const load = [instruction(BPF.LD | BPF.W | BPF.LEN)];
  return isAtLeast ? leaf(load, bytes, BPF.JGE) : not(leaf(load, bytes, BPF.JGT));
}
