// SPDX-License-Identifier: GPL-2.0-or-later
/** Programs in C that do on the host what a guest is measured at. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { host } from './measure.ts';

export interface HostProgram {
  /** Seconds that it says it took, on one CPU. NaN where it could not be compiled. */
  readonly run: (...args: readonly (string | number)[]) => number;
  readonly remove: () => void;
  /** What the table says in place of a figure. */
  readonly why: string;
}

/** The program of that name, compiled. Without a compiler it measures nothing, and says why. */
export function hostProgram(name: string): HostProgram {
  const folder = mkdtempSync(join(tmpdir(), 'ringzero-bench-'));
  const program = join(folder, name);
  // bench.mjs starts this in the project's folder.
  const { status } = spawnSync('cc', ['-O2', '-o', program, `scripts/bench/${name}.c`, '-pthread']);
  const isThere = status === 0;
  return {
    run: (...args) =>
      isThere ? Number(host(['taskset -c 0', program, ...args].join(' ')).text) : Number.NaN,
    remove: () => rmSync(folder, { recursive: true }),
    why: 'no C compiler on this machine',
  };
}
