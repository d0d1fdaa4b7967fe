// SPDX-License-Identifier: GPL-2.0-or-later
/** A driver may print what it likes; the terminal is not its own. */
import { expect, it } from 'vitest';

import { DmesgFormatter } from './format.ts';

const formatter = new DmesgFormatter({
  time: 'none',
  isRaw: false,
  decodes: false,
  isColored: false,
  levels: undefined,
  bootTime: 0,
});

it.each([
  ['plain text with é and 😀', 'plain text with é and 😀'],
  ['\x1b[31mred', '\\x1b[31mred'],
  ['a\0b\x07\x7f', 'a\\x00b\\x07\\x7f'],
  ['a\tb', 'a\tb'],
])('%j is shown as util-linux shows it', (text, shown) => {
  const line = { level: 6, facility: 0, microseconds: 0, text };
  expect(formatter.format(line)).toBe(`${shown}\n`);
});
