// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * In which contexts a class was ever taken: a bit for each state (hardirq, softirq), for taken in
 * it or with it on, and for writers and readers.
 *
 * Linux: enum lock_usage_bit of kernel/locking/lockdep_internals.h.
 */

/** A reader. */
export const READ_BIT = 1;
/** Taken with the interrupts on, rather than in one. */
export const DIRECTION_BIT = 2;

export const USAGE = {
  IN_HARDIRQ: 0,
  HARDIRQ_ON: 2,
  IN_SOFTIRQ: 4,
  SOFTIRQ_ON: 6,
  USED: 8,
  USED_READ: 9,
} as const;

// prettier-ignore
export const USAGE_NAMES: readonly string[] = [
  'IN-HARDIRQ-W', 'IN-HARDIRQ-R', 'HARDIRQ-ON-W', 'HARDIRQ-ON-R',
  'IN-SOFTIRQ-W', 'IN-SOFTIRQ-R', 'SOFTIRQ-ON-W', 'SOFTIRQ-ON-R',
  'INITIAL USE', 'INITIAL READ USE',
];

export const USED_IN_IRQ = 0x33;
export const ENABLED_IRQ = 0xcc;
export const HARDIRQ = 0x0f;
export const SOFTIRQ = 0xf0;
/** The bits of writers, and those of readers. */
export const WRITES = 0x55;
export const READS = 0xaa;

/** `HARDIRQ`, `SOFTIRQ-READ`. */
export function stateName(bit: number): string {
  const name = bit < USAGE.IN_SOFTIRQ ? 'HARDIRQ' : 'SOFTIRQ';
  return (bit & READ_BIT) === 0 ? name : `${name}-READ`;
}

/** The use by writers that cannot go together with `bit`. */
export function exclusiveBit(bit: number): number {
  return (bit & ~READ_BIT) ^ DIRECTION_BIT;
}

/** All uses that cannot go together with those of a mask. */
export function exclusiveMask(mask: number): number {
  const inverted =
    ((mask & USED_IN_IRQ) << DIRECTION_BIT) | ((mask & ENABLED_IRQ) >> DIRECTION_BIT);
  return inverted | ((inverted & READS) >> READ_BIT) | ((inverted & WRITES) << READ_BIT);
}

/** Two uses, one of each mask, that cannot go together; undefined if all can. */
export function exclusivePair(
  mask: number,
  other: number,
): readonly [bit: number, excluded: number] | undefined {
  for (let bit = 0; bit < USAGE.USED; bit++) {
    if ((mask & (1 << bit)) === 0) continue;
    const excluded = exclusiveBit(bit);
    if ((other & (1 << excluded)) !== 0) return [bit, excluded];
    // Readers, too: between both a writer may wait, whom the second reader does not pass.
    const reading = excluded | READ_BIT;
    if ((other & (1 << reading)) !== 0) return [bit, reading];
  }
  return undefined;
}

/** Four letters: hardirq and softirq, writers and readers of each. */
export function usageLetters(mask: number): string {
  return [
    USAGE.IN_HARDIRQ,
    USAGE.IN_HARDIRQ | READ_BIT,
    USAGE.IN_SOFTIRQ,
    USAGE.IN_SOFTIRQ | READ_BIT,
  ]
    .map((bit) => letterOf(mask, bit))
    .join('');
}

function letterOf(mask: number, bit: number): string {
  const isIn = (mask & (1 << bit)) !== 0;
  const isOn = (mask & (1 << (bit | DIRECTION_BIT))) !== 0;
  if (isOn) return isIn ? '?' : '+';
  return isIn ? '-' : '.';
}
