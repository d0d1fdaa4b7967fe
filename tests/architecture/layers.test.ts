// SPDX-License-Identifier: GPL-2.0-or-later
/** Holds every import in kernel-sim/ and src/ to the table of its tree. */
import { describe, expect, it } from 'vitest';

import * as kernelSim from '../../kernel-sim/layers.ts';
import * as page from '../../src/layers.ts';
import { roomOf, violations, type Layers } from './layers.ts';
import { listFiles, readSource } from './source-files.ts';

const KERNEL_SIM: Layers = {
  root: 'kernel-sim',
  foundation: kernelSim.FOUNDATION,
  mayImport: kernelSim.MAY_IMPORT,
  mayName: {},
  apart: [],
  packages: kernelSim.PACKAGES,
  doors: [],
  libraries: [],
  throughDoors: {},
};

const PAGE: Layers = {
  root: 'src',
  foundation: [],
  mayImport: page.MAY_IMPORT,
  mayName: page.MAY_NAME,
  apart: page.APART,
  packages: page.PACKAGES,
  doors: page.DOORS,
  libraries: page.LIBRARIES,
  throughDoors: page.THROUGH_DOORS,
};

const OUTSIDE = /\.test\.tsx?$|^kernel-sim\/examples\/|\/generated\//;

function filesOf(layers: Layers): string[] {
  return listFiles().filter(
    (path) => path.startsWith(`${layers.root}/`) && /\.tsx?$/.test(path) && !OUTSIDE.test(path),
  );
}

describe.each([KERNEL_SIM, PAGE])('the layers of $root', (layers) => {
  const files = filesOf(layers);

  it('only ever point downwards', () => {
    const rooms = Object.keys(layers.mayImport);
    for (const [from, targets] of Object.entries(layers.mayImport)) {
      for (const to of targets) {
        expect(rooms.indexOf(to), `${from} names ${to}`).toBeGreaterThanOrEqual(0);
        expect(rooms.indexOf(to), `${from} -> ${to}`).toBeLessThan(rooms.indexOf(from));
      }
    }
  });

  it('list every room', () => {
    const rooms = new Set(files.flatMap((path) => roomOf(layers, path) ?? []));
    expect(rooms.size).toBeGreaterThan(0);
    expect(Object.keys(layers.mayImport)).toEqual(expect.arrayContaining([...rooms]));
  });

  it('are respected by every file', () => {
    expect(files.flatMap((path) => violations(layers, path, readSource(path)))).toEqual([]);
  });
});

describe('in kernel-sim, the layers', () => {
  it.each([
    ['an upward import', `import { open } from '../fs/open.ts';`],
    ['an upward type import', `import type { Fd } from '../fs/open-file.ts';`],
    ['a re-export', `export { open } from '../fs/open.ts';`],
    ['a star re-export', `export * from '../fs/open.ts';`],
    ['a dynamic import', `const open = await import('../fs/open.ts');`],
    ['a file as text', `import text from '../fs/open.ts?raw';`],
    ['a door', `import { boot } from '../index.ts';`],
    ['a package', `import { debounce } from 'lodash';`],
    ["another room's package", `import { parse } from 'unbash';`],
    ["Node's modules", `import { readFileSync } from 'node:fs';`],
    ['the UI', `import { App } from '../../src/app/app.tsx';`],
  ])('catch %s', (_what, source) => {
    expect(violations(KERNEL_SIM, 'kernel-sim/mm/page-alloc.ts', source)).toHaveLength(1);
  });

  it.each([
    ['kernel-sim/mm/page-alloc.ts', `import { Task } from '../kernel/sched/task.ts';`],
    ['kernel-sim/mm/page-alloc.ts', `import { load32 } from '../hw/ram/memory.ts';`],
    ['kernel-sim/user/sh/parse.ts', `import { parse } from 'unbash';`],
    ['kernel-sim/user/sh/parse.ts', `import { open } from '../libc/fcntl.ts';`],
    ['kernel-sim/cli/ringzero.ts', `import { readFileSync } from 'node:fs';`],
    ['kernel-sim/inspect/tasks.ts', `import type { TaskView } from '../machine-types.ts';`],
  ])('let %s say %s', (path, source) => {
    expect(violations(KERNEL_SIM, path, source)).toEqual([]);
  });

  it.each([
    ['the machine around its memory', 'kernel-sim/hw/ram/memory.ts', `import '../uart.ts';`],
    ['the kernel in a program', 'kernel-sim/user/ls.ts', `import '../kernel/sched/task.ts';`],
    ['the page in its types', 'kernel-sim/machine-types.ts', `import './index.ts';`],
    ['a compiler in the kernel', 'kernel-sim/index.ts', `import './toolchain/index.ts';`],
  ])('catch %s', (_what, path, source) => {
    expect(violations(KERNEL_SIM, path, source)).toHaveLength(1);
  });
});

describe('in src, the layers', () => {
  it.each([
    ['another panel', 'panels/tasks/row.tsx', `import '../memory/map.tsx';`],
    ['a worker that runs here', 'session/link.ts', `import { boot } from '../worker/kernel.ts';`],
    ['the simulator', 'store/store.ts', `import { boot } from '../../kernel-sim/index.ts';`],
    ['a way past the doors', 'worker/kernel.ts', `import '../../kernel-sim/mm/slab.ts';`],
    ['a library from below', 'lib/a.ts', `import '../../kernel-sim/lib/packet/index.ts';`],
    ['a package out of place', 'panels/tasks/row.tsx', `import 'monaco-editor';`],
    ['a panel in a widget', 'widgets/table.tsx', `import '../panels/tasks/row.tsx';`],
    [
      'a worker named from a panel',
      'panels/a/b.ts',
      `new URL('../../worker/k.ts', import.meta.url)`,
    ],
  ])('catch %s', (_what, path, source) => {
    expect(violations(PAGE, `src/${path}`, source)).toHaveLength(1);
  });

  it.each([
    ['panels/tasks/row.tsx', `import { cell } from './cell.tsx';`],
    ['store/store.ts', `import type { Snapshot } from '../../kernel-sim/index.ts';`],
    ['worker/kernel.ts', `import { boot } from '../../kernel-sim/index.ts';`],
    ['panels/a/b.ts', `import { dissect } from '../../../kernel-sim/lib/packet/index.ts';`],
    ['session/frame.ts', `import text from '../worker/kernel.ts?iife-source';`],
    ['session/link.ts', `new Worker(new URL('../worker/tools.ts', import.meta.url))`],
    ['xterm/terminal.ts', `import '@xterm/xterm/css/xterm.css';`],
  ])('let %s say %s', (path, source) => {
    expect(violations(PAGE, `src/${path}`, source)).toEqual([]);
  });
});
