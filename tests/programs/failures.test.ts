// SPDX-License-Identifier: GPL-2.0-or-later
/** What becomes of programs that are wrong: the compiler's word, a signal, or an errno. */
import { describe, expect, it } from 'vitest';

import { runScript, TestMachine, userFile, type ScriptResult } from '../support/machine.ts';

/** Builds `it.ts` and runs it. */
function run(source: string, script = 'cc -o it it.ts && ./it; echo $?'): ScriptResult {
  return runScript(script, { files: [userFile('it.ts', source)] });
}

const TIMEOUT = { timeout: 60_000 };

describe('the end of a program', TIMEOUT, () => {
  it('by an exception that nobody catches is told with its stack, then SIGABRT', () => {
    const { stdout, stderr } = run(`import { printf } from "libc";
class Deep {
  fall(n: number): number {
    if (n === 0) throw new Error("too deep");
    return this.fall(n - 1);
  }
}
export function main(): void {
  printf("before\\n");
  new Deep().fall(1);
}
`);
    expect(stdout).toBe('before\n134\n');
    expect(stderr).toContain(`Uncaught Error: too deep
    at Deep.fall (it.ts:4:18)
    at Deep.fall (it.ts:5:5)
    at main (it.ts:10:3)
`);
    expect(stderr).toContain('Aborted');
  });

  it.each([
    ['a load from nowhere', 'load8(bad_pointer(0xdead))', 139, 'Segmentation fault'],
    ['a store to nowhere', 'store32(0, 1)', 139, 'Segmentation fault'],
    ['a copy over the end', 'memset(malloc(16), 1, 1 << 26)', 139, 'Segmentation fault'],
    ['recursion without end', 'endless(1)', 139, 'Segmentation fault'],
    ['a second free(3)', '(free(block), free(block))', 134, 'free(): invalid pointer'],
    ['abort(3)', 'abort()', 134, 'Aborted'],
    ['memory without end', 'eat()', 137, 'Killed'],
  ])('%s', (_what, expression, status, message) => {
    const { stdout, stderr } = run(`import * as libc from "libc";
const { load8, store32, bad_pointer, malloc, free, memset, abort } = libc;
void [load8, store32, bad_pointer, free, abort];
const endless = (n: number): number => endless(n + 1) + 1;
function eat(): void {
  for (;;) memset(malloc(1 << 20), 1, 1 << 20);
}
export function main(): number {
  const block = malloc(8);
  void [block, endless, eat];
  try {
    ${expression};
  } catch (error) {
    libc.puts("caught");
  } finally {
    libc.puts("finally");
  }
  return 0;
}
`);
    expect(stdout).toBe(`${status}\n`);
    expect(stderr).toContain(message);
  });

  it('that computes for ever where it cannot switch comes with SIGXCPU', () => {
    const { stdout, stderr } = run(`class Stuck { get value(): number { for (;;) {} } }
export function main(): number { return new Stuck().value; }
`);
    expect(stdout).toBe('152\n');
    expect(stderr).toContain('CPU time limit exceeded');
  });

  it('that computes for ever comes with Ctrl-C', () => {
    const source = 'export function main(): number { for (;;) {} }';
    const guest = TestMachine.boot({ files: [userFile('it.ts', source)] });
    guest.waitFor('$ ');
    guest.command('cc -o it it.ts');
    guest.type('./it\r');
    const endNs = guest.machine.nowNs + 50_000_000;
    guest.runUntil(() => guest.machine.nowNs > endNs);
    guest.type('\u0003');
    guest.waitFor('$ ');
    expect(guest.command('echo "was $?"')).toContain('was 130');
  });
});

describe('cc', TIMEOUT, () => {
  it.each([
    ['no input', 'cc', 'cc: fatal error: no input files\ncompilation terminated.\n'],
    ['an unknown option', 'cc -q it.ts', "cc: error: unrecognized command-line option '-q'\n"],
    ['-o without a name', 'cc it.ts -o', "cc: error: missing filename after '-o'\n"],
    ['another kind of file', 'cc Kbuild', 'cc: error: Kbuild: file format not recognized\n'],
  ])('refuses %s', (_what, command, message) => {
    const { stdout, stderr } = run('', `${command}; echo $?; ls a.out 2>/dev/null`);
    expect(stderr).toBe(message);
    expect(stdout).toBe('1\n');
  });

  it('prints errors as gcc does', () => {
    const { stdout, stderr } = run(`export function main(): number {
  const count: number = "one";
  return count;
}
`);
    expect(stdout).toBe('1\n');
    expect(stderr)
      .toBe(`it.ts:2:9: error: Type 'string' is not assignable to type 'number'. [TS2322]
    2 |   const count: number = "one";
      |         ^~~~~
`);
  });

  it.each([
    ['no main', 'export const x = 1;', "undefined reference to `main'"],
    ['a syntax error', 'export function main( {', '[TS1'],
    [
      'a driver',
      'import { println } from "kernel"; export function main() { println(""); }',
      'RZ1082',
    ],
    ['a main without a status', 'export function main(): string { return ""; }', 'exit status'],
    ['code from a string', 'export function main() { eval("1"); }', 'RZ1070'],
    ['a missing file', 'import "./none"; export function main() {}', 'TS2'],
  ])('refuses %s', (_what, source, message) => {
    const { stdout, stderr } = run(source);
    expect(stdout).toBe('1\n');
    expect(stderr).toContain(message);
  });

  it('takes a source of a megabyte', () => {
    const nothing = '  // nothing\n'.repeat(80_000);
    const source = `export function main(): number {\n${nothing}  return 5;\n}\n`;
    expect(run(source).stdout).toBe('5\n');
  });

  it('links the files that are imported, from other folders too', () => {
    const files = [
      userFile('app/it.ts', 'import { five } from "../lib/five.ts";\nexport const main = five;\n'),
      userFile('lib/five.ts', 'export function five(): number { return 5; }\n'),
    ];
    const { stdout, stderr } = runScript('cd app; cc it.ts && ./a.out; echo $?', { files });
    expect(stderr).toBe('');
    expect(stdout).toBe('5\n');
  });
});

describe('execve', TIMEOUT, () => {
  it('refuses an executable that was damaged', () => {
    const { stdout } = run(
      'export function main(): number { return 5; }',
      'cc -o it it.ts; for at in 300 500 700; do cp it bad; ' +
        'printf X | dd of=bad bs=1 seek=$at conv=notrunc 2>/dev/null; ' +
        'env ./bad 2>/dev/null; echo $?; done',
    );
    expect(stdout).toMatch(/^(126\n){3}$/);
  });
});
