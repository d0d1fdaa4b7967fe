// SPDX-License-Identifier: GPL-2.0-or-later
/** What sleeps in suspend, and what wakes a host: PM_CTRL and WUCSR. */
import type { Phy } from './phy.ts';
import type { RegisterFile } from './register-file.ts';
import { PM_CTRL, WUCSR } from './registers.ts';
import { isGlobalUnicast, isMagicPacket, WakeUpFilters } from './wake-up.ts';

const MODE_SHIFT = 5;
/** PM_CTRL.SUS_MODE. */
const SUSPEND = { ENERGY_DETECT: 1, ALL_OFF: 2 } as const;
/** PM_CTRL.WUPS. */
const WOKEN_BY = { PHY: 1, FRAME: 2 } as const;

export interface PowerParts {
  readonly registers: RegisterFile;
  readonly phy: Phy;
  readonly isSuspended: () => boolean;
  /** Asks the host to resume. */
  readonly wakeHost: () => void;
}

export class Power {
  readonly filters: WakeUpFilters;
  readonly #parts: PowerParts;

  constructor(parts: PowerParts) {
    this.#parts = parts;
    this.filters = new WakeUpFilters(parts.registers);
  }

  /** The MAC gets no frames: in SUSPEND1 only energy is looked for, in SUSPEND2 nothing is. */
  get isDeaf(): boolean {
    const mode = this.#mode;
    return (
      this.#parts.isSuspended() && (mode === SUSPEND.ENERGY_DETECT || mode === SUSPEND.ALL_OFF)
    );
  }

  suspend(): void {
    if (this.#mode === SUSPEND.ALL_OFF) this.#parts.phy.setPower(false);
  }

  resume(): void {
    const { phy, registers } = this.#parts;
    // What the PHY was told is lost with its power.
    if (this.#mode === SUSPEND.ALL_OFF) phy.setPower(true);
    if (registers.has('PM_CTRL', PM_CTRL.RES_CLR_WKP_STS)) {
      registers.clearBits('PM_CTRL', PM_CTRL.WUPS);
    }
    if (registers.has('PM_CTRL', PM_CTRL.RES_CLR_WKP_EN)) {
      registers.clearBits('PM_CTRL', PM_CTRL.WOL_EN | PM_CTRL.ED_EN);
    }
  }

  /** Looks whether a frame is one that wakes. True when only such are looked for. */
  lookAt(frame: Uint8Array): boolean {
    const { registers } = this.#parts;
    const control = registers.get('WUCSR');
    const byFilter = (control & WUCSR.WAKE_EN) !== 0;
    const byMagic = (control & WUCSR.MPEN) !== 0;
    if (!byFilter && !byMagic) return false;
    const isGlobal = (control & WUCSR.GUE) !== 0 && isGlobalUnicast(registers, frame);
    const isKnown = byFilter && (isGlobal || this.filters.knows(frame));
    const isMagic = byMagic && isMagicPacket(registers, frame);
    if (isKnown) registers.setBits('WUCSR', WUCSR.WUFR);
    if (isMagic) registers.setBits('WUCSR', WUCSR.MPR);
    if (isKnown || isMagic) this.#wokenByFrame();
    return true;
  }

  /** A frame was let in: in SUSPEND3 any wakes. */
  framePassed(): void {
    if (this.#parts.isSuspended()) this.#wokenByFrame();
  }

  phyChanged(): void {
    const { registers, phy, isSuspended } = this.#parts;
    const isWatched = registers.has('PM_CTRL', PM_CTRL.ED_EN);
    if (isSuspended() && isWatched && phy.isInterrupting) this.#wake(WOKEN_BY.PHY);
  }

  get #mode(): number {
    return (this.#parts.registers.get('PM_CTRL') & PM_CTRL.SUS_MODE) >>> MODE_SHIFT;
  }

  #wokenByFrame(): void {
    if (this.#parts.registers.has('PM_CTRL', PM_CTRL.WOL_EN)) this.#wake(WOKEN_BY.FRAME);
  }

  #wake(by: number): void {
    this.#parts.registers.setBits('PM_CTRL', by);
    if (this.#parts.isSuspended()) this.#parts.wakeHost();
  }
}
