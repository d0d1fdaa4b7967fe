// SPDX-License-Identifier: GPL-2.0-or-later
/** Fields by what their bytes say, also where a type does not fit its object. */
import { describe, expect, it } from 'vitest';

import type { ObjectField, ObjectView } from '../../../kernel-sim/machine-types.ts';
import { fieldAt, fieldBytes, fieldValue, structsIn } from './field-values.ts';

const BYTES = Uint8Array.of(0x80, 0xff, 0xff, 0xff, 0x12, 0x34, 0x88, 0xff, 0xff, 0, 0, 0, 0, 0, 1);

function field(kind: string, offset: number, sizeBytes: number, more = {}): ObjectField {
  return { name: `${kind} at ${offset}`, offset, sizeBytes, kind, ...more };
}

function objectOf(bytes: Uint8Array<ArrayBuffer>, fields: ObjectField[]): ObjectView {
  return {
    address: 0x1000,
    cache: 'c',
    slab: 0x1000,
    index: 0,
    objectBytes: bytes.length,
    requestedBytes: bytes.length,
    state: 1,
    bytes,
    shadow: new Uint8Array(),
    events: [],
    type: { name: 'Ring', sizeBytes: 5, fields },
  };
}

const object = objectOf(BYTES, []);

it.each([
  ['u8', 0, 1, '128'],
  ['s8', 0, 1, '-128'],
  ['u16', 4, 2, '13330'],
  ['be16', 4, 2, '4660'],
  ['s32', 0, 4, '-128'],
  ['u64', 0, 8, '0xff883412ffffff80'],
  ['be64', 0, 8, '0x80ffffff123488ff'],
  ['usize', 4, 4, '4287116306'],
  ['bool', 14, 1, 'true'],
  ['bool', 9, 1, 'false'],
  ['u8[3]', 3, 3, 'ff 12 34'],
  ['u16[2]', 4, 4, '13330, 65416'],
  ['u8[]', 12, 0, '00 00 01'],
  ['u8[9]', 0, 9, '80 ff ff ff 12 34 88 ff …'],
  ['pointer', 9, 4, 'NULL'],
  ['pointer', 0, 4, 'ffffff80'],
  ['u32', 12, 4, 'outside of the object'],
  ['u8[]', 99, 0, 'outside of the object'],
])('%s at %i of %i bytes reads as "%s"', (kind, offset, sizeBytes, text) => {
  expect(fieldValue(object, field(kind, offset, sizeBytes)).text).toBe(text);
});

describe('a pointer', () => {
  const bytes = Uint8Array.of(0x80, 0xc1, 0xa3, 0x02, 0x80, 0x88, 0xff, 0xff);
  const holder = objectOf(bytes, []);

  it('leads to an object by the 48 bits of it', () => {
    const value = fieldValue(holder, field('pointer', 0, 8, { cache: 'kmalloc-64' }));
    expect(value).toEqual({ text: 'ffff888002a3c180', address: 0x8880_02a3_c180 });
    expect(fieldValue(holder, field('pointer', 0, 8))).not.toHaveProperty('address');
  });

  it('to a function is its name', () => {
    const value = fieldValue(holder, field('function', 0, 8, { symbol: 'ring_read [ring]' }));
    expect(value).toEqual({ text: 'ring_read [ring]' });
  });
});

it('finds the field of an offset, and none in padding', () => {
  const fields = [field('u8', 0, 1), field('u32', 4, 4), field('u8[]', 8, 0)];
  const holder = objectOf(BYTES, fields);
  expect([0, 1, 4, 7, 14, 15, -1].map((offset) => fieldAt(holder, offset)?.kind)).toEqual([
    'u8',
    undefined,
    'u32',
    'u32',
    'u8[]',
    undefined,
    undefined,
  ]);
  expect(fieldBytes(holder, fields[2]!)).toBe(7);
});

it('counts structs side by side, but none behind a flexible array', () => {
  expect(structsIn(objectOf(BYTES, [field('u8', 0, 1)]))).toBe(3);
  expect(structsIn(objectOf(BYTES, [field('u8[]', 5, 0)]))).toBe(1);
  expect(structsIn(objectOf(BYTES.slice(1), []))).toBe(1);
});
