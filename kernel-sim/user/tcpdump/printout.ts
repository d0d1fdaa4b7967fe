// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * One packet's text while it is being written, and its bytes. Linux: tcpdump's netdissect.h.
 *
 * The bytes are anybody's: reading beyond their end throws `Truncated`, which ends the packet's
 * text with `[|tcp]` and nothing else.
 */
import { formatIpv4, formatIpv6, ipv6FromBytes } from '../../lib/ip-address.ts';
import { formatMac } from '../../lib/mac-address.ts';
import { serviceName } from '../support/services.ts';
import type { Conversations } from './conversations.ts';

export interface PrintOptions {
  /** -n: neither names of hosts nor of ports. */
  readonly isNumeric: boolean;
  readonly isQuiet: boolean;
  /** How many -v. */
  readonly verbosity: number;
  /** -e */
  readonly showsLink: boolean;
  /** -S: TCP's numbers as they are. */
  readonly isAbsolute: boolean;
}

/** What addresses are called, as far as anybody has asked. */
export type HostNames = ReadonlyMap<string, string>;

export class Truncated extends Error {}

export class Printout {
  bytes: Uint8Array;
  readonly options: PrintOptions;
  readonly conversations: Conversations;
  /** What a packet that is cut off was cut off in. */
  protocol = 'ether';
  text = '';
  readonly #hosts: HostNames;

  constructor(
    bytes: Uint8Array,
    options: PrintOptions,
    hosts: HostNames,
    conversations: Conversations,
  ) {
    this.bytes = bytes;
    this.options = options;
    this.#hosts = hosts;
    this.conversations = conversations;
  }

  print(text: string): void {
    this.text += text;
  }

  /** What lies at `end` and after it belongs to nobody. */
  limit(end: number): void {
    if (end < this.bytes.length) this.bytes = this.bytes.subarray(0, end);
  }

  /** Throws where bytes are missing. */
  need(at: number, count: number): void {
    if (at + count > this.bytes.length) throw new Truncated();
  }

  u8(at: number): number {
    this.need(at, 1);
    return this.bytes[at] ?? 0;
  }

  u16(at: number): number {
    return this.u8(at) * 256 + this.u8(at + 1);
  }

  u32(at: number): number {
    return this.u16(at) * 65_536 + this.u16(at + 2);
  }

  slice(at: number, count: number): Uint8Array {
    this.need(at, count);
    return this.bytes.subarray(at, at + count);
  }

  isZero(at: number, count: number): boolean {
    return this.slice(at, count).every((byte) => byte === 0);
  }

  ipv4(at: number): string {
    return this.#host(formatIpv4(this.u32(at)));
  }

  ipv6(at: number): string {
    return this.#host(this.ipv6Number(at));
  }

  /** An address that is never called by name. */
  ipv6Number(at: number): string {
    return formatIpv6(ipv6FromBytes(this.slice(at, 16)));
  }

  mac(at: number): string {
    const text = formatMac(this.slice(at, 6));
    if (this.options.isNumeric) return text;
    return text === 'ff:ff:ff:ff:ff:ff' ? 'Broadcast' : `${text} (oui Unknown)`;
  }

  port(port: number, protocol: 'tcp' | 'udp'): string {
    const name = this.options.isNumeric ? '*' : serviceName(port, protocol);
    return name === '*' ? String(port) : name;
  }

  #host(address: string): string {
    return this.options.isNumeric ? address : (this.#hosts.get(address) ?? address);
  }
}

export function hex4(value: number): string {
  return `0x${value.toString(16).padStart(4, '0')}`;
}

/** `a, b`, or `none`, from the bits that are set. */
export function bitNames(
  bits: number,
  names: readonly (readonly [bit: number, name: string])[],
  separator = ', ',
): string {
  const set = names.filter(([bit]) => (bits & bit) !== 0).map(([, name]) => name);
  return set.length === 0 ? 'none' : set.join(separator);
}
