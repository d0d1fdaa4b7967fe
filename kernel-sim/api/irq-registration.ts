// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Interrupt handlers of drivers: `irq` of `kernel/irq`.
 *
 * @subpath kernel/irq
 */
import { IRQF_SHARED } from '../kernel/irq/interrupts.ts';
import { errnoValue } from '../kernel/module/errno-value.ts';
import type { Sleeping, Switching } from '../uapi/coroutine.ts';
import { Callback } from './callback.ts';
import type { ApiContext } from './context.ts';
import type { Ref } from './ownership.ts';
import { intOf } from './raw-value.ts';

/** What tells a handler from others of its line: the address of a word. */
const COOKIE_BYTES = 8;

/**
 * What an interrupt line calls. Nothing may sleep there: what must is left to a `Work`.
 *
 * @public
 */
export interface IrqHandler {
  /**
   * Called with interrupts off. What it shares with tasks lies behind a `Spinlock` that these take
   * with `lock_irq` or `lock_irqsave`.
   *
   * @context hardirq
   * @nothrow
   * @returns IRQ_HANDLED, or IRQ_NONE if it was another device of the line
   */
  handle(this: Ref<this>, irq: number): number;
}

/**
 * How a line is asked for.
 *
 * @public
 */
export interface IrqOptions {
  /** Others may have handlers on the same line. Linux: IRQF_SHARED. */
  readonly shared?: boolean;
}

/**
 * A handler that a line calls. Dropping it takes the handler away, waits until it is done if it
 * runs on another CPU, and drops it.
 *
 * Linux: request_irq.
 *
 * @public
 * @in irq
 */
export class Registration {
  readonly #context: ApiContext;
  readonly #callback: Callback;
  readonly #irq: number;
  #isLive = true;

  /** @internal */
  constructor(context: ApiContext, irq: number, callback: Callback) {
    this.#context = context;
    this.#irq = irq;
    this.#callback = callback;
  }

  /** The number of the line. */
  get irq(): number {
    return this.#irq;
  }

  /**
   * Waits until no handler of the line runs on another CPU. Must not be called with a lock held
   * that the handler takes.
   *
   * Context: any but hardirq. Linux: synchronize_irq.
   *
   * @symbol synchronize_irq
   */
  *synchronize(this: Ref<Registration>): Switching<void> {
    yield* this.#context.services.interrupts.synchronize(this.#irq);
  }

  /**
   * Holds the line off, also for others that share it, and waits until no handler runs. Nests.
   *
   * Context: any but hardirq. Linux: disable_irq.
   *
   * @symbol disable_irq
   */
  *disable(this: Ref<Registration>): Switching<void> {
    this.#context.services.interrupts.disable(this.#irq);
    yield* this.#context.services.interrupts.synchronize(this.#irq);
  }

  /**
   * Ends one `disable`: what came meanwhile comes now.
   *
   * Context: any. Linux: enable_irq.
   *
   * @symbol enable_irq
   */
  enable(this: Ref<Registration>): void {
    this.#context.services.interrupts.enable(this.#irq);
  }

  /**
   * Context: process. Linux: free_irq.
   *
   * @symbol free_irq
   */
  *[Symbol.dispose](): Sleeping<void> {
    if (!this.#isLive) return;
    this.#isLive = false;
    yield* this.#context.services.interrupts.free(this.#irq, this.#callback.pointer);
    yield* this.#callback.drop();
  }
}

/** @namespace */
export class IrqNamespace {
  readonly #context: ApiContext;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * Has a line call a handler.
   *
   * Context: process. Linux: request_irq.
   *
   * @symbol request_threaded_irq
   * @param name as /proc/interrupts shows it
   * @param handler handed over; dropped with the registration
   * @throws EBUSY another has the line, and does not share it
   * @throws EINVAL there is no such line
   * @throws ENOMEM no memory for it
   */
  *register(
    irq: number,
    name: string,
    handler: IrqHandler,
    options: IrqOptions = {},
  ): Sleeping<Registration> {
    const context = this.#context;
    const callback = new Callback(context, {
      what: 'handler',
      object: handler,
      method: 'handle',
      values: (line) => [line],
      sizeBytes: COOKIE_BYTES,
    });
    const errno = context.services.interrupts.request(intOf(irq), {
      handler: callback.address,
      thread: 0,
      flags: options.shared === true ? IRQF_SHARED : 0,
      name: String(name),
      device: callback.pointer,
    });
    if (errno === 0) return new Registration(context, intOf(irq), callback);
    yield* callback.drop();
    throw errnoValue(errno);
  }
}
