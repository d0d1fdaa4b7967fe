// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The locks that each task holds or waits for, in the order in which it asked for them, and how
 * long it had to wait and held them.
 *
 * Kept whether anybody checks or not: views and other reports show it. Traces and the detector of
 * data races learn of locks from here, too.
 */
import type { Sim } from '../../../sim/sim.ts';
import { EVENT } from '../../../sim/trace.ts';
import type { Execution } from '../../sched/execution.ts';
import type { Scheduler } from '../../sched/scheduler.ts';
import type { Task } from '../../sched/task.ts';
import type { ChainNode } from './chains.ts';
import { HeldLock, type LockClass, type LockMap, READ, type ReadMode } from './lock-class.ts';

interface HeldLocksDependencies {
  readonly sim: Sim;
  readonly scheduler: Scheduler;
  readonly execution: Execution;
  /** Nothing is held. */
  readonly noChain: ChainNode;
  readonly countsTimes: boolean;
}

export class HeldLocks {
  readonly #deps: HeldLocksDependencies;
  /** Objects that are not in use. */
  readonly #spare: HeldLock[] = [];

  constructor(deps: HeldLocksDependencies) {
    this.#deps = deps;
  }

  /** A lock that the running code asks for, and that is not among those of its task yet. */
  make(map: LockMap, lockClass: LockClass, read: ReadMode, isTry: boolean): HeldLock {
    const next = this.#spare.pop() ?? new HeldLock();
    next.map = map;
    next.lockClass = lockClass;
    next.site = this.callSite();
    next.read = read;
    next.isTry = isTry;
    next.nest = undefined;
    next.references = 0;
    next.irqContext = 0;
    next.askedNs = this.#deps.sim.now();
    next.timeNs = next.askedNs;
    next.isHad = isTry;
    next.isContended = false;
    next.chain = this.#deps.noChain;
    lockClass.ops++;
    return next;
  }

  /** The innermost lock stands for one more of its class: under a lock that orders them. */
  countAgain(held: HeldLock, map: LockMap): void {
    held.references = Math.max(1, held.references) + 1;
    this.#tell(EVENT.LOCK, map, held.lockClass);
  }

  /** The running code has to wait for the lock. */
  wait(map: LockMap): void {
    const { sim, scheduler, countsTimes } = this.#deps;
    const task = scheduler.current;
    const held = findLast(task.heldLocks, map);
    if (held === undefined) return;
    held.isContended = true;
    held.askedNs = sim.now();
    this.#tell(EVENT.LOCK_CONTENDED, map, held.lockClass);
    held.lockClass.contentions++;
    if (!countsTimes) return;
    const { statistics } = held.lockClass;
    count(statistics.contentionPoints, held.site);
    const owner = this.#holderOf(map, task);
    if (owner !== undefined) count(statistics.contendingPoints, owner.site);
    if (map.lastCpu !== scheduler.cpu.id) statistics.side(held.read).contendedBounces++;
  }

  /** The running code has the lock that it asked for. */
  have(map: LockMap): void {
    const task = this.#deps.scheduler.current;
    const held = findLast(task.heldLocks, map);
    if (held === undefined) {
      const other = task.heldLocks.findLast((each) => standsFor(each, map));
      if (other !== undefined) this.#order(map, other.read, true);
      return;
    }
    held.isHad = true;
    held.timeNs = this.#deps.sim.now();
    if (held.isContended && this.#deps.countsTimes) {
      held.lockClass.statistics.side(held.read).wait.add(held.timeNs - held.askedNs);
    }
    this.noteTaken(held);
  }

  /** Tells that a lock is had, and counts how often it moves to another CPU. */
  noteTaken({ map, lockClass, read }: HeldLock): void {
    const { scheduler, countsTimes } = this.#deps;
    this.#order(map, read, true);
    this.#tell(EVENT.LOCK, map, lockClass);
    if (!countsTimes) return;
    const { id } = scheduler.cpu;
    if (map.lastCpu !== -1 && map.lastCpu !== id) lockClass.statistics.side(read).bounces++;
    map.lastCpu = id;
  }

  /**
   * The running code gives a lock back, or gives up waiting. The place in the list from which on
   * locks are held under less than before; -1 when it holds no such lock.
   */
  drop(map: LockMap): number {
    const task = this.#deps.scheduler.current;
    const { heldLocks } = task;
    const held = findLast(heldLocks, map) ?? heldLocks.findLast((each) => standsFor(each, map));
    if (held === undefined) return -1;
    this.#tell(EVENT.UNLOCK, map, held.lockClass);
    this.#order(map, held.read, false);
    if (held.references > 1) {
      held.references--;
      return heldLocks.length;
    }
    if (held.isHad && this.#deps.countsTimes) {
      held.lockClass.statistics.side(held.read).hold.add(this.#deps.sim.now() - held.timeNs);
    }
    this.#spare.push(held);
    if (heldLocks.at(-1) === held) {
      heldLocks.pop();
      return heldLocks.length;
    }
    const at = heldLocks.lastIndexOf(held);
    heldLocks.splice(at, 1);
    return at;
  }

  isHeld(map: LockMap): boolean {
    const { heldLocks } = this.#deps.scheduler.current;
    return heldLocks.some((held) => held.map === map || standsFor(held, map));
  }

  /** How the running code holds the lock; undefined if it does not. */
  heldAs(map: LockMap): ReadMode | undefined {
    return findLast(this.#deps.scheduler.current.heldLocks, map)?.read;
  }

  /** Where the innermost function of a driver stands. */
  callSite(): number {
    const { stack, sp } = this.#deps.execution;
    return sp >= 2 ? stack[sp - 2]! : 0;
  }

  /** Who writes comes after all before, who reads after writers only: for data races. */
  #order({ pointer }: LockMap, read: ReadMode, isTaken: boolean): void {
    const { happens } = this.#deps.scheduler;
    const readers = pointer + 1;
    if (isTaken) {
      happens.acquire(pointer);
      if (read === READ.NO) happens.acquire(readers);
    } else happens.release(read === READ.NO ? pointer : readers);
  }

  #tell(
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
}

/** It is this lock, or stands for it as another of its class, under a lock that orders them. */
export function standsFor(held: HeldLock, map: LockMap): boolean {
  return (
    held.map.pointer === map.pointer || (held.references > 0 && held.map.lockKey === map.lockKey)
  );
}

function findLast(held: readonly HeldLock[], map: LockMap): HeldLock | undefined {
  for (let at = held.length - 1; at >= 0; at--) {
    if (held[at]!.map === map) return held[at];
  }
  return undefined;
}

function count(points: Map<number, number>, site: number): void {
  points.set(site, (points.get(site) ?? 0) + 1);
}
