// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * CPUs that a driver keeps: for two seconds without a pause (a soft lockup), or for one with
 * interrupts off (a hard one), unless `watchdog_thresh` says otherwise.
 *
 * Linux counts a timer's interrupts, and lets a thread of high priority prove that others get to
 * run; an NMI notices when those interrupts stay away. Here the clock is asked where code looks up
 * anyway, and the scheduler has it look up in time (`biteNs`): so the report comes exactly when the
 * time is over. It ends the task, since nothing else could: Linux would report again and again.
 *
 * Linux: kernel/watchdog.c, kernel/watchdog_perf.c.
 */
import type { Sim } from '../../sim/sim.ts';
import type { Context } from '../sched/context.ts';
import type { Execution } from '../sched/execution.ts';

export type Lockup = 'soft' | 'hard';

const NS_PER_S = 1_000_000_000;
/** Linux has 10. Nobody wants to wait for 20 seconds to see what a driver did. */
export const WATCHDOG_SECONDS = 1;

export class Watchdog {
  #softNs = 2 * WATCHDOG_SECONDS * NS_PER_S;
  #hardNs = WATCHDOG_SECONDS * NS_PER_S;
  readonly #sim: Sim;
  readonly #execution: Execution;
  readonly #bite: (stuckNs: number, kind: Lockup) => void;

  /** `bite` ends what runs, by throwing. */
  constructor(sim: Sim, execution: Execution, bite: (stuckNs: number, kind: Lockup) => void) {
    this.#sim = sim;
    this.#execution = execution;
    this.#bite = bite;
  }

  /** 0 seconds: nobody looks. Linux: watchdog_thresh, soft_watchdog, nmi_watchdog. */
  setThreshold(seconds: number, isSoft: boolean, isHard: boolean): void {
    this.#softNs = isSoft && seconds > 0 ? 2 * seconds * NS_PER_S : Infinity;
    this.#hardNs = isHard && seconds > 0 ? seconds * NS_PER_S : Infinity;
  }

  /**
   * What runs says that it knows: its time begins anew. A soft touch does not count where
   * interrupts are off. Linux: touch_softlockup_watchdog, touch_nmi_watchdog.
   */
  touch(context: Context, kind: Lockup): void {
    const nowNs = this.#sim.now();
    // Outside of drivers nobody looks.
    if (context.stintStartNs < nowNs) context.stintStartNs = nowNs;
    if (kind === 'hard') this.#execution.irqsOffSinceNs = nowNs;
  }

  /** When what runs will have had too much, if it goes on like this. */
  biteNs({ stintStartNs }: Context): number {
    const { irqsOff, irqsOffSinceNs } = this.#execution;
    if (!irqsOff) return stintStartNs + this.#softNs;
    return stintStartNs === Infinity ? Infinity : irqsOffSinceNs + this.#hardNs;
  }

  /** Looks at what runs. Throws what `bite` throws. */
  look({ stintStartNs }: Context): void {
    const { irqsOff, irqsOffSinceNs } = this.#execution;
    const nowNs = this.#sim.now();
    if (!irqsOff) {
      const stuckNs = nowNs - stintStartNs;
      if (stuckNs > this.#softNs) this.#bite(stuckNs, 'soft');
      return;
    }
    // The soft watchdog's timer is an interrupt itself.
    const offNs = nowNs - irqsOffSinceNs;
    if (stintStartNs < Infinity && offNs > this.#hardNs) this.#bite(offNs, 'hard');
  }
}
