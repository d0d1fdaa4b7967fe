// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Watches who takes which lock, and reports what cannot end well.
 *
 * Each task has a list of the locks that it holds. Taking a lock of a class that is held already is
 * reported before the task waits for itself; freeing memory with a held lock in it is, too. After
 * the first report the checker is silent, as on Linux: what follows would be a consequence.
 *
 * Linux: kernel/locking/lockdep.c. Differs: no order between classes yet.
 */
import type { Sim } from '../../sim/sim.ts';
import { EVENT } from '../../sim/trace.ts';
import { formatFrame, type SiteRegistry } from '../module/sites.ts';
import type { Execution } from '../sched/execution.ts';
import type { Scheduler } from '../sched/scheduler.ts';
import type { Task } from '../sched/task.ts';
import { LOCKDEP_UNRELIABLE } from '../taint.ts';
import { LockClass, LockMap } from './lock-map.ts';

export interface LockdepDependencies {
  readonly sim: Sim;
  readonly scheduler: Scheduler;
  readonly execution: Execution;
  readonly sites: SiteRegistry;
  readonly taint: { readonly mask: number };
  readonly formatPointer: (pointer: number) => string;
  /** Prints a report with its frame of rules, and the stack that led here. */
  readonly report: (headline: string, body: readonly string[]) => void;
}

export class Lockdep {
  readonly #deps: LockdepDependencies;
  /** By the site that makes the locks, and their wait type. */
  readonly #classes = new Map<string, LockClass>();
  /** Off after the first report. Linux: debug_locks. */
  #isOn = true;

  constructor(deps: LockdepDependencies) {
    this.#deps = deps;
  }

  /**
   * A new lock at `pointer`, of the class that the calling line of the driver stands for. One with
   * a `staticName`, made by no function, is a class of its own.
   */
  makeLock(pointer: number, waitType: number, staticName?: string): LockMap {
    if (staticName !== undefined) return new LockMap(pointer, new LockClass(staticName, waitType));
    const site = this.#callSite();
    const key = `${site}/${waitType}`;
    let lockClass = this.#classes.get(key);
    if (lockClass === undefined) {
      const { file, line, name } = this.#deps.sites.resolve(site);
      lockClass = new LockClass(file === undefined ? name : `${file}:${line}`, waitType);
      this.#classes.set(key, lockClass);
    }
    return new LockMap(pointer, lockClass);
  }

  /** Before the running task waits for a lock. Linux: lock_acquire. */
  beforeAcquire(lock: LockMap): void {
    const { heldLocks } = this.#deps.scheduler.current;
    if (heldLocks.length === 0 || !this.#isActive) return;
    const held = heldLocks.find(({ lockClass }) => lockClass === lock.lockClass);
    if (held !== undefined) this.#reportRecursion(lock, held);
  }

  /** The running task has the lock. Linux: lock_acquired. */
  acquired(lock: LockMap): void {
    const { sim, scheduler } = this.#deps;
    lock.site = this.#callSite();
    if (!scheduler.preempt.irqsDisabled) lock.lockClass.isTakenWithIrqsOn = true;
    scheduler.current.heldLocks.push(lock);
    if (sim.trace.on) {
      sim.trace.emit(EVENT.LOCK, lock.pointer, sim.trace.intern(lock.lockClass.name));
    }
  }

  contended(lock: LockMap): void {
    const { trace } = this.#deps.sim;
    if (!trace.on) return;
    trace.emit(EVENT.LOCK_CONTENDED, lock.pointer, trace.intern(lock.lockClass.name));
  }

  /** The running task gives the lock back. Linux: lock_release. */
  released(lock: LockMap): void {
    const { sim, scheduler } = this.#deps;
    const { heldLocks } = scheduler.current;
    const index = heldLocks.lastIndexOf(lock);
    if (index >= 0) heldLocks.splice(index, 1);
    if (sim.trace.on) {
      sim.trace.emit(EVENT.UNLOCK, lock.pointer, sim.trace.intern(lock.lockClass.name));
    }
  }

  /**
   * Memory with a lock in it is freed while somebody holds the lock. Linux:
   * debug_check_no_locks_freed.
   */
  heldLockFreed(lock: LockMap, sizeBytes: number): void {
    if (!this.#isActive) return;
    const { scheduler, formatPointer } = this.#deps;
    const { name, pid } = scheduler.current;
    const range = [lock.pointer, lock.pointer + sizeBytes - 1].map(formatPointer).join('-');
    this.#report('WARNING: held lock freed!', [
      `${name}/${pid} is freeing memory ${range}, with a lock still held there!`,
      this.#describe(lock, lock.site),
      ...this.#heldBy(scheduler.current),
    ]);
  }

  /** What proprietary code or a dead task held, nobody knows. Linux: LOCKDEP_NOW_UNRELIABLE. */
  get #isActive(): boolean {
    return this.#isOn && (this.#deps.taint.mask & LOCKDEP_UNRELIABLE) === 0;
  }

  #reportRecursion(lock: LockMap, held: LockMap): void {
    const task = this.#deps.scheduler.current;
    const { name } = lock.lockClass;
    this.#report('WARNING: possible recursive locking detected', [
      `${task.name}/${task.pid} is trying to acquire lock:`,
      this.#describe(lock, this.#callSite()),
      '',
      'but task is already holding lock:',
      this.#describe(held, held.site),
      '',
      'other info that might help us debug this:',
      ' Possible unsafe locking scenario:',
      '',
      '       CPU0',
      '       ----',
      `  lock(${name});`,
      `  lock(${name});`,
      '',
      ' *** DEADLOCK ***',
      '',
      ' May be due to missing lock nesting notation',
      '',
      ...this.#heldBy(task),
    ]);
  }

  #report(headline: string, body: readonly string[]): void {
    this.#isOn = false;
    this.#deps.report(headline, body);
  }

  #heldBy(task: Task): string[] {
    const { heldLocks, name, pid } = task;
    if (heldLocks.length === 0) return [`no locks held by ${name}/${pid}.`];
    const plural = heldLocks.length === 1 ? '' : 's';
    const head = `${heldLocks.length} lock${plural} held by ${name}/${pid}:`;
    const rows = heldLocks.map((lock, n) => ` #${n}: ${this.#describe(lock, lock.site)}`);
    return [head, ...rows];
  }

  #describe({ pointer, lockClass }: LockMap, site: number): string {
    const { name, usage, waitType } = lockClass;
    const at = formatFrame(this.#deps.sites.resolve(site));
    const where = this.#deps.formatPointer(pointer);
    return `${where} (${name}){${usage}}-{${waitType}:${waitType}}, at: ${at}`;
  }

  /** Where the innermost function of a driver stands. */
  #callSite(): number {
    const { stack, sp } = this.#deps.execution;
    return sp >= 2 ? stack[sp - 2]! : 0;
  }
}
