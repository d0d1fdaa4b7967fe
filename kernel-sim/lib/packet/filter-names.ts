// SPDX-License-Identifier: GPL-2.0-or-later
/** What an identifier in a filter stands for, given what stands before it. */
import { parseIpv6, type IpAddress } from '../ip-address.ts';
import {
  ETHER_TYPES,
  etherHost,
  etherType,
  IP_PROTOCOLS,
  ipv4Network,
  ipv4Protocol,
  ipv6Network,
  ipv6Protocol,
  or,
  ports,
  type Direction,
  type Test,
} from './filter-tests.ts';
import { FilterError, syntaxError, type Token } from './filter-tokens.ts';
import { SERVICES } from '../services.ts';

export interface Qualifiers {
  readonly protocol: string | undefined;
  readonly direction: Direction;
  /** A host, unless it is told. */
  readonly type: 'host' | 'net' | 'port' | 'portrange' | 'proto' | undefined;
}

/** Addresses of a name; none: nobody knows it. */
export type Resolve = (name: string) => readonly IpAddress[];

const PORT_MAX = 65_535;

export function identified(
  qualifiers: Qualifiers,
  token: Token,
  mask: Token | undefined,
  resolve: Resolve,
): Test {
  switch (qualifiers.type) {
    case 'port':
    case 'portrange':
      return portTest(qualifiers, token);
    case 'proto':
      return protoTest(qualifiers, token);
    case 'net':
    case 'host':
    case undefined:
      return addressTest(qualifiers, token, mask, resolve);
  }
}

function portTest({ protocol, direction, type }: Qualifiers, token: Token): Test {
  if (protocol !== undefined && !['tcp', 'udp', 'sctp'].includes(protocol)) {
    throw new FilterError(`illegal qualifier of '${type}'`, token.at);
  }
  const parts = type === 'portrange' ? token.text.split('-') : [token.text];
  const numbers = parts.map((name) => portNumber(name, protocol, token));
  const [first = 0, last = first] = numbers;
  return ports(protocol, direction, Math.min(first, last), Math.max(first, last));
}

function portNumber(name: string, protocol: string | undefined, token: Token): number {
  if (token.kind === 'number' || /^\d+$/.test(name)) {
    const port = token.kind === 'number' ? token.value : Number(name);
    if (port > PORT_MAX) {
      throw new FilterError(`illegal port number ${port} > ${PORT_MAX}`, token.at);
    }
    return port;
  }
  const service = Object.hasOwn(SERVICES, name) ? SERVICES[name] : undefined;
  if (service === undefined) throw new FilterError(`unknown port '${name}'`, token.at);
  const [port, ...protocols] = service;
  if (protocol !== undefined && !protocols.includes(protocol)) {
    throw new FilterError(`port '${name}' is ${protocols.join(' and ')}`, token.at);
  }
  return port;
}

function protoTest({ protocol, direction }: Qualifiers, token: Token): Test {
  if (direction !== 'either') {
    throw new FilterError("direction applied to 'proto'", token.at);
  }
  const names = protocol === 'ether' ? ETHER_TYPES : IP_PROTOCOLS;
  const number =
    token.kind === 'number'
      ? token.value
      : Object.hasOwn(names, token.text)
        ? names[token.text]
        : undefined;
  if (number === undefined) {
    const kind = protocol === 'ether' ? 'ether' : 'ip';
    throw new FilterError(`unknown ${kind} proto '${token.text}'`, token.at);
  }
  switch (protocol) {
    case 'ether':
      return etherType(number);
    case 'ip':
      return ipv4Protocol(number);
    case 'ip6':
      return ipv6Protocol(number);
    case undefined:
      return or(ipv4Protocol(number), ipv6Protocol(number));
    default:
      throw new FilterError(`'${protocol}' modifier applied to proto`, token.at);
  }
}

function addressTest(
  { protocol, direction, type }: Qualifiers,
  token: Token,
  mask: Token | undefined,
  resolve: Resolve,
): Test {
  const what = type === 'net' ? 'net' : 'host';
  if (protocol === 'ether') return etherTest(direction, token);
  if (token.kind === 'mac') {
    throw new FilterError('ethernet address used in non-ether expression', token.at);
  }
  if (token.kind === 'ipv6') return ipv6Test(protocol, direction, token, mask);
  if (protocol === 'ip6') {
    throw new FilterError(`'ip6' modifier applied to ip ${what}`, token.at);
  }
  if (protocol !== undefined && !['ip', 'arp', 'rarp'].includes(protocol)) {
    throw new FilterError(`'${protocol}' modifier applied to ${what}`, token.at);
  }
  if (token.kind === 'word') return namedTest(protocol, direction, token, what, resolve);
  const { address, bits } = ipv4Parts(token, what);
  if (mask === undefined) return ipv4Network(protocol, direction, address, maskOf(bits));
  const wide = maskNumber(mask);
  if ((address & ~wide) !== 0) {
    const sign = mask.kind === 'quad' ? ' mask ' : '/';
    const said = `${token.text}${sign}${mask.text}`;
    throw new FilterError(`non-network bits set in "${said}"`, token.at);
  }
  return ipv4Network(protocol, direction, address, wide);
}

function etherTest(direction: Direction, token: Token): Test {
  if (token.kind === 'mac') {
    const bytes = token.text.split(/[:.-]/).map((digits) => Number.parseInt(digits, 16));
    return etherHost(direction, bytes);
  }
  if (token.kind === 'word') throw new FilterError(`unknown ether host '${token.text}'`, token.at);
  throw new FilterError('illegal link layer address', token.at);
}

function ipv6Test(
  protocol: string | undefined,
  direction: Direction,
  token: Token,
  mask: Token | undefined,
): Test {
  if (protocol !== undefined && protocol !== 'ip6') {
    throw new FilterError(`'${protocol}' modifier applied to ip6 host`, token.at);
  }
  const address = parseIpv6(token.text);
  if (address === undefined) throw syntaxError(token.at);
  if (mask === undefined) return ipv6Network(direction, address, 128);
  if (mask.kind !== 'number') throw syntaxError(mask.at);
  if (mask.value > 128) throw new FilterError('mask length must be <= 128', mask.at);
  const rest = [...address].map((digit) => Number.parseInt(digit, 16).toString(2).padStart(4, '0'));
  if (rest.join('').slice(mask.value).includes('1')) {
    throw new FilterError(`non-network bits set in "${token.text}/${mask.text}"`, token.at);
  }
  return ipv6Network(direction, address, mask.value);
}

function namedTest(
  protocol: string | undefined,
  direction: Direction,
  token: Token,
  what: string,
  resolve: Resolve,
): Test {
  const tests = resolve(token.text).map((address) =>
    typeof address === 'number'
      ? ipv4Network(protocol, direction, address, 0xffff_ffff)
      : ipv6Network(direction, address, 128),
  );
  const [first, ...rest] = tests;
  if (first === undefined) {
    const kind = what === 'net' ? 'network' : 'host';
    throw new FilterError(`unknown ${kind} '${token.text}'`, token.at);
  }
  return or(first, ...rest);
}

/** The address, and how many of its bits were told: `10.0` are sixteen. */
function ipv4Parts(token: Token, what: string): { address: number; bits: number } {
  if (token.kind === 'number') {
    let address = token.value;
    let bits = 32;
    // A short number of a network stands at its high end.
    while (what === 'net' && address !== 0 && address < 0x0100_0000) {
      address *= 256;
      bits -= 8;
    }
    return { address, bits };
  }
  const bytes = token.text.split('.').map(Number);
  if (bytes.some((byte) => byte > 255)) {
    throw new FilterError(`invalid IPv4 address '${token.text}'`, token.at);
  }
  const address = [0, 1, 2, 3].reduce((sum, n) => sum * 256 + (bytes[n] ?? 0), 0);
  return { address, bits: 8 * bytes.length };
}

function maskNumber(mask: Token): number {
  if (mask.kind === 'quad') return ipv4Parts(mask, 'host').address;
  if (mask.kind !== 'number') throw syntaxError(mask.at);
  if (mask.value > 32) throw new FilterError('mask length must be <= 32', mask.at);
  return maskOf(mask.value);
}

function maskOf(bits: number): number {
  return bits === 0 ? 0 : (0xffff_ffff << (32 - bits)) >>> 0;
}
