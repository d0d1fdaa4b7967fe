// SPDX-License-Identifier: GPL-2.0-or-later
/** Frames for tests, put together from their headers, with checksums that are right. */
import { ipv6ToBytes, parseIpv4, parseIpv6 } from '../../ip-address.ts';
import { complement, wordSum } from '../sum.ts';

const MACHINE = [0x52, 0x54, 0, 0x12, 0x34, 0x56];
const GATEWAY = [0x52, 0x55, 0x0a, 0, 2, 2];

export const PROTOCOL = { ICMP: 1, TCP: 6, UDP: 17, ICMPV6: 58 } as const;

export function ethernet(type: number, payload: readonly number[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(...GATEWAY, ...MACHINE, ...be16(type), ...payload);
}

export function arpRequest(sender: string, target: string): Uint8Array<ArrayBuffer> {
  const head = [...be16(1), ...be16(0x0800), 6, 4, ...be16(1)];
  const tail = [...MACHINE, ...quad(sender), 0, 0, 0, 0, 0, 0, ...quad(target)];
  return ethernet(0x0806, [...head, ...tail]);
}

interface Ipv4Parts {
  readonly source?: string;
  readonly destination?: string;
  readonly protocol: number;
  readonly options?: readonly number[];
  /** Flags and offset as they stand in the header. */
  readonly fragment?: number;
}

export function ipv4(parts: Ipv4Parts, payload: readonly number[]): Uint8Array<ArrayBuffer> {
  const { source = '10.0.2.15', destination = '10.0.2.2', options = [], fragment = 0 } = parts;
  const headerBytes = 20 + options.length;
  const head = [0x40 | (headerBytes / 4), 0, ...be16(headerBytes + payload.length)];
  const rest = [...be16(0x1234), ...be16(fragment), 64, parts.protocol];
  const tail = [...quad(source), ...quad(destination), ...options];
  const check = complement(sumOf([...head, ...rest, 0, 0, ...tail]));
  return ethernet(0x0800, [...head, ...rest, ...be16(check), ...tail, ...payload]);
}

/** `segment` has zeros where its checksum belongs. */
export function ipv4Transport(
  parts: Ipv4Parts,
  segment: readonly number[],
  checksumAt: number,
): Uint8Array<ArrayBuffer> {
  const { source = '10.0.2.15', destination = '10.0.2.2', protocol } = parts;
  const pseudo = [...quad(source), ...quad(destination), 0, protocol, ...be16(segment.length)];
  return ipv4(parts, withChecksum(segment, checksumAt, pseudo));
}

export function ipv6Transport(
  { source, destination, protocol }: { source: string; destination: string; protocol: number },
  segment: readonly number[],
  checksumAt: number,
  extensions: { readonly first: number; readonly bytes: readonly number[] } = {
    first: protocol,
    bytes: [],
  },
): Uint8Array<ArrayBuffer> {
  const addresses = [...address6(source), ...address6(destination)];
  const pseudo = [...addresses, 0, 0, ...be16(segment.length), 0, 0, 0, protocol];
  const whole = [...extensions.bytes, ...withChecksum(segment, checksumAt, pseudo)];
  const head = [0x60, 0, 0, 0, ...be16(whole.length), extensions.first, 255];
  return ethernet(0x86dd, [...head, ...addresses, ...whole]);
}

/** Its length is set. */
export function udp(
  source: number,
  destination: number,
  payload: readonly number[],
  parts: Partial<Ipv4Parts> = {},
): Uint8Array<ArrayBuffer> {
  const head = [...be16(source), ...be16(destination), ...be16(8 + payload.length), 0, 0];
  return ipv4Transport({ protocol: PROTOCOL.UDP, ...parts }, [...head, ...payload], 6);
}

interface TcpParts {
  readonly source: number;
  readonly destination: number;
  readonly sequence: number;
  readonly acknowledged?: number;
  readonly flags: number;
  readonly options?: readonly number[];
}

export function tcp(
  parts: TcpParts,
  payload: readonly number[] = [],
  addresses: Partial<Ipv4Parts> = {},
): Uint8Array<ArrayBuffer> {
  const { options = [], acknowledged = 0 } = parts;
  const ports = [...be16(parts.source), ...be16(parts.destination)];
  const numbers = [...be32(parts.sequence), ...be32(acknowledged)];
  const offset = (20 + options.length) << 2;
  const head = [...ports, ...numbers, offset, parts.flags, ...be16(64_240), 0, 0, 0, 0];
  const segment = [...head, ...options, ...payload];
  return ipv4Transport({ protocol: PROTOCOL.TCP, ...addresses }, segment, 16);
}

export function icmpEcho(type: 0 | 8, sequence: number): Uint8Array<ArrayBuffer> {
  const message = [type, 0, 0, 0, ...be16(0xd6), ...be16(sequence), ...ascii('abcdefgh')];
  const addresses = type === 8 ? {} : { source: '10.0.2.2', destination: '10.0.2.15' };
  return ipv4({ protocol: PROTOCOL.ICMP, ...addresses }, withChecksum(message, 2, []));
}

export function withChecksum(
  message: readonly number[],
  at: number,
  pseudo: readonly number[],
): number[] {
  // The pseudo header has an even length, so that the words of both are the same as apart.
  const check = complement(sumOf([...pseudo, ...message]));
  return [...message.slice(0, at), ...be16(check), ...message.slice(at + 2)];
}

export function ascii(text: string): number[] {
  return Array.from(text, (character) => character.charCodeAt(0));
}

export function be16(value: number): number[] {
  return [value >> 8, value & 0xff];
}

export function be32(value: number): number[] {
  return [...be16(value >>> 16), ...be16(value & 0xffff)];
}

export function quad(address: string): number[] {
  return be32(parseIpv4(address) ?? 0);
}

function address6(address: string): number[] {
  return [...ipv6ToBytes(parseIpv6(address) ?? '0'.repeat(32))];
}

function sumOf(numbers: readonly number[]): number {
  return wordSum(Uint8Array.from(numbers), 0, numbers.length);
}
