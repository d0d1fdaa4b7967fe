// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The device that ticks, which is there to be learnt with: it raises its interrupt when it is told.
 *
 * @subpath kernel/irq
 */
import { errnoValue } from '../kernel/module/errno-value.ts';
import { ERRNO } from '../uapi/errno.ts';
import type { ApiContext } from './context.ts';
import type { Ref } from './ownership.ts';
import { sizeOf } from './raw-value.ts';

const NS_PER_US = 1000;

/**
 * The device, and the right to tell it what to do. Dropping it stops it.
 *
 * @public
 */
export class Tick {
  readonly #context: ApiContext;
  readonly #release: () => void;
  #isLive = true;

  /** @internal */
  constructor(context: ApiContext, release: () => void) {
    this.#context = context;
    this.#release = release;
  }

  /** The number of its line. */
  get irq(): number {
    return this.#context.services.tick.irq;
  }

  /**
   * Has it raise its interrupt once, in so many microseconds.
   *
   * Context: any.
   *
   * @symbol none
   */
  once(this: Ref<Tick>, microseconds: number): void {
    this.#device().start(sizeOf(microseconds) * NS_PER_US, false);
  }

  /**
   * Has it raise its interrupt every so many microseconds, from now on.
   *
   * Context: any.
   *
   * @symbol none
   */
  every(this: Ref<Tick>, microseconds: number): void {
    this.#device().start(sizeOf(microseconds) * NS_PER_US, true);
  }

  /**
   * Stops it. What it has raised may still come.
   *
   * Context: any.
   *
   * @symbol none
   */
  stop(this: Ref<Tick>): void {
    this.#device().stop();
  }

  /**
   * Context: any.
   *
   * @symbol none
   */
  [Symbol.dispose](): void {
    if (!this.#isLive) return;
    this.#device().stop();
    this.#isLive = false;
    this.#release();
  }

  #device(): ApiContext['services']['tick'] {
    if (!this.#isLive) throw new Error('use of a Tick that was dropped');
    return this.#context.services.tick;
  }
}

/** @statics Tick */
export class TickStatics {
  readonly #context: ApiContext;
  #isTaken = false;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * Takes the device, of which there is one.
   *
   * Context: any.
   *
   * @symbol none
   * @throws EBUSY another has it
   */
  open(): Tick {
    if (this.#isTaken) throw errnoValue(ERRNO.EBUSY);
    this.#isTaken = true;
    return new Tick(this.#context, () => {
      this.#isTaken = false;
    });
  }
}
