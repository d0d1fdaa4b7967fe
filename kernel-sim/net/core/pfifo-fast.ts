// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The queue in front of a driver: three bands, of which the first that has a packet goes first.
 * Packets of a band keep their order.
 *
 * Linux: pfifo_fast (net/sched/sch_generic.c).
 */
import { PacketQueue } from './packet-queue.ts';
import type { SkBuff } from './sk-buff.ts';

/** By a packet's priority. */
const BANDS = [1, 2, 2, 2, 1, 2, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1] as const;
const PRIORITY_MASK = 0xf;

export class PfifoFast {
  /** What did not fit. */
  drops = 0;
  readonly #bands = [new PacketQueue(), new PacketQueue(), new PacketQueue()] as const;
  /** What the driver gave back. */
  readonly #requeued = new PacketQueue();

  get length(): number {
    const [first, second, third] = this.#bands;
    return first.length + second.length + third.length + this.#requeued.length;
  }

  /** False when its band is full: the packet stays the caller's. */
  push(skb: SkBuff, limit: number): boolean {
    const band = this.#bands[BANDS[skb.priority & PRIORITY_MASK] ?? 1];
    if (band.length >= limit) {
      this.drops++;
      return false;
    }
    band.push(skb);
    return true;
  }

  /** Puts back what `shift` has just taken. */
  unshift(skb: SkBuff): void {
    this.#requeued.push(skb);
  }

  shift(): SkBuff | undefined {
    if (this.#requeued.length > 0) return this.#requeued.shift();
    const [first, second, third] = this.#bands;
    if (first.length > 0) return first.shift();
    return second.length > 0 ? second.shift() : third.shift();
  }
}
