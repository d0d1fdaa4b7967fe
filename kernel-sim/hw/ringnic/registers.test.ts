// SPDX-License-Identifier: GPL-2.0-or-later
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

import { REGISTERS } from './registers.ts';

function bitsOf(mask: number): string {
  return `[${31 - Math.clz32(mask)}:${31 - Math.clz32(mask & -mask)}]`;
}

it('stand in the data sheet as the card has them', () => {
  const sheet = readFileSync(join(import.meta.dirname, 'README.md'), 'utf8');
  const rows = Object.entries(REGISTERS).map(([name, { offset, access, mask, meaning }]) => {
    const hex = offset.toString(16).padStart(2, '0');
    return `| ${name} | 0x${hex} | ${access} | ${bitsOf(mask)} | ${meaning} |`;
  });
  expect(rows.filter((row) => !sheet.includes(`\n${row}\n`))).toEqual([]);
});
