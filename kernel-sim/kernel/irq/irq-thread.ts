// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The thread of a handler: what an interrupt leaves for where one may sleep. It does one round for
 * all wake-ups that came before it began.
 *
 * Linux: irq_thread of kernel/irq/manage.c.
 */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { SCHED } from '../../uapi/sched.ts';
import type { KernelThread, KernelThreads } from '../kthread/kthread.ts';
import type { FunctionCalls } from '../module/function-calls.ts';
import { threadPath } from '../module/sites.ts';
import type { Printk } from '../printk/printk.ts';
import type { Scheduler } from '../sched/scheduler.ts';
import type { IrqAction } from './interrupts.ts';

const PATH = threadPath('irq_thread', 'irq_thread_fn');
/** Linux: sched_set_fifo. */
const PRIORITY = 50;

export interface IrqThreadParts {
  readonly scheduler: Scheduler;
  readonly threads: KernelThreads;
  readonly printk: Printk;
  readonly functions: () => FunctionCalls;
}

export class IrqThread {
  readonly #parts: IrqThreadParts;
  readonly #irq: number;
  readonly #action: IrqAction;
  readonly #onDone: () => void;
  readonly #thread: KernelThread;
  #isWoken = false;
  #isRunning = false;

  /** `onDone` is told whenever it has nothing left to do. */
  constructor(parts: IrqThreadParts, irq: number, action: IrqAction, onDone: () => void) {
    this.#parts = parts;
    this.#irq = irq;
    this.#action = action;
    this.#onDone = onDone;
    const name = `irq/${irq}-${action.name}`;
    this.#thread = parts.threads.run(name, (self) => this.#serve(self));
  }

  /** It has something to do, or does it. */
  get isBusy(): boolean {
    return this.#isWoken || this.#isRunning;
  }

  /** Context: any. Linux: __irq_wake_thread. */
  wake(): void {
    this.#isWoken = true;
    this.#thread.wake();
  }

  /** It ends when it has done what it was woken for. Context: any. */
  end(): void {
    this.#thread.shouldStop = true;
    this.#thread.wake();
  }

  /** The same, and waits for it. Context: task. */
  *stop(): Sleeping<void> {
    yield* this.#thread.stop();
  }

  *#serve(self: KernelThread): Sleeping<void> {
    const { scheduler, printk } = this.#parts;
    scheduler.setPolicy(scheduler.current, (sched) => {
      sched.policy = SCHED.FIFO;
      sched.rtPriority = PRIORITY;
    });
    yield* scheduler.reschedule();
    const { name, pid } = scheduler.current;
    try {
      for (;;) {
        if (this.#isWoken) yield* this.#round();
        else if (self.shouldStop) return;
        else yield* self.queue.sleepInterruptible();
      }
    } finally {
      if (this.#isRunning) {
        const task = `task "${name}" (${pid})`;
        printk.err(`genirq: exiting ${task} is an active IRQ thread (irq ${this.#irq})`);
        this.#isRunning = false;
        this.#onDone();
      }
    }
  }

  *#round(): Sleeping<void> {
    const { scheduler, functions } = this.#parts;
    const { thread, device } = this.#action;
    this.#isWoken = false;
    this.#isRunning = true;
    scheduler.happens.acquire(this.#action);
    yield* functions().call(PATH, () => thread, this.#irq, device);
    scheduler.happens.release(this.#action);
    this.#isRunning = false;
    if (!this.#isWoken) this.#onDone();
  }
}
