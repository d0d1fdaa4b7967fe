// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Modules made by hand, past every check of the toolchain, that attack whatever runs them: loaded
 * by the shipped command. Nothing gets out, no other module is harmed, the prompt answers.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';

import { TOOLCHAIN } from '../../kernel-sim/toolchain/testing/shared-toolchain.ts';
import { writeKo } from '../../kernel-sim/toolchain/ko.ts';
import { expectFreshBuild, runCommand } from '../command/built-command.ts';

// Each test starts processes, on machines that have others to run.
vi.setConfig({ testTimeout: 60_000 });

let folder = '';
let bait = '';
let good = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ringzero-attack-'));
  bait = join(folder, 'escaped');
  good = join(folder, 'helloworld.ko');
  writeFileSync(good, helloWorld());
  expectFreshBuild();
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function helloWorld(): Uint8Array {
  const source = join(import.meta.dirname, '../../kernel-sim/examples/hello_world/hello_world.ts');
  const main = 'hello_world.ts';
  const sources = { [main]: readFileSync(source, 'utf8') };
  const request = { version: 1, module: 'helloworld', board: 'pc', main, sources } as const;
  return Buffer.from(TOOLCHAIN.build(request).ko ?? '', 'base64');
}

/** A `.ko` whose text is `body`, run when it is loaded, with `say` to write to the log. */
const NO_WORDS = { description: undefined, author: undefined, version: undefined };

function moduleOf(name: string, body: string): Uint8Array {
  const code = `(function ($k, $base, require) {
    const say = (text) => require('kernel').println('SAID ' + text);
    const outside = (value) => {
      let top = value;
      const above = (object) => Object.getPrototypeOf(object) ?? null;
      for (let next = top; next !== null; next = above(next)) top = next;
      return top !== Object.prototype && top !== value;
    };
    const escape = (fn) => {
      const process = fn('return process')();
      process.binding('fs');
      process.mainModule.require('fs').writeFileSync(${JSON.stringify(bait)}, 'out');
    };
    ${body}
    return {};
  })`;
  const map = { version: 3 as const, sources: [], names: [], mappings: '' };
  const built = { code, map } as unknown as Parameters<typeof writeKo>[1]['fast'];
  return writeKo('pc', {
    info: { name, license: 'GPL', parameters: [], aliases: [], ...NO_WORDS },
    fast: built,
    stepped: built,
    sites: { files: [], functions: [], sites: [] },
    places: [],
    globals: { all: [], sizeBytes: 0 },
    variables: { statics: [], pointerBytes: 8 },
    shared: { variables: [] },
    exports: [],
    imports: [],
  });
}

/** What a machine says after each attack when all is well: another module still works. */
const ALIVE = ['Hello from TypeScript!', 'Goodbye from TypeScript!', 'alive 22'];

/**
 * Loads the modules one after the other in one machine; after each, loads a good one. Returns, for
 * each, what it said and what the machine answered afterwards.
 */
async function attack(bodies: readonly string[], ...options: string[]): Promise<string[][]> {
  const files = bodies.map((body, index) => {
    const path = join(folder, `bad${index}.ko`);
    writeFileSync(path, moduleOf(`bad${index}`, body));
    return ['--file', `${path}:bad${index}.ko`];
  });
  const script = [
    'dmesg -C',
    `for ((i = 0; i < ${bodies.length}; i++)); do`,
    '  echo "attack $i"',
    '  { insmod bad$i.ko; } > /tmp/insmod 2>&1',
    '  insmod helloworld.ko; rmmod helloworld',
    "  dmesg | grep -E -o 'SAID .*|(Hello|Goodbye) from .*'; dmesg -C",
    '  echo alive $(ls / | grep -c bin)$((1 + 1))',
    'done',
  ].join('\n');
  const where = ['--user', 'root', '--file', `${good}:helloworld.ko`, '--timeout', '60'];
  const result = await runCommand(['run', ...where, ...files.flat(), ...options, '-c', script]);
  expect(result).toMatchObject({ stderr: '', status: 0 });
  expect(existsSync(bait)).toBe(false);
  return result.stdout
    .split(/^attack \d+\n/mu)
    .slice(1)
    .map((text) => text.trim().split('\n'));
}

it('modules that make code from text make none', async () => {
  const bodies = [
    'Function',
    '(() => {}).constructor',
    '(function* () {}).constructor',
    '(async () => {}).constructor',
    '$k.enter.constructor',
    '$k.constructor.constructor',
    'require.constructor',
    "require('kernel').println.constructor",
    "Object.getPrototypeOf(require('kernel')).constructor.constructor",
    'eval',
  ];
  const answers = await attack(bodies.map((fn) => `escape(${fn}); say('escaped');`));
  expect(answers).toEqual(bodies.map(() => ALIVE));
});

it('modules that look for the outside find nothing', async () => {
  const looks: readonly [body: string, said: string][] = [
    ["say([$k, require, require('kernel'), globalThis].some(outside));", 'false'],
    ['const f = () => f() + 1; try { f(); } catch (e) { say(outside(e)); }', 'false'],
    ["try { require('fs'); } catch (e) { say(outside(e)); }", 'false'],
    ['say(typeof process + typeof fetch + typeof console);', 'undefined'.repeat(3)],
    ["say(outside(import('node:fs')));", 'false'],
  ];
  const answers = await attack(looks.map(([body]) => body));
  expect(answers).toEqual(looks.map(([, said]) => [`SAID ${said}`].concat(ALIVE)));
});

it('modules that import get no module, and no object with the refusal', async () => {
  const write = `(fs) => fs.writeFileSync(${JSON.stringify(bait)}, '')`;
  const constructed = '(e) => escape(e.constructor.constructor)';
  const answers = await attack([
    `import('node:fs').then(${write}, (e) => say(typeof e));`,
    `import('data:text/javascript,0').catch(${constructed});`,
    `(async () => { try { await import('os'); } catch (e) { (${constructed})(e); } })();`,
    `import({ toString() { throw 1; } }).catch(${constructed});`,
  ]);
  expect(answers.map((lines) => lines.at(-1))).toEqual(answers.map(() => ALIVE.at(-1)));
});

it('modules that patch what others use patch nothing', async () => {
  const bodies = [
    'Array.prototype.push = () => { throw 1; };',
    'Object.prototype.value = 1;',
    'Object.prototype.get = () => { throw 1; };',
    'Map.prototype.get = () => undefined;',
    'Uint8Array.prototype.__proto__.set = () => undefined;',
    'Object.getPrototypeOf((function* () {})()).next = () => ({ done: true });',
    'for (const name of Object.getOwnPropertyNames(globalThis)) { delete globalThis[name]; }',
    'Object.keys(Object.getOwnPropertyDescriptors(globalThis)).forEach((n) => globalThis[n] = 0);',
    "try { require('kernel').println = null; } catch {}",
    'Error.stackTraceLimit = 1e9; Error.prepareStackTrace = () => { throw 1; };',
    'Symbol.iterator = 1;',
  ];
  expect(await attack(bodies)).toEqual(bodies.map(() => ALIVE));
});

it('modules that throw are refused or die alone', async () => {
  const bodies = [
    'throw undefined;',
    'throw null;',
    'throw Object.create(null);',
    'throw { get message() { throw this; }, get stack() { throw this; } };',
    'throw Object.assign(new Error("x"), { toString() { throw 1; } });',
    'const e = new Error("x"); Object.defineProperty(e, "stack", { get() { throw e; } }); throw e;',
    'throw $k;',
    'throw (function* () {})();',
    'const f = () => f() + 1; f();',
    'return null;',
    'return 7;',
    '} + (() => { throw 1; })() + function () {',
    'this is no text',
  ];
  expect(await attack(bodies)).toEqual(bodies.map(() => ALIVE));
});

it('a module cannot patch the runtime that all modules share', async () => {
  expect(await attack(['try { $k.enter = () => { throw 1; }; } catch {}'])).toEqual([ALIVE]);
});

it('a module whose export is a trap dies alone', async () => {
  expect(await attack(['return { get default() { throw {}; } };'])).toEqual([ALIVE]);
});

it('a module that hangs the engine is ended by the timeout', async () => {
  const path = join(folder, 'hang.ko');
  writeFileSync(path, moduleOf('hang', 'for (;;);'));
  const where = ['--user', 'root', '--file', `${path}:hang.ko`, '--timeout', '2'];
  const result = await runCommand(['run', ...where, '-c', 'echo before; insmod hang.ko; echo no']);
  expect(result.status).toBe(124);
  expect(result.stderr).toBe('ringzero: timed out after 2 s\n');
});
