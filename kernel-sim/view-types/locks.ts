// SPDX-License-Identifier: GPL-2.0-or-later
/** The kernel's locks, as a view of them is answered: who has which, who waits, and their order. */
import type { SourcePlace } from './source.ts';

/** Where somebody did something: a driver's line if one is known, and the function. */
export interface CodePlace {
  /** As stacks name it: `Bank.transfer+0x5c/0x98 [bank]`. */
  readonly where: string;
  readonly source?: SourcePlace;
}

export interface LocksView {
  readonly nowNs: number;
  readonly pointerBytes: 4 | 8;
  /** Whether lockdep looks at orders: not after its first report, nor with `lockdep=off`. */
  readonly isChecking: boolean;
  /** Whether waiting is timed: with `lock_stat=on`. */
  readonly isTiming: boolean;
  /** Locks that somebody has or waits for, the longest-held first. */
  readonly locks: readonly LockView[];
  /** Tasks that have or wait for one of them. */
  readonly tasks: readonly LockTaskView[];
  /** Kinds of locks: those of one line of a driver are of one class. By `id`. */
  readonly classes: readonly LockClassView[];
  /** Which class was taken while which was held, the first time that it was. */
  readonly orders: readonly LockOrderView[];
}

export interface LockView {
  /** Kernel pointer to the lock. */
  readonly address: number;
  readonly lockClass: number;
  readonly holders: readonly LockHold[];
  /** In the order in which they came. */
  readonly waiters: readonly LockHold[];
}

/** A task and a lock: it took it or asked for it then, there. */
export interface LockHold {
  readonly pid: number;
  readonly sinceNs: number;
  readonly at: CodePlace;
  /** With others, as readers do. */
  readonly isShared: boolean;
}

export interface LockTaskView {
  readonly pid: number;
  readonly name: string;
  readonly cpu: number;
}

export interface LockClassView {
  readonly id: number;
  /** As lockdep prints it. */
  readonly name: string;
  /** Whether who waits for one spends its CPU's time meanwhile. */
  readonly spins: boolean;
  /** The four usage letters: hard and soft interrupts, each for writers and for readers. */
  readonly usage: string;
  /** How often one was taken, how often that took waiting, and how long in all and at most. */
  readonly acquisitions: number;
  readonly contentions: number;
  readonly waitNs: number;
  readonly maxWaitNs: number;
}

/** `to` was asked for by a task that had `from`, for the first time. */
export interface LockOrderView {
  readonly from: number;
  readonly to: number;
  /** Where `from` had been taken, and where `to` was. */
  readonly fromAt: CodePlace;
  readonly toAt: CodePlace;
  readonly task: string;
  readonly pid: number;
  readonly timeNs: number;
  /** It closed a circle: lockdep reported it. */
  readonly isReported: boolean;
}
