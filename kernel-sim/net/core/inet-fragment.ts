// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Fragments that wait for each other, of either family.
 *
 * Fragments that overlap are an attack and never an accident (RFC 5722): all of their packet is
 * thrown away, except that one which came twice is only dropped. What waits is bounded by memory
 * and by time.
 *
 * Linux: net/ipv4/inet_fragment.c.
 */
import type { NetTimer, NetTimers } from './net-timers.ts';
import type { SkBuff, SkBuffs } from './sk-buff.ts';

/** A piece of a packet: its data are the piece alone. */
export interface Fragment {
  readonly skb: SkBuff;
  /** Where in the packet it begins. */
  readonly offset: number;
  /** Nothing comes behind it. */
  readonly isLast: boolean;
}

/** What came of a fragment. */
export type FragmentVerdict =
  /** It waits. */
  | 'waiting'
  /** It was there already; or it contradicts itself. It is gone, the others wait on. */
  | 'dropped'
  /** It overlaps, or contradicts others: all of them are gone. */
  | 'overlap'
  | 'inconsistent'
  /** There is no room for more packets. It is gone. */
  | 'full';

export interface FragmentsParts {
  readonly skbs: SkBuffs;
  readonly timers: NetTimers;
  /** Bytes by truesize that may wait. */
  readonly limitBytes: () => number;
  readonly timeoutNs: () => number;
  /** A packet never became complete. `first`, if it came, is not taken. */
  readonly expired: (first: SkBuff | undefined) => void;
}

interface Incomplete {
  readonly key: string;
  readonly timer: NetTimer;
  /** In the order of their offsets. */
  readonly pieces: Fragment[];
  /** Where the packet ends; Infinity while nobody knows. */
  endBytes: number;
  haveBytes: number;
}

export class Fragments {
  readonly #parts: FragmentsParts;
  readonly #packets = new Map<string, Incomplete>();
  #bytes = 0;

  constructor(parts: FragmentsParts) {
    this.#parts = parts;
  }

  /** Packets that are incomplete, and the bytes of their fragments. */
  get count(): number {
    return this.#packets.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Takes a fragment of the packet that `key` stands for. Answers all of the packet in order, which
   * belong to the caller, when this was what was missing.
   */
  add(key: string, fragment: Fragment): readonly Fragment[] | FragmentVerdict {
    const { skb } = fragment;
    const packet = this.#packets.get(key) ?? this.#open(key);
    if (packet === undefined || this.#bytes + skb.truesize > this.#parts.limitBytes()) {
      this.#parts.skbs.free(skb);
      if (packet?.pieces.length === 0) this.#close(packet);
      return 'full';
    }
    const verdict = this.#insert(packet, fragment);
    if (verdict !== 'waiting') {
      this.#parts.skbs.free(skb);
      if (verdict !== 'dropped' || packet.pieces.length === 0) this.#discard(packet);
      return verdict;
    }
    this.#bytes += skb.truesize;
    if (packet.haveBytes !== packet.endBytes) return verdict;
    this.#close(packet);
    for (const piece of packet.pieces) this.#bytes -= piece.skb.truesize;
    return packet.pieces;
  }

  #open(key: string): Incomplete | undefined {
    const { timers, limitBytes, timeoutNs } = this.#parts;
    if (this.#bytes >= limitBytes()) return undefined;
    const timer = timers.make(() => this.#expire(packet));
    const packet: Incomplete = { key, timer, pieces: [], endBytes: Infinity, haveBytes: 0 };
    timer.start(timeoutNs());
    this.#packets.set(key, packet);
    return packet;
  }

  /** Linux: inet_frag_queue_insert, ip_frag_queue. */
  #insert(packet: Incomplete, { skb, offset, isLast }: Fragment): FragmentVerdict {
    const end = offset + skb.length;
    const last = packet.pieces.at(-1);
    const lastEnd = last === undefined ? 0 : last.offset + last.skb.length;
    if (isLast) {
      if (end < lastEnd || (packet.endBytes !== Infinity && end !== packet.endBytes)) {
        return 'inconsistent';
      }
    } else if (end > packet.endBytes) {
      return 'inconsistent';
    }
    if (end === offset) return 'dropped';
    let index = packet.pieces.length;
    while (index > 0 && packet.pieces[index - 1]!.offset >= offset) index--;
    const before = packet.pieces[index - 1];
    const after = packet.pieces[index];
    const isTwice =
      (after !== undefined && after.offset === offset && after.skb.length === skb.length) ||
      (before !== undefined && before.offset <= offset && endOf(before) >= end) ||
      (after !== undefined && after.offset <= offset && endOf(after) >= end);
    if (isTwice) return 'dropped';
    if (before !== undefined && endOf(before) > offset) return 'overlap';
    if (after !== undefined && after.offset < end) return 'overlap';
    packet.pieces.splice(index, 0, { skb, offset, isLast });
    packet.haveBytes += skb.length;
    if (isLast) packet.endBytes = end;
    return 'waiting';
  }

  #expire(packet: Incomplete): void {
    const [first] = packet.pieces;
    this.#parts.expired(first?.offset === 0 ? first.skb : undefined);
    this.#discard(packet);
  }

  #discard(packet: Incomplete): void {
    this.#close(packet);
    for (const { skb } of packet.pieces.splice(0)) {
      this.#bytes -= skb.truesize;
      this.#parts.skbs.free(skb);
    }
  }

  #close(packet: Incomplete): void {
    packet.timer.cancel();
    this.#packets.delete(packet.key);
  }
}

function endOf({ skb, offset }: Fragment): number {
  return offset + skb.length;
}

/**
 * One packet of the pieces' bytes with room for `headroom` in front; undefined without memory. The
 * pieces stay their caller's.
 */
export function joinFragments(
  skbs: SkBuffs,
  pieces: readonly Fragment[],
  headroom: number,
): SkBuff | undefined {
  const last = pieces.at(-1);
  const first = pieces[0];
  if (last === undefined || first === undefined) return undefined;
  const whole = skbs.alloc(headroom + endOf(last));
  if (whole === undefined) return undefined;
  whole.reserve(headroom);
  whole.put(endOf(last));
  for (const { skb, offset } of pieces) whole.copyIn(offset, skb.copyOut(0, skb.length));
  whole.dev = first.skb.dev;
  whole.protocol = first.skb.protocol;
  whole.pktType = first.skb.pktType;
  whole.timestampNs = first.skb.timestampNs;
  whole.ifIndexIn = first.skb.ifIndexIn;
  return whole;
}
