// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What the matrix of lib/locking-selftest.c does, as data: each program takes locks in a few
 * blocks, one after the other. Differs: the interrupts are real, and each program that must be
 * reported has a repaired twin.
 */

/** How a lock is taken. */
export type Verb = 'spin' | 'wlock' | 'rlock' | 'mutex' | 'wsem' | 'rsem';
/**
 * `A`, taken as the variant of the case says, or `A:rlock`. Those of a block are taken in their
 * order, and given back in the reverse one.
 */
export type Take = string;

export interface Block {
  /** With interrupts on or off, or in one. Which, hard or soft, is the case's. */
  readonly where: 'on' | 'off' | 'irq';
  readonly takes: readonly Take[];
}

export interface Program {
  readonly blocks: readonly Block[];
  /** By number of the block: what is there in the twin. */
  readonly repaired: Readonly<Record<number, Block>>;
  /** The take that is reported, with the blocks run in this order. */
  readonly bad: (order: readonly number[]) => Place;
  /** What else the report must have a stack of: below which line, and whose. */
  readonly stacks?: (order: readonly number[]) => readonly (readonly [heading: string, Place])[];
}

/** A take by the number of its block, and its own in there. */
export type Place = readonly [block: number, take: number];

const on = (...takes: Take[]): Block => ({ where: 'on', takes });
const off = (...takes: Take[]): Block => ({ where: 'off', takes });
const irq = (...takes: Take[]): Block => ({ where: 'irq', takes });

/** All orders of so many blocks. */
export function ordersOf(blocks: number): number[][] {
  if (blocks === 0) return [[]];
  const last = blocks - 1;
  const all = ordersOf(last).flatMap((order) =>
    Array.from({ length: blocks }, (_, at) => order.toSpliced(at, 0, last)),
  );
  return all.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}

/** `132`, as the catalogue has it. */
export function nameOf(order: readonly number[]): string {
  return order.map((number) => number + 1).join('');
}

// ---- Circles -----------------------------------------------------------------------------------

/** The last of the run, where it takes its second lock. */
const atEnd: Program['bad'] = (order) => [order.at(-1)!, 1];

function ring(pairs: readonly string[], reversed: number): Program {
  const blocks = pairs.map((pair) => on(...pair));
  const [first = '', second = ''] = pairs[reversed] ?? '';
  return { blocks, repaired: { [reversed]: on(second, first) }, bad: atEnd };
}

export const ORDERS: Readonly<Record<string, Program>> = {
  AA: { blocks: [on('A', 'A')], repaired: { 0: on('A') }, bad: atEnd },
  ABBA: ring(['AB', 'BA'], 1),
  ABBCCA: ring(['AB', 'BC', 'CA'], 2),
  ABCABC: ring(['AB', 'CA', 'BC'], 1),
  ABBCCDDA: ring(['AB', 'BC', 'CD', 'DA'], 3),
  ABCDBCDA: ring(['AB', 'CD', 'BC', 'DA'], 3),
};

export const STRONG: Readonly<Record<string, Program>> = {
  W1R2_W2R3_W3R1: {
    blocks: [on('A:wlock', 'B:rlock'), on('B:wlock', 'C:rlock'), on('C:wlock', 'A:rlock')],
    repaired: { 2: on('A:wlock', 'C:rlock') },
    bad: atEnd,
  },
  W1W2_R2R3_R3W1: {
    blocks: [on('A:wlock', 'B:wlock'), on('B:rlock', 'C:rlock'), on('C:rlock', 'A:wlock')],
    repaired: {},
    bad: atEnd,
  },
};

// ---- Interrupts --------------------------------------------------------------------------------

/** Two blocks use one lock in ways that cannot go together: whichever comes second is told of. */
function clash(one: number, other: number): Pick<Program, 'bad' | 'stacks'> {
  const inTurn = (order: readonly number[]): number[] =>
    order.filter((block) => block === one || block === other);
  return {
    bad: (order) => [inTurn(order)[1]!, 0],
    stacks: (order) => [['{*} state was registered at:', [inTurn(order)[0]!, 0]]],
  };
}

/** The first block joins two locks: the second takes one with interrupts on, the third one in. */
const JOIN: Pick<Program, 'bad' | 'stacks'> = {
  bad: (order) => [order.at(-1)!, order.at(-1) === 0 ? 1 : 0],
  stacks: (order) => {
    const last = order.at(-1);
    const joined = ['*... acquired at:', [0, 1]] as const;
    if (last === 1) return [joined, ['*IN-*IRQ-* at:', [2, 0]]];
    if (last === 2) return [joined, ['*IRQ-ON-* at:', [1, 0]]];
    return [
      ['... which became *-irq-safe at:', [2, 0]],
      ['...', [1, 0]],
    ];
  },
};

/** What runs with locks taken in which ways: the last is silent. */
const SPINNING = ['spin', 'wlock', 'rlock'] as const;
const SHARED = ['wlock', 'rlock'] as const;

export interface InterruptProgram extends Program {
  readonly variants: readonly Verb[];
}

export const INTERRUPTS: Readonly<Record<string, InterruptProgram>> = {
  irqsafe1: {
    variants: SPINNING,
    blocks: [irq('A'), on('A')],
    repaired: { 1: off('A') },
    ...clash(0, 1),
  },
  irqsafe3: {
    variants: SPINNING,
    blocks: [on('A', 'B'), on('B'), irq('A')],
    repaired: { 0: off('A', 'B'), 1: off('B') },
    ...clash(0, 2),
  },
  irqsafe4: {
    variants: SPINNING,
    blocks: [off('A', 'B'), on('B'), irq('A')],
    repaired: { 1: off('B') },
    ...JOIN,
  },
  irq_inversion: {
    variants: SPINNING,
    blocks: [off('A:wlock', 'B'), on('B'), irq('A:rlock')],
    repaired: { 1: off('B') },
    ...JOIN,
  },
  irq_read_recursion: {
    variants: SHARED,
    blocks: [off('A:wlock'), on('A:rlock'), irq('A', 'B')],
    repaired: { 1: off('A:rlock') },
    ...clash(1, 2),
  },
  irq_read_recursion3: {
    variants: SHARED,
    blocks: [off('B:wlock', 'A'), on('A:rlock'), irq('B:rlock')],
    repaired: { 1: off('A:rlock') },
    ...JOIN,
  },
};

/**
 * Where readers wait for a waiting writer unless they are in an interrupt. All of hard interrupts,
 * and in one order.
 */
export const QUEUED: Readonly<Record<string, Program & { readonly order: readonly number[] }>> = {
  RE_Er: {
    blocks: [irq('A:rlock', 'B:spin'), off('B:spin', 'A:rlock')],
    repaired: { 1: off('A:rlock', 'B:spin') },
    order: [0, 1],
    bad: atEnd,
    stacks: () => [['-> #* (&locks->spin_b)*:', [0, 1]]],
  },
  ER_rE: {
    blocks: [irq('B:spin', 'A:rlock'), off('A:rlock', 'B:spin')],
    repaired: {},
    order: [0, 1],
    bad: atEnd,
  },
  inversion: {
    blocks: [off('B:spin', 'A:rlock'), on('A:rlock'), irq('B:spin')],
    repaired: { 1: off('A:rlock') },
    order: [2, 0, 1],
    ...JOIN,
  },
};
