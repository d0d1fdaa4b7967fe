// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Executables made by hand, past every check of the toolchain, that attack whatever runs them. A
 * user may write any bytes into a file: nothing gets out, and the next program is not harmed.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';

import { writeExecutable } from '../../kernel-sim/toolchain/executable.ts';
import { TOOLCHAIN } from '../../kernel-sim/toolchain/testing/shared-toolchain.ts';
import { expectFreshBuild, runCommand } from '../command/built-command.ts';

// Each test starts processes, on machines that have others to run.
vi.setConfig({ testTimeout: 60_000 });

let folder = '';
let bait = '';

const GOOD = `import { printf, malloc, store_string, string_at, fork, waitpid } from "libc";
function child(): number { return 0; }
export function main(): number {
  const p = malloc(16);
  store_string(p, "alive");
  waitpid(fork(child), undefined, 0);
  printf("%s\\n", string_at(p));
  return 0;
}
`;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ringzero-attack-'));
  bait = join(folder, 'escaped');
  const sources = { 'good.ts': GOOD };
  const main = 'good.ts';
  const request = {
    version: 1,
    target: 'program',
    module: 'good',
    board: 'pc',
    main,
    sources,
  } as const;
  const { executable = '' } = TOOLCHAIN.build(request);
  writeFileSync(join(folder, 'good'), Buffer.from(executable, 'base64'));
  expectFreshBuild();
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function programOf(body: string): Uint8Array {
  const code = `(function ($k, $base, require) {
    const libc = require('libc');
    const said = [];
    const escape = (fn) => {
      fn('return process')().mainModule.require('fs').writeFileSync(${JSON.stringify(bait)}, '');
    };
    return { *main() {
      try { ${body} } catch (e) { said.push('refused'); }
      libc.puts('SAID ' + said.join());
      yield* $k.finish();
      return 0;
    } };
  })`;
  return writeExecutable(code, { files: [], functions: [], sites: [] });
}

/** Runs each program, and a good one after it. Returns what they wrote, program by program. */
async function attack(bodies: readonly string[]): Promise<string[]> {
  const files = bodies.flatMap((body, index) => {
    const path = join(folder, `bad${index}`);
    writeFileSync(path, programOf(body));
    return ['--file', `${path}:bad${index}`];
  });
  const script = `chmod +x good bad*
for ((i = 0; i < ${bodies.length}; i++)); do echo "attack $i"; ./bad$i; ./good; done 2>&1`;
  const good = ['--file', `${join(folder, 'good')}:good`];
  const result = await runCommand(['run', '--timeout', '30', ...good, ...files, '-c', script]);
  expect(result).toMatchObject({ stderr: '', status: 0 });
  expect(existsSync(bait)).toBe(false);
  return result.stdout.split(/^attack \d+\n/mu).slice(1);
}

it('programs that make code from text make none', async () => {
  const bodies = [
    'Function',
    '(() => {}).constructor',
    '$k.enter.constructor',
    '$k.constructor.constructor',
    'require.constructor',
    'libc.open.constructor',
    'Object.getPrototypeOf($k.finish()).constructor.constructor',
    'eval',
  ];
  const answers = await attack(bodies.map((fn) => `escape(${fn}); said.push('out');`));
  expect(answers).toEqual(bodies.map(() => 'SAID refused\nalive\n'));
});

it('programs that put their own in the place of ours change nothing', async () => {
  const answers = await attack([
    'Object.getPrototypeOf($k).finish = () => {};',
    "Object.defineProperty(Object.getPrototypeOf($k), 'enter', { value: 1 });",
    'Object.getPrototypeOf($k.finish).prototype.next = () => ({ done: true });',
    'Object.getPrototypeOf($k).finish.prototype.next = () => ({ done: true });',
    'libc.malloc = () => 1;',
    'Array.prototype.push = () => { throw 1; };',
    'Uint8Array.prototype.set = () => { throw 1; };',
    'Object.prototype.prototype = {};',
  ]);
  for (const answer of answers) expect(answer).toMatch(/^SAID (refused)?\nalive\n$/);
});

it('programs that pass what is no number are refused, or taken at their word', async () => {
  const answers = await attack([
    'libc.read({ valueOf() { throw 1; } }, 0, 1); said.push("read");',
    'libc.syscall({}, [], "x"); said.push("called");',
    'libc.open(Symbol("x"), 0); said.push("opened");',
    'libc.fork(() => 0);',
    'libc.store_bytes(0, { length: 1e9 });',
    '$k.charge(-1e15); $k.charge(NaN); $k.sp = 1e9; said.push("charged");',
    'libc.load8(NaN); libc.load32(-1); libc.load64(1e300); said.push("loaded");',
    'said.push([typeof process, typeof fetch, typeof console].join());',
  ]);
  for (const answer of answers) expect(answer).toMatch(/alive\n$/);
  expect(answers.at(-1)).toBe('SAID undefined,undefined,undefined\nalive\n');
});
