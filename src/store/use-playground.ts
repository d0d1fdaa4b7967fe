// SPDX-License-Identifier: GPL-2.0-or-later
/** The playground for React: components read narrow selections of its store. */
import { createContext, useContext } from 'react';
import { useStore } from 'zustand';

import type { Playground } from './playground.ts';
import type { PlaygroundState } from './playground-store.ts';

export const PlaygroundContext = createContext<Playground | undefined>(undefined);

export function usePlayground(): Playground {
  const playground = useContext(PlaygroundContext);
  if (playground === undefined) throw new Error('no playground around this component');
  return playground;
}

export function useSelection<T>(select: (state: PlaygroundState) => T): T {
  return useStore(usePlayground().store, select);
}
