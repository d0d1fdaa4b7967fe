// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The kernel's locks for a view: who has which, who waits, and in what order classes were taken.
 *
 * Reads what lockdep has anyway, when somebody looks: nothing is kept for it. With `lockdep=off`
 * there are still locks, but no orders.
 */
import type { Kernel } from '../init/kernel.ts';
import type { LockEdge } from '../kernel/locking/lockdep/graph.ts';
import { type HeldLock, type LockClass, WAIT_TYPE } from '../kernel/locking/lockdep/lock-class.ts';
import { formatSymbol } from '../kernel/module/sites.ts';
import type { Task } from '../kernel/sched/task.ts';
import type {
  CodePlace,
  LockClassView,
  LockHold,
  LockOrderView,
  LocksView,
  LockTaskView,
} from '../machine-types.ts';

/** More than a view can show. */
const ORDERS_MAX = 500;

export function locksView(kernel: Kernel): LocksView {
  const { sim, slabs, scheduler } = kernel;
  const { lockdep } = kernel.locks;
  const locks = new LockTable(kernel);
  const idle = scheduler.cpus.flatMap(({ current }) => (current?.pid === 0 ? [current] : []));
  for (const task of new Set([...kernel.tasks.all(), ...idle])) locks.add(task);
  return {
    nowNs: sim.now(),
    pointerBytes: slabs.ram.board.pointerBytes,
    isChecking: lockdep.isReporting,
    isTiming: kernel.options.detectors.lockStat,
    locks: locks.byAge(),
    tasks: [...locks.tasks.values()],
    classes: lockdep.classes.map(classView),
    orders: [
      ...lockdep.dependencies.slice(0, ORDERS_MAX).map((edge) => orderView(kernel, edge, false)),
      ...lockdep.refused.slice(0, ORDERS_MAX).map((edge) => orderView(kernel, edge, true)),
    ],
  };
}

interface Row {
  readonly address: number;
  readonly lockClass: number;
  readonly holders: LockHold[];
  readonly waiters: LockHold[];
}

/** Locks that are held or waited for, put together from what each task has to say. */
class LockTable {
  readonly tasks = new Map<number, LockTaskView>();
  readonly #kernel: Kernel;
  readonly #rows = new Map<number, Row>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  add(task: Task): void {
    const { heldLocks, pid, name, cpu } = task;
    for (const held of heldLocks) {
      // Asked for, but nobody has looked yet whether it is free.
      if (!held.isHad && !held.isContended) continue;
      const row = this.#rowOf(held);
      (held.isHad ? row.holders : row.waiters).push({
        pid,
        sinceNs: held.isHad ? held.timeNs : held.askedNs,
        at: placeOf(this.#kernel, held.site),
        isShared: held.read !== 0,
      });
      this.tasks.set(pid, { pid, name, cpu });
    }
  }

  byAge(): readonly Row[] {
    for (const { waiters } of this.#rows.values()) waiters.sort((a, b) => a.sinceNs - b.sinceNs);
    return [...this.#rows.values()].toSorted((a, b) => since(a) - since(b));
  }

  #rowOf({ map, lockClass }: HeldLock): Row {
    const { pointer } = map;
    const known = this.#rows.get(pointer);
    if (known !== undefined) return known;
    const row: Row = { address: pointer, lockClass: lockClass.id, holders: [], waiters: [] };
    this.#rows.set(pointer, row);
    return row;
  }
}

function since({ holders, waiters }: Row): number {
  return Math.min(...[...holders, ...waiters].map(({ sinceNs }) => sinceNs));
}

function classView({
  id,
  name,
  wait,
  usage,
  ops,
  contentions,
  statistics,
}: LockClass): LockClassView {
  const [writing, reading] = [statistics.writers.wait, statistics.readers.wait];
  return {
    id,
    name,
    spins: wait.inner === WAIT_TYPE.RAW_SPINLOCK || wait.inner === WAIT_TYPE.SPINLOCK,
    usage,
    acquisitions: ops,
    contentions,
    waitNs: writing.totalNs + reading.totalNs,
    maxWaitNs: Math.max(writing.maxNs, reading.maxNs),
  };
}

function orderView(kernel: Kernel, edge: LockEdge, isReported: boolean): LockOrderView {
  const { from, to, fromSite, toSite, task, timeNs } = edge;
  return {
    from: from.id,
    to: to.id,
    fromAt: placeOf(kernel, fromSite),
    toAt: placeOf(kernel, toSite),
    task: task.name,
    pid: task.pid,
    timeNs,
    isReported,
  };
}

function placeOf({ sites }: Kernel, site: number): CodePlace {
  const frame = sites.resolve(site);
  const { module, file, line } = frame;
  const where = formatSymbol(frame);
  if (module === undefined || file === undefined || line === undefined) return { where };
  return { where, source: { module, file, line } };
}
