// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * kernel-sim/ARCHITECTURE.md quotes the layer table: every room, in order, with what it may import.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

import { MAY_IMPORT, PACKAGES } from '../../kernel-sim/layers.ts';

const PAGE = join(import.meta.dirname, '../../kernel-sim/ARCHITECTURE.md');

/** Room, imports and packages of each row between the two markers. */
function rowsOfPage(): string[][] {
  const [, table = ''] = readFileSync(PAGE, 'utf8').split(/<!-- \/?layers -->/u);
  return table
    .trim()
    .split('\n')
    .slice(2)
    .map((row) => row.split('|').map((cell) => cell.trim()))
    .map(([, room = '', , imports = '', packages = '']) => [room, imports, packages]);
}

const quoted = (names: readonly string[]): string =>
  names.length === 0 ? '–' : names.map((name) => `\`${name}\``).join(' ');

it('quotes the layer table', () => {
  const packages: Partial<Record<string, readonly string[]>> = PACKAGES;
  const rows = Object.entries(MAY_IMPORT).map(([room, imports]) => [
    quoted([room]),
    quoted(imports),
    quoted(packages[room] ?? []),
  ]);
  expect(rowsOfPage()).toEqual(rows);
});
