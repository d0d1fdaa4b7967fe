// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What the matrix of lib/locking-selftest.c does, as data: each program takes locks in a few
 * blocks, one after the other. Unlike the original, each that must be reported has a repaired twin.
 */

/** How a lock is taken. `L` in a take stands for the variant of the case. */
export type Verb = 'spin' | 'wlock' | 'rlock' | 'mutex' | 'wsem' | 'rsem';
/** `A` or `A:rlock`: taken in this order, given back in the reverse one. */
export type Take = string;

export interface Block {
  readonly takes: readonly Take[];
}

export interface Program {
  readonly blocks: readonly Block[];
  /** By number of the block: what is there in the twin. */
  readonly repaired: Readonly<Record<number, Block>>;
  /** The block, of those in the order of the run, and the take in it, that is reported. */
  readonly bad: (order: readonly number[]) => readonly [block: number, take: number];
}

const on = (...takes: Take[]): Block => ({ takes });

/** The last of the run, where it takes its last lock. */
const atEnd =
  (take: number): Program['bad'] =>
  (order) => [order.at(-1)!, take];

function ring(pairs: readonly string[], reversed: number): Program {
  const blocks = pairs.map((pair) => on(...pair));
  const [first = '', second = ''] = pairs[reversed] ?? '';
  return { blocks, repaired: { [reversed]: on(second, first) }, bad: atEnd(1) };
}

export const ORDERS: Readonly<Record<string, Program>> = {
  AA: { blocks: [on('A', 'A')], repaired: { 0: on('A') }, bad: atEnd(1) },
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
    bad: atEnd(1),
  },
  W1W2_R2R3_R3W1: {
    blocks: [on('A:wlock', 'B:wlock'), on('B:rlock', 'C:rlock'), on('C:rlock', 'A:wlock')],
    repaired: {},
    bad: atEnd(1),
  },
};
