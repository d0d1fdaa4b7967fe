// SPDX-License-Identifier: GPL-2.0-or-later
/** What machine the next boot makes, and what the present one was made as. */
import type { StateCreator } from 'zustand/vanilla';

import type { BootImage } from '../../kernel-sim/machine-types.ts';
import type { PlaygroundState } from './playground-store.ts';

export const CPUS_MAX = 8;
const SEED_MAX = 2 ** 32 - 1;
const COMMAND_LINE_MAX = 512;
const STORAGE_KEY = 'ringzero.boot';

/** What the machine is made of: a PC's parts, or those of a Raspberry Pi 3 with its LAN9512. */
export type Board = BootImage['board'];

export interface BootOptions {
  readonly board: Board;
  readonly cpus: number;
  /** The kernel's command line. */
  readonly cmdline: string;
  /** undefined: another one at each boot. */
  readonly seed: number | undefined;
}

export const DEFAULT_BOOT: BootOptions = {
  board: 'pc',
  cpus: 2,
  cmdline: '',
  seed: undefined,
};

export interface BootSlice {
  readonly boot: BootOptions;
  readonly bootedWith: BootOptions | undefined;
  /** The seed of the present machine, chosen or not. */
  readonly seed: number | undefined;

  readonly setBoot: (change: Partial<BootOptions>) => void;
  readonly noteBoot: (options: BootOptions, seed: number) => void;
}

export const createBootSlice: StateCreator<PlaygroundState, [], [], BootSlice> = (set, get) => ({
  boot: readBoot(),
  bootedWith: undefined,
  seed: undefined,
  setBoot: (change) => {
    const boot = saneBoot({ ...get().boot, ...change });
    set({ boot });
    try {
      localStorage.setItem(STORAGE_KEY, JSON.stringify(boot));
    } catch {
      // Then it holds until the tab closes.
    }
  },
  noteBoot: (bootedWith, seed) => set({ bootedWith, seed }),
});

/** Whether the machine is another one than was asked for since. */
export function needsRestart({ boot, bootedWith }: BootSlice): boolean {
  return bootedWith !== undefined && JSON.stringify(boot) !== JSON.stringify(bootedWith);
}

/** Whatever was stored or typed, as options that can be booted. */
export function saneBoot(options: Readonly<Record<keyof BootOptions, unknown>>): BootOptions {
  const { board, cpus, cmdline, seed } = options;
  const isWhole = (value: unknown): value is number => Number.isSafeInteger(value);
  return {
    board: board === 'rpi3' ? 'rpi3' : DEFAULT_BOOT.board,
    cpus: isWhole(cpus) && cpus >= 1 && cpus <= CPUS_MAX ? cpus : DEFAULT_BOOT.cpus,
    cmdline:
      typeof cmdline === 'string'
        ? cmdline.replaceAll(/[^ -~]/g, '').slice(0, COMMAND_LINE_MAX)
        : DEFAULT_BOOT.cmdline,
    seed: isWhole(seed) && seed >= 0 && seed <= SEED_MAX ? seed : undefined,
  };
}

function readBoot(): BootOptions {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? '{}');
    return saneBoot({ ...DEFAULT_BOOT, ...(stored as Partial<BootOptions>) });
  } catch {
    return DEFAULT_BOOT;
  }
}

/** The value of `name=…` on a command line, the last one when there are several. */
export function wordOf(cmdline: string, name: string): string | undefined {
  const prefix = `${name}=`;
  return cmdline
    .split(' ')
    .findLast((word) => word.startsWith(prefix))
    ?.slice(prefix.length);
}

/** The command line with `name=value` in place of what it said; undefined takes it out. */
export function withWord(cmdline: string, name: string, value: string | undefined): string {
  const rest = cmdline.split(' ').filter((word) => word !== '' && !word.startsWith(`${name}=`));
  return [...rest, ...(value === undefined ? [] : [`${name}=${value}`])].join(' ');
}
