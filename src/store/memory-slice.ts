// SPDX-License-Identifier: GPL-2.0-or-later
/** What of the kernel's memory somebody looks at: chosen in its view, in the log, in a terminal. */
import type { StateCreator } from 'zustand/vanilla';

import type { PlaygroundState } from './playground-store.ts';

/** What stands in the list of caches without being one. */
export const LEAKS = 'Leaks';
export const OTHER_MEMORY = 'Other memory';

export interface MemorySlice {
  /** Name of the cache, or one of the above; undefined until somebody or the view chooses. */
  readonly cache: string | undefined;
  /** An address in the object that is open. */
  readonly object: number | undefined;
  readonly isMemoryTable: boolean;
  /** Only what this module has allocated; undefined for all. */
  readonly memoryOwner: string | undefined;
  /** An object of another cache is open no longer. */
  readonly chooseCache: (cache: string) => void;
  readonly chooseObject: (address: number | undefined, cache?: string) => void;
  readonly showMemory: (
    change: Partial<Pick<MemorySlice, 'isMemoryTable' | 'memoryOwner'>>,
  ) => void;
}

export const createMemorySlice: StateCreator<PlaygroundState, [], [], MemorySlice> = (set) => ({
  cache: undefined,
  object: undefined,
  isMemoryTable: false,
  memoryOwner: undefined,
  chooseCache: (cache) => set({ cache, object: undefined }),
  // The cache of an address that comes from outside is the kernel's to say.
  chooseObject: (object, cache) => set(cache === undefined ? { object } : { object, cache }),
  showMemory: (change) => set(change),
});
