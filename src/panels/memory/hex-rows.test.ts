// SPDX-License-Identifier: GPL-2.0-or-later
/** Bytes as a dump: what is quiet, what was touched, and what each eight of them are. */
import { expect, it } from 'vitest';

import type { ObjectView } from '../../../kernel-sim/machine-types.ts';
import { hexByte, hexRows, offsetText } from './hex-rows.ts';
import { openBytes, shadowOf, stateOf, stateWords } from './object-states.ts';

const TEXT = 'Meet me behind the shed';

function objectOf(shadow: readonly number[], requestedBytes: number): ObjectView {
  const bytes = new Uint8Array(40);
  bytes.set(new TextEncoder().encode(TEXT), 4);
  const life = { requestedBytes, state: 1, events: [] };
  const place = { address: 0x1000, cache: 'c', slab: 0x1000, index: 0, objectBytes: 32 };
  return { ...place, ...life, bytes, shadow: Uint8Array.from(shadow) };
}

const runsOf = (object: ObjectView): string[] =>
  hexRows(object, undefined, 2).flatMap(({ groups }) =>
    groups.map(({ runs }) =>
      runs.map(({ bytes, isQuiet }) => `${bytes.length}${isQuiet ? 'q' : ''}`).join(' '),
    ),
  );

it('quiets zeros, and what nobody asked for', () => {
  expect(runsOf(objectOf([0, 0, 4, 0xfc, 0xfc], 20))).toEqual(['4q 4', '8', '4 4q', '8q', '8q']);
});

it('shows what lies in freed memory still', () => {
  expect(runsOf(objectOf([0xfa, 0xfb, 0xfb, 0xfb, 0xfc], 32))).toEqual([
    '4q 4',
    '8',
    '8',
    '3 5q',
    '8q',
  ]);
});

it('marks what was touched, also behind the object', () => {
  const access = { kind: '', address: 0x1006, sizeBytes: 4, isWrite: false, logSequence: 0 };
  const touched = (address: number) =>
    hexRows(objectOf([0, 0, 0, 0, 0xfc], 32), { ...access, address }, 2).flatMap(({ groups }) =>
      groups.flatMap(({ runs }) =>
        runs
          .filter(({ isAccessed }) => isAccessed)
          .map(({ start, bytes }) => [start, bytes.length]),
      ),
    );
  expect(touched(0x1006)).toEqual([[6, 2], [8, 2]]); // prettier-ignore
  expect(touched(0x1000 + 38)).toEqual([[38, 2]]);
  expect(touched(0x1000 - 4)).toEqual([]);
});

it('prints as hexdump does', () => {
  const rows = hexRows(objectOf([], 32), undefined, 2);
  expect(rows.map(({ text }) => text)).toEqual([
    '....Meet me behi',
    'nd the shed.....',
    '........',
  ]);
  const narrow = hexRows(objectOf([], 32), undefined, 1);
  expect(narrow.map(({ offset }) => offset)).toEqual([0, 8, 16, 24, 32]);
  expect(rows[0]?.groups[0]?.shadow).toBeUndefined();
  expect([hexByte(7), offsetText(16, 40), offsetText(16, 4096)]).toEqual(['07', '+10', '+010']);
});

it.each([
  [0x00, 'allocated', 8],
  [0x04, 'allocated', 4],
  [0xfc, 'redzone', 0],
  [0xfa, 'quarantined', 0],
  [0xf1, 'redzone', 0],
])('shadow %i is %s', (value, state, open) => {
  expect(shadowOf(value).state).toBe(state);
  expect(openBytes(value)).toBe(open);
});

it.each([
  [0, 'free', 'free'],
  [1, 'allocated', 'allocated'],
  [2, 'quarantined', 'freed, in quarantine'],
  [0x11, 'leaked', 'allocated, leaked'],
  [0x22, 'bad access', 'freed, in quarantine, badly accessed'],
])('object %i is %s', (byte, state, words) => {
  expect(stateOf(byte)).toBe(state);
  expect(stateWords(byte)).toBe(words);
});
