// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Kernel threads that do what work queues hand them: a pool for each CPU, in which one works at a
 * time and another one goes on when it sleeps, and one for all CPUs, in which all work at once.
 *
 * Linux: struct worker_pool and worker_thread of kernel/workqueue.c. Differs: workers that have
 * nothing to do stay.
 */
import type { Sleeping } from '../../uapi/coroutine.ts';
import type { KernelThread, KernelThreads } from '../kthread/kthread.ts';
import type { Scheduler } from '../sched/scheduler.ts';
import { weightOf } from '../sched/weights.ts';

/** Of those who do urgent work. Linux: HIGHPRI_NICE_LEVEL. */
const HIGHEST_NICE = -20;

/** A work item that was queued. */
export interface QueuedWork {
  /** Address of its work_struct. */
  readonly item: number;
  readonly queue: { finished(work: QueuedWork): void };
}

export interface WorkerPoolParts {
  readonly scheduler: Scheduler;
  readonly threads: KernelThreads;
  /** Does an item's work. */
  readonly process: (work: QueuedWork) => Sleeping<void>;
}

export interface WorkerPoolSpec {
  /** Undefined: for all. */
  readonly cpu: number | undefined;
  /** `0` of kworker/0:1, `u4` of kworker/u4:1. */
  readonly name: string;
  readonly isHighPriority: boolean;
}

interface Worker {
  thread: KernelThread | undefined;
  current: QueuedWork | undefined;
  /** What must not run at the same time as its current work: the same items, queued again. */
  readonly scheduled: QueuedWork[];
}

export class WorkerPool {
  readonly #parts: WorkerPoolParts;
  readonly #spec: WorkerPoolSpec;
  readonly #works: QueuedWork[] = [];
  readonly #workers = new Set<Worker>();
  /** Those without work, the latest last. */
  readonly #idle: Worker[] = [];
  /** Workers that work and do not sleep; of a pool for all CPUs nobody is counted. */
  #running = 0;
  #made = 0;

  constructor(parts: WorkerPoolParts, spec: WorkerPoolSpec) {
    this.#parts = parts;
    this.#spec = spec;
  }

  /** Context: any. */
  insert(work: QueuedWork): void {
    this.#works.push(work);
    this.#kick();
  }

  /** Takes a work out that has not begun. */
  remove(work: QueuedWork): void {
    for (const list of [this.#works, ...[...this.#workers].map(({ scheduled }) => scheduled)]) {
      const at = list.indexOf(work);
      if (at >= 0) list.splice(at, 1);
    }
  }

  /** True while a worker is in the item's function. */
  isRunning(item: number): boolean {
    return this.#workerOf(item) !== undefined;
  }

  #workerOf(item: number): Worker | undefined {
    for (const worker of this.#workers) if (worker.current?.item === item) return worker;
    return undefined;
  }

  get #needsMore(): boolean {
    return this.#works.length > 0 && this.#running === 0;
  }

  /** Sees to it that somebody looks at the list. Linux: kick_pool. */
  #kick(): void {
    if (!this.#needsMore) return;
    const idle = this.#idle.at(-1);
    if (idle === undefined) this.#make();
    else idle.thread?.wake();
  }

  /** Linux: create_worker. */
  #make(): void {
    const { name, isHighPriority } = this.#spec;
    const worker: Worker = { thread: undefined, current: undefined, scheduled: [] };
    this.#workers.add(worker);
    // Until it has begun it counts as one that is about to look.
    this.#idle.push(worker);
    const threadName = `kworker/${name}:${this.#made++}${isHighPriority ? 'H' : ''}`;
    worker.thread = this.#parts.threads.run(threadName, (self) => this.#serve(self, worker));
  }

  *#serve(self: KernelThread, worker: Worker): Sleeping<void> {
    const { scheduler } = this.#parts;
    const { cpu, isHighPriority } = this.#spec;
    const task = scheduler.current;
    if (isHighPriority) {
      scheduler.setPolicy(task, (sched) => {
        sched.nice = HIGHEST_NICE;
        sched.weight = weightOf(sched.policy, HIGHEST_NICE);
      });
    }
    if (cpu !== undefined) scheduler.setAffinity(task, 1 << cpu);
    yield* scheduler.reschedule();
    try {
      for (;;) {
        this.#idle.splice(this.#idle.indexOf(worker), 1);
        if (this.#needsMore) yield* this.#work(worker);
        this.#idle.push(worker);
        yield* self.queue.sleepInterruptible();
      }
    } finally {
      // It oopsed: the others go on, but nobody will hear that its work is done.
      this.#workers.delete(worker);
      this.#stopped();
    }
  }

  *#work(worker: Worker): Sleeping<void> {
    this.#began();
    do {
      const work = this.#works.shift();
      if (work === undefined) break;
      const busy = this.#workerOf(work.item);
      if (busy === undefined) worker.scheduled.push(work);
      else busy.scheduled.push(work);
      for (let next = worker.scheduled.shift(); next !== undefined;) {
        yield* this.#do(worker, next);
        next = worker.scheduled.shift();
      }
    } while (this.#works.length > 0 && this.#running <= 1);
    this.#stopped();
  }

  *#do(worker: Worker, work: QueuedWork): Sleeping<void> {
    const { scheduler, process } = this.#parts;
    const task = scheduler.current;
    worker.current = work;
    this.#kick();
    const body = process(work);
    while (body.next().done !== true) {
      const sleeps = task.state !== 'R';
      if (sleeps) this.#stopped();
      yield;
      if (sleeps) this.#began();
    }
    worker.current = undefined;
    work.queue.finished(work);
    yield* scheduler.reschedule();
  }

  #began(): void {
    if (this.#spec.cpu !== undefined) this.#running++;
  }

  /** A worker sleeps or has nothing to do: another one may have to take its place. */
  #stopped(): void {
    if (this.#spec.cpu !== undefined) this.#running--;
    this.#kick();
  }
}
