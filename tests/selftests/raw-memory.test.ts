// SPDX-License-Identifier: GPL-2.0-or-later
/** Places in memory that drivers name, in both builds and on both boards. */
import { describe, expect, it } from 'vitest';

import { loadRaw, printedByRaw, SETTINGS } from '../support/raw-driver.ts';

/** The first build of a run is slow where machines are shared. */
const PATIENCE_MS = 60_000;

describe('a pointer', { timeout: PATIENCE_MS }, () => {
  it('reads and writes elements', () => {
    expect(
      printedByRaw(
        '',
        `const p: Ptr<u8> = kzalloc(10, GFP_KERNEL);
        p[3] = 300;
        p[4] = p[3] + 1;
        let i = 3;
        println(\`> \${p[i]} \${p[i + 1]} \${p[0]}\`);
        p[i++] += 5;
        println(\`> \${p[3]} \${i} \${p[i]++} \${++p[i]} \${p[4]}\`);
        p.$ = 9;
        println(\`> \${p.$} \${p.add(3).$} \${p.add(4).sub(1)[0]} \${p.add(4).diff(p)}\`);
        kfree(p);`,
      ),
    ).toEqual(['44 45 0', '49 4 45 47 47', '9 49 49 4']);
  });

  it('converts, and is compared as a number', () => {
    expect(
      printedByRaw(
        '',
        `const p: Ptr<u32> = kzalloc(16, GFP_KERNEL);
        p[1] = 0x12345678;
        const q = p.cast<u8>();
        println(\`> \${q[4]} \${q.add(4) === addr_of(p[1]).cast<u8>()} \${!p} \${!NULL}\`);
        const again = ptr_at<u16>(p.address + 6);
        println(\`> \${again.$ === 0x1234} \${addr_of(p[3]).diff(p)}\`);
        kfree(p);`,
      ),
    ).toEqual(['120 true false true', 'true 3']);
  });
});

const ITEM = `class Point extends struct({ x: s32, y: s8 }) {}
class Control extends bits(le32, { own: 31, length: [15, 0], all: [30, 16] }) {}
class Item extends struct({
  flag: bool, big: u64, port: be16, net: be32, wide: be64, size: usize,
  mac: array(u8, 6), at: Point, corners: array(Point, 3), control: Control,
  next: ptr<Item>(), data: flex(u16),
}) {}`;

describe('a struct', { timeout: PATIENCE_MS }, () => {
  it('reads and writes every kind of field', () => {
    expect(
      printedByRaw(
        ITEM,
        `const p: Ptr<Item> = kzalloc(Item.size + 8, GFP_KERNEL);
        p.$.flag = true;
        p.$.big = 0x1_0000_0001n;
        p.$.big += 0xffff_ffff_ffff_fffen;
        p.$.port = 0x1234;
        p.$.net = 0x12345678;
        p.$.wide = 0x0102030405060708n;
        p.$.size = 77;
        for (let i = 0; i < 6; i++) p.$.mac[i] = i + 250;
        p.$.mac[5]! |= 0x100;
        p.$.at.x = -5;
        p.$.at.y = 200;
        let i = 1;
        p.$.corners[i].x = 11;
        p.$.corners[i++].y--;
        p.$.corners[i] = p.$.corners[1];
        p.$.next = p;
        p.$.next.$.next.$.data[3] = 70000;
        println(\`> \${p.$.flag} \${p.$.big} \${p.$.port} \${p.$.net} \${p.$.wide} \${p.$.size}\`);
        println(\`> \${p.$.mac[0]} \${p.$.mac[5]} \${p.$.at.x} \${p.$.at.y} \${p.$.data[3]}\`);
        println(\`> \${p.$.corners[2].x} \${p.$.corners[2].y} \${i} \${p.$.next === p}\`);
        const bytes = addr_of(p.$.port).cast<u8>();
        println(\`> \${bytes[0]} \${bytes[1]} \${addr_of(p.$.net).cast<u8>()[0]}\`);
        kfree(p);`,
      ),
    ).toEqual([
      'true 4294967295 4660 305419896 72623859790382856 77',
      '250 255 -5 -56 4464',
      '11 -1 2 true',
      '18 52 18',
    ]);
  });

  it('reads and writes bits', () => {
    expect(
      printedByRaw(
        ITEM,
        `const p: Ptr<Item> = kzalloc(Item.size, GFP_KERNEL);
        p.$.control.own = true;
        p.$.control.length = 0x1ffff;
        p.$.control.length -= 1;
        println(\`> \${p.$.control.own} \${p.$.control.length} \${p.$.control.all}\`);
        p.$.control.own = !p.$.control.own;
        p.$.control.all = 5;
        println(\`> \${addr_of(p.$.control).cast<u32>().$.toString(16)} \${p.$.control.own}\`);
        const set = (p.$.control.length = 7);
        println(\`> \${set} \${p.$.control.length++} \${++p.$.control.length}\`);
        kfree(p);`,
      ),
    ).toEqual(['true 65534 0', '5fffe false', '7 7 9']);
  });

  it('is copied, seen, and found from its field', () => {
    expect(
      printedByRaw(
        ITEM,
        `const p: Ptr<Item> = kzalloc(Item.size, GFP_KERNEL);
        const q: Ptr<Item> = kzalloc(2 * Item.size, GFP_KERNEL);
        p.$.at.x = 3;
        p.$.mac[2] = 9;
        p.$.control.length = 4;
        q[1] = p.$;
        const at = q[1].at;
        const { x } = at;
        at.x += 4;
        const mac = q[1].mac;
        mac[2]! += 1;
        mac[1] = 5;
        println(\`> \${x} \${q[1].at.x} \${p.$.at.x} \${mac[2]} \${q[1].mac[1]} \${mac.length}\`);
        p.$.at = new Point({ x: 8, y: 1 });
        q[1].at = p.$.at;
        const control = q[1].control;
        control.own = true;
        println(\`> \${q[1].at.x} \${q[1].control.own} \${control.length} \${p.$.control.own}\`);
        println(\`> \${container_of(addr_of(q[1].at), Item, "at") === q.add(1)}\`);
        println(\`> \${Item.offsetof("at") === addr_of(p.$.at).address - p.address}\`);
        kfree(p);
        kfree(q);`,
      ),
    ).toEqual(['3 7 3 10 5 6', '8 true 4 false', 'true', 'true']);
  });

  it('is used where code is evaluated once, in its order', () => {
    expect(
      printedByRaw(
        `let calls = "";
function first(p: Ptr<u32>): Ptr<u32> { calls += "p"; return p; }
function index(i: number): number { calls += "i"; return i; }
function value(v: number): number { calls += "v"; return v; }`,
        `const p: Ptr<u32> = kzalloc(16, GFP_KERNEL);
        first(p)[index(1)] = value(5);
        first(p)[index(1)]! += value(5);
        first(p)[index(1)]!++;
        const sum = (first(p)[index(2)] = value(p[1]!)) + first(p).add(index(1)).$;
        println(\`> \${calls} \${sum} \${p[2]}\`);
        kfree(p);`,
      ),
    ).toEqual(['pivpivpipivpi 22 11']);
  });
});

const OPERATIONS = `class Operations extends struct({
  apply: func<(n: number) => number>(), other: func<(n: number) => number>(),
}) {}
function double(n: number): number { return 2 * n; }
class Tools { static triple(n: number): number { return 3 * n; } }
void [Tools, double];`;

describe('a function in memory', { timeout: PATIENCE_MS }, () => {
  it('is its address, and is called through it', () => {
    expect(
      printedByRaw(
        OPERATIONS,
        `const p: Ptr<Operations> = kzalloc(Operations.size, GFP_KERNEL);
        println(\`> \${p.$.apply === NULL} \${!p.$.apply}\`);
        p.$.apply = double;
        p.$.other = Tools.triple;
        println(\`> \${p.$.apply(4)} \${p.$.other(5)} \${p.$.apply === double}\`);
        p.$.apply = p.$.other;
        const apply = p.$.apply;
        println(\`> \${p.$.apply(6)} \${apply(7)}\`);
        p.$.other = NULL;
        println(\`> \${p.$.other === NULL}\`);
        kfree(p);`,
      ),
    ).toEqual(['true true', '8 15 true', '18 21', 'true']);
  });

  it.each(SETTINGS)('is what the symbol table says: %o', (setting) => {
    const { logText } = loadRaw(
      OPERATIONS,
      `const p: Ptr<Operations> = kzalloc(Operations.size, GFP_KERNEL);
      p.$.apply = double;
      println(\`> \${addr_of(p.$.apply).cast<usize>().$.toString(16)}\`);
      p.$.apply(1);`,
      setting,
    );
    expect(logText).toMatch(setting.board === 'pc' ? /> ffffc[0-9a-f]{7}/ : /> (f|b)[0-9a-f]{7}/);
  });

  it.each(SETTINGS)('oopses where none begins: %o', (setting) => {
    const { logText, status } = loadRaw(
      OPERATIONS,
      `const p: Ptr<Operations> = kzalloc(Operations.size, GFP_KERNEL);
      p.$.apply = double;
      addr_of(p.$.apply).cast<usize>().$ += 4;
      p.$.apply(1);`,
      setting,
    );
    expect(logText).toMatch(/^Oops: invalid opcode: 0000/m);
    expect(logText).toContain('Raw.init+0x40/0x60 [raw] raw.ts:15');
    expect(status).not.toBe(0);
  });

  it('oopses for NULL', () => {
    const { logText } = loadRaw(
      OPERATIONS,
      `const p: Ptr<Operations> = kzalloc(Operations.size, GFP_KERNEL);
      p.$.apply(1);`,
    );
    expect(logText).toMatch(/BUG: kernel NULL pointer dereference, address: 0+\b/);
  });
});

describe('a report', { timeout: PATIENCE_MS }, () => {
  it.each(SETTINGS)('names the line of the access: %o', (setting) => {
    const body = `const p: Ptr<Item> = kzalloc(8, GFP_KERNEL);
const bytes = p.cast<u8>();
const sum =
  bytes[0]! +
  bytes[9]! +
  bytes[1]!;
void sum;`;
    const { logText } = loadRaw(ITEM, body, setting);
    expect(logText).toMatch(/BUG: KASAN: slab-out-of-bounds in Raw\.init\+\S+ \[raw\] raw\.ts:17/);
    expect(logText).toMatch(/Read of size 1 at addr/);
  });

  it.each([
    ['a word', 'p.$.next = p;', 'pc', 'Write of size 8'],
    ['a word of the other board', 'p.$.next = p;', 'rpi3', 'Write of size 4'],
    ['bits, read first', 'p.$.control.own = true;', 'pc', 'Read of size 4'],
    ['a struct', 'p.$.at = p.$.corners[0];', 'pc', 'Read of size 8'],
    ['a view', 'const at = p.$.at; at.y = 1;', 'pc', 'Write of size 1'],
    ['two bytes', 'p.$.port = 1;', 'pc', 'Write of size 2'],
  ] as const)('knows the size: %s', (_what, statement, board, text) => {
    const body = `const p: Ptr<Item> = kzalloc(16, GFP_KERNEL); ${statement}`;
    const { logText } = loadRaw(ITEM, body, { board, cmdline: '' });
    expect(logText).toContain('BUG: KASAN: slab-out-of-bounds in Raw.init');
    expect(logText).toContain(text);
  });
});
