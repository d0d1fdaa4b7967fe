// SPDX-License-Identifier: GPL-2.0-or-later
// tidy: wide because the driver of a table row stands on one line
/** Where raw operations may stand, and what cannot be followed. */
import { describe, expect, it } from 'vitest';

import { TOOLCHAIN } from './testing/shared-toolchain.ts';

const HEAD = `import { module } from "kernel";
import { addr_of, global_buffer, kfree, kmalloc, GFP_KERNEL, NULL } from "kernel/raw";
import type { Ptr, VoidPtr } from "kernel/raw";
import { array, bits, func, struct, u8, u32 } from "uapi";
class Flags extends bits(u32, { on: 0 }) {}
class Item extends struct({
  n: u32, flags: Flags, mac: array(u8, 6), run: func<(n: number) => void>(),
}) {}
export const used = [addr_of, global_buffer, kfree, kmalloc, GFP_KERNEL, NULL, Item, array, func];
export type Used = [Ptr<u8>, VoidPtr];
"";
`;
const TAIL = `
class M { static init(): M { return new M(); } }
export default module(M, { license: "GPL" });`;

/** `line: code` of what is wrong, lines counted from the one after the head. */
function findings(source: string): string[] {
  const first = HEAD.split('\n').length - 1;
  return TOOLCHAIN.check({ 'm.ts': HEAD + source + TAIL }).map(
    ({ line, code }) => `${line - first}: ${code}`,
  );
}

describe('what is refused', () => {
  // prettier-ignore
  it.each([
    ['a pointer followed', 'export const f = (p: Ptr<Item>): u32 => p.$.n;', 'RZ0133'],
    ['an element', 'export const f = (p: Ptr<u8>): u8 => p[0];', 'RZ0133'],
    ['a call of a raw function', 'export const f = (p: Ptr<u8>): void => kfree(p);', 'RZ0133'],
    ['the same by another name', 'const free = kfree; export const f = (p: Ptr<u8>): void => free(p);', 'RZ0133'],
    ['the same through a namespace', 'export const f = (r: { free: typeof kfree }, p: Ptr<u8>): void => r.free(p);', 'RZ0133'],
    ['a raw function under a type that hides it', 'export const free: (p: VoidPtr) => void = kfree;', 'RZ0133'],
    ['a raw function given away', 'function use(f: (p: VoidPtr) => void): void { f(NULL); } export const f = (): void => use(kfree);', 'RZ0133'],
    ['the same under a type parameter', 'function use<F extends (p: VoidPtr) => void>(f: F): void { f(NULL); } export const f = (): void => use(kfree);', 'RZ0133'],
    ['a raw function bound', 'export const f = (): unknown => kfree.bind(null);', 'RZ0133'],
    ['a call of an unsafe function', 'function g(): void { "use unsafe"; } export const f = (): void => g();', 'RZ0133'],
    ['a function with a name in an unsafe block', '// SAFETY: no.\nunsafe: { function g(p: Ptr<u8>): u8 { return p[0]; } void g; }', 'RZ0133'],
    ['no reason', 'export const f = (p: Ptr<u8>): void => { unsafe: { p[0] = 1; } };', 'RZ1001'],
    ['an empty reason', 'export const f = (p: Ptr<u8>): void => { /* SAFETY: */ unsafe: { p[0] = 1; } };', 'RZ1001'],
    ['a jump to the label', 'export const f = (): void => { /* SAFETY: so. */ unsafe: { break unsafe; } };', 'RZ1000'],
    ['a chain that would stop at NULL', 'export function f(p: Ptr<Item>): void { "use unsafe"; p?.$.n; }', 'RZ1000'],
    ['an element after `?.`', 'export function f(p: Ptr<u8>): void { "use unsafe"; p?.[0]; }', 'RZ1000'],
    ['what is behind a pointer to void', 'export function f(p: VoidPtr): void { "use unsafe"; p.$; }', 'RZ0614'],
    ['what is behind a pointer to anything', 'export function f<T>(p: Ptr<T>): void { "use unsafe"; p.$; }', 'RZ0614'],
    ['steps of nobody knows what', 'export const f = <T>(p: Ptr<T>): Ptr<T> => p.add(1);', 'RZ0614'],
    ['a pointer to plain numbers', 'export function f(p: Ptr<number>): void { "use unsafe"; p.$; }', 'RZ0614'],
    ['the address of bits', 'export function f(p: Ptr<Item>): void { "use unsafe"; addr_of(p.$.flags.on); }', 'RZ1000'],
    ['the address of a variable', 'export const f = (n: u32): Ptr<u32> => addr_of(n);', 'RZ1000'],
    ['memory in a pattern', 'export function f(p: Ptr<u8>): void { "use unsafe"; [p[0]] = [1]; }', 'RZ1000'],
    ['memory as a loop variable', 'export function f(p: Ptr<u8>): void { "use unsafe"; for (p[0] of [1]); }', 'RZ1000'],
    ['the memory itself', 'export const f = (): unknown => $m;', 'TS2304'],
    ['the kernel itself', 'export const f = (): unknown => $k.memory;', 'TS2304'],
    ['a name of theirs', 'export const f = ($m: number): number => $m;', 'RZ1000'],
    ['a buffer of the module that is no variable', 'export const f = (): VoidPtr => global_buffer(8);', 'RZ1000'],
    ['a buffer of the module without a size', 'let n = 8; export const table = global_buffer(n); n = 9;', 'RZ1000'],
    ['a closure in memory', 'export function f(p: Ptr<Item>): void { "use unsafe"; p.$.run = () => {}; }', 'RZ1000'],
    ['a closure by its name', 'export function f(p: Ptr<Item>): void { "use unsafe"; const g = () => {}; p.$.run = g; }', 'RZ1000'],
  ])('%s', (_what, source, code) => {
    expect(findings(source).map((it) => it.split(' ')[1])).toContain(code);
  });
});

describe('what is allowed', () => {
  // prettier-ignore
  it.each([
    ['pointers without touching memory', 'export const f = (p: Ptr<u8>, q: Ptr<u8>): boolean => p.add(1) === q && !p && q.sub(2).diff(p) > 0;'],
    ['the reason above', 'export const f = (p: Ptr<u8>): void => {\n// SAFETY: p is ours.\nunsafe: { p[0] = 1; } };'],
    ['the reason on several lines', 'export const f = (p: Ptr<u8>): void => {\n// SAFETY: p is\n// ours.\nunsafe: p[0] = 1; };'],
    ['the reason first inside', 'export const f = (p: Ptr<u8>): void => { unsafe: {\n// SAFETY: p is ours.\np[0] = 1; } };'],
    ['the reason in a comment of the other kind', 'export const f = (p: Ptr<u8>): void => { /* SAFETY: p is ours. */ unsafe: { p[0] = 1; } };'],
    ['a closure in an unsafe block', 'export const f = (p: Ptr<u8>): void => { /* SAFETY: ours. */ unsafe: { [1].forEach((n) => { p[0] = n; }); } };'],
    ['an unsafe function', 'export function f(p: Ptr<u8>): void { "use unsafe"; p[0] = 1; kfree(p); }'],
    ['a raw function without a call', 'export const g = kfree; export const f = (): boolean => g === kfree;'],
    ['another label', 'export const f = (): void => { /* SAFETY: so. */ unsafe: { out: { break out; } } };'],
    ['bytes of void', 'export const f = (p: VoidPtr): VoidPtr => p.add(1);'],
  ])('%s', (_what, source) => {
    expect(findings(source)).toEqual([]);
  });
});
