// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';

import { DEFAULT_BOOT, saneBoot, withWord, wordOf } from './boot-slice.ts';

describe('boot options', () => {
  it.each([
    [
      { board: 'rpi3', cpus: 4, cmdline: 'kasan=off', seed: 7 },
      { board: 'rpi3', cpus: 4, cmdline: 'kasan=off', seed: 7 },
    ],
    [{ board: 'pc2', cpus: 0, cmdline: 5, seed: -1 }, DEFAULT_BOOT],
    [
      { board: 'pc', cpus: 9, cmdline: 'a\nb', seed: 2 ** 32 },
      { ...DEFAULT_BOOT, cmdline: 'ab' },
    ],
    [{ board: 1, cpus: '4', cmdline: '', seed: 1.5 }, DEFAULT_BOOT],
  ])('%j become %j', (options, sane) => {
    expect(saneBoot(options)).toEqual(sane);
  });
});

describe('a word of the command line', () => {
  it('is read, the last one of a name', () => {
    expect(wordOf('kasan=off preempt=full kasan=on', 'kasan')).toBe('on');
    expect(wordOf('nokasan=off', 'kasan')).toBeUndefined();
  });

  it('is set and taken out, and the others stay', () => {
    expect(withWord('quiet  preempt=full', 'kasan', 'off')).toBe('quiet preempt=full kasan=off');
    expect(withWord('kasan=on quiet kasan=off', 'kasan', undefined)).toBe('quiet');
  });
});
