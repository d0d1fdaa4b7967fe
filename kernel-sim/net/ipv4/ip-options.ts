// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Options of an IPv4 header: read with suspicion, filled in where they ask for it.
 *
 * Record route and timestamps are served; a packet that wants to choose its own way is not let
 * through. What is malformed is answered with the place where it is (ICMP parameter problem).
 *
 * Linux: net/ipv4/ip_options.c. RFC 791, section 3.1; RFC 1122, section 3.2.1.8.
 */
import { foldChecksum } from '../core/checksum.ts';
import type { SkBuff } from '../core/sk-buff.ts';
import { headerAt, IPHDR } from './ip-header.ts';

// prettier-ignore
const IPOPT = {
  END: 0, NOOP: 1, RR: 7, TIMESTAMP: 68, SEC: 130, LSRR: 131, CIPSO: 134, SID: 136, SSRR: 137,
  RA: 148,
} as const;
/** The option goes into every fragment. */
const COPIED = 0x80;
const ADDRESS_BYTES = 4;
const DAY_MS = 86_400_000;
/** Kinds of timestamps: alone, each with an address, those of given addresses. */
const TS = { ONLY: 0, AND_ADDRESS: 1, PRESPECIFIED: 3 } as const;

export interface IpOptions {
  /** Offset in the header of what is wrong; 0: nothing is. */
  readonly errorAt: number;
  readonly hasSourceRoute: boolean;
  readonly hasRouterAlert: boolean;
}

/** What is written into the options on the way. */
export interface OptionsPlace {
  /** The address that the packet passes. */
  readonly address: number;
  readonly nowNs: number;
  readonly isLocal: (address: number) => boolean;
}

/** Reads the options of a packet that came, and fills them in. Linux: __ip_options_compile. */
export function receiveOptions(skb: SkBuff, place: OptionsPlace): IpOptions {
  const at = headerAt(skb);
  const end = (skb.load8(at) & 0xf) * 4;
  const result = { errorAt: 0, hasSourceRoute: false, hasRouterAlert: false };
  let isChanged = false;
  for (let offset = IPHDR.SIZE as number; offset < end;) {
    const type = skb.load8(at + offset);
    if (type === IPOPT.END) break;
    if (type === IPOPT.NOOP) {
      offset++;
      continue;
    }
    const length = offset + 1 < end ? skb.load8(at + offset + 1) : 0;
    if (length < 2 || offset + length > end) return { ...result, errorAt: offset };
    const option = new Option(skb, at + offset, length);
    const wrong = option.receive(type, place);
    if (wrong >= 0) return { ...result, errorAt: offset + wrong };
    isChanged ||= option.isChanged;
    if (type === IPOPT.LSRR || type === IPOPT.SSRR) result.hasSourceRoute = true;
    if (type === IPOPT.RA) result.hasRouterAlert = true;
    offset += length;
  }
  if (isChanged) setHeaderChecksum(skb);
  return result;
}

/** One option of a packet. */
class Option {
  isChanged = false;
  readonly #skb: SkBuff;
  readonly #at: number;
  readonly #length: number;

  constructor(skb: SkBuff, at: number, length: number) {
    this.#skb = skb;
    this.#at = at;
    this.#length = length;
  }

  /** Where in the option something is wrong, or -1. */
  receive(type: number, place: OptionsPlace): number {
    switch (type) {
      case IPOPT.RR:
        return this.#recordRoute(place);
      case IPOPT.TIMESTAMP:
        return this.#timestamp(place);
      case IPOPT.LSRR:
      case IPOPT.SSRR:
        return this.#length < 3 ? 1 : this.#byte(2) < 4 ? 2 : -1;
      case IPOPT.RA:
        return this.#length < 4 ? 1 : -1;
      default:
        return -1;
    }
  }

  #recordRoute({ address }: OptionsPlace): number {
    if (this.#length < 3) return 1;
    const pointer = this.#byte(2);
    if (pointer < 4) return 2;
    if (pointer > this.#length) return -1;
    if (pointer + 3 > this.#length) return 2;
    this.#put(pointer, address);
    return -1;
  }

  #timestamp(place: OptionsPlace): number {
    if (this.#length < 4) return 1;
    const pointer = this.#byte(2);
    if (pointer < 5) return 2;
    const kind = this.#byte(3) & 0xf;
    if (pointer > this.#length) return this.#overflow();
    const bytes = kind === TS.ONLY ? ADDRESS_BYTES : 2 * ADDRESS_BYTES;
    if (pointer + bytes - 1 > this.#length) return 2;
    const stamp = Math.floor(place.nowNs / 1_000_000) % DAY_MS;
    if (kind === TS.PRESPECIFIED) {
      if (!place.isLocal(this.#skb.load32(this.#at + pointer - 1) >>> 0)) return -1;
      this.#skb.store8(this.#at + 2, pointer + ADDRESS_BYTES);
    } else if (kind === TS.AND_ADDRESS) {
      this.#put(pointer, place.address);
    } else if (kind !== TS.ONLY) {
      return 3;
    }
    this.#put(this.#byte(2), stamp);
    return -1;
  }

  /** No room: counted in four bits. */
  #overflow(): number {
    const flags = this.#byte(3);
    if (flags >>> 4 === 0xf) return 3;
    this.#skb.store8(this.#at + 3, flags + 0x10);
    this.isChanged = true;
    return -1;
  }

  #byte(index: number): number {
    return this.#skb.load8(this.#at + index);
  }

  #put(pointer: number, word: number): void {
    this.#skb.store32(this.#at + pointer - 1, word);
    this.#skb.store8(this.#at + 2, pointer + ADDRESS_BYTES);
    this.isChanged = true;
  }
}

/** Anew, over the whole header. Linux: ip_send_check. */
export function setHeaderChecksum(skb: SkBuff): void {
  const at = headerAt(skb);
  skb.store16(at + IPHDR.CHECKSUM, 0);
  const sum = skb.checksum(at, (skb.load8(at) & 0xf) * 4);
  skb.store16(at + IPHDR.CHECKSUM, foldChecksum(sum));
}

/** What the later fragments have of the options: those that say so. Linux: ip_options_fragment. */
export function fragmentOptions(options: Uint8Array): Uint8Array {
  const copied = options.slice();
  for (let at = 0; at < copied.length;) {
    const type = copied[at] ?? IPOPT.END;
    if (type === IPOPT.END) break;
    const length = type === IPOPT.NOOP ? 1 : (copied[at + 1] ?? 0);
    if (length < 1 || at + length > copied.length) break;
    if (type !== IPOPT.NOOP && (type & COPIED) === 0) copied.fill(IPOPT.NOOP, at, at + length);
    at += length;
  }
  return copied;
}

/**
 * Options of a request as they go into its reply: routes and stamps that were recorded, no source
 * route. Linux: __ip_options_echo.
 */
export function echoOptions(skb: SkBuff): Uint8Array {
  const at = headerAt(skb);
  const end = (skb.load8(at) & 0xf) * 4;
  if (end <= IPHDR.SIZE) return NO_OPTIONS;
  const options = skb.copyOut(at + IPHDR.SIZE, end - IPHDR.SIZE);
  for (let offset = 0; offset < options.length;) {
    const type = options[offset] ?? IPOPT.END;
    if (type === IPOPT.END) break;
    const length = type === IPOPT.NOOP ? 1 : (options[offset + 1] ?? 0);
    if (length < 1 || offset + length > options.length) return NO_OPTIONS;
    const isEchoed = type === IPOPT.RR || type === IPOPT.TIMESTAMP;
    if (!isEchoed) options.fill(IPOPT.NOOP, offset, offset + length);
    offset += length;
  }
  return options;
}

export const NO_OPTIONS = new Uint8Array(0);

/** Options that a program sets, checked and padded; undefined: malformed. Linux: ip_options_get. */
export function checkOptions(bytes: Uint8Array, isPrivileged: boolean): Uint8Array | undefined {
  if (bytes.length > IPHDR.SIZE_MAX - IPHDR.SIZE) return undefined;
  const options = new Uint8Array(Math.ceil(bytes.length / 4) * 4);
  options.set(bytes);
  for (let at = 0; at < options.length;) {
    const type = options[at] ?? IPOPT.END;
    if (type === IPOPT.END) break;
    const length = type === IPOPT.NOOP ? 1 : (options[at + 1] ?? 0);
    if (type !== IPOPT.NOOP && (length < 2 || at + length > options.length)) return undefined;
    if (type === IPOPT.LSRR || type === IPOPT.SSRR) return undefined;
    const isRecorded = type === IPOPT.RR || type === IPOPT.TIMESTAMP;
    const first = type === IPOPT.RR ? 4 : 5;
    if (isRecorded && (length < first - 1 || (options[at + 2] ?? 0) < first)) return undefined;
    const isPlain = type === IPOPT.NOOP || type === IPOPT.RA || isRecorded;
    if (!isPlain && !isPrivileged) return undefined;
    at += length;
  }
  return options;
}
