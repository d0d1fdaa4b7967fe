// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Kernel threads: tasks without memory of their own, which run code of the kernel.
 *
 * All are children of kthreadd, process 2, which makes them one after the other: whoever asks may
 * be in an interrupt, or hold a lock.
 *
 * Linux: kernel/kthread.c.
 */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { ROOT } from '../credentials.ts';
import type { TaskTable } from '../pid.ts';
import type { Scheduler } from '../sched/scheduler.ts';
import { SIGNAL } from '../../uapi/signal.ts';
import { signalBit } from '../signal.ts';
import { Task } from '../sched/task.ts';
import { WaitQueue } from '../sched/wait-queue.ts';

/** Process 1 is init's. */
const KTHREADD_PID = 2;

/** What a thread does: until it returns, or `shouldStop` tells it to. */
export type ThreadFunction = (self: KernelThread) => Sleeping<void>;

export class KernelThread {
  readonly name: string;
  /** Undefined until kthreadd has made it. */
  task: Task | undefined = undefined;
  /** Somebody waits for the thread's end. Linux: kthread_should_stop. */
  shouldStop = false;
  hasEnded = false;
  /** Linux: -EAGAIN of a thread for which there is no number. */
  error = 0;
  /** Where it sleeps between two pieces of work, and where its end is waited for. */
  readonly queue: WaitQueue;

  constructor(name: string, queue: WaitQueue) {
    this.name = name;
    this.queue = queue;
  }

  /** Wakes it where it sleeps on its queue. Context: any. Linux: wake_up_process. */
  wake(): void {
    this.queue.wakeAll();
  }

  /**
   * Asks the thread to end and waits until it has. Context: task. Returns 0, or why it never began.
   * Linux: kthread_stop.
   */
  *stop(): Sleeping<number> {
    this.shouldStop = true;
    this.wake();
    while (!this.hasEnded) yield* this.queue.sleep();
    return this.error;
  }
}

interface Request {
  readonly thread: KernelThread;
  readonly run: ThreadFunction;
}

export class KernelThreads {
  readonly #scheduler: Scheduler;
  readonly #tasks: TaskTable;
  readonly #requests: Request[] = [];
  readonly #work: WaitQueue;
  #daemon: Task | undefined;

  constructor(scheduler: Scheduler, tasks: TaskTable) {
    this.#scheduler = scheduler;
    this.#tasks = tasks;
    this.#work = new WaitQueue(scheduler, 'kthreadd');
  }

  /** Starts kthreadd. Context: boot. */
  start(): void {
    const daemon = this.#make(KTHREADD_PID, 'kthreadd', undefined, this.#serve());
    this.#daemon = daemon;
    // Programs that the kernel runs are children of its, too.
    daemon.ignored = signalBit(SIGNAL.CHLD);
    this.#scheduler.start(daemon);
  }

  /** A thread that begins as soon as kthreadd has made it. Context: any. Linux: kthread_run. */
  run(name: string, run: ThreadFunction): KernelThread {
    const thread = new KernelThread(name, new WaitQueue(this.#scheduler, name));
    this.#scheduler.happens.release(thread);
    this.#requests.push({ thread, run });
    this.#work.wakeAll();
    return thread;
  }

  *#serve(): Sleeping<void> {
    for (;;) {
      for (let next = this.#requests.shift(); next !== undefined; next = this.#requests.shift()) {
        this.#create(next);
      }
      yield* this.#work.sleepInterruptible();
    }
  }

  #create({ thread, run }: Request): void {
    const pid = this.#tasks.allocatePid();
    if (pid === 0) {
      thread.error = -ERRNO.EAGAIN;
      this.#ended(thread);
      return;
    }
    thread.task = this.#make(pid, thread.name, this.#daemon, this.#body(thread, run));
    this.#scheduler.start(thread.task);
  }

  *#body(thread: KernelThread, run: ThreadFunction): Sleeping<void> {
    this.#scheduler.happens.acquire(thread);
    // An oops ends the thread as it ends a process: whoever waits for it must not wait for ever.
    try {
      yield* run(thread);
    } finally {
      this.#ended(thread);
    }
  }

  #ended(thread: KernelThread): void {
    thread.hasEnded = true;
    thread.queue.wakeAll();
  }

  #make(pid: number, name: string, parent: Task | undefined, body: Sleeping<void>): Task {
    const credentials = ROOT;
    const task = new Task({ pid, name, credentials, parent, body, isKernelThread: true });
    this.#tasks.add(task);
    return task;
  }
}
