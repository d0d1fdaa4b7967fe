// SPDX-License-Identifier: GPL-2.0-or-later
/** Structs as drivers have them: in the kernel's memory, and by themselves. */
import { describe, expect, it } from 'vitest';

import { PC_MEMORY, RPI3_MEMORY } from '../hw/ram/board-memory.ts';
import { Ram, type BadAccess } from '../hw/ram/ram.ts';
import { SHADOW } from '../hw/ram/shadow.ts';
import { StructClasses } from './struct-class.ts';
import { UapiApi } from './uapi.ts';
import { KernelMemory } from './value-memory.ts';

/** A function of a driver's, and where its module put it. */
const CALLBACK = 0xffff_c000_1230;
function callback(n: number): number {
  return n + 1;
}

function machine(board = PC_MEMORY) {
  const ram = new Ram(4096, board);
  const bad: BadAccess[] = [];
  const { fault } = ram.reporter;
  ram.reporter = { badAccess: (access) => bad.push(access), fault };
  ram.unpoison(0, 4096);
  const functions = {
    addressOf: (fn: unknown) => (fn === callback ? CALLBACK : 0),
    functionAt: (address: number) => (address === CALLBACK ? callback : address),
  };
  const classes = new StructClasses({
    pointerBytes: board.pointerBytes,
    pointers: ram,
    functions,
  });
  const memory = new KernelMemory(ram);
  const view = <T>(type: abstract new () => T, pointer: number): T =>
    classes.typeOf(type).read(memory, pointer) as T;
  return { ram, bad, view, uapi: new UapiApi(classes), at: ram.toPointer(64) };
}

/** Array views have methods where drivers write brackets. */
interface Elements {
  get: (index: number) => unknown;
  set: (index: number, value: unknown) => void;
  readonly length: number | undefined;
}

function elements(value: unknown): Elements {
  return value as Elements;
}

describe('a struct', () => {
  const { ram, view, uapi, at } = machine();
  const { u8, s8, u16, s16, u32, s32, u64, s64, le16, le32, le64, be16, be32, be64, bool } = uapi;
  const fields = { u8, s8, u16, s16, u32, s32, u64, s64, le16, le32, le64, be16, be32, be64, bool };
  class All extends uapi.struct({ ...fields, word: uapi.usize, link: uapi.ptr<All>() }) {}

  const values: readonly (readonly [name: keyof typeof fields, stored: unknown, read: unknown])[] =
    [
      ['u8', 0x1ff, 0xff],
      ['s8', 0xff, -1],
      ['u16', -2, 0xfffe],
      ['s16', 0x8000, -0x8000],
      ['u32', -1, 0xffff_ffff],
      ['s32', 0x8000_0000, -0x8000_0000],
      ['u64', -1n, 0xffff_ffff_ffff_ffffn],
      ['s64', 0x8000_0000_0000_0000n, -0x8000_0000_0000_0000n],
      ['le16', 0x1234, 0x1234],
      ['le32', 0x1234_5678, 0x1234_5678],
      ['le64', 0x1234_5678_9abc_def0n, 0x1234_5678_9abc_def0n],
      ['be16', 0x1234, 0x1234],
      ['be32', 0x8234_5678, 0x8234_5678],
      ['be64', 0x8234_5678_9abc_def0n, 0x8234_5678_9abc_def0n],
      ['bool', true, true],
    ];

  it.each(values)('keeps a %s, wherever it lies', (name, stored, read) => {
    for (const value of [new All(), view(All, at)] as unknown as Record<string, unknown>[]) {
      value[name] = stored;
      expect(value[name]).toBe(read);
    }
  });

  it('lies in memory as its numbers say', () => {
    const value = view(All, at);
    value.be32 = 0x0102_0304;
    value.le32 = 0x0102_0304;
    expect(ram.load32(at + All.offsetof('be32'))).toBe(0x0403_0201);
    expect(ram.load32(at + All.offsetof('le32'))).toBe(0x0102_0304);
    ram.storePointer(at + All.offsetof('link'), at);
    expect(value.link).toBe(at);
  });

  it('keeps functions as their addresses', () => {
    class Operations extends uapi.struct({ open: uapi.func<typeof callback>() }) {}
    for (const value of [view(Operations, at), new Operations({ open: callback })]) {
      value.open = callback;
      expect(value.open(1)).toBe(2);
    }
    expect(ram.loadPointer(at)).toBe(CALLBACK);
    ram.storePointer(at, 0);
    expect(view(Operations, at).open).toBe(0);
  });

  it('keeps each bit of what is no address', () => {
    class Link extends uapi.struct({ next: uapi.ptr<Link>(), word: uapi.usize }) {}
    const bits = 0x4141_4141_4242_4243n;
    ram.store64(at, bits);
    const copy = new Link({ next: view(Link, at).next });
    view(Link, at + 64).next = copy.next;
    expect(ram.load64(at + 64)).toBe(bits);
    ram.store64(at + 8, bits);
    expect(view(Link, at).word).toBe(Number(bits));
  });

  it('begins as told, and zero elsewhere', () => {
    const value = new All({ s16: -5, bool: true });
    expect([value.s16, value.bool, value.u64, value.word]).toEqual([-5, true, 0n, 0]);
  });

  it('is a copy when it is stored', () => {
    class Pair extends uapi.struct({ a: u32, b: u32 }) {}
    class Outer extends uapi.struct({ pad: u8, pair: Pair }) {}
    const outer = view(Outer, at);
    const pair = new Pair({ a: 1, b: 2 });
    outer.pair = pair;
    pair.a = 9;
    outer.pair.b += 5;
    expect([outer.pair.a, outer.pair.b, pair.b]).toEqual([1, 7, 2]);
    expect(new Outer({ pair: { b: 3 } }).pair.b).toBe(3);
    expect(ram.load32(at + 8)).toBe(7);
  });

  it("has the driver's methods, and runs no constructor of it to be seen in memory", () => {
    let made = 0;
    class Counted extends uapi.struct({ n: u32 }) {
      constructor(n: number) {
        super({ n });
        made++;
      }

      twice(): number {
        return this.n * 2;
      }
    }
    expect(new Counted(4).twice()).toBe(8);
    ram.store32(at, 21);
    const counted = view<Counted>(Counted as never, at);
    expect(counted).toBeInstanceOf(Counted);
    expect(counted.twice()).toBe(42);
    expect(made).toBe(1);
  });
});

describe('an array', () => {
  const { ram, view, uapi, at } = machine();
  class Frame extends uapi.struct({
    mac: uapi.array(uapi.u8, 6),
    grid: uapi.array(uapi.array(uapi.u16, 3), 2),
    rest: uapi.flex(uapi.u16),
  }) {}

  it('is read and written by element', () => {
    const frame = view(Frame, at);
    elements(frame.mac).set(5, 0xab);
    elements(elements(frame.grid).get(1)).set(2, 7);
    expect(ram.load8(at + 5)).toBe(0xab);
    expect(ram.load16(at + 6 + 10)).toBe(7);
    expect(elements(frame.mac).length).toBe(6);
    elements(frame.rest).set(3, 9);
    expect(ram.load16(at + Frame.size + 6)).toBe(9);
  });

  it.each([-1, 6, 1.5, Number.NaN])('ends where it ends: %s', (index) => {
    expect(() => elements(view(Frame, at).mac).get(index)).toThrow(Error);
    expect(() => elements(new Frame().mac).set(index, 1)).toThrow(Error);
  });

  it('begins as told', () => {
    const frame = new Frame({ mac: [1, 2, 3], grid: [[1], [2, 3]] });
    expect(elements(frame.mac).get(2)).toBe(3);
    expect(elements(frame.mac).get(3)).toBe(0);
    expect(elements(elements(frame.grid).get(1)).get(1)).toBe(3);
    expect(() => new Frame({ mac: [1, 2, 3, 4, 5, 6, 7] })).toThrow(Error);
  });

  it('has no elements behind a value that lies nowhere', () => {
    expect(() => elements(new Frame().rest).get(0)).toThrow(Error);
  });
});

describe('bits', () => {
  const { ram, bad, view, uapi, at } = machine();
  const ranges = { own: 31, mode: [30, 28], length: [15, 0] } as const;
  class Control extends uapi.bits(uapi.le32, ranges) {}
  class Big extends uapi.bits(uapi.be16, { top: 15, low: [3, 0] }) {}
  class Word extends uapi.bits(uapi.u32, { all: [31, 0] }) {}

  it('are read and written without their neighbours', () => {
    ram.store32(at, 0x0fff_0000);
    const control = view(Control, at);
    control.own = true;
    control.mode = 5;
    control.length = 0x1_2345;
    expect(ram.load32(at)).toBe(0xdfff_2345);
    expect([control.own, control.mode, control.length]).toEqual([true, 5, 0x2345]);
    control.own = false;
    expect(ram.load32(at)).toBe(0x5fff_2345);
  });

  it('lie in the byte order of their scalar', () => {
    view(Big, at).top = true;
    expect(ram.load8(at) & 0x80).toBe(0x80);
    const word = new Word({ all: 0xffff_fffe });
    expect(word.all).toBe(0xffff_fffe);
  });

  it('take one load to be read, and one load and one store to be changed', () => {
    ram.poison(256, 8, SHADOW.SLAB_FREE);
    const control = view(Control, ram.toPointer(256));
    void control.length;
    control.own = true;
    expect(bad.map(({ sizeBytes, isWrite }) => [sizeBytes, isWrite])).toEqual([
      [4, false],
      [4, false],
      [4, true],
    ]);
  });

  it('do not overlap, and fit', () => {
    expect(() => uapi.bits(uapi.le32, { a: [4, 0], b: 4 })).toThrow(Error);
    expect(() => uapi.bits(uapi.u8, { a: 8 })).toThrow(Error);
    expect(() => uapi.bits(uapi.u8, { a: [0, 3] })).toThrow(Error);
  });
});

it('each field is one access of its size', () => {
  const { ram, bad, view, uapi } = machine();
  class Mixed extends uapi.struct({
    a: uapi.u8,
    b: uapi.be32,
    c: uapi.s64,
    d: uapi.ptr<Mixed>(),
  }) {}
  ram.poison(128, 64, SHADOW.SLAB_FREE);
  const value = view(Mixed, ram.toPointer(128));
  void [value.a, value.b, value.c, value.d];
  value.b = 1;
  expect(
    bad.map(({ pointer, sizeBytes, isWrite }) => [ram.toPhysical(pointer), sizeBytes, isWrite]),
  ).toEqual([
    [128, 1, false],
    [132, 4, false],
    [136, 8, false],
    [144, 8, false],
    [132, 4, true],
  ]);
});

it('a word is as wide as the board has it', () => {
  for (const [board, size] of [
    [PC_MEMORY, 16],
    [RPI3_MEMORY, 8],
  ] as const) {
    const { uapi } = machine(board);
    class Link extends uapi.struct({ next: uapi.ptr<Link>(), n: uapi.usize }) {}
    expect([Link.size, Link.align]).toEqual([size, size / 2]);
  }
});

describe('nothing of it can be forged', () => {
  const { view, uapi, at } = machine();
  class Point extends uapi.struct({ x: uapi.u32 }) {}
  const shared = Object.getPrototypeOf(Point.prototype) as object;

  it('neither by an object with the prototype', () => {
    expect(() => Reflect.get(shared, 'x', Object.create(Point.prototype))).toThrow(Error);
    expect(() => view(Object.create(Point) as typeof Point, at)).toThrow(Error);
  });

  it('nor by changing what all share', () => {
    const base = Object.getPrototypeOf(Point) as object;
    expect(Object.isFrozen(base) && Object.isFrozen(Object.getPrototypeOf(Point.prototype))).toBe(
      true,
    );
    expect(Object.isFrozen(Object.getPrototypeOf(base))).toBe(true);
    expect(Reflect.ownKeys(view(Point, at))).toEqual([]);
  });

  it('nor by a place of its own', () => {
    const root = Object.getPrototypeOf(Object.getPrototypeOf(Point)) as new (
      ...args: unknown[]
    ) => object;
    const place = { memory: { loadBytes: () => new Uint8Array(99) }, pointer: 0 };
    expect(() => new root(Object.getPrototypeOf(Point), place)).toThrow('Illegal constructor');
    expect(new Point(place as never).x).toBe(0);
  });

  it('nor by a kind of its own making', () => {
    expect(() => uapi.struct({ a: {} as typeof uapi.u8 })).toThrow(Error);
    const stranger = function () {} as never;
    expect(() => uapi.struct({ a: uapi.array(stranger, 3) })).toThrow(Error);
  });
});
