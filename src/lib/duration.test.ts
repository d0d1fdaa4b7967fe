// SPDX-License-Identifier: GPL-2.0-or-later
/** Durations as views write them. */
import { expect, it } from 'vitest';

import { durationText } from './duration.ts';

it.each([
  [999, '999 ns'],
  [243_400, '243 µs'],
  [11_673_000, '11.673 ms'],
  [5_043_000, '5.043 ms'],
  [12_408_402_000, '12.408402 s'],
])('%i ns are %s', (nanoseconds, text) => {
  expect(durationText(nanoseconds)).toBe(text);
});
