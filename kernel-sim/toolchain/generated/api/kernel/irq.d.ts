// SPDX-License-Identifier: GPL-2.0-or-later
// Made by scripts/generate-api.mjs. Do not edit.

import type { Ref } from "kernel";

/**
 * What an interrupt line calls. Nothing may sleep there: what must is left to a `Work`.
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

/** How a line is asked for. */
export interface IrqOptions {
  /** Others may have handlers on the same line. Linux: IRQF_SHARED. */
  readonly shared?: boolean;
}

/** Handlers of lines. */
export namespace irq {
  /**
   * A handler that a line calls. Dropping it takes the handler away, waits until it is done if it
   * runs on another CPU, and drops it.
   *
   * Linux: request_irq.
   */
  export class Registration {
    #nominal;
    private constructor();

    /** The number of the line. */
    get irq(): number;

    /**
     * Waits until no handler of the line runs on another CPU. Must not be called with a lock held
     * that the handler takes.
     *
     * Context: any but hardirq. Linux: synchronize_irq.
     *
     * @switches
     * @symbol synchronize_irq
     */
    synchronize(this: Ref<Registration>): void;

    /**
     * Holds the line off, also for others that share it, and waits until no handler runs. Nests.
     *
     * Context: any but hardirq. Linux: disable_irq.
     *
     * @switches
     * @symbol disable_irq
     */
    disable(this: Ref<Registration>): void;

    /**
     * Ends one `disable`: what came meanwhile comes now.
     *
     * Context: any. Linux: enable_irq.
     *
     * @symbol enable_irq
     */
    enable(this: Ref<Registration>): void;

    /**
     * Context: process. Linux: free_irq.
     *
     * @sleeps
     * @symbol free_irq
     */
    [Symbol.dispose](): void;
  }

  /**
   * Has a line call a handler.
   *
   * Context: process. Linux: request_irq.
   *
   * @param name as /proc/interrupts shows it
   * @param handler handed over; dropped with the registration
   * @throws EBUSY another has the line, and does not share it
   * @throws EINVAL there is no such line
   * @throws ENOMEM no memory for it
   * @sleeps
   * @symbol request_threaded_irq
   */
  export function register(irq: number, name: string, handler: IrqHandler, options?: IrqOptions): Registration;
}

/** The interrupt was ours, and is dealt with. */
export const IRQ_HANDLED: number;

/** It was another device of the line. */
export const IRQ_NONE: number;

/** The device, and the right to tell it what to do. Dropping it stops it. */
export class Tick {
  #nominal;
  private constructor();

  /**
   * Takes the device, of which there is one.
   *
   * Context: any.
   *
   * @throws EBUSY another has it
   */
  static open(): Tick;

  /** The number of its line. */
  get irq(): number;

  /**
   * Has it raise its interrupt once, in so many microseconds.
   *
   * Context: any.
   */
  once(this: Ref<Tick>, microseconds: number): void;

  /**
   * Has it raise its interrupt every so many microseconds, from now on.
   *
   * Context: any.
   */
  every(this: Ref<Tick>, microseconds: number): void;

  /**
   * Stops it. What it has raised may still come.
   *
   * Context: any.
   */
  stop(this: Ref<Tick>): void;

  /** Context: any. */
  [Symbol.dispose](): void;
}

export {};
