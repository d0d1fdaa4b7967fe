// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Work queues: functions that are called later, by a kernel thread, where they may sleep.
 *
 * A work item lies in memory: a word that says whether it waits for its turn, and the address of
 * its function. Queued twice before it begins, it is done once; from when it begins it can be
 * queued again, and may free itself: nobody looks at it any more.
 *
 * Linux: kernel/workqueue.c. worker-pool.ts has the threads.
 */
import type { Ram } from '../../hw/ram/ram.ts';
import type { Sim } from '../../sim/sim.ts';
import { EVENT } from '../../sim/trace.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import type { DebugObjects, ObjectType } from '../debug-objects.ts';
import type { CallbackMaps } from '../locking/lockdep/callback-maps.ts';
import type { KernelThreads } from '../kthread/kthread.ts';
import type { FunctionCalls } from '../module/function-calls.ts';
import { threadPath } from '../module/sites.ts';
import type { Scheduler } from '../sched/scheduler.ts';
import type { Task } from '../sched/task.ts';
import { taskPointer } from '../sched/task-pointer.ts';
import { WaitQueue } from '../sched/wait-queue.ts';
import { type QueuedWork, WorkerPool } from './worker-pool.ts';

/** Linux: include/linux/workqueue.h. */
export const WQ_FLAGS = {
  WQ_UNBOUND: 1 << 1,
  WQ_FREEZABLE: 1 << 2,
  WQ_MEM_RECLAIM: 1 << 3,
  WQ_HIGHPRI: 1 << 4,
  WQ_CPU_INTENSIVE: 1 << 5,
} as const;
/** Items of one queue that run at once on one CPU, unless told. Linux: WQ_DFL_ACTIVE. */
const MAX_ACTIVE = 1024;
/** Bit of a work's first word: it waits for its turn. Linux: WORK_STRUCT_PENDING. */
const PENDING = 1;
/** Words of a work_struct before its function: data, and the two links of a list. */
const WORDS_BEFORE_FUNC = 3;
/** Words of a work_struct. */
export const WORK_WORDS = WORDS_BEFORE_FUNC + 1;
const PATH = threadPath('worker_thread', 'process_one_work');
/** Where the kernel's own queues lie in its image. */
const SYSTEM_QUEUES = 0x18_0000;
/** Linux: sizeof(struct workqueue_struct), with its padding. */
export const WORKQUEUE_BYTES = 512;

/** The kernel's own queues. */
// prettier-ignore
const SYSTEM = [
  ['events', 0],
  ['events_highpri', WQ_FLAGS.WQ_HIGHPRI],
  ['events_long', 0],
  ['events_unbound', WQ_FLAGS.WQ_UNBOUND],
] as const;

export interface WorkqueueSpec {
  readonly name: string;
  readonly flags: number;
  /** 0: as many as usual. One of an unbound queue makes it an ordered one. */
  readonly maxActive: number;
}

export interface WorkqueuesParts {
  readonly sim: Sim;
  readonly scheduler: Scheduler;
  readonly threads: KernelThreads;
  readonly ram: Ram;
  readonly functions: () => FunctionCalls;
  readonly maps: () => CallbackMaps;
  readonly objects: DebugObjects;
  /** How deep in read sections a task is. */
  readonly rcuDepth: (task: Task) => number;
  /** A work has left something behind: the head of the report. */
  readonly onLeak: (task: Task, lines: readonly string[]) => void;
}

/** What a task holds. */
interface Left {
  readonly count: number;
  readonly locks: number;
  readonly rcu: number;
}

/** What one queue has in one pool. */
interface Share {
  active: number;
  /** More than may be active. */
  readonly waiting: Work[];
}

interface Work extends QueuedWork {
  readonly pool: WorkerPool;
  readonly queue: Workqueue;
  isActive: boolean;
}

/** One queue: which of its works are under way, and which have to wait. */
export class Workqueue {
  readonly spec: WorkqueueSpec;
  readonly pointer: number;
  readonly #poolFor: (flags: number) => WorkerPool;
  readonly #shares = new Map<WorkerPool, Share>();
  /** In the order in which they were queued. */
  readonly #works = new Set<Work>();
  readonly #waiters: WaitQueue;

  constructor(
    pointer: number,
    spec: WorkqueueSpec,
    scheduler: Scheduler,
    poolFor: (flags: number) => WorkerPool,
  ) {
    this.pointer = pointer;
    this.spec = spec;
    this.#poolFor = poolFor;
    this.#waiters = new WaitQueue(scheduler, '__flush_workqueue');
  }

  /** `busy` is the pool in which the same item still runs: it must not run twice at once. */
  queue(item: number, busy: WorkerPool | undefined): Work {
    const { flags, maxActive } = this.spec;
    const pool = busy ?? this.#poolFor(flags);
    const work: Work = { item, pool, queue: this, isActive: false };
    this.#works.add(work);
    const share = this.#shareOf(pool);
    if (share.active < (maxActive || MAX_ACTIVE)) this.#activate(share, work);
    else share.waiting.push(work);
    return work;
  }

  #activate(share: Share, work: Work): void {
    share.active++;
    work.isActive = true;
    work.pool.insert(work);
  }

  /** Takes one out that has not begun. */
  remove(work: Work): void {
    if (work.isActive) work.pool.remove(work);
    else {
      const { waiting } = this.#shareOf(work.pool);
      waiting.splice(waiting.indexOf(work), 1);
    }
    this.finished(work);
  }

  finished(work: QueuedWork): void {
    const own = work as Work;
    this.#works.delete(own);
    if (own.isActive) {
      const share = this.#shareOf(own.pool);
      share.active--;
      const next = share.waiting.shift();
      if (next !== undefined) this.#activate(share, next);
    }
    this.#waiters.wakeAll();
  }

  /** Waits until a work is done or taken out. */
  *waitFor(work: Work): Sleeping<void> {
    while (this.#works.has(work)) yield* this.#waiters.sleep();
  }

  /** Waits until all that is queued now is done. */
  *flush(): Sleeping<void> {
    const works = Array.from(this.#works);
    for (const work of works) yield* this.waitFor(work);
  }

  /** Waits until nothing is left, also of what works queue. Linux: drain_workqueue. */
  *drain(): Sleeping<void> {
    while (this.#works.size > 0) yield* this.#waiters.sleep();
  }

  /** What of an item is queued or runs. */
  worksOf(item: number): readonly Work[] {
    return [...this.#works].filter((work) => work.item === item);
  }

  #shareOf(pool: WorkerPool): Share {
    let share = this.#shares.get(pool);
    if (share === undefined) this.#shares.set(pool, (share = { active: 0, waiting: [] }));
    return share;
  }
}

/** Queues of a machine, by the address of their workqueue_struct, and work items in memory. */
export class Workqueues {
  readonly #parts: WorkqueuesParts;
  readonly #queues = new Map<number, Workqueue>();
  readonly #pools = new Map<string, WorkerPool>();
  /** Works that have not begun, by their items. */
  readonly #pending = new Map<number, Work>();
  /** Items whose cancelling is under way: they are not queued again. */
  readonly #cancelling = new Set<number>();
  readonly #type: ObjectType;

  constructor(parts: WorkqueuesParts) {
    this.#parts = parts;
    const { ram } = parts;
    this.#type = {
      name: 'work_struct',
      hint: (item) => ram.loadPointer(item + WORDS_BEFORE_FUNC * ram.board.pointerBytes),
      forget: (item) => this.cancel(item),
    };
    for (const [at, [name, flags]] of SYSTEM.entries()) {
      this.#make(this.systemPointer(at), { name, flags, maxActive: 0 });
    }
  }

  /** Where the kernel's own queues lie: `at` counts system_wq, highpri, long, unbound. */
  systemPointer(at: number): number {
    return this.#parts.ram.toPointer(SYSTEM_QUEUES + at * WORKQUEUE_BYTES);
  }

  /** Makes a queue of the memory at `address`. Linux: alloc_workqueue. */
  create(address: number, spec: WorkqueueSpec): void {
    this.#make(address, spec);
    this.#parts.maps().defineNamed(address, `(wq_completion)${spec.name}`);
  }

  #make(address: number, spec: WorkqueueSpec): void {
    const { scheduler, ram } = this.#parts;
    const queue = new Workqueue(address, spec, scheduler, (flags) => this.#poolFor(flags));
    this.#queues.set(address, queue);
    ram.storePointer(address, address);
  }

  /**
   * What memory says that this queue is. What is no queue leads nowhere, as it would on Linux some
   * loads later.
   */
  at(address: number): Workqueue {
    const { ram } = this.#parts;
    const self = ram.loadPointer(address);
    ram.load8(self);
    const queue = this.#queues.get(self);
    if (queue !== undefined) return queue;
    return ram.reporter.fault({ pointer: self, sizeBytes: 1, isWrite: false, firstBad: self });
  }

  /** Waits until a queue has nothing left, and forgets it. Linux: destroy_workqueue. */
  *destroy(address: number): Sleeping<void> {
    const queue = this.at(address);
    this.#parts.scheduler.mightSleep();
    this.#parts.maps().waitsFor(queue.pointer);
    yield* queue.drain();
    this.#parts.scheduler.happens.acquire(queue);
    this.#queues.delete(queue.pointer);
  }

  /** Linux: flush_workqueue. */
  *flushQueue(address: number): Sleeping<void> {
    const queue = this.at(address);
    this.#parts.scheduler.mightSleep();
    this.#parts.maps().waitsFor(queue.pointer);
    yield* queue.flush();
    this.#parts.scheduler.happens.acquire(queue);
  }

  // ---- Items -----------------------------------------------------------------------------------

  /** Makes memory into an item on no list. Linux: INIT_WORK. */
  initialise(item: number, func: number): void {
    const { ram, maps, objects } = this.#parts;
    const word = ram.board.pointerBytes;
    ram.storePointer(item, 0);
    ram.storePointer(item + word, item + word);
    ram.storePointer(item + 2 * word, item + word);
    ram.storePointer(item + WORDS_BEFORE_FUNC * word, func);
    maps().define(item, '(work_completion)');
    objects.init(this.#type, item);
  }

  /** Whether the item waits for its turn. Linux: work_pending. */
  isPending(item: number): boolean {
    return (this.#parts.ram.load32(item) & PENDING) !== 0;
  }

  /** True if nobody else has it to queue: then it counts as queued. */
  claim(item: number): boolean {
    const { ram, objects } = this.#parts;
    const data = ram.load32(item);
    if ((data & PENDING) !== 0 || this.#cancelling.has(item)) return false;
    ram.store32(item, data | PENDING);
    objects.activate(this.#type, item);
    return true;
  }

  /** False if it already waits for its turn. Context: any. Linux: queue_work. */
  queue(queue: Workqueue, item: number): boolean {
    if (!this.claim(item)) return false;
    this.insert(queue, item);
    return true;
  }

  /** Queues an item that has been claimed. Linux: __queue_work. */
  insert(queue: Workqueue, item: number): void {
    const { scheduler } = this.#parts;
    scheduler.happens.release(item);
    const busy = [...this.#pools.values()].find((pool) => pool.isRunning(item));
    this.#pending.set(item, queue.queue(item, busy));
  }

  /** Takes an item out of whatever queue it waits in. Context: any. Linux: cancel_work. */
  cancel(item: number): boolean {
    const work = this.#pending.get(item);
    if (work === undefined) return false;
    this.#pending.delete(item);
    work.queue.remove(work);
    this.setBegun(item);
    return true;
  }

  /** Takes it out, and waits if it runs. It is not queued meanwhile. Linux: cancel_work_sync. */
  *cancelSync(item: number): Sleeping<boolean> {
    this.#parts.scheduler.mightSleep();
    const isTaken = this.cancel(item);
    this.#cancelling.add(item);
    yield* this.flush(item);
    this.#cancelling.delete(item);
    return isTaken;
  }

  /** Waits until the item has run as last queued. False if it was idle. Linux: flush_work. */
  *flush(item: number): Sleeping<boolean> {
    const { scheduler, maps, ram } = this.#parts;
    scheduler.mightSleep();
    ram.load32(item);
    maps().waitsFor(item);
    const works = Array.from(this.#queues.values(), (queue) => queue.worksOf(item)).flat();
    for (const work of works) {
      const { queue } = work;
      // A queue with one work at a time waits for itself if its work does this.
      if (queue.spec.maxActive === 1) maps().waitsFor(queue.pointer);
      yield* queue.waitFor(work);
    }
    scheduler.happens.acquire(item);
    return works.length > 0;
  }

  /** Linux: set_work_pool_and_clear_pending. */
  setBegun(item: number): void {
    const { ram, objects } = this.#parts;
    objects.deactivate(item);
    ram.store32(item, ram.load32(item) & ~PENDING);
  }

  // ---- Pools -----------------------------------------------------------------------------------

  #poolFor(flags: number): WorkerPool {
    const { scheduler, threads } = this.#parts;
    const isUnbound = (flags & WQ_FLAGS.WQ_UNBOUND) !== 0;
    const isHigh = (flags & WQ_FLAGS.WQ_HIGHPRI) !== 0;
    const cpu = isUnbound ? undefined : scheduler.cpu.id;
    const name = cpu === undefined ? `u${2 * scheduler.cpus.length}` : String(cpu);
    const key = `${name}${isHigh ? 'H' : ''}`;
    let pool = this.#pools.get(key);
    if (pool === undefined) {
      const process = (work: QueuedWork): Sleeping<void> => this.#process(work as Work);
      const spec = { cpu, name, isHighPriority: isHigh };
      this.#pools.set(key, (pool = new WorkerPool({ scheduler, threads, process }, spec)));
    }
    return pool;
  }

  /** Linux: process_one_work. */
  *#process({ item, queue }: Work): Sleeping<void> {
    const { ram, functions, maps, scheduler } = this.#parts;
    const task = scheduler.current;
    this.#pending.delete(item);
    // One item never runs twice at once, and of an ordered queue nothing does.
    scheduler.happens.acquire(item);
    if (queue.spec.maxActive === 1) scheduler.happens.acquire(queue);
    const before = this.#leftOf(task);
    let func = 0;
    const fetch = (): number => {
      func = ram.loadPointer(item + WORDS_BEFORE_FUNC * ram.board.pointerBytes);
      this.setBegun(item);
      this.#trace(EVENT.WORK_BEGIN, func);
      return func;
    };
    const copy = taskPointer(ram, task);
    const outer = maps().begin(queue.pointer, copy);
    const inner = maps().begin(item, copy + 1);
    yield* functions().call(PATH, fetch, item);
    maps().end(inner);
    maps().end(outer);
    this.#checkLeak(task, before, func);
    this.#trace(EVENT.WORK_END, func);
    scheduler.happens.release(item);
    scheduler.happens.release(queue);
  }

  /** A work must leave as it came. The count is put right, so that the worker can go on. */
  #checkLeak(task: Task, { count, locks, rcu }: Left, func: number): void {
    const { scheduler, functions, onLeak } = this.#parts;
    const now = this.#leftOf(task);
    if (now.count === count && now.locks === locks && now.rcu === rcu) return;
    const word = now.count.toString(16).padStart(8, '0');
    const held = `lock=${locks}->${now.locks} RCU=${rcu}->${now.rcu}`;
    onLeak(task, [
      `BUG: workqueue leaked atomic, lock or RCU: ${task.name}[${task.pid}]`,
      `     preempt=0x${word} ${held} workfn=${functions().nameOf(func)}`,
    ]);
    scheduler.preempt.subtract(Math.max(0, now.count - count));
  }

  #leftOf(task: Task): Left {
    const { scheduler, rcuDepth } = this.#parts;
    return { count: scheduler.preempt.count, locks: task.heldLocks.length, rcu: rcuDepth(task) };
  }

  #trace(kind: typeof EVENT.WORK_BEGIN | typeof EVENT.WORK_END, func: number): void {
    const { sim, functions } = this.#parts;
    if (sim.trace.on) sim.trace.emit(kind, sim.trace.intern(functions().nameOf(func)));
  }
}
