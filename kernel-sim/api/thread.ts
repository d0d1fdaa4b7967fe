// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Threads of drivers.
 *
 * @subpath kernel/task
 */
import { jiffiesIn } from '../kernel/jiffies.ts';
import { errnoValue } from '../kernel/module/errno-value.ts';
import { TASK_STATE } from '../kernel/sched/task-state.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import { Callback } from './callback.ts';
import type { ApiContext } from './context.ts';
import type { Ref } from './ownership.ts';
import { sizeOf } from './raw-value.ts';

/** What a thread is told of its body: the address of a word. */
const HANDLE_BYTES = 8;

/**
 * What a thread does.
 *
 * @public
 */
export interface ThreadBody {
  /**
   * The life of the thread, which ends when this returns. It looks at `thread.should_stop()` often:
   * whoever drops the thread waits for it.
   *
   * @context process
   * @nothrow
   */
  run(this: Ref<this>, thread: CurrentThread): void;
}

/**
 * The running thread, as its body sees it.
 *
 * @public
 * @lent
 */
export class CurrentThread {
  readonly #context: ApiContext;

  /** @internal */
  constructor(context: ApiContext) {
    this.#context = context;
  }

  /** True once somebody waits for its end. Context: process. Linux: kthread_should_stop. */
  should_stop(): boolean {
    return this.#context.services.raw.threads.shouldStop;
  }

  /**
   * Sleeps for `milliseconds`, rounded up to ticks of 4 ms, or until the thread is to stop.
   *
   * Context: process. Linux: schedule_timeout_interruptible.
   */
  *sleep(milliseconds: number): Sleeping<void> {
    const { raw, scheduler } = this.#context.services;
    scheduler.mightSleep();
    // First the state: a stop that comes before the sleep takes it back.
    raw.sleepers.setState(TASK_STATE.TASK_INTERRUPTIBLE);
    if (this.should_stop()) raw.sleepers.setState(TASK_STATE.TASK_RUNNING);
    else yield* raw.sleepers.scheduleTimeout(jiffiesIn(sizeOf(milliseconds)), 'kthread');
  }
}

/**
 * A thread of the kernel. Dropping it asks the thread to stop, waits until it has ended, and drops
 * its body.
 *
 * Linux: kthread_run.
 *
 * @public
 */
export class Thread {
  readonly #context: ApiContext;
  readonly #callback: Callback;
  /** Of its task_struct. */
  readonly #pointer: number;
  #isLive = true;

  /** @internal */
  constructor(context: ApiContext, callback: Callback, pointer: number) {
    this.#context = context;
    this.#callback = callback;
    this.#pointer = pointer;
  }

  /**
   * Context: process. Linux: kthread_stop.
   *
   * @symbol kthread_stop
   */
  *[Symbol.dispose](): Sleeping<void> {
    if (!this.#isLive) return;
    this.#isLive = false;
    const { threads } = this.#context.services.raw;
    yield* threads.stop(this.#pointer);
    threads.release(this.#pointer);
    yield* this.#callback.drop();
  }
}

/** @statics Thread */
export class ThreadStatics {
  readonly #context: ApiContext;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * Makes a thread, and lets it begin.
   *
   * Context: process. Linux: kthread_run.
   *
   * @symbol kthread_create_on_node
   * @param name as `ps` shows it
   * @param body handed over; dropped with the thread
   * @throws ENOMEM no memory for it
   * @throws EAGAIN there are too many
   */
  *spawn(name: string, body: ThreadBody): Sleeping<Thread> {
    const context = this.#context;
    const { threads } = context.services.raw;
    const values = (): readonly unknown[] => [new CurrentThread(context)];
    const spec = { what: 'Thread', object: body, method: 'run', values, sizeBytes: HANDLE_BYTES };
    const callback = new Callback(context, spec);
    const pointer = yield* threads.create(callback.address, callback.pointer, String(name));
    if (pointer < 0) {
      yield* callback.drop();
      throw errnoValue(pointer);
    }
    threads.hold(pointer);
    threads.wake(pointer);
    return new Thread(context, callback, pointer);
  }
}
