// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A lock as those see it who watch locks: its place in memory, its class, and where it was taken.
 *
 * All locks that one line of a driver makes are of one class. Linux: struct lockdep_map, struct
 * lock_class, struct held_lock.
 */

/** What lockdep calls wait types; a mutex may not be taken under a spinlock. */
export const WAIT_TYPE = { SPINLOCK: 3, MUTEX: 4 } as const;

export class LockClass {
  /** `sync_example.ts:12`, as Rust-for-Linux names it. */
  readonly name: string;
  readonly waitType: number;
  /** Was ever taken with interrupts on. */
  isTakenWithIrqsOn = false;

  constructor(name: string, waitType: number) {
    this.name = name;
    this.waitType = waitType;
  }

  /** The four usage letters: hard and soft interrupts, each for writers and for readers. */
  get usage(): string {
    return this.isTakenWithIrqsOn ? '+.+.' : '....';
  }
}

export class LockMap {
  /** Kernel pointer to the lock's word. */
  readonly pointer: number;
  readonly lockClass: LockClass;
  /** Site of the call that took it last. */
  site = 0;

  constructor(pointer: number, lockClass: LockClass) {
    this.pointer = pointer;
    this.lockClass = lockClass;
  }
}
