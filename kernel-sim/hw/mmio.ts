// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Registers of devices at physical addresses, behind memory.
 *
 * Where nobody answers, a load is all ones and a store is lost, as on a bus of PCI.
 */

/** A device's registers: words of 32 bits at multiples of four. Takes whatever it is given. */
export interface MmioDevice {
  /** As /proc/iomem names it. */
  readonly name: string;
  readonly sizeBytes: number;
  load(offset: number): number;
  store(offset: number, value: number): void;
}

export interface MmioWindow {
  readonly base: number;
  readonly device: MmioDevice;
}

const NOBODY = 0xffff_ffff;

export class MmioBus {
  readonly #windows: MmioWindow[] = [];

  add(base: number, device: MmioDevice): void {
    this.#windows.push({ base, device });
  }

  load32(physical: number): number {
    const window = this.#find(physical);
    return window === undefined ? NOBODY : window.device.load(physical - window.base) >>> 0;
  }

  store32(physical: number, value: number): void {
    const window = this.#find(physical);
    window?.device.store(physical - window.base, value >>> 0);
  }

  #find(physical: number): MmioWindow | undefined {
    for (const window of this.#windows) {
      const { base, device } = window;
      if (physical >= base && physical < base + device.sizeBytes) return window;
    }
    return undefined;
  }
}
