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
 * The list of held locks is kept even when nobody checks: views and other reports show it.
 *
 * Linux: kernel/locking/lockdep.c (__lock_acquire and what it calls).
 */
// tidy: long because all that touches the list of held locks is read as one
import type { Sim } from '../../../sim/sim.ts';
import { EVENT } from '../../../sim/trace.ts';
import type { SiteRegistry } from '../../module/sites.ts';
import type { Execution } from '../../sched/execution.ts';
import type { Scheduler } from '../../sched/scheduler.ts';
import type { Task } from '../../sched/task.ts';
import type { StackDepot } from '../../stack-depot.ts';
import type { DebugLocks } from '../debug-locks.ts';
import { ChainNode } from './chains.ts';
import { Dependencies } from './dependencies.ts';
import type { LockEdge } from './graph.ts';
import { IrqTrace } from './irq-trace.ts';
import {
  HeldLock,
  type LockClass,
  type LockMap,
  READ,
  type ReadMode,
  WAIT_TYPE,
  type WaitTypes,
} from './lock-class.ts';
import { LockTable, type LockSpec } from './lock-table.ts';
import { type LockdepPrinter, Reports } from './reports.ts';
import { READ_BIT, USAGE } from './usage.ts';
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

/** The usual ways. */
export const ACQUIRE = {
  WRITE: {},
  TRY: { trylock: true },
  READ: { read: READ.SHARED },
  TRY_READ: { read: READ.SHARED, trylock: true },
  READ_RECURSIVE: { read: READ.RECURSIVE },
  TRY_READ_RECURSIVE: { read: READ.RECURSIVE, trylock: true },
} as const satisfies Readonly<Record<string, Acquire>>;

export class Lockdep {
  /** All keys, classes and locks. */
  readonly table: LockTable;
  readonly #deps: LockdepDependencies;
  readonly #reports: Reports;
  readonly #marks: UsageMarks;
  readonly #graph: Dependencies;
  /** Nothing is held. */
  readonly #noChain = new ChainNode();
  /** Objects for `task.heldLocks` that are not in use. */
  readonly #spare: HeldLock[] = [];
  /** The handler that runs may run in a thread, where a spinlock may sleep. By CPU. */
  readonly #isThreaded: boolean[] = [];

  constructor(deps: LockdepDependencies) {
    this.#deps = deps;
    this.#reports = new Reports(deps);
    const saveStack = (): number => deps.depot.save(deps.execution);
    this.table = new LockTable({ ...deps, reports: this.#reports });
    this.#marks = new UsageMarks({ reports: this.#reports, saveStack });
    this.#graph = new Dependencies({ ...deps, reports: this.#reports, saveStack });
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
    const { sim, scheduler, debugLocks, options } = this.#deps;
    const task = scheduler.current;
    const checks = options.isOn && debugLocks.isOn;
    const lockClass = this.table.classOf(map, how.subclass ?? map.subclass, checks);
    const isTry = how.trylock === true;
    const last = task.heldLocks.at(-1);
    if (how.nest !== undefined && last?.lockClass === lockClass) {
      last.references = Math.max(1, last.references) + 1;
      this.#told(EVENT.LOCK, map, lockClass);
      return;
    }
    const next = this.#spare.pop() ?? new HeldLock();
    next.map = map;
    next.lockClass = lockClass;
    next.site = this.#callSite();
    next.read = how.read ?? READ.NO;
    next.isTry = isTry;
    next.nest = how.nest;
    next.references = 0;
    next.irqContext = this.#irqContext;
    next.askedNs = sim.now();
    next.timeNs = next.askedNs;
    next.isHad = isTry;
    next.chain = this.#noChain;
    lockClass.ops++;
    if (checks) this.#check(task, next);
    task.heldLocks.push(next);
    if (checks && task.heldLocks.length >= DEPTH_MAX && debugLocks.isOn) this.#tooDeep(task);
    if (isTry) this.#had(next);
  }

  /** The lock is taken: the task waits for it. Linux: lock_contended. */
  contended(map: LockMap): void {
    const { sim, scheduler, options } = this.#deps;
    const task = scheduler.current;
    const held = findLast(task.heldLocks, map);
    task.blockedOn = { map, site: held?.site ?? this.#callSite(), sinceNs: sim.now() };
    if (held === undefined) return;
    this.#told(EVENT.LOCK_CONTENDED, map, held.lockClass);
    held.lockClass.contentions++;
    if (!options.countsTimes) return;
    const { statistics } = held.lockClass;
    count(statistics.contentionPoints, held.site);
    const owner = this.#holderOf(map, task);
    if (owner !== undefined) count(statistics.contendingPoints, owner.site);
    held.askedNs = sim.now();
    if (statistics.lastCpu !== scheduler.cpu.id) statistics.contendedBounces++;
  }

  /** The task has the lock that it asked for. Linux: lock_acquired. */
  acquired(map: LockMap): void {
    const task = this.#deps.scheduler.current;
    const wasBlocked = task.blockedOn !== undefined;
    task.blockedOn = undefined;
    const held = findLast(task.heldLocks, map);
    if (held === undefined) return;
    this.#order(held, true);
    held.isHad = true;
    held.timeNs = this.#deps.sim.now();
    if (wasBlocked && this.#deps.options.countsTimes) {
      const { writeWait, readWait } = held.lockClass.statistics;
      (held.read === READ.NO ? writeWait : readWait).add(held.timeNs - held.askedNs);
    }
    this.#had(held);
  }

  /** The running code gives a lock back, or gives up waiting for it. Linux: lock_release. */
  release(map: LockMap): void {
    const { scheduler, debugLocks, options } = this.#deps;
    const task = scheduler.current;
    const { heldLocks } = task;
    const held = findLast(heldLocks, map) ?? heldLocks.findLast((each) => stands(each, map));
    if (held === undefined) {
      if (options.isOn && debugLocks.turnOff()) this.#reports.unlockImbalance(task, map);
      return;
    }
    this.#told(EVENT.UNLOCK, map, held.lockClass);
    this.#order(held, false);
    if (held.references > 1) {
      held.references--;
      return;
    }
    if (!held.isHad) task.blockedOn = undefined;
    else if (options.countsTimes) this.#countHold(held);
    const at = heldLocks.lastIndexOf(held);
    heldLocks.splice(at, 1);
    this.#spare.push(held);
    if (at < heldLocks.length && options.isOn) this.#checkAgain(task, at);
  }

  /** The running code holds the lock. Linux: lockdep_is_held. */
  isHeld(map: LockMap): boolean {
    const { heldLocks } = this.#deps.scheduler.current;
    return heldLocks.some((held) => held.map === map || stands(held, map));
  }

  /** How the running code holds the lock; undefined if it does not. */
  heldAs(map: LockMap): ReadMode | undefined {
    return findLast(this.#deps.scheduler.current.heldLocks, map)?.read;
  }

  // ---- Contexts --------------------------------------------------------------------------------

  /** Interrupts are about to be on: what is held is held with them on. Linux: trace_hardirqs_on. */
  hardirqsOn(): void {
    const task = this.#trace('hardirqsOn');
    if (!this.#isChecking || task.heldLocks.length === 0) return;
    const bits = this.#deps.scheduler.preempt.inSoftirq
      ? [USAGE.HARDIRQ_ON]
      : [USAGE.HARDIRQ_ON, USAGE.SOFTIRQ_ON];
    for (const bit of bits) this.#markHeld(task, bit);
  }

  /** Interrupts have just been turned off. Linux: trace_hardirqs_off. */
  hardirqsOff(): void {
    this.#trace('hardirqsOff');
  }

  /** Softirqs are about to be on. Linux: lockdep_softirqs_on. */
  softirqsOn(): void {
    const task = this.#trace('softirqsOn');
    if (!this.#isChecking || this.#deps.scheduler.preempt.irqsDisabled) return;
    this.#markHeld(task, USAGE.SOFTIRQ_ON);
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
    this.#isThreaded[this.#deps.scheduler.cpu.id] = isThreaded;
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
    if (task.heldLocks.length === 0 || !this.#isChecking) return;
    const held = task.heldLocks.find(
      ({ map }) => map.pointer >= start && map.pointer < start + sizeBytes,
    );
    if (held === undefined || !this.#deps.debugLocks.turnOff()) return;
    this.#reports.heldLockFreed(task, held, start, sizeBytes);
  }

  /** A task ends. Linux: debug_check_no_locks_held. */
  taskExit(task: Task): void {
    if (task.heldLocks.length === 0 || !this.#isChecking) return;
    if (this.#deps.debugLocks.turnOff()) this.#reports.locksHeldAtExit(task);
  }

  /** A system call ends. Linux: lockdep_sys_exit. */
  returnToUser(task: Task): void {
    if (task.heldLocks.length === 0 || !this.#isChecking) return;
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
    return this.#isChecking;
  }

  /** `2 locks held by NAME/PID:` and a line for each, as other reports have it. */
  heldBy(task: Task): readonly string[] {
    if (!this.#deps.debugLocks.isOn) return ['INFO: lockdep is turned off.'];
    return this.#reports.heldBy(task);
  }

  // ---- The checks ------------------------------------------------------------------------------

  get #isChecking(): boolean {
    return this.#deps.options.isOn && this.#deps.debugLocks.isOn;
  }

  /** Linux: the middle of __lock_acquire. */
  #check(task: Task, next: HeldLock): void {
    const { heldLocks } = task;
    if (this.#isWaitContextWrong(heldLocks, next)) {
      if (!this.#deps.debugLocks.turnOff()) return;
      this.#reports.invalidWaitContext(task, next, this.#waitContext);
      return;
    }
    if (!this.#markUse(task, next)) return;
    const last = heldLocks.at(-1);
    const isFirst = last === undefined || last.irqContext !== next.irqContext;
    const below = isFirst ? this.#noChain : last.chain;
    next.chain = below.with(next.lockClass, next.read);
    const { nest } = next;
    if (nest !== undefined && !heldLocks.some((held) => stands(held, nest) || held.map === nest)) {
      if (this.#deps.debugLocks.turnOff()) this.#reports.nestNotHeld(task, next, nest);
      return;
    }
    if (next.isTry || next.chain.isChecked) return;
    next.chain.isChecked = true;
    next.chain.irqContext = next.irqContext;
    this.#graph.check(task, next, isFirst);
  }

  /** What is above a lock that is given back is now held under less. */
  #checkAgain(task: Task, from: number): void {
    const { heldLocks } = task;
    const above = heldLocks.splice(from);
    for (const held of above) {
      if (this.#isChecking) {
        const last = heldLocks.at(-1);
        const isFirst = last === undefined || last.irqContext !== held.irqContext;
        held.chain = (isFirst ? this.#noChain : last.chain).with(held.lockClass, held.read);
        if (!held.isTry && !held.chain.isChecked) {
          held.chain.isChecked = true;
          this.#graph.check(task, held, isFirst);
        }
      }
      heldLocks.push(held);
    }
  }

  /** Linux: check_wait_context. */
  #isWaitContextWrong(heldLocks: readonly HeldLock[], next: HeldLock): boolean {
    const { inner, outer } = next.lockClass.wait;
    if (inner === WAIT_TYPE.NONE || next.isTry) return false;
    let allowed = this.#waitContext;
    for (let at = heldLocks.length - 1; at >= 0; at--) {
      const held = heldLocks[at]!;
      if (held.irqContext !== next.irqContext) break;
      const { inner: heldInner } = held.lockClass.wait;
      if (heldInner !== WAIT_TYPE.NONE && heldInner < allowed) allowed = heldInner;
    }
    return (outer === WAIT_TYPE.NONE ? inner : outer) > allowed;
  }

  /** Linux: task_wait_context. */
  get #waitContext(): number {
    const { preempt, cpu } = this.#deps.scheduler;
    if (preempt.inHardirq) {
      return this.#isThreaded[cpu.id] === false ? WAIT_TYPE.RAW_SPINLOCK : WAIT_TYPE.SPINLOCK;
    }
    return preempt.inServingSoftirq ? WAIT_TYPE.SPINLOCK : WAIT_TYPE.MAX;
  }

  /** Linux: task_irq_context. */
  get #irqContext(): number {
    const { preempt } = this.#deps.scheduler;
    return 2 * Number(preempt.inHardirq) + Number(preempt.inServingSoftirq);
  }

  /** Marks the class as used in this context. False once that was reported. Linux: mark_usage. */
  #markUse(task: Task, next: HeldLock): boolean {
    const { preempt } = this.#deps.scheduler;
    const reads = next.read === READ.NO ? 0 : READ_BIT;
    let bits = 1 << (reads === 0 ? USAGE.USED : USAGE.USED_READ);
    if (!next.isTry) {
      if (preempt.inHardirq) bits |= 1 << (USAGE.IN_HARDIRQ + reads);
      if (preempt.inServingSoftirq) bits |= 1 << (USAGE.IN_SOFTIRQ + reads);
    }
    if (!preempt.irqsDisabled) {
      bits |= 1 << (USAGE.HARDIRQ_ON + reads);
      if (!preempt.inSoftirq) bits |= 1 << (USAGE.SOFTIRQ_ON + reads);
    }
    if ((next.lockClass.usageMask & bits) === bits) return true;
    return this.#marks.mark(task, next, bits);
  }

  /** Linux: mark_held_locks. */
  #markHeld(task: Task, base: number): void {
    for (const held of task.heldLocks) {
      const bit = 1 << (held.read === READ.NO ? base : base | READ_BIT);
      if ((held.lockClass.usageMask & bit) !== 0) continue;
      if (!this.#marks.mark(task, held, bit)) return;
    }
  }

  #tooDeep(task: Task): void {
    if (this.#deps.debugLocks.turnOff()) this.#reports.tooDeep(task, DEPTH_MAX);
  }

  // ---- Accounts --------------------------------------------------------------------------------

  #had(held: HeldLock): void {
    const { scheduler, options } = this.#deps;
    this.#told(EVENT.LOCK, held.map, held.lockClass);
    if (!options.countsTimes) return;
    const { statistics } = held.lockClass;
    if (statistics.lastCpu !== -1 && statistics.lastCpu !== scheduler.cpu.id) statistics.bounces++;
    statistics.lastCpu = scheduler.cpu.id;
  }

  #countHold(held: HeldLock): void {
    const { writeHold, readHold } = held.lockClass.statistics;
    const times = held.read === READ.NO ? writeHold : readHold;
    times.add(this.#deps.sim.now() - held.timeNs);
  }

  /** Who writes comes after all before, who reads after writers only: for data races. */
  #order({ map, read }: HeldLock, isTaken: boolean): void {
    const { happens } = this.#deps.scheduler;
    const { pointer } = map;
    const readers = pointer + 1;
    if (isTaken) {
      happens.acquire(pointer);
      if (read === READ.NO) happens.acquire(readers);
    } else happens.release(read === READ.NO ? pointer : readers);
  }

  #told(
    kind: typeof EVENT.LOCK | typeof EVENT.UNLOCK | typeof EVENT.LOCK_CONTENDED,
    map: LockMap,
    { name }: LockClass,
  ): void {
    const { trace } = this.#deps.sim;
    if (trace.on) trace.emit(kind, map.pointer, trace.intern(name));
  }

  #holderOf(map: LockMap, waiter: Task): HeldLock | undefined {
    for (const { current } of this.#deps.scheduler.cpus) {
      if (current === undefined || current === waiter) continue;
      const held = current.heldLocks.find((each) => each.map === map && each.isHad);
      if (held !== undefined) return held;
    }
    return undefined;
  }

  #trace(what: keyof IrqTrace['events']): Task {
    const task = this.#deps.scheduler.current;
    task.irqTrace ??= new IrqTrace();
    task.irqTrace.note(what, this.#callSite());
    return task;
  }

  /** Where the innermost function of a driver stands. */
  #callSite(): number {
    const { stack, sp } = this.#deps.execution;
    return sp >= 2 ? stack[sp - 2]! : 0;
  }
}

function findLast(held: readonly HeldLock[], map: LockMap): HeldLock | undefined {
  for (let at = held.length - 1; at >= 0; at--) {
    if (held[at]!.map === map) return held[at];
  }
  return undefined;
}

/** Stands for this lock of its class, too, under a lock that orders them. */
function stands(held: HeldLock, map: LockMap): boolean {
  return (
    held.map.pointer === map.pointer || (held.references > 0 && held.map.lockKey === map.lockKey)
  );
}

function count(points: Map<number, number>, site: number): void {
  points.set(site, (points.get(site) ?? 0) + 1);
}
