// SPDX-License-Identifier: GPL-2.0-or-later
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

import { REGISTERS, type RegisterSpec } from './registers.ts';

/** Rows of the data sheet. */
function rowsOf(name: string, { offset, reset, meaning, fields }: RegisterSpec): string[] {
  const at = `0x${offset.toString(16).padStart(3, '0')}`;
  const rows = Object.entries(fields).map(([field, { at: low, width, access, meaning: what }]) => {
    const bits = width === 1 ? `[${low}]` : `[${low + width - 1}:${low}]`;
    return `| · ${field} | ${bits} | | ${what} | ${access} |`;
  });
  return [`| ${name} | ${at} | 0x${reset.toString(16)} | ${meaning} | |`, ...rows];
}

it('are what the data sheet says', () => {
  const sheet = readFileSync(join(import.meta.dirname, 'README.md'), 'utf8').split('\n');
  const table = sheet.filter((line) => /^\| (?:· )?[A-Z][A-Z0-9_]+ \|/u.test(line));
  expect(table).toEqual(Object.entries(REGISTERS).flatMap(([name, spec]) => rowsOf(name, spec)));
});
