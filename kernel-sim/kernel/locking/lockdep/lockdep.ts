// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Watches who takes which lock, and reports what could ever end in a deadlock, whether it does so
 * now or not.
 *
 * Locks tell it before they wait (`acquire`), when they had to (`contended`), when they have what
 * they wanted (`acquired`), and when they give it back (`release`). What is remembered is about
 * classes, not locks: which were taken in interrupts, and which under which others. An order of
 * locks that was looked at once passes with one look-up (chains.ts).
 *
 * This is what the rest of the kernel calls. Which locks a task holds is kept in held-locks.ts,
 * what is looked at when it asks for one is in checks.ts, what is said of it in reports.ts.
 *
 * Linux: kernel/locking/lockdep.c.
 */
import type { Sim } from '../../../sim/sim.ts';
import type { SiteRegistry } from '../../module/sites.ts';
import type { Execution } from '../../sched/execution.ts';
import type { Scheduler } from '../../sched/scheduler.ts';
import type { Task } from '../../sched/task.ts';
import type { StackDepot } from '../../stack-depot.ts';
import type { DebugLocks } from '../debug-locks.ts';
import { ChainNode } from './chains.ts';
import { Checks } from './checks.ts';
import { Dependencies } from './dependencies.ts';
import type { LockEdge } from './graph.ts';
import { HeldLocks } from './held-locks.ts';
import { IrqTrace } from './irq-trace.ts';
import { type LockClass, type LockMap, READ, type ReadMode, type WaitTypes } from './lock-class.ts';
import { LockTable, type LockSpec } from './lock-table.ts';
import { type LockdepPrinter, Reports } from './reports.ts';
import { USAGE } from './usage.ts';
import { UsageMarks } from './usage-marks.ts';

/** Locks that a task may hold. Linux: MAX_LOCK_DEPTH. */
const DEPTH_MAX = 48;

export interface LockdepDependencies {
  readonly sim: Sim;
  readonly scheduler: Scheduler;
  readonly execution: Execution;
  readonly sites: SiteRegistry;
  readonly depot: StackDepot;
  readonly debugLocks: DebugLocks;
  readonly formatPointer: (pointer: number) => string;
  readonly printer: LockdepPrinter;
  readonly options: LockdepOptions;
}

export interface LockdepOptions {
  /** `lockdep=off` only keeps account of who holds what. Linux: prove_locking. */
  readonly isOn: boolean;
  /** `lock_stat=on`. Linux: /proc/sys/kernel/lock_stat. */
  readonly countsTimes: boolean;
  /** Readers of a rwlock pass waiting writers everywhere. Linux: force_read_lock_recursive. */
  readonly recursiveReaders: boolean;
}

/** How a lock is taken. Constants of the callers', so that taking one allocates nothing. */
export interface Acquire {
  readonly subclass?: number;
  /** It has been tried, and is had: nobody waits. */
  readonly trylock?: boolean;
  readonly read?: ReadMode;
  /** A lock that is held, and orders those of this class. */
  readonly nest?: LockMap | undefined;
}

/** The usual ways. Objects of one shape are quicker to look into. */
export const ACQUIRE = {
  WRITE: { trylock: false, read: READ.NO },
  TRY: { trylock: true, read: READ.NO },
  READ: { trylock: false, read: READ.SHARED },
  TRY_READ: { trylock: true, read: READ.SHARED },
  READ_RECURSIVE: { trylock: false, read: READ.RECURSIVE },
  TRY_READ_RECURSIVE: { trylock: true, read: READ.RECURSIVE },
} as const satisfies Readonly<Record<string, Acquire>>;

export class Lockdep {
  /** All keys, classes and locks. */
  readonly table: LockTable;
  /** The most locks that a task has held. */
  maxDepth = 0;
  readonly #deps: LockdepDependencies;
  readonly #reports: Reports;
  readonly #held: HeldLocks;
  readonly #graph: Dependencies;
  readonly #checks: Checks;
  /** Nothing is held. */
  readonly #noChain = new ChainNode();

  constructor(deps: LockdepDependencies) {
    this.#deps = deps;
    const noChain = this.#noChain;
    const saveStack = (): number => deps.depot.save(deps.execution);
    const reports = new Reports(deps);
    this.#reports = reports;
    this.table = new LockTable({ ...deps, reports });
    this.#held = new HeldLocks({ ...deps, noChain, countsTimes: deps.options.countsTimes });
    this.#graph = new Dependencies({ ...deps, reports, saveStack });
    const marks = new UsageMarks({ reports, saveStack });
    this.#checks = new Checks({ ...deps, reports, marks, graph: this.#graph, noChain });
  }

  // ---- Locks -----------------------------------------------------------------------------------

  /**
   * There is a lock at `pointer` from now on; its memory should hold the map's `key`. Context: any.
   * Linux: lockdep_init_map_type.
   */
  initMap(pointer: number, spec: LockSpec): LockMap {
    if (spec.sizeBytes !== undefined) this.memoryFreed(pointer, spec.sizeBytes);
    return this.table.initMap(pointer, spec);
  }

  /** The lock that was last initialised at `pointer`. */
  mapAt(pointer: number): LockMap | undefined {
    return this.table.mapAt(pointer);
  }

  /**
   * The lock at `pointer`, in whose memory `key` was found: a copy of a lock is of its class, and
   * one that was never initialised is reported when somebody takes it.
   */
  mapOf(pointer: number, key: number, wait?: WaitTypes): LockMap {
    return this.table.mapOf(pointer, key, wait);
  }

  /** Whether readers of a rwlock pass waiting writers here. Linux: read_lock_is_recursive. */
  get readLockIsRecursive(): boolean {
    const { preempt } = this.#deps.scheduler;
    return this.#deps.options.recursiveReaders || preempt.inHardirq || preempt.inSoftirq;
  }

  // ---- Taking and giving back ------------------------------------------------------------------

  /**
   * The running code wants a lock: called before it waits, or, with `trylock`, once it has it.
   * Context: any. Linux: lock_acquire.
   */
  acquire(map: LockMap, how: Acquire = ACQUIRE.WRITE): void {
    const { scheduler, debugLocks } = this.#deps;
    const { nest, trylock: isTry = false } = how;
    const task = scheduler.current;
    const checks = this.isReporting;
    const lockClass = this.table.classOf(map, how.subclass ?? map.subclass, checks);
    const last = task.heldLocks.at(-1);
    if (nest !== undefined && last?.lockClass === lockClass) {
      this.#held.countAgain(last, map);
      return;
    }
    const next = this.#held.make(map, lockClass, how.read ?? READ.NO, isTry);
    next.nest = nest;
    if (checks) this.#checks.take(task, next);
    task.heldLocks.push(next);
    const depth = task.heldLocks.length;
    if (depth > this.maxDepth) this.maxDepth = depth;
    if (checks && depth >= DEPTH_MAX && debugLocks.turnOff()) {
      this.#reports.tooDeep(task, DEPTH_MAX);
    }
    if (isTry) this.#held.noteTaken(next);
  }

  /** The lock is taken: the task waits for it. Linux: lock_contended. */
  contended(map: LockMap): void {
    this.#held.wait(map);
  }

  /** The task has the lock that it asked for. Linux: lock_acquired. */
  acquired(map: LockMap): void {
    this.#held.have(map);
  }

  /** The running code gives a lock back, or gives up waiting for it. Linux: lock_release. */
  release(map: LockMap): void {
    const { scheduler, debugLocks, options } = this.#deps;
    const task = scheduler.current;
    const at = this.#held.drop(map);
    if (at < 0) {
      if (options.isOn && debugLocks.turnOff()) this.#reports.unlockImbalance(task, map);
    } else if (at < task.heldLocks.length && options.isOn) this.#checks.takeAgain(task, at);
  }

  /** The running code holds the lock. Linux: lockdep_is_held. */
  isHeld(map: LockMap): boolean {
    return this.#held.isHeld(map);
  }

  /** How the running code holds the lock; undefined if it does not. */
  heldAs(map: LockMap): ReadMode | undefined {
    return this.#held.heldAs(map);
  }

  // ---- Contexts --------------------------------------------------------------------------------

  /** Interrupts are about to be on: what is held is held with them on. Linux: trace_hardirqs_on. */
  hardirqsOn(): void {
    const task = this.#trace('hardirqsOn');
    if (!this.isReporting || task.heldLocks.length === 0) return;
    this.#checks.markHeld(task, USAGE.HARDIRQ_ON);
    if (!this.#deps.scheduler.preempt.inSoftirq) this.#checks.markHeld(task, USAGE.SOFTIRQ_ON);
  }

  /** Interrupts have just been turned off. Linux: trace_hardirqs_off. */
  hardirqsOff(): void {
    this.#trace('hardirqsOff');
  }

  /** Softirqs are about to be on. Linux: lockdep_softirqs_on. */
  softirqsOn(): void {
    const task = this.#trace('softirqsOn');
    if (!this.isReporting || this.#deps.scheduler.preempt.irqsDisabled) return;
    this.#checks.markHeld(task, USAGE.SOFTIRQ_ON);
  }

  /** Softirqs have just been held off. Linux: lockdep_softirqs_off. */
  softirqsOff(): void {
    this.#trace('softirqsOff');
  }

  /**
   * An interrupt's handler begins on this CPU: with IRQF_NO_THREAD it would never run in a thread,
   * so that it may take raw spinlocks only. Linux: lockdep_hardirq_threaded.
   */
  setHardirqThreaded(isThreaded: boolean): void {
    this.#checks.setHardirqThreaded(isThreaded);
  }

  /** A work item or a timer runs under a map of its own. Linux: lock_map_acquire. */
  workBegin(map: LockMap): void {
    this.acquire(map);
    this.acquired(map);
  }

  workEnd(map: LockMap): void {
    this.release(map);
  }

  /** Somebody waits for what runs under the map. Linux: lock_map_acquire, lock_map_release. */
  waitsFor(map: LockMap): void {
    this.workBegin(map);
    this.workEnd(map);
  }

  // ---- Ends ------------------------------------------------------------------------------------

  /** Memory is given back or begins anew. Context: any. Linux: debug_check_no_locks_freed. */
  memoryFreed(start: number, sizeBytes: number): void {
    const task = this.#deps.scheduler.current;
    if (task.heldLocks.length === 0 || !this.isReporting) return;
    const held = task.heldLocks.find(
      ({ map }) => map.pointer >= start && map.pointer < start + sizeBytes,
    );
    if (held === undefined || !this.#deps.debugLocks.turnOff()) return;
    this.#reports.heldLockFreed(task, held, start, sizeBytes);
  }

  /** A task ends. Linux: debug_check_no_locks_held. */
  taskExit(task: Task): void {
    if (task.heldLocks.length === 0 || !this.isReporting) return;
    if (this.#deps.debugLocks.turnOff()) this.#reports.locksHeldAtExit(task);
  }

  /** A system call ends. Linux: lockdep_sys_exit. */
  returnToUser(task: Task): void {
    if (task.heldLocks.length === 0 || !this.isReporting) return;
    if (this.#deps.debugLocks.turnOff()) this.#reports.returnToUser(task);
  }

  // ---- Views -----------------------------------------------------------------------------------

  get classes(): readonly LockClass[] {
    return this.table.classes;
  }

  /** Every first time that a class was taken under another. */
  get dependencies(): readonly LockEdge[] {
    return this.#graph.edges;
  }

  /** Orders that were reported. */
  get refused(): readonly LockEdge[] {
    return this.#graph.refused;
  }

  /** Is told of each report: what it says, and where the driver was. */
  set onReport(listener: (headline: string, site: number) => void) {
    this.#reports.onReport = listener;
  }

  /** The orders that were found to be fine. */
  chains(): Iterable<ChainNode> {
    return this.#noChain.checked();
  }

  get isReporting(): boolean {
    return this.#deps.options.isOn && this.#deps.debugLocks.isOn;
  }

  /** `2 locks held by NAME/PID:` and a line for each, as other reports have it. */
  heldBy(task: Task): readonly string[] {
    if (!this.#deps.debugLocks.isOn) return ['INFO: lockdep is turned off.'];
    return this.#reports.heldBy(task);
  }

  #trace(what: keyof IrqTrace['events']): Task {
    const task = this.#deps.scheduler.current;
    task.irqTrace ??= new IrqTrace();
    task.irqTrace.note(what, this.#held.callSite());
    return task;
  }
}
