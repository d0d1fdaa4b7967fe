// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What one line of execution knows of the others: a task, or a CPU's interrupts or softirqs.
 *
 * Each has a slot, and in it a count of its own that goes up whenever it tells others how far it
 * has come. A vector clock has, for every slot, the count up to which its owner's past includes
 * that of the slot's. Slots of ended tasks are used again, and go on counting: who comes after an
 * end is ordered behind it.
 */

export type VectorClock = Int32Array;

export class OrderContext {
  /** -1 for one that has not touched memory yet. */
  slot = -1;
  /** What it does now has this count. */
  count = 0;
  /** Undefined for one that knows of nobody. */
  clock: VectorClock | undefined = undefined;
  /** What was known at the latest barrier for writes: what a marked store tells. */
  fence: VectorClock | undefined = undefined;
  /** So many accesses count as marked from now on. */
  atomicNext = 0;
  atomicDepth = 0;
  /** Accesses of a context that looks away are nobody's. Linux: kcsan_disable_current. */
  disabledDepth = 0;
  /** The latest load, which makes a store of the same place behind it an update. */
  loadedAt = -1;
  loadedSite = 0;

  /** Takes a slot, whose count goes on. */
  enlist(slot: number, count: number): void {
    this.slot = slot;
    this.clock = grown(this.clock, slot + 1);
    this.#setCount(count);
  }

  /** After others were told: what is done from now on is not what they know of. */
  advance(): void {
    if (this.slot >= 0) this.#setCount(this.clock![this.slot]! + 1);
  }

  join(other: VectorClock): void {
    this.clock = joined(this.clock, other);
  }

  /** True if what a slot's context did at a count happened before what this one does now. */
  hasSeen(slot: number, count: number): boolean {
    const { clock } = this;
    return clock !== undefined && slot < clock.length && clock[slot]! >= count;
  }

  #setCount(count: number): void {
    this.clock![this.slot] = count;
    this.count = count;
  }
}

/** The later of both in every slot. Changes `clock`, unless it is too small or there is none. */
export function joined(clock: VectorClock | undefined, other: VectorClock): VectorClock {
  const result = grown(clock, other.length);
  for (let slot = 0; slot < other.length; slot++) {
    if (other[slot]! > result[slot]!) result[slot] = other[slot]!;
  }
  return result;
}

function grown(clock: VectorClock | undefined, slots: number): VectorClock {
  if (clock !== undefined && clock.length >= slots) return clock;
  const result = new Int32Array(slots);
  if (clock !== undefined) result.set(clock);
  return result;
}
