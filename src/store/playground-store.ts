// SPDX-License-Identifier: GPL-2.0-or-later
/** The one store of the page, put together from its slices. Knows nothing of React. */
import { createStore, type StoreApi } from 'zustand/vanilla';

import { createBootSlice, type BootSlice } from './boot-slice.ts';
import { createBuildSlice, type BuildSlice } from './build-slice.ts';
import { createDeskSlice, type DeskSlice } from './desk-slice.ts';
import { createFileSlice, type FileSlice } from './file-slice.ts';
import { createTreeSlice, type TreeSlice } from './tree-slice.ts';
import { createTerminalSlice, type TerminalSlice } from './terminal-slice.ts';
import { createLocksSlice, type LocksSlice } from './locks-slice.ts';
import { createMemorySlice, type MemorySlice } from './memory-slice.ts';
import { createDevicesSlice, type DevicesSlice } from './devices-slice.ts';
import { createPacketsSlice, type PacketsSlice } from './packets-slice.ts';
import { createMachineSlice, type MachineSlice } from './machine-slice.ts';

export type PlaygroundState = MachineSlice &
  BootSlice &
  TerminalSlice &
  FileSlice &
  TreeSlice &
  BuildSlice &
  DeskSlice &
  MemorySlice &
  LocksSlice &
  PacketsSlice &
  DevicesSlice;
export type PlaygroundStore = StoreApi<PlaygroundState>;

export function createPlaygroundStore(): PlaygroundStore {
  return createStore<PlaygroundState>()((...api) => ({
    ...createMachineSlice(...api),
    ...createBootSlice(...api),
    ...createTerminalSlice(...api),
    ...createFileSlice(...api),
    ...createTreeSlice(...api),
    ...createBuildSlice(...api),
    ...createDeskSlice(...api),
    ...createMemorySlice(...api),
    ...createLocksSlice(...api),
    ...createPacketsSlice(...api),
    ...createDevicesSlice(...api),
  }));
}
