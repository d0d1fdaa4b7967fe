// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A device that does nothing but interrupt: at once, after a while, or again and again. For drivers
 * that want to learn what that means.
 */
import type { Sim } from '../sim/sim.ts';
import type { TimedEvent } from '../sim/event-queue.ts';

/** Shorter than this it would do nothing else. */
const PERIOD_NS_MIN = 1_000;

export class TickDevice {
  /** The line that it is wired to. */
  readonly irq = 10;
  readonly #sim: Sim;
  readonly #raise: () => void;
  #timer: TimedEvent | undefined;

  /** `raise` is called when it wants to be looked at. */
  constructor(sim: Sim, raise: (irq: number) => void) {
    this.#sim = sim;
    this.#raise = () => raise(this.irq);
  }

  /** Interrupts once, so many nanoseconds from now, and so often after that if it is periodic. */
  start(afterNs: number, isPeriodic: boolean): void {
    this.stop();
    const waitNs = isPeriodic ? Math.max(PERIOD_NS_MIN, afterNs) : Math.max(0, afterNs);
    const at = this.#sim.now() + waitNs;
    this.#timer = this.#sim.events.schedule(at, () => this.#expire(waitNs, isPeriodic), 0);
  }

  stop(): void {
    if (this.#timer !== undefined) this.#sim.events.cancel(this.#timer);
    this.#timer = undefined;
  }

  #expire(waitNs: number, isPeriodic: boolean): void {
    this.#timer = undefined;
    if (isPeriodic) this.start(waitNs, true);
    this.#raise();
  }
}
