// SPDX-License-Identifier: GPL-2.0-or-later
/** Taint as /proc/sys/kernel/tainted, /proc/modules and an oops show it. */
import { describe, expect, it } from 'vitest';

import {
  formatTaint,
  formatTaintNames,
  taintBit,
  taintLetters,
  type TaintLetter,
} from './taint.ts';

describe('the bits', () => {
  it.each<[TaintLetter, number]>([
    ['P', 1],
    ['D', 128],
    ['W', 512],
    ['O', 4096],
    ['E', 8192],
    ['L', 16_384],
  ])('%s is %i, as in tainted-kernels.rst', (letter, bit) => {
    expect(taintBit(letter)).toBe(bit);
  });
});

describe('the letters', () => {
  it.each<[TaintLetter[], string]>([
    [[], ''],
    [['O'], 'O'],
    [['O', 'P'], 'PO'],
    [['L', 'D', 'O'], 'DOL'],
  ])('of %j are %j', (letters, text) => {
    expect(taintLetters(letters.reduce((set, letter) => set | taintBit(letter), 0))).toBe(text);
  });
});

describe('an oops', () => {
  it.each<[TaintLetter[], string, string]>([
    [['O'], 'G           O', '[O]=OOT_MODULE'],
    [['P', 'O'], 'P           O', '[P]=PROPRIETARY_MODULE, [O]=OOT_MODULE'],
    [['D', 'O'], 'G      D    O', '[D]=DIE, [O]=OOT_MODULE'],
    [['D', 'O', 'L'], 'G      D    O L', '[D]=DIE, [O]=OOT_MODULE, [L]=SOFTLOCKUP'],
  ])('with %j has a column for each flag', (letters, columns, names) => {
    const taint = letters.reduce((set, letter) => set | taintBit(letter), 0);
    expect(formatTaint(taint).trimEnd()).toBe(`Tainted: ${columns}`);
    expect(formatTaint(taint)).toHaveLength(formatTaint(taintBit('P')).length);
    expect(formatTaintNames(taint)).toBe(`Tainted: ${names}`);
  });

  it('without taint says so', () => {
    expect(formatTaint(0)).toBe('Not tainted');
  });
});
