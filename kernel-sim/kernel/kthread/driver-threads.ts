// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Kernel threads of drivers: what a driver is told of one is the address of its task_struct, which
 * is given back when the thread has ended, unless somebody waits for that.
 *
 * Linux: kernel/kthread.c. kthread.ts is what the kernel itself uses.
 */
import type { Ram } from '../../hw/ram/ram.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import type { KernelThread, KernelThreads } from './kthread.ts';
import type { FunctionCalls } from '../module/function-calls.ts';
import { threadPath } from '../module/sites.ts';
import type { Scheduler } from '../sched/scheduler.ts';
import type { Task } from '../sched/task.ts';
import { TASK_STATE, type Sleepers } from '../sched/task-state.ts';
import { WaitQueue } from '../sched/wait-queue.ts';

const PATH = threadPath();
const { TASK_NORMAL, TASK_PARKED } = TASK_STATE;

export interface DriverThreadsParts {
  readonly ram: Ram;
  readonly scheduler: Scheduler;
  readonly sleepers: Sleepers;
  readonly threads: KernelThreads;
  /** Memory for a task_struct; 0 when there is none. */
  readonly takeStruct: () => number;
  readonly giveStruct: (pointer: number) => void;
  readonly functions: () => FunctionCalls;
}

/** One thread, from its making to its end. */
interface DriverThread {
  readonly pointer: number;
  readonly kernel: KernelThread;
  /** Somebody said that it may begin. */
  isStarted: boolean;
  shouldPark: boolean;
  isParked: boolean;
  /** What its function returned. */
  result: number;
  /** It, and those who wait for its end: the last one gives the task_struct back. */
  references: number;
  /** Where those wait who wait for it to be made or to park. */
  readonly waiters: WaitQueue;
}

export class DriverThreads {
  readonly #parts: DriverThreadsParts;
  readonly #byPointer = new Map<number, DriverThread>();
  readonly #byTask = new Map<Task, DriverThread>();

  constructor(parts: DriverThreadsParts) {
    this.#parts = parts;
  }

  /**
   * Makes a thread, which begins once it is woken. Context: task that may sleep. Linux:
   * kthread_create.
   *
   * @returns its task_struct, or a negative errno
   */
  *create(func: number, data: unknown, name: string): Sleeping<number> {
    const { scheduler, threads, takeStruct } = this.#parts;
    scheduler.mightSleep();
    const pointer = takeStruct();
    if (pointer === 0) return -ERRNO.ENOMEM;
    const waiters = new WaitQueue(scheduler, 'kthread_create');
    const kernel = threads.run(name, () => this.#body(thread, func, data));
    const thread: DriverThread = {
      pointer,
      kernel,
      isStarted: false,
      shouldPark: false,
      isParked: false,
      result: -ERRNO.EINTR,
      references: 1,
      waiters,
    };
    this.#byPointer.set(pointer, thread);
    while (!this.#isMade(thread)) yield* waiters.sleep();
    if (kernel.error === 0) return pointer;
    this.#put(thread);
    return kernel.error;
  }

  #isMade({ kernel }: DriverThread): boolean {
    return kernel.error !== 0 || (kernel.task !== undefined && this.#byTask.has(kernel.task));
  }

  /** Lets a new thread begin, or wakes a task wherever it sleeps. Linux: wake_up_process. */
  wake(pointer: number): boolean {
    const thread = this.#at(pointer);
    if (thread === undefined) return false;
    const isNew = !thread.isStarted;
    if (isNew) this.#parts.scheduler.happens.release(thread);
    thread.isStarted = true;
    thread.kernel.wake();
    const { task } = thread.kernel;
    return (task !== undefined && this.#parts.sleepers.wake(task, TASK_NORMAL)) || isNew;
  }

  /** It runs on that CPU only, if there is one. Linux: kthread_bind. */
  bind(pointer: number, cpu: number): void {
    const { scheduler } = this.#parts;
    const task = this.#at(pointer)?.kernel.task;
    if (task !== undefined && scheduler.cpus[cpu] !== undefined) {
      scheduler.setAffinity(task, 1 << cpu);
    }
  }

  /** Asks a thread to end and waits until it has. Answers what it returned. Linux: kthread_stop. */
  *stop(pointer: number): Sleeping<number> {
    const { scheduler } = this.#parts;
    scheduler.mightSleep();
    const thread = this.#at(pointer);
    if (thread === undefined) return -ERRNO.EINTR;
    thread.references++;
    thread.kernel.shouldStop = true;
    this.unpark(pointer);
    this.wake(pointer);
    yield* thread.kernel.stop();
    if (thread.kernel.task !== undefined) scheduler.happens.acquire(thread.kernel.task);
    this.#put(thread);
    return thread.result;
  }

  /**
   * Keeps the task_struct of a thread that has not begun until `release`. Linux: get_task_struct.
   */
  hold(pointer: number): void {
    const thread = this.#at(pointer);
    if (thread !== undefined) thread.references++;
  }

  /** Linux: put_task_struct. */
  release(pointer: number): void {
    const thread = this.#at(pointer);
    if (thread !== undefined) this.#put(thread);
  }

  /** Of the running thread. Linux: kthread_should_stop. */
  get shouldStop(): boolean {
    return this.#self()?.kernel.shouldStop ?? false;
  }

  /** Of the running thread. Linux: kthread_should_park. */
  get shouldPark(): boolean {
    return this.#self()?.shouldPark ?? false;
  }

  /** Has a thread rest in `parkme`, and waits until it does. Linux: kthread_park. */
  *park(pointer: number): Sleeping<number> {
    const thread = this.#at(pointer);
    if (thread === undefined || thread.kernel.hasEnded) return -ERRNO.ENOSYS;
    if (thread.shouldPark) return -ERRNO.EBUSY;
    thread.shouldPark = true;
    if (thread.kernel.task === this.#parts.scheduler.current) return 0;
    this.wake(pointer);
    while (!thread.isParked && !thread.kernel.hasEnded) yield* thread.waiters.sleep();
    this.#parts.scheduler.happens.acquire(thread.waiters);
    return 0;
  }

  /** Linux: kthread_unpark. */
  unpark(pointer: number): void {
    const thread = this.#at(pointer);
    const task = thread?.kernel.task;
    if (thread === undefined || task === undefined) return;
    thread.shouldPark = false;
    this.#parts.scheduler.happens.release(thread);
    this.#parts.sleepers.wake(task, TASK_PARKED);
  }

  /** The running thread rests as long as it should. Linux: kthread_parkme. */
  *parkme(): Sleeping<void> {
    const { sleepers, scheduler } = this.#parts;
    const thread = this.#self();
    while (thread?.shouldPark === true) {
      thread.isParked = true;
      scheduler.happens.release(thread.waiters);
      thread.waiters.wakeAll();
      sleepers.setState(TASK_PARKED);
      yield* sleepers.schedule('kthread_parkme');
    }
    if (thread === undefined) return;
    thread.isParked = false;
    scheduler.happens.acquire(thread);
  }

  *#body(thread: DriverThread, func: number, data: unknown): Sleeping<void> {
    const { scheduler, functions } = this.#parts;
    const task = scheduler.current;
    task.address = thread.pointer;
    this.#byTask.set(task, thread);
    thread.waiters.wakeAll();
    // An oops ends the thread as a return does.
    try {
      while (!thread.isStarted) yield* thread.kernel.queue.sleep();
      scheduler.happens.acquire(thread);
      if (thread.kernel.shouldStop) return;
      yield* this.parkme();
      const answer = yield* functions().call(PATH, () => func, data);
      thread.result = typeof answer === 'number' ? answer | 0 : 0;
    } finally {
      thread.waiters.wakeAll();
      this.#byTask.delete(task);
      task.address = 0;
      this.#put(thread);
    }
  }

  /** What somebody says is a thread: its task_struct is looked at first. */
  #at(pointer: number): DriverThread | undefined {
    this.#parts.ram.load32(pointer);
    return this.#byPointer.get(pointer);
  }

  /** Asked by what is no such thread, memory near NULL is looked at. Linux: to_kthread. */
  #self(): DriverThread | undefined {
    const thread = this.#byTask.get(this.#parts.scheduler.current);
    if (thread === undefined) this.#parts.ram.load32(0);
    return thread;
  }

  #put(thread: DriverThread): void {
    if (--thread.references > 0) return;
    this.#byPointer.delete(thread.pointer);
    this.#parts.giveStruct(thread.pointer);
  }
}
