// SPDX-License-Identifier: GPL-2.0-or-later
// tidy: wide because the driver of a table row stands on one line
/** What the driver's language refuses: each with a twin that it takes. */
import { describe, expect, it } from 'vitest';

import { testToolchain } from './testing/run-driver.ts';

const toolchain = testToolchain();

const IGNORE = 'ignore';
const NOCHECK = 'nocheck';

function codesOf(source: string): string[] {
  const text = `import * as t from "kernel/test";\nexport const used = t;\n${source}\n`;
  return toolchain.check({ 'driver.ts': text }).map(({ code }) => code);
}

describe('the sandbox', () => {
  // prettier-ignore
  it.each([
    ['any', `export const x: any = 1;`, `export const x: unknown = 1;`],
    ['any in a generic', `export const x: Array<any> = [];`, `export const x: Array<unknown> = [];`],
    ['eval', `eval("1");`, `export const evaluate = 1;`],
    ['Function', `export const f = new Function("return 1");`, `export const f = (): number => 1;`],
    ['globalThis', `export const g = globalThis;`, `export const g = { globalThis: 1 };`],
    ['constructor', `export const c = "".constructor;`, `export class C { constructor() {} }`],
    ['constructor by name', `export const c = ""["constructor"];`, `export const c = ""["length"];`],
    ['constructor taken apart', `export const { constructor } = t;`, `export const { token } = t;`],
    ['a prototype', `export const p = Array.prototype;`, `export const p = Array.of;`],
    ['__proto__ in a literal', `export const o = { __proto__: null };`, `export const o = { proto: null };`],
    ['a dynamic import', `export const m = (): unknown => import("kernel");`, `export const m = t;`],
    ['import.meta', `export const m = import.meta;`, `export const m = t;`],
    ['an ignoring comment', `// @ts-${IGNORE}\nexport const n: string = 1;`, `// ts-${IGNORE}\nexport const n: string = "1";`],
    ['@ts-expect-error', `// @ts-expect-error\nexport const n: string = 1;`, `export const n = "// @ts-expect-error";`],
    ['a comment that checks nothing', `export {};`, `export {};`],
    ['a reference', `export {};`, `export {};`],
    ['declare', `declare const secret: number; export const s = secret;`, `const secret = 1; export const s = secret;`],
    ['declare global', `declare global { const secret: number; }`, `export const secret = 1;`],
    ['declare module', `declare module "kernel" { const secret: number; }`, `export const secret = 1;`],
    ['a forged object', `export const f = {} as unknown as t.Token;`, `export const f = t.token("a") as t.Token;`],
    ['a forged object in a union', `export const f = {} as unknown as t.Token | null;`, `export const f = null as t.Token | null;`],
    ['a forging predicate', `export function is(x: unknown): x is t.Token { return x !== 1; }`, `export function is(x: unknown): x is string { return x !== 1; }`],
    ['Reflect', `export const r = Reflect.ownKeys({});`, `export const r = Object.keys({});`],
  ])('has no %s', (what, bad, good) => {
    const head =
      what === 'a comment that checks nothing'
        ? `// @ts-${NOCHECK}\n`
        : what === 'a reference'
          ? '/// <reference lib="dom" />\n'
          : '';
    const codes = toolchain
      .check({
        'driver.ts': `${head}import * as t from "kernel/test";\nexport const used = t;\n${bad}\n`,
      })
      .map(({ code }) => code);
    expect(codes).toContain('RZ1070');
    expect(codesOf(good)).toEqual([]);
  });
});

describe('the language', () => {
  // prettier-ignore
  it.each([
    ['async functions', `export async function f() {}`, `export function f(): void {}`],
    ['generators', `export function* f() {}`, `export function f(): void {}`],
    ['generator methods', `export class A { *f() {} }`, `export class A { f(): void {} }`],
    ['decorators', `const d = (x: unknown): void => void x; @d export class A {}`, `export class A {}`],
    ['regular expressions', `export const r = /a/;`, `export const r = 4 / 2 / 1;`],
    ['tagged templates', 'const f = (x: unknown): unknown => x; export const s = f`a`;', 'export const s = `a`;'],
    ['arguments', `export function f(): unknown { return arguments; }`, `export function f(...rest: unknown[]): unknown { return rest; }`],
    ['namespaces', `export namespace N { export const n = 1; }`, `export const N = { n: 1 };`],
    ['inheritance', `class A {} export class B extends A {}`, `interface A { n?: 1 } export class B implements A {}`],
    ['a return out of finally', `export function f(): number { try { return 1; } finally { return 2; } }`, `export function f(): number { try { return 1; } finally { const g = (): number => 2; g(); } }`],
    ['a break out of finally', `export function f(): void { for (;;) { try {} finally { break; } } }`, `export function f(): void { try {} finally { for (;;) break; } }`],
    ['a labelled break out of finally', `export function f(): void { out: for (;;) { try {} finally { for (;;) break out; } } }`, `export function f(): void { try {} finally { out: for (;;) { for (;;) break out; } } }`],
    ['await using', `export async function f() { await using x = null; }`, `export function f(): void { using x = null; void x; }`],
    ['a using of the module', `using a = t.token("a"); t.look(a);`, `{ using a = t.token("a"); t.look(a); }`],
    ['names with a dollar', `export const $k = 1;`, `export const k$ = 1;`],
    ['parameters with a dollar', `export const f = ($p: number): number => $p;`, `export const f = (p: number): number => p;`],
    ['debugger', `debugger;`, `export {};`],
    ['a catch that takes apart', `export function f(): void { try {} catch ({}) {} }`, `export function f(): void { try {} catch (e) { void e; } }`],
    ['an owned value in an initialiser that is not kept', `export class A { n = t.look(t.token("a")); }`, `export class A { n = t.token("a"); }`],
  ])('has no %s', (_what, bad, good) => {
    expect(codesOf(bad)).toContain('RZ1000');
    expect(codesOf(good)).toEqual([]);
  });

  it('has no way to give away what `using` keeps', () => {
    expect(codesOf(`export function f(): void { using a = t.token("a"); t.take(a); }`)).toEqual([
      'RZ1011',
    ]);
    expect(codesOf(`export function f(): void { const a = t.token("a"); t.take(a); }`)).toEqual([]);
  });
});

describe('the library', () => {
  // prettier-ignore
  it.each([
    'Date', 'Intl', 'Promise', 'WeakRef', 'FinalizationRegistry', 'Proxy', 'SharedArrayBuffer',
    'Atomics', 'console', 'setTimeout', 'Float64Array', 'escape', 'JSON.parse', 'Math.random',
    'Math.sin', 'Math.pow', 'Math.sqrt', '"".localeCompare', '[1].toLocaleString', '"".match',
    '"".normalize', 'Object.create', 'Object.getPrototypeOf', 'Object.defineProperty',
    '(() => 1).call', '(() => 1).bind', 'new Error().stack', 'Symbol.for', 'parseFloat',
  ])('has no %s', (name) => {
    expect(codesOf(`export const x: unknown = ${name};`).length).toBeGreaterThan(0);
  });

  // prettier-ignore
  it.each([
    'Math.imul', 'Map', 'new Set([1]).size', '[1].map', '"a".padStart', 'JSON.stringify',
    'Symbol.dispose', 'new Uint8Array(4).subarray', 'new DataView(new ArrayBuffer(4)).getUint16',
    'Object.freeze', 'BigInt(1)', 'new Error("x").message', 'Number.isInteger',
    '"a,b".split(",")',
  ])('has %s', (name) => {
    expect(codesOf(`export const x: unknown = ${name};`)).toEqual([]);
  });
});
