// SPDX-License-Identifier: GPL-2.0-or-later
/** Locks over a scheduler of their own, with tasks that do as a test says. */
import { Ram } from '../../../hw/ram/ram.ts';
import { SiteRegistry } from '../../module/sites.ts';
import { LOCKDEP_UNRELIABLE } from '../../taint.ts';
import { StackDepot } from '../../stack-depot.ts';
import { Rig } from '../../sched/testing/rig.ts';
import { DebugLocks } from '../debug-locks.ts';
import type { LockMap } from '../lockdep/lock-class.ts';
import { LOCK_KIND } from '../lockdep/lock-kind.ts';
import { Lockdep, type LockdepOptions } from '../lockdep/lockdep.ts';
import { DUMP_STACK, type LockdepLine } from '../lockdep/reports.ts';
import { Mutexes } from '../mutex.ts';
import { Spinlocks } from '../spinlock.ts';

const RAM_BYTES = 64 * 1024;
/** Where a test's tasks have their task_structs. */
const TASKS = 0x4000;

const DEFAULTS: LockdepOptions = { isOn: true, countsTimes: false, recursiveReaders: false };

export class LockRig extends Rig {
  readonly ram = new Ram(RAM_BYTES);
  readonly reports: string[][] = [];
  readonly lockdep: Lockdep;
  readonly spinlocks: Spinlocks;
  readonly mutexes: Mutexes;
  readonly taint = { mask: 0 };
  readonly debugLocks = new DebugLocks(this.taint, LOCKDEP_UNRELIABLE);
  #used = 0;

  constructor(cpus: number, options: Partial<LockdepOptions> = {}) {
    super(cpus);
    this.ram.unpoison(0, RAM_BYTES);
    const { scheduler, sim, execution, ram } = this;
    this.lockdep = new Lockdep({
      sim,
      scheduler,
      execution,
      depot: new StackDepot(),
      debugLocks: this.debugLocks,
      options: { ...DEFAULTS, ...options },
      sites: new SiteRegistry(),
      formatPointer: (pointer) => ram.formatPointer(pointer),
      printer: {
        framed: (headline, lines) => this.reports.push([headline, ...lines.map(textOf)]),
        plain: (lines) => this.reports.push(lines.map(textOf)),
      },
    });
    const parts = { ram, scheduler, execution, lockdep: this.lockdep };
    this.spinlocks = new Spinlocks(parts);
    this.mutexes = new Mutexes(parts, ({ pid }) => this.addressOf(pid));
  }

  addressOf(pid: number): number {
    return this.ram.toPointer(TASKS + pid * 8);
  }

  makeSpinlock(): LockMap {
    const lock = this.lockdep.initMap(this.place(), LOCK_KIND.SPINLOCK);
    this.spinlocks.initialise(lock);
    return lock;
  }

  makeMutex(): LockMap {
    const lock = this.lockdep.initMap(this.place(), LOCK_KIND.MUTEX);
    this.mutexes.initialise(lock);
    return lock;
  }

  /** The first words of a lock. */
  word(lock: LockMap): number {
    return this.ram.load32(lock.pointer);
  }

  /** Memory for a lock. */
  place(): number {
    this.#used += 64;
    return this.ram.toPointer(this.#used);
  }
}

function textOf(line: LockdepLine): string {
  if (line === DUMP_STACK) return 'STACK';
  return typeof line === 'string' ? line : line.text;
}
