// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Which room may import which, from the ground up.
 *
 * tests/architecture/layers.test.ts holds every import to this table, and ARCHITECTURE.md
 * quotes it. A room always sees itself and the foundation; beyond those, a row names only
 * rows already listed, so the graph has no cycles. When a lower room needs behaviour from a
 * higher one, it declares the interface and the higher room registers an implementation.
 * A folder or a file may have a row of its own, as `hw/ram` and `machine-types.ts` have; `.`
 * stands for the other files at the top, which are the doors. `examples/` is written in the
 * driver's language and lies outside.
 */
export const FOUNDATION = ['lib', 'uapi'] as const;

const KERNEL = ['sim', 'hw/ram', 'kernel', 'mm', 'fs', 'net'] as const;
const MACHINE = [...KERNEL, 'hw', 'drivers', 'process'] as const;
const BOOTED = [...MACHINE, 'syscall', 'user/libc', 'user', 'api', 'init'] as const;
const WATCHED = [...BOOTED, 'inspect', 'explore', 'world'] as const;

// prettier-ignore
export const MAY_IMPORT = {
  uapi:        [],
  lib:         [],
  'view-types': [],
  'machine-types.ts': ['view-types'],
  sim:         [],
  'hw/ram':    ['sim'],
  hw:          ['sim', 'hw/ram'],
  kernel:      ['sim', 'hw/ram', 'hw'],
  mm:          ['sim', 'hw/ram', 'hw', 'kernel'],
  fs:          ['sim', 'hw/ram', 'kernel', 'mm'],
  net:         ['sim', 'hw/ram', 'kernel', 'mm', 'fs'],
  drivers:     [...KERNEL, 'hw'],
  process:     ['sim', 'hw/ram', 'kernel', 'mm', 'fs'],
  syscall:     [...KERNEL, 'process'],
  'user/libc': [],
  user:        ['user/libc'],
  api:         [...KERNEL, 'drivers'],
  init:        ['machine-types.ts', ...MACHINE, 'syscall', 'user/libc', 'user', 'api'],
  inspect:     ['machine-types.ts', ...MACHINE, 'init'],
  explore:     ['sim', 'kernel', 'init', 'inspect'],
  world:       ['machine-types.ts', ...BOOTED, 'inspect', 'explore'],
  '.':         ['machine-types.ts', ...WATCHED],
  toolchain:   [],
  cli:         ['machine-types.ts', ...WATCHED, '.', 'toolchain'],
} as const satisfies Record<string, readonly string[]>;

/** The packages that a room may import; the others import none. */
export const PACKAGES = {
  user: ['@noble/hashes', 'unbash'],
  toolchain: ['typescript'],
  cli: ['node:'],
} as const satisfies Partial<Record<keyof typeof MAY_IMPORT, readonly string[]>>;
