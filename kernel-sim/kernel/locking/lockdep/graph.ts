// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Which classes were taken while which others were held, and the search for paths through that.
 *
 * An edge remembers how both were taken, since readers that share a lock do not wait for each
 * other. A path counts only if it is strong: nowhere is a lock entered by somebody who may share it
 * with holders, and left by somebody who shares it.
 *
 * Linux: struct lock_list and __bfs of kernel/locking/lockdep.c; recursive read locks as in
 * Documentation/locking/lockdep-design.rst.
 */
import type { LockClass } from './lock-class.ts';

/**
 * How both ends of an edge were taken: the first exclusively or shared, the second by somebody who
 * waits for readers or by a recursive reader.
 */
export const DEP = {
  SHARED_RECURSIVE: 1,
  EXCLUSIVE_RECURSIVE: 2,
  SHARED: 4,
  EXCLUSIVE: 8,
} as const;
const SHARED_FIRST = DEP.SHARED_RECURSIVE | DEP.SHARED;
const NOT_RECURSIVE = DEP.SHARED | DEP.EXCLUSIVE;

/** What held locks say of an edge between them. */
export interface Taken {
  readonly read: number;
}

/** The first time that `to` was taken while `from` was held. */
export interface LockEdge {
  readonly from: LockClass;
  readonly to: LockClass;
  /** Bits of `DEP`, seen from `from`, and seen from `to`. */
  forward: number;
  backward: number;
  /** Number of locks between both, 1 for neighbours. */
  distance: number;
  /** Where both were taken: sites. */
  readonly fromSite: number;
  readonly toSite: number;
  /** Stack of the second: a handle of the depot. `from` has none of its own. */
  readonly stack: number;
  readonly task: { readonly name: string; readonly pid: number };
  readonly timeNs: number;
}

export function forwardBits(prev: Taken, next: Taken): number {
  return 1 << (Number(prev.read === 0) + 2 * Number(next.read !== 2));
}

export function backwardBits(prev: Taken, next: Taken): number {
  return 1 << (Number(next.read !== 2) + 2 * Number(prev.read === 0));
}

/** A class on the way from where a search began. */
export interface PathStep {
  readonly lockClass: LockClass;
  readonly parent: PathStep | undefined;
  /** How it was reached; undefined where the search began. */
  readonly edge: LockEdge | undefined;
  /** It was reached by recursive readers only. */
  readonly onlyReaders: boolean;
}

export type Direction = 'forward' | 'backward';

/**
 * The shortest strong path to a class that `matches`, as its last step; undefined if there is none.
 * A class can be reached in two ways: also by writers, which is seen first if both are as far.
 */
export function search(
  start: LockClass,
  onlyReaders: boolean,
  direction: Direction,
  matches: (step: PathStep) => boolean,
): PathStep | undefined {
  const queue: PathStep[] = [{ lockClass: start, parent: undefined, edge: undefined, onlyReaders }];
  const seen = new Set<LockClass>();
  const seenByReaders = new Set<LockClass>();
  for (let at = 0; at < queue.length; at++) {
    const step = queue[at]!;
    if (seen.has(step.lockClass)) continue;
    if (step.onlyReaders && seenByReaders.has(step.lockClass)) continue;
    (step.onlyReaders ? seenByReaders : seen).add(step.lockClass);
    if (matches(step)) return step;
    const edges = direction === 'forward' ? step.lockClass.after : step.lockClass.before;
    for (const edge of edges) {
      let bits = direction === 'forward' ? edge.forward : edge.backward;
      if (step.onlyReaders) bits &= ~SHARED_FIRST;
      if (bits === 0) continue;
      queue.push({
        lockClass: direction === 'forward' ? edge.to : edge.from,
        parent: step,
        edge,
        onlyReaders: (bits & NOT_RECURSIVE) === 0,
      });
    }
  }
  return undefined;
}

/** Edges between a step and where the search began. */
export function depthOf(step: PathStep): number {
  let depth = 0;
  for (let at = step.parent; at !== undefined; at = at.parent) depth++;
  return depth;
}
