// SPDX-License-Identifier: GPL-2.0-or-later
/** Locks over a scheduler of their own, with tasks that do as a test says. */
import { Ram } from '../../../hw/ram/ram.ts';
import { SiteRegistry } from '../../module/sites.ts';
import { Rig } from '../../sched/testing/rig.ts';
import { Lockdep } from '../lockdep.ts';
import { type LockMap, WAIT_TYPE } from '../lock-map.ts';
import { Mutexes } from '../mutex.ts';
import { Spinlocks } from '../spinlock.ts';

const RAM_BYTES = 64 * 1024;
/** Where a test's tasks have their task_structs. */
const TASKS = 0x4000;

export class LockRig extends Rig {
  readonly ram = new Ram(RAM_BYTES);
  readonly reports: string[][] = [];
  readonly lockdep: Lockdep;
  readonly spinlocks: Spinlocks;
  readonly mutexes: Mutexes;
  readonly taint = { mask: 0 };
  #used = 0;

  constructor(cpus: number) {
    super(cpus);
    this.ram.unpoison(0, RAM_BYTES);
    const { scheduler, sim, execution, ram, taint } = this;
    this.lockdep = new Lockdep({
      sim,
      scheduler,
      execution,
      taint,
      sites: new SiteRegistry(),
      formatPointer: (pointer) => ram.formatPointer(pointer),
      report: (headline, body) => this.reports.push([headline, ...body]),
    });
    const parts = { ram, scheduler, execution, lockdep: this.lockdep };
    this.spinlocks = new Spinlocks(parts);
    this.mutexes = new Mutexes(parts, ({ pid }) => this.addressOf(pid));
  }

  addressOf(pid: number): number {
    return this.ram.toPointer(TASKS + pid * 8);
  }

  makeSpinlock(): LockMap {
    const lock = this.lockdep.makeLock(this.#place(), WAIT_TYPE.SPINLOCK);
    this.spinlocks.initialise(lock);
    return lock;
  }

  makeMutex(): LockMap {
    const lock = this.lockdep.makeLock(this.#place(), WAIT_TYPE.MUTEX);
    this.mutexes.initialise(lock);
    return lock;
  }

  /** The first words of a lock. */
  word(lock: LockMap): number {
    return this.ram.load32(lock.pointer);
  }

  #place(): number {
    this.#used += 64;
    return this.ram.toPointer(this.#used);
  }
}
