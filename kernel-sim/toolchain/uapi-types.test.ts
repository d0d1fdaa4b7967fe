// SPDX-License-Identifier: GPL-2.0-or-later
/** What the types of `uapi` and of raw pointers let a driver say, and what not. */
import { beforeAll, describe, expect, it } from 'vitest';

import { TOOLCHAIN } from './testing/shared-toolchain.ts';

const DECLARATIONS = `
class Node extends struct({ value: u32, next: ptr<Node>() }) {}
class Control extends bits(le32, { own: 31, length: [15, 0] }) {}
class Item extends struct({
  list: Node,
  ops: ptr<Operations>(),
  size: u32,
  big: u64,
  kind: u8,
  isReady: bool,
  mac: array(u8, 6),
  grid: array(array(u16, 3), 4),
  control: Control,
  self: ptr<Ptr<Item>>(),
  data: flex(u8),
}) {
  total(): number {
    return this.size + this.kind;
  }
}
class Operations extends struct({
  open: func<(item: Ptr<Item>) => number>(),
  close: func<(operations: Ptr<Operations>, data: VoidPtr) => void>(),
}) {}
class Wide extends struct({ value: u32, next: ptr<Node>(), more: u32 }) {}
`;

const HEAD = `import { module } from "kernel";
import { NULL, addr_of, container_of, type Ptr, type VoidPtr } from "kernel/raw";
import { array, bits, bool, flex, func, le32, ptr, struct, u16, u32, u64, u8 } from "uapi";
${DECLARATIONS}
class Test {
  static init(): Test { return new Test(); }
}
export default module(Test, { license: "GPL" });
function use(..._values: unknown[]): void {}
`;

/** One line of a driver: a function that may use raw pointers of all sorts. */
function line(body: string, index: number): string {
  const parameters =
    'p: Ptr<Item>, node: Ptr<Node>, wide: Ptr<Wide>, bytes: Ptr<u8>, halves: Ptr<u16>, ' +
    'words: Ptr<u32>, any: VoidPtr';
  const used = 'use(NULL, addr_of, container_of, p, node, wide, bytes, halves, words, any);';
  return `export function raw${index}(${parameters}): void { ${used} unsafe: { ${body} } }\n`;
}

const CORRECT: readonly (readonly [what: string, body: string])[] = [
  ['a number where a scalar is wanted', 'p.$.size = 5; const n: u8 = 5; use(n);'],
  ['a scalar where a number is wanted', 'const n: number = p.$.size; use(n);'],
  ['a scalar as another', 'p.$.kind = p.$.size; p.$.size = p.$.kind + 1; p.$.size++;'],
  ['a bigint for 64 bits', 'p.$.big = 5n; const b: bigint = p.$.big; use(b);'],
  ['truth', 'p.$.isReady = true; if (p.$.isReady) p.$.isReady = false;'],
  ['elements of arrays', 'p.$.mac[2] = p.$.mac[1]; p.$.grid[1][2] = 4; p.$.mac[0] ^= 1;'],
  ['the length of an array, exactly', 'const six: 6 = p.$.mac.length; use(six);'],
  ['elements behind a pointer', 'p[3].size = 1; bytes[2] = 7; p.$ = p[1];'],
  ['a chain of pointers', 'node.$.next.$.next.$.value = 1;'],
  ['a pointer to a pointer', 'p.$.self.$ = p; p.$.self[1].$.size = 2;'],
  ['NULL', 'node.$.next = NULL; if (node === NULL || !node) return; p.$.ops.$.open = NULL;'],
  ['void *, both ways', 'const q: Ptr<Item> = any; const v: VoidPtr = q; use(v);'],
  ['functions behind pointers', 'p.$.ops.$.open = (it) => it.$.size; p.$.ops.$.open(p);'],
  ['bits', 'p.$.control.own = true; p.$.control.length = 5; p.$.control = new Control({});'],
  ['new values', 'new Item({ list: { value: 1 }, mac: [1, 2], control: { own: true } }).total();'],
  ['sizes', 'const n: number = Item.size + Item.align + Item.offsetof("mac"); use(n);'],
  ['arithmetic', 'const n: number = p.add(1).sub(2).diff(p) + p.address; use(n);'],
  ['casts', 'const q: Ptr<u16> = bytes.cast<u16>(); use(q);'],
  ['the address of a scalar', 'const q: Ptr<u8> = addr_of(p.$.mac[0]); use(q);'],
  ['the address of a struct', 'const q: Ptr<Node> = addr_of(p.$.list); use(q);'],
  ['the address of bits', 'const q: Ptr<Control> = addr_of(p.$.control); use(q);'],
  ['the address of a pointer', 'const q: Ptr<Ptr<Node>> = addr_of(node.$.next); use(q);'],
  ['what holds a field', 'const q: Ptr<Item> = container_of(node, Item, "list"); use(q);'],
];

const WRONG: readonly (readonly [what: string, body: string, code: string])[] = [
  ['a field that is not there', 'p.$.nope;', 'TS2339'],
  ['a pointer to something else', 'const q: Ptr<Node> = p; use(q);', 'TS2322'],
  ['a pointer to a larger struct', 'const q: Ptr<Node> = wide; use(q);', 'TS2322'],
  ['a pointer to a smaller struct', 'const q: Ptr<Wide> = node; use(q);', 'TS2322'],
  ['a pointer to another scalar', 'const q: Ptr<u8> = halves; use(q);', 'TS2322'],
  ['a number as a pointer', 'const q: Ptr<u8> = 5; use(q);', 'TS2322'],
  ['a pointer as a number', 'const n: number = bytes; use(n);', 'TS2322'],
  ['NULL as a number', 'const n: number = NULL; use(n);', 'TS2322'],
  ['arithmetic by sign', 'bytes + 1;', 'TS2365'],
  ['pointers that can never be equal', 'if (p === node) return;', 'TS2367'],
  ['a number for 64 bits', 'p.$.big = 5;', 'TS2322'],
  ['a number for truth', 'p.$.isReady = 1;', 'TS2322'],
  ['another length', 'p.$.mac.length = 7;', 'TS2540'],
  ['the offset of no field', 'Item.offsetof("nope");', 'TS2345'],
  ['a new value of no field', 'new Item({ nope: 1 });', 'TS2353'],
  ['a new value of a wrong type', 'new Item({ size: "1" });', 'TS2322'],
  ['a function of another type', 'p.$.ops.$.open = (it: string) => it.length;', 'TS2322'],
  ['a call with another pointer', 'p.$.ops.$.open(node);', 'TS2345'],
  ['a field that another struct has', 'container_of(words, Item, "list");', 'TS2345'],
  ['an address of another type', 'const q: Ptr<u16> = addr_of(p.$.size); use(q);', 'TS2322'],
  ['a struct of numbers', 'struct({ a: 5 });', 'TS2322'],
  ['an array of an unknown length', 'array(u8, "6");', 'TS2345'],
  ['bits of a truth', 'bits(bool, { a: 1 });', 'TS2345'],
];

describe('a driver', () => {
  const bodies = [...CORRECT, ...WRONG].map(([, body]) => body);
  /** The compiler's complaints by body: one look at all, since each look takes its time. */
  const complaints = new Map<string, string[]>();
  let total = 0;

  beforeAll(() => {
    const source = HEAD + bodies.map(line).join('');
    const start = HEAD.split('\n').length;
    const found = TOOLCHAIN.check({ 'a.ts': source }).filter(({ code }) => code.startsWith('TS'));
    for (const [index, body] of bodies.entries()) {
      const here = found.filter((it) => it.line === start + index);
      complaints.set(
        body,
        here.map(({ code }) => code),
      );
    }
    total = found.length;
  });

  it('hears of nothing else', () => {
    expect(total).toBe(WRONG.length);
  });

  it.each(CORRECT)('may say: %s', (_what, body) => {
    expect(complaints.get(body)).toEqual([]);
  });

  it.each(WRONG)('may not say: %s', (_what, body, code) => {
    expect(complaints.get(body)).toEqual([code]);
  });
});
