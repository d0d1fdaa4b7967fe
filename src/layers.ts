// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Which room of the page may import which, from the ground up.
 *
 * Read as kernel-sim/layers.ts is, and held to by the same test. `.` stands for the files at
 * the top: main.ts, which puts the parts together and mounts app/, and this one.
 */

const ALL_BUT_WORKER = ['lib', 'widgets', 'monaco', 'xterm', 'session', 'store'] as const;

// prettier-ignore
export const MAY_IMPORT = {
  lib:     [],
  widgets: ['lib'],
  monaco:  ['lib'],
  xterm:   ['lib'],
  session: ['lib'],
  worker:  ['session'],
  store:   ['lib', 'session'],
  panels:  ALL_BUT_WORKER,
  app:     [...ALL_BUT_WORKER, 'panels'],
  '.':     [...ALL_BUT_WORKER, 'panels', 'app'],
} as const satisfies Record<string, readonly string[]>;

type Room = keyof typeof MAY_IMPORT;

/** Rooms whose folders do not see one another: a panel never imports another panel. */
export const APART = ['panels'] as const satisfies readonly Room[];

/** What a room may name by URL or take as text (`?iife-source`), without importing it. */
export const MAY_NAME = {
  session: ['worker'],
  '.': ['worker'],
} as const satisfies Partial<Record<Room, readonly Room[]>>;

/** The only files of the simulator that the page may import. */
export const DOORS = [
  'kernel-sim/index.ts',
  'kernel-sim/machine-types.ts',
  'kernel-sim/toolchain/index.ts',
  'kernel-sim/toolchain/generated/assets.ts', // The declarations that it is given.
  'kernel-sim/uapi/hostcc.ts', // What a build answers, which both doors speak of.
] as const;

/** Doors to pure functions: who may pass through any door may call what is behind these. */
export const LIBRARIES = ['kernel-sim/lib/packet/index.ts'] as const;

/** Who may pass through a door, and for what. Only worker/ runs the simulator. */
export const THROUGH_DOORS = {
  session: 'types',
  worker: 'values',
  store: 'types',
  panels: 'types',
  app: 'types',
} as const satisfies Partial<Record<Room, 'types' | 'values'>>;

const VIEW = [
  'react',
  'react-dom',
  'react-aria-components',
  'react-resizable-panels',
  'lucide-react',
] as const;

/** The packages that a room may import; the others import none. */
export const PACKAGES = {
  lib: ['react'],
  widgets: VIEW,
  monaco: ['monaco-editor', 'react'],
  xterm: ['@xterm/', 'react'],
  worker: ['monaco-editor', 'typescript'],
  store: ['zustand', 'react'],
  panels: [...VIEW, '@dagrejs/'],
  app: VIEW,
  '.': ['react', 'react-dom', '@fontsource/', '@fontsource-variable/'],
} as const satisfies Partial<Record<Room, readonly string[]>>;
