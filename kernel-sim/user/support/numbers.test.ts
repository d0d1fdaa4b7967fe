// SPDX-License-Identifier: GPL-2.0-or-later
/** Numbers as dd and ls printed and read them. */
import { expect, test } from 'vitest';

import { DdStats } from '../dd/stats.ts';
import { general, humanSize, parseSize } from './numbers.ts';

test.each([
  ['512', 512],
  ['2K', 2048],
  ['2kB', 2000],
  ['1MiB', 1_048_576],
  ['3b', 1536],
  ['0x10', 16],
  ['x', undefined],
  ['1Q', undefined],
])('parseSize(%s)', (text, expected) => {
  expect(parseSize(text)).toBe(expected);
});

test.each([
  [999, '999'],
  [1024, '1.0K'],
  [1025, '1.1K'],
  [10_240, '10K'],
  [1_048_575, '1.0M'],
])('ls -h shows %d as %s', (bytes, expected) => {
  expect(humanSize(bytes)).toBe(expected);
});

test.each([
  [0.000971722, '0.000971722'],
  [7.1947e-5, '7.1947e-05'],
  [1.53154, '1.53154'],
  [0.96, '0.96'],
  [123_456_789, '1.23457e+08'],
])('%%g of %d', (value, expected) => {
  expect(general(value, 6)).toBe(expected);
});

test.each([
  [1, 2_000_000, 0.96, '2000000 bytes (2.0 MB, 1.9 MiB) copied, 0.96 s, 2.1 MB/s'],
  [1_048_576, 3, 0.000587792, '3145728 bytes (3.1 MB, 3.0 MiB) copied, 0.000587792 s, 5.4 GB/s'],
  [1, 10, 7.1947e-5, '10 bytes copied, 7.1947e-05 s, 139 kB/s'],
  [1, 0, 3.1216e-5, '0 bytes copied, 3.1216e-05 s, 0.0 kB/s'],
])('dd with bs=%d count=%d', (size, blocks, seconds, expected) => {
  const stats = new DdStats(size, size);
  stats.addFull(blocks);
  expect(stats.transfer(seconds)).toBe(expected);
});
