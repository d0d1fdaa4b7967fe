// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Which text each module was built from and loaded from, so that the editor can say whether what
 * runs is what one reads; and what the compiler found.
 */
import type { StateCreator } from 'zustand/vanilla';

import type { LogLine } from '../../kernel-sim/machine-types.ts';
import type { Diagnostic } from '../../kernel-sim/uapi/hostcc.ts';
import { isModuleLoaded, type MachineSlice } from './machine-slice.ts';
import { fileName, modulesOf, openProgram, sourcesOf, type FileSlice } from './file-slice.ts';
import type { PlaygroundState } from './playground-store.ts';

/** How far the compiler and its types have come. */
export type TypesState = 'waiting' | 'loading' | 'ready' | 'failed';

export interface BuildSlice {
  readonly typesState: TypesState;
  /** By path; a file that was never checked has no entry. */
  readonly diagnostics: Readonly<Record<string, readonly Diagnostic[]>>;
  /** By module: the sources of the last good build, and those of what is loaded. */
  readonly builtFrom: Readonly<Record<string, string>>;
  readonly loadedFrom: Readonly<Record<string, string>>;
  readonly showTypes: (state: TypesState) => void;
  readonly showDiagnostics: (diagnostics: BuildSlice['diagnostics']) => void;
  readonly noteBuilt: (module: string, sources: string) => void;
  readonly noteLoaded: (module: string) => void;
  readonly noteUnloaded: (module: string) => void;
  readonly forgetBuilds: () => void;
}

export const createBuildSlice: StateCreator<PlaygroundState, [], [], BuildSlice> = (set) => ({
  typesState: 'waiting',
  diagnostics: {},
  builtFrom: {},
  loadedFrom: {},

  showTypes: (typesState) => set({ typesState }),
  showDiagnostics: (diagnostics) => set({ diagnostics }),
  noteBuilt: (module, sources) =>
    set((state) => ({ builtFrom: { ...state.builtFrom, [module]: sources } })),
  noteLoaded: (module) =>
    set((state) => ({
      loadedFrom: { ...state.loadedFrom, [module]: state.builtFrom[module] ?? '' },
    })),
  noteUnloaded: (module) =>
    set((state) => {
      const { [module]: _gone, ...loadedFrom } = state.loadedFrom;
      return { loadedFrom };
    }),
  forgetBuilds: () => set({ loadedFrom: {} }),
});

export type BuildStanding = 'not built' | 'built' | 'loaded' | 'loaded, older' | 'program';

export function buildStanding(state: BuildSlice & FileSlice & MachineSlice): BuildStanding {
  if (openProgram(state) !== undefined) return 'program';
  const modules = modulesOf(state, state.project);
  if (modules.length === 0) return 'not built';
  const sources = sourcesOf(state, state.project, 'text');
  if (modules.every((module) => isModuleLoaded(state, module))) {
    const isOlder = modules.some((module) => state.loadedFrom[module] !== sources);
    return isOlder ? 'loaded, older' : 'loaded';
  }
  return modules.every((module) => state.builtFrom[module] === sources) ? 'built' : 'not built';
}

export const STANDING_TEXT: Readonly<Record<BuildStanding, string>> = {
  'not built': 'Not built yet',
  built: 'Built, not loaded',
  loaded: 'Loaded build matches this text',
  'loaded, older': 'Loaded build is older than this text',
  program: 'A program: it runs outside of the kernel',
};

export function problemCount(state: Pick<BuildSlice, 'diagnostics'>): number {
  return Object.values(state.diagnostics).reduce((sum, list) => sum + list.length, 0);
}

/** Where the first thing stands that the compiler found, in the open project. */
export function firstProblem(diagnostics: BuildSlice['diagnostics']): LogLine['source'] {
  for (const [path, [first]] of Object.entries(diagnostics)) {
    if (first !== undefined) return { module: '', file: fileName(path), line: first.line };
  }
  return undefined;
}
