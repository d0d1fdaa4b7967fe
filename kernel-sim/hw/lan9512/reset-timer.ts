// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A reset that a driver asks for takes its time, in which its bit reads as one. The MAC comes out
 * of it with the clock of the PHY; without that a watchdog ends it, and says so.
 */
import type { Sim } from '../../sim/sim.ts';
import type { RegisterFile } from './register-file.ts';
import { HW_CFG } from './registers.ts';

/** The address comes from the EEPROM meanwhile. */
const RESET_NS = 500_000;
const WATCHDOG_NS = 8_000_000;
const IRQ_CPU = 0;

export class ResetTimer {
  readonly #sim: Sim;
  readonly #registers: RegisterFile;
  readonly #onTimeout: () => void;
  /** Counts resets, of which only the last one ends. */
  #generation = 0;

  /** `onTimeout`: the MAC had no clock. */
  constructor(sim: Sim, registers: RegisterFile, onTimeout: () => void) {
    this.#sim = sim;
    this.#registers = registers;
    this.#onTimeout = onTimeout;
  }

  /** Something else has reset the registers. */
  cancel(): void {
    this.#generation++;
  }

  /** `bit`: which one of HW_CFG it was that asked. */
  start(bit: number, hasClock: boolean): void {
    const { events } = this.#sim;
    const generation = ++this.#generation;
    this.#registers.setBits('HW_CFG', bit);
    const end = (): void => {
      if (generation !== this.#generation) return;
      this.#registers.clearBits('HW_CFG', HW_CFG.SRST | HW_CFG.LRST);
      if (!hasClock) this.#onTimeout();
    };
    events.schedule(this.#sim.now() + (hasClock ? RESET_NS : WATCHDOG_NS), end, IRQ_CPU);
  }
}
