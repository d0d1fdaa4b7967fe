// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';

import { Ram, type BadAccess } from '../hw/ram/ram.ts';
import { SHADOW } from '../hw/ram/shadow.ts';
import { encodeUtf8 } from '../lib/utf8.ts';
import { Fortify } from './fortify.ts';
import type { ObjectSizes } from './object-sizes.ts';
import { literal, Strings } from './string.ts';
import { FakeWarner } from './testing/fake-warner.ts';

/** Object A of 16 bytes at 64, and B of 32 at 128; the rest is forbidden. */
const [A, B, A_BYTES] = [64, 128, 16];

function make(isFortified = false, isKnown = isFortified) {
  const ram = new Ram(4096);
  const bad: BadAccess[] = [];
  ram.reporter = { ...ram.reporter, badAccess: (access) => void bad.push(access) };
  ram.poison(0, 4096, SHADOW.SLAB_REDZONE);
  ram.unpoison(A, A_BYTES);
  ram.unpoison(B, 32);
  const warner = new FakeWarner();
  const a = ram.toPointer(A);
  const b = ram.toPointer(B);
  const sizeOf = (pointer: number): number =>
    isKnown && pointer >= a && pointer <= a + A_BYTES ? a + A_BYTES - pointer : Infinity;
  const sizes = { sizeOf } as ObjectSizes;
  const strings = new Strings(ram, new Fortify(sizes, warner, isFortified));
  const put = (pointer: number, text: string): void => {
    ram.bytes.set(encodeUtf8(`${text}\0`), ram.toPhysical(pointer));
  };
  const get = (pointer: number): string => {
    const at = ram.toPhysical(pointer);
    return String.fromCodePoint(...ram.bytes.subarray(at, ram.bytes.indexOf(0, at)));
  };
  return { ram, bad, warner, strings, a, b, put, get };
}

const text = (value: string) => literal(encodeUtf8(value));

describe('strings do what C says', () => {
  it('are measured, found and compared', () => {
    const { strings, b, put, bad } = make();
    put(b, 'one two one');
    expect([strings.strlen(b), strings.strnlen(b, 4), strings.strnlen(b, 99)]).toEqual([11, 4, 11]);
    expect(strings.strchr(b, 0x6f) - b).toBe(0);
    expect(strings.strrchr(b, 0x6f) - b).toBe(8);
    expect(strings.strchr(b, 0) - b).toBe(11);
    expect(strings.strchr(b, 0x7a)).toBe(0);
    expect(strings.strstr(b, text('two')) - b).toBe(4);
    expect(strings.strstr(b, text('three'))).toBe(0);
    expect(strings.compare(strings.at(b), text('one'), Infinity)).toBe(1);
    expect(strings.compare(strings.at(b), text('one'), 3)).toBe(0);
    expect(strings.compare(strings.at(b), text('p'), Infinity)).toBe(-1);
    expect(bad).toEqual([]);
  });

  it('are copied and appended', () => {
    const { strings, a, get, ram, bad } = make();
    strings.strcpy(a, text('abc'));
    strings.strcat(a, text('def'));
    strings.strncat(a, text('ghijkl'), 2);
    expect(get(a)).toBe('abcdefgh');
    expect(strings.strlcat(a, text('0123456789'), 12)).toBe(18);
    expect(get(a)).toBe('abcdefgh012');
    expect(strings.strscpy(a, text('too long'), 4)).toBe(-7);
    expect(get(a)).toBe('too');
    expect(strings.strscpy(a, text('fits'), 16)).toBe(4);
    strings.strncpy(a, text('xy'), 8);
    expect([...ram.bytes.subarray(A, A + 9)]).toEqual([0x78, 0x79, 0, 0, 0, 0, 0, 0, 0x30]);
    expect(bad).toEqual([]);
  });

  it('blocks are compared and searched', () => {
    const { strings, a, b, ram } = make();
    ram.bytes.fill(7, A, A + 16);
    ram.bytes.fill(7, B, B + 32);
    expect(strings.memcmp(a, b, 16)).toBe(0);
    ram.bytes[B + 13] = 9;
    expect(strings.memcmp(a, b, 16)).toBe(-2);
    expect(strings.memchr(b, 9, 32) - b).toBe(13);
    expect(strings.memchr(b, 9, 13)).toBe(0);
    expect(strings.memscan(b, 9, 13) - b).toBe(13);
    expect(strings.memchrInv(b, 7, 32) - b).toBe(13);
    expect(strings.memchrInv(b + 3, 7, 10)).toBe(0);
  });
});

type Rig = ReturnType<typeof make>;

/** What runs past the end of A, what the sanitizer sees, and what FORTIFY says. */
const OVERFLOWS: readonly [
  string,
  (rig: Rig) => unknown,
  readonly [boolean, number, number],
  string,
][] = [
  ['memset', (r) => r.strings.memset(r.a, 1, 20), [true, 0, 20], '20 byte write of buffer size 16'],
  [
    'memcpy',
    (r) => r.strings.copy('memcpy', r.a + 8, r.b, 9),
    [true, 8, 9],
    '9 byte write of buffer size 8',
  ],
  [
    'memmove',
    (r) => r.strings.copy('memmove', r.b, r.a, 17),
    [false, 0, 17],
    '17 byte read of buffer size 16',
  ],
  [
    'memcmp',
    (r) => r.strings.memcmp(r.a, r.b, 17),
    [false, 16, 1],
    '17 byte read of buffer size 16',
  ],
  ['memchr', (r) => r.strings.memchr(r.a, 1, 17), [false, 16, 1], '17 byte read of buffer size 16'],
  [
    'memscan',
    (r) => r.strings.memscan(r.a, 1, 17),
    [false, 16, 1],
    '17 byte read of buffer size 16',
  ],
  [
    'memchr_inv',
    (r) => r.strings.memchrInv(r.a, 0, 17),
    [false, 16, 1],
    '17 byte read of buffer size 16',
  ],
  [
    'strncpy',
    (r) => r.strings.strncpy(r.a, text('x'), 17),
    [true, 16, 1],
    '17 byte write of buffer size 16',
  ],
];

describe('what leaves its object', () => {
  it.each(OVERFLOWS)('%s: the sanitizer reports it where it happens', (_fn, run, seen) => {
    const rig = make();
    run(rig);
    const [isWrite, offset, sizeBytes] = seen;
    expect(rig.bad).toEqual([
      { pointer: rig.a + offset, sizeBytes, isWrite, firstBad: rig.a + A_BYTES },
    ]);
    expect(rig.warner.said).toEqual([]);
  });

  it.each(OVERFLOWS)(
    '%s: FORTIFY stops it before, where it knows the size',
    (fn, run, _seen, said) => {
      const rig = make(true);
      expect(() => run(rig)).toThrow('kernel BUG at lib/string_helpers.c:1048!');
      expect(rig.warner.said).toEqual([`${fn}: detected buffer overflow: ${said}`]);
      expect(rig.bad).toEqual([]);
    },
  );

  it.each(OVERFLOWS)('%s: FORTIFY says nothing where it knows no size', (_fn, run) => {
    const rig = make(true, false);
    run(rig);
    expect(rig.warner.said).toEqual([]);
    expect(rig.bad).toHaveLength(1);
  });

  it.each<[string, string, (rig: Rig) => unknown, string]>([
    ['strlen', 'x'.repeat(16), (r) => r.strings.strlen(r.a), '17 byte read of buffer size 16'],
    [
      'strnlen',
      'x'.repeat(16),
      (r) => r.strings.strnlen(r.a, 20),
      '17 byte read of buffer size 16',
    ],
    [
      'strcat',
      'x'.repeat(10),
      (r) => r.strings.strcat(r.a, text('123456')),
      '17 byte write of buffer size 16',
    ],
    [
      'strncat',
      'x'.repeat(10),
      (r) => r.strings.strncat(r.a, text('123456'), 6),
      '17 byte write of buffer size 16',
    ],
    [
      'strlcat',
      'x'.repeat(10),
      (r) => r.strings.strlcat(r.a, text('1234567'), 99),
      '18 byte write of buffer size 16',
    ],
    [
      'strcpy',
      '',
      (r) => r.strings.strcpy(r.a, text('x'.repeat(16))),
      '17 byte write of buffer size 16',
    ],
    [
      'strscpy',
      '',
      (r) => r.strings.strscpy(r.a, text('x'.repeat(16)), 32),
      '17 byte write of buffer size 16',
    ],
  ])('%s: FORTIFY counts', (fn, start, run, said) => {
    const rig = make(true);
    rig.put(rig.a, start);
    expect(() => run(rig)).toThrow('kernel BUG at lib/string_helpers.c:1048!');
    expect(rig.warner.said).toEqual([`${fn}: detected buffer overflow: ${said}`]);
  });
});
