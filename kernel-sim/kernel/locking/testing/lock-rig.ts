// SPDX-License-Identifier: GPL-2.0-or-later
/** Locks over a scheduler of their own, with tasks that do as a test says. */
import { finished } from '../../../lib/coroutine.ts';
import type { Sleeping, Switching } from '../../../uapi/coroutine.ts';
import { Ram } from '../../../hw/ram/ram.ts';
import { SiteRegistry } from '../../module/sites.ts';
import { LOCKDEP_UNRELIABLE } from '../../taint.ts';
import { StackDepot } from '../../stack-depot.ts';
import type { Task } from '../../sched/task.ts';
import { Rig } from '../../sched/testing/rig.ts';
import { DebugLocks } from '../debug-locks.ts';
import { LockContexts } from '../lock-contexts.ts';
import { LockDebug } from '../lock-debug.ts';
import type { LockDependencies } from '../lock-dependencies.ts';
import { WAIT, type Wait } from '../lock-sleep.ts';
import { LOCK_KIND } from '../lockdep/lock-kind.ts';
import { ACQUIRE, Lockdep, type LockdepOptions } from '../lockdep/lockdep.ts';
import { DUMP_STACK, type LockdepLine } from '../lockdep/reports.ts';
import { Mutexes } from '../mutex.ts';
import { SpinQueues } from '../spin-queue.ts';
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
  readonly tasks: Task[] = [];
  readonly contexts: LockContexts;
  /** What a test makes other locks of. */
  readonly parts: LockDependencies;
  #used = 0;

  /** `checks`: whether locks look by themselves. */
  constructor(cpus: number, options: Partial<LockdepOptions> = {}, checks = true) {
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
    scheduler.preempt.watcher = this.lockdep;
    const addressOf = ({ pid }: { pid: number }): number => this.addressOf(pid);
    const taskAt = (address: number): Task | undefined =>
      this.tasks.find(({ pid }) => this.addressOf(pid) === address);
    const holdersOf = (pointer: number): readonly Task[] =>
      this.tasks.filter(({ heldLocks }) =>
        heldLocks.some(({ map, isHad }) => isHad && map.pointer === pointer),
      );
    const report = (...lines: readonly string[]): void => void this.reports.push([...lines]);
    const debug = new LockDebug({
      scheduler,
      debugLocks: this.debugLocks,
      isEnabled: checks,
      formatPointer: (pointer) => ram.formatPointer(pointer),
      addressOf,
      taskAt,
      report: (lines) => report(...lines),
      warn: report,
      warnOnce: report,
    });
    const spinners = new SpinQueues(scheduler, execution);
    const { lockdep } = this;
    const owners = { addressOf, taskAt, holdersOf };
    this.parts = { sim, ram, scheduler, execution, lockdep, debug, spinners, ...owners };
    this.spinlocks = new Spinlocks(this.parts);
    this.mutexes = new Mutexes(this.parts);
    this.contexts = new LockContexts(scheduler);
  }

  override spawn(name: string, body: () => Sleeping<void>): Task {
    const task = super.spawn(name, body);
    this.tasks.push(task);
    return task;
  }

  addressOf(pid: number): number {
    return this.ram.toPointer(TASKS + pid * 8);
  }

  makeSpinlock(): number {
    const at = this.place();
    this.spinlocks.initialise(at, this.lockdep.initMap(at, LOCK_KIND.SPINLOCK).key);
    return at;
  }

  makeMutex(): number {
    const at = this.place();
    this.mutexes.initialise(at, this.lockdep.initMap(at, LOCK_KIND.MUTEX).key);
    return at;
  }

  spinLock(at: number): Switching<void> {
    return finished(this.contexts.lock(this.spinlocks, at, ACQUIRE.WRITE));
  }

  spinUnlock(at: number): void {
    this.spinlocks.unlock(at);
    this.scheduler.preempt.enable();
  }

  *mutexLock(at: number, wait: Wait = WAIT.UNINTERRUPTIBLE): Sleeping<number> {
    if (this.mutexes.lockNow(at, ACQUIRE.WRITE)) return 0;
    return yield* this.mutexes.lock(at, ACQUIRE.WRITE, wait);
  }

  /** The first words of a lock. */
  word(lock: number): number {
    return this.ram.load32(lock);
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
