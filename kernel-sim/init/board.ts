// SPDX-License-Identifier: GPL-2.0-or-later
/** The two machines that a kernel can boot on, as data. */
import { type BoardMemory, PC_MEMORY, RPI3_MEMORY } from '../hw/ram/board-memory.ts';

export interface Board {
  readonly name: 'pc' | 'rpi3';
  /** As uname -m says it. */
  readonly machine: string;
  readonly memory: BoardMemory;
  /** As an oops prints it. */
  readonly hardware: string;
  readonly cpuModel: string;
}

export const BOARDS: Readonly<Record<'pc' | 'rpi3', Board>> = {
  pc: {
    name: 'pc',
    machine: 'x86_64',
    memory: PC_MEMORY,
    hardware: 'Ring Zero pc, BIOS 1.0 01/01/2026',
    cpuModel: 'Ring Zero Virtual CPU @ 1.00GHz',
  },
  rpi3: {
    name: 'rpi3',
    machine: 'armv7l',
    memory: RPI3_MEMORY,
    hardware: 'BCM2835',
    cpuModel: 'ARMv7 Processor rev 4 (v7l)',
  },
};
