// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';

import { formatCpuList, parseCpuList } from './cpu-list.ts';

describe('a list of CPUs', () => {
  it.each([
    [1, '0'],
    [0b11, '0-1'],
    [0b1011, '0-1,3'],
    [0xff, '0-7'],
    [-1, '0-31'],
    [1 << 31, '31'],
  ])('of %i is written and read back: "%s"', (mask, text) => {
    expect(formatCpuList(mask)).toBe(text);
    expect(parseCpuList(text)).toBe(mask);
  });

  it('of none is empty', () => expect(formatCpuList(0)).toBe(''));

  it.each([
    ['0-6:2', 0b101_0101],
    ['3,1', 0b1010],
    ['40', 0],
  ])('takes %s', (text, mask) => {
    expect(parseCpuList(text)).toBe(mask);
  });

  it.each(['', 'a', '3-1', '0-7:0', '1,', '-1'])('refuses "%s"', (text) => {
    expect(parseCpuList(text)).toBeUndefined();
  });
});
