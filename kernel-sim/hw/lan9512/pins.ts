// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The eleven pins that a board may use: 0 to 7 are set up by GPIO_CFG, 8 to 10 by LED_GPIO_CFG,
 * unless these are LEDs. What nobody drives is low.
 */
import type { RegisterFile } from './register-file.ts';
import { GPIO_CFG, GPIO_WAKE, INT_STS, LED_GPIO_CFG } from './registers.ts';

const LOW_PINS = 8;
const LOW_MASK = 0xff;
const PINS = 0x7ff;
/** Where the fields of the two registers begin. */
const SHIFT = { LOW_OFF: 24, LOW_BUF: 16, LOW_DIR: 8, HIGH_BUF: 8, HIGH_DIR: 4 } as const;
const POLARITY_SHIFT = 16;

export interface PinsParts {
  readonly registers: RegisterFile;
  /** INT_STS has more. */
  readonly onInterrupt: () => void;
  readonly isSuspended: () => boolean;
  readonly wakeHost: () => void;
}

export class Pins {
  readonly #parts: PinsParts;
  /** Pins that somebody outside drives high. */
  #driven = 0;

  constructor(parts: PinsParts) {
    this.#parts = parts;
  }

  /**
   * Somebody outside drives a pin. One that gets to the level of GPIO_WAKE is told of by INT_STS,
   * and wakes the host if it may. Context: interrupt.
   */
  drive(pin: number, isHigh: boolean): void {
    const { registers, onInterrupt, isSuspended, wakeHost } = this.#parts;
    const bit = (1 << pin) & PINS;
    const before = this.levels;
    this.#driven = isHigh ? this.#driven | bit : this.#driven & ~bit;
    const now = this.levels;
    const wake = registers.get('GPIO_WAKE');
    const { out, isGpio } = this.#setUp;
    const told = (before ^ now) & ~(now ^ (wake >>> POLARITY_SHIFT)) & isGpio & ~out;
    if (told === 0) return;
    registers.setBits('INT_STS', told & INT_STS.GPIOS);
    onInterrupt();
    if ((told & wake & GPIO_WAKE.GPIOWK) !== 0 && isSuspended()) wakeHost();
  }

  /** What pins are at. An open drain only pulls down: what is high there is so by the board. */
  get levels(): number {
    const { out, pushPull, data } = this.#setUp;
    const pushed = out & pushPull;
    return ((pushed & data) | (this.#driven & ~pushed & (~out | data))) & PINS;
  }

  /** GPIO_CFG as it reads. */
  get lowConfig(): number {
    const value = this.#parts.registers.get('GPIO_CFG');
    return ((value & ~GPIO_CFG.GPDATA) | (this.levels & LOW_MASK)) >>> 0;
  }

  /** LED_GPIO_CFG as it reads. */
  get highConfig(): number {
    const value = this.#parts.registers.get('LED_GPIO_CFG');
    // Where an LED is, there is no pin to look at.
    const leds = this.#ledPins;
    const seen = (this.levels >>> LOW_PINS) & ~leds & LED_GPIO_CFG.GPDATA;
    return (value & ~(LED_GPIO_CFG.GPDATA & ~leds)) | seen;
  }

  /** Of pins 8 to 10, from bit 0. */
  get #ledPins(): number {
    const { registers } = this.#parts;
    const bit = (mask: number, at: number): number =>
      registers.has('LED_GPIO_CFG', mask) ? 1 << at : 0;
    const { FDX_LED, LNK_LED, SPD_LED } = LED_GPIO_CFG;
    return bit(FDX_LED, 0) | bit(LNK_LED, 1) | bit(SPD_LED, 2);
  }

  /** By pin: whether it is one at all, sends, pushes as well as pulls, and what it sends. */
  get #setUp(): { isGpio: number; out: number; pushPull: number; data: number } {
    const { registers } = this.#parts;
    const low = registers.get('GPIO_CFG');
    const high = registers.get('LED_GPIO_CFG');
    const of = (lowShift: number, highShift: number): number =>
      ((low >>> lowShift) & LOW_MASK) | (((high >>> highShift) & 7) << LOW_PINS);
    const isGpio = ~((low >>> SHIFT.LOW_OFF) | (this.#ledPins << LOW_PINS)) & PINS;
    return {
      isGpio,
      out: of(SHIFT.LOW_DIR, SHIFT.HIGH_DIR) & isGpio,
      pushPull: of(SHIFT.LOW_BUF, SHIFT.HIGH_BUF),
      data: of(0, 0),
    };
  }
}
