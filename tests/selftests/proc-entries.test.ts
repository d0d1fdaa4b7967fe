// SPDX-License-Identifier: GPL-2.0-or-later
/** Files of drivers in /proc. What is wrong with them is in the catalogue of mistakes. */
import { beforeAll, expect, it } from 'vitest';

import { runCases, type CaseResult } from '../support/case-driver.ts';

/** The first build of a run is slow where machines are shared. */
const PATIENCE_MS = 60_000;

const IMPORTS = {
  'kernel/raw': `GFP_KERNEL kfree kmalloc NULL proc_create_single proc_mkdir proc_remove
    remove_proc_entry seq_puts VoidPtr`,
};

const TOP = `
let reads = 0;
let folder: VoidPtr = NULL;

function shows(file: VoidPtr, data: VoidPtr): number {
  "use unsafe";
  void data;
  // It may sleep.
  kfree(kmalloc(8, GFP_KERNEL));
  reads++;
  seq_puts(file, \`read \${reads}\\n\`);
  seq_puts(file, "and more\\n");
  return 0;
}

function refuses(file: VoidPtr, data: VoidPtr): number {
  void file;
  void data;
  return -5;
}
`;

const CASES = {
  'a-file': {
    init: 'proc_create_single("clock", 0o640, NULL, shows);',
    script: `sudo ls -l /proc/clock | cut -c1-10; cat /proc/clock 2>&1
      sudo sh -c 'cat /proc/clock; dd if=/proc/clock bs=3 2>/dev/null; echo x > /proc/clock' 2>&1`,
    exit: 'remove_proc_entry("clock", NULL);',
  },
  gone: {
    init: 'proc_remove(proc_create_single("clock", 0, NULL, shows)); proc_remove(NULL);',
    script: 'cat /proc/clock 2>&1',
  },
  'in-a-folder': {
    init: `folder = proc_mkdir("clocks", NULL);
      const inner = proc_mkdir("inner", folder);
      println(\`> \${inner !== NULL} \${proc_mkdir("a/b", folder) === NULL}\`);
      proc_create_single("hands", 0, inner, shows);
      proc_create_single("broken", 0, folder, refuses);`,
    script: 'ls /proc/clocks; ls /proc/clocks/inner; cat /proc/clocks/broken 2>&1',
    exit: 'proc_remove(folder);',
  },
} as const;

let results: Readonly<Record<keyof typeof CASES, CaseResult>>;
beforeAll(() => {
  results = runCases({ imports: IMPORTS, top: TOP, cases: CASES });
}, PATIENCE_MS);

it('has what its driver writes when it is read from the start', () => {
  expect(results['a-file'].output.trim().split('\n')).toEqual([
    '-rw-r-----',
    'cat: /proc/clock: Permission denied',
    'read 1',
    'and more',
    'read 2',
    'and more',
    'sh: line 1: echo: write error: Input/output error',
  ]);
});

it('is there until it is taken away, with all that is in it', () => {
  expect(results.gone.output.trim()).toBe('cat: /proc/clock: No such file or directory');
  const { output, printed } = results['in-a-folder'];
  expect(printed).toEqual(['true true']);
  expect(output.trim().split('\n')).toEqual([
    'broken',
    'inner',
    'hands',
    'cat: /proc/clocks/broken: Input/output error',
  ]);
});

it('leaves nothing behind and nothing to report', () => {
  for (const { log } of Object.values(results)) expect(log).not.toMatch(/BUG|WARNING|kmemleak:/u);
});
