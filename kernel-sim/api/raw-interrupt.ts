// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Handlers of interrupts, and a device that makes some: `tick_irq` says on which line.
 *
 * @subpath kernel/raw
 */
import {
  IRQF_NO_THREAD,
  IRQF_ONESHOT,
  IRQF_SHARED,
  IRQ_WAKE_THREAD,
} from '../kernel/irq/interrupts.ts';
import type { Switching } from '../uapi/coroutine.ts';
import type { ApiContext } from './context.ts';
import type { VoidPtr } from './raw-pointer.ts';
import { addressOf } from './raw-value.ts';

const NS_PER_US = 1000;

/**
 * What runs when a line is raised, with interrupts off. It may spin, never sleep.
 *
 * @public
 */
export interface IrqHandlerFunction {
  /**
   * Called for each interrupt of the line, with what was given to `request_irq`. Answers
   * IRQ_HANDLED if its device did it, else IRQ_NONE.
   *
   * @context hardirq
   * @raw
   */
  (irq: number, dev_id: VoidPtr): number;
}

/**
 * What an interrupt leaves for its thread, which may sleep.
 *
 * @public
 */
export interface IrqThreadFunction {
  /**
   * Called by the thread `irq/N-NAME`. Answers IRQ_HANDLED.
   *
   * @context process
   * @raw
   */
  (irq: number, dev_id: VoidPtr): number;
}

/** @exports */
export class RawInterruptApi {
  readonly #context: ApiContext;

  /** Others may have handlers on the same line. */
  readonly IRQF_SHARED: number = IRQF_SHARED;
  /** The handler never runs in a thread: it may take raw spinlocks, and no others. */
  readonly IRQF_NO_THREAD: number = IRQF_NO_THREAD;
  /** The line stays silent until the handler's thread is done. */
  readonly IRQF_ONESHOT: number = IRQF_ONESHOT;
  /** It was another device of the line. */
  readonly IRQ_NONE: number = 0;
  /** The interrupt was ours, and is dealt with. */
  readonly IRQ_HANDLED: number = 1;
  /** The interrupt was ours; the rest is for the handler's thread. */
  readonly IRQ_WAKE_THREAD: number = IRQ_WAKE_THREAD;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * Has `handler` called when a line is raised. 0, or a negative errno.
   *
   * Context: process. Linux: request_irq.
   *
   * @symbol request_threaded_irq
   * @raw
   */
  request_irq(
    irq: number,
    handler: IrqHandlerFunction,
    flags: number,
    name: string,
    dev_id: VoidPtr,
  ): number {
    return this.request_threaded_irq(irq, handler, null, flags, name, dev_id);
  }

  /**
   * The same with a thread: it calls `thread_fn` whenever `handler` answers IRQ_WAKE_THREAD, or at
   * each interrupt if there is no handler, which needs IRQF_ONESHOT. 0, or a negative errno.
   *
   * Context: process. Linux: request_threaded_irq.
   *
   * @raw
   */
  request_threaded_irq(
    irq: number,
    handler: IrqHandlerFunction | null,
    thread_fn: IrqThreadFunction | null,
    flags: number,
    name: string,
    dev_id: VoidPtr,
  ): number {
    const { runtime, services } = this.#context;
    return services.interrupts.request(Number(irq), {
      handler: runtime.addressOf(handler),
      thread: runtime.addressOf(thread_fn),
      flags: Number(flags) >>> 0,
      name: String(name),
      device: addressOf(dev_id),
    });
  }

  /**
   * Takes a handler away, and waits until it is done.
   *
   * Context: process. Linux: free_irq.
   *
   * @raw
   */
  *free_irq(irq: number, dev_id: VoidPtr): Switching<void> {
    yield* this.#context.services.interrupts.free(Number(irq), addressOf(dev_id));
  }

  /**
   * Holds a line off, and waits until its handlers are done. Nests.
   *
   * Context: process. Linux: disable_irq.
   *
   * @raw
   */
  *disable_irq(irq: number): Switching<void> {
    this.disable_irq_nosync(irq);
    yield* this.synchronize_irq(irq);
  }

  /**
   * Holds a line off. Nests.
   *
   * Context: any. Linux: disable_irq_nosync.
   *
   * @raw
   */
  disable_irq_nosync(irq: number): void {
    this.#context.services.interrupts.disable(Number(irq));
  }

  /**
   * Ends what `disable_irq` began: what came meanwhile comes now.
   *
   * Context: any. Linux: enable_irq.
   *
   * @raw
   */
  enable_irq(irq: number): void {
    this.#context.services.interrupts.enable(Number(irq));
  }

  /**
   * Waits until no handler of a line runs.
   *
   * Context: process. Linux: synchronize_irq.
   *
   * @raw
   */
  *synchronize_irq(irq: number): Switching<void> {
    yield* this.#context.services.interrupts.synchronize(Number(irq));
  }

  /**
   * The line of the device "ringzero,tick".
   *
   * Context: any.
   *
   * @symbol none
   * @raw
   */
  tick_irq(): number {
    return this.#context.services.tick.irq;
  }

  /**
   * Has that device interrupt once, so many microseconds from now; 0 for at once.
   *
   * Context: any.
   *
   * @symbol none
   * @raw
   */
  tick_once(microseconds: number): void {
    this.#context.services.tick.start(Number(microseconds) * NS_PER_US, false);
  }

  /**
   * Has that device interrupt every so many microseconds.
   *
   * Context: any.
   *
   * @symbol none
   * @raw
   */
  tick_every(microseconds: number): void {
    this.#context.services.tick.start(Number(microseconds) * NS_PER_US, true);
  }

  /**
   * Has that device be still.
   *
   * Context: any.
   *
   * @symbol none
   * @raw
   */
  tick_stop(): void {
    this.#context.services.tick.stop();
  }
}
