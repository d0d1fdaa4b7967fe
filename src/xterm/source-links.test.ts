// SPDX-License-Identifier: GPL-2.0-or-later
import { expect, it } from 'vitest';

import { findPlaces } from './source-links.ts';

it('finds places as compilers and reports write them', () => {
  expect(findPlaces('hello_world.ts:6:5 - error, see lib/ring.ts(12,3)')).toEqual([
    { file: 'hello_world.ts', line: 6, start: 0, length: 16 },
    { file: 'lib/ring.ts', line: 12, start: 32, length: 17 },
  ]);
});

it('leaves names without a line alone', () => {
  expect(findPlaces('  TSC     hello_world.ts')).toEqual([]);
});
