// SPDX-License-Identifier: GPL-2.0-or-later
/** What of the kernel's locks somebody looks at. */
import type { StateCreator } from 'zustand/vanilla';

import type { PlaygroundState } from './playground-store.ts';

export interface LocksSlice {
  /** Which half is seen where there is room for one. */
  readonly locksPart: 'now' | 'order';
  readonly isOrderTable: boolean;
  /** The order of two classes that is open: `from>to`, by their numbers. */
  readonly order: string | undefined;
  readonly showLocks: (
    change: Partial<Pick<LocksSlice, 'locksPart' | 'isOrderTable' | 'order'>>,
  ) => void;
}

export const createLocksSlice: StateCreator<PlaygroundState, [], [], LocksSlice> = (set) => ({
  locksPart: 'now',
  isOrderTable: false,
  order: undefined,
  showLocks: (change) => set(change),
});
