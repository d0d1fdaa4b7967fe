// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Locks as lockdep sees them: what is the same for all locks that one line makes (a key, and of it
 * a class for each nesting level), a lock, and a lock that somebody holds.
 *
 * Linux: struct lock_class_key, struct lock_class, struct lockdep_map, struct held_lock.
 */
import type { ChainNode } from './chains.ts';
import type { LockEdge } from './graph.ts';
import { LockStatistics } from './lock-stat.ts';
import { usageLetters } from './usage.ts';

/**
 * How a lock is waited for, and so where it may be taken: nothing of a higher number may be taken
 * under one of a lower. Linux: enum lockdep_wait_type, with PROVE_RAW_LOCK_NESTING.
 */
export const WAIT_TYPE = {
  /** Is not checked. */
  NONE: 0,
  /** Is never waited for: RCU read sections. */
  FREE: 1,
  RAW_SPINLOCK: 2,
  SPINLOCK: 3,
  MUTEX: 4,
  /** What a task may wait for that holds nothing. */
  MAX: 5,
} as const;

export const SUBCLASSES_MAX = 8;

/** How a lock is taken: alone, shared, or shared by those who may hold it already. */
export const READ = { NO: 0, SHARED: 1, RECURSIVE: 2 } as const;
export type ReadMode = 0 | 1 | 2;

/** What stands for the locks that one line of a driver makes. */
export class LockKey {
  /** What lies in a lock's memory for it; never 0. */
  readonly handle: number;
  readonly name: string;
  /** By nesting level, as far as they were used. */
  readonly classes: (LockClass | undefined)[] = [];

  constructor(handle: number, name: string) {
    this.handle = handle;
    this.name = name;
  }
}

export interface WaitTypes {
  /** What holding it allows. Linux: wait_type_inner. */
  readonly inner: number;
  /** What taking it needs. Linux: wait_type_outer. */
  readonly outer: number;
}

export class LockClass {
  readonly id: number;
  readonly key: LockKey;
  readonly subclass: number;
  readonly wait: WaitTypes;
  /** Of two keys `&ring->lock` the second is `&ring->lock#2`; one level down, `&ring->lock/1`. */
  readonly name: string;
  /** Bits of usage.ts. */
  usageMask = 0;
  /** For each bit of them, the stack of the first time: a handle of the depot. */
  readonly usageStacks: number[] = [];
  /** Classes that were taken while this one was held, and those that were held meanwhile. */
  readonly after: LockEdge[] = [];
  readonly before: LockEdge[] = [];
  /** How often it was taken, and how often that had to wait. */
  ops = 0;
  contentions = 0;
  statistics = new LockStatistics();

  constructor(id: number, key: LockKey, subclass: number, wait: WaitTypes, name: string) {
    this.id = id;
    this.key = key;
    this.subclass = subclass;
    this.wait = wait;
    this.name = name;
  }

  /** `+.+.`: in hard and in soft interrupts, each for writers and for readers. */
  get usage(): string {
    return usageLetters(this.usageMask);
  }
}

/** A lock: its place in memory, and its key. */
export class LockMap {
  /** Kernel pointer to the lock's first byte. */
  readonly pointer: number;
  readonly lockKey: LockKey;
  readonly wait: WaitTypes;
  /** The level that it has unless its taker says another. Linux: lockdep_set_subclass. */
  readonly subclass: number;

  /** What lies in the lock's memory for its key: a small integer above 0. */
  readonly key: number;
  /** Where it was taken last, for lock_stat; -1 before. */
  lastCpu = -1;

  /** `key` differs from that of `lockKey` after the lock has been given another class. */
  constructor(
    pointer: number,
    lockKey: LockKey,
    wait: WaitTypes,
    subclass = 0,
    key = lockKey.handle,
  ) {
    this.key = key;
    this.pointer = pointer;
    this.lockKey = lockKey;
    this.wait = wait;
    this.subclass = subclass;
  }

  get name(): string {
    return this.lockKey.classes[this.subclass]?.name ?? this.lockKey.name;
  }
}

/** A lock that somebody holds, or waits for. The objects are used again. */
export class HeldLock {
  map!: LockMap;
  lockClass!: LockClass;
  /** Where it was asked for: the innermost site of a driver. */
  site = 0;
  read: ReadMode = READ.NO;
  isTry = false;
  /** Of how many of one class it stands, under a lock that orders them; 0 for the usual one. */
  references = 0;
  nest: LockMap | undefined;
  /** 0 task, 1 softirq, 2 and 3 hardirq. */
  irqContext = 0;
  /** All that was held when it was taken, and it. */
  chain!: ChainNode;
  /** When it was asked for, and when it was had: they differ if it was contended. */
  askedNs = 0;
  timeNs = 0;
  /** True from `acquired` on: before, the task waits for it. */
  isHad = false;
  /** It was not free when somebody looked: its task waits, or has waited since `askedNs`. */
  isContended = false;
}
