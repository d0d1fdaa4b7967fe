// SPDX-License-Identifier: GPL-2.0-or-later
import { expect, it } from 'vitest';

import type { ModuleDetail, ModuleSymbol } from '../../../kernel-sim/machine-types.ts';
import { filterSymbols, holdersOf, modeText, usersOf } from './module-words.ts';

const MODULE = { name: 'm', sizeBytes: 1, state: 'Live', taints: 'O' } as const;
const symbol = (name: string, isExported = false, isGplOnly = false): ModuleSymbol => ({
  name,
  address: 'ffffffffc04e8000',
  sizeBytes: 1,
  kind: 't',
  isExported,
  isGplOnly,
});

it.each([
  [0, 'not in sysfs'],
  [0o644, '-rw-r--r--'],
  [0o400, '-r--------'],
  [0o755, '-rwxr-xr-x'],
])('writes mode %o as ls does', (mode, text) => {
  expect(modeText(mode)).toBe(text);
});

it('counts users as lsmod does', () => {
  expect(usersOf({ ...MODULE, references: 2, usedBy: ['a'] })).toBe('2: a');
  expect(usersOf({ ...MODULE, references: 0, usedBy: [] })).toBe('0');
});

it('finds symbols by name and by what they are', () => {
  const symbols = [symbol('alpha'), symbol('beta', true), symbol('gamma', true, true)];
  const found = (text: string) => filterSymbols(symbols, text).map(({ name }) => name);
  expect(found('')).toEqual(['alpha', 'beta', 'gamma']);
  expect(found('ALP')).toEqual(['alpha']);
  expect(found('exported')).toEqual(['beta', 'gamma']);
  expect(found('gpl only')).toEqual(['gamma']);
  expect(found('delta')).toEqual([]);
});

it('says who holds a module, and that nobody known does', () => {
  const detail = { usedBy: ['a'], references: 3 } as unknown as ModuleDetail;
  const holders = [{ pid: 7, name: 'cat', fd: 3, path: '/dev/m' }];
  expect(holdersOf({ ...detail, holders })).toEqual([
    'cat, process 7, has /dev/m open as descriptor 3.',
    'The kernel itself holds it once.',
  ]);
  expect(holdersOf({ ...detail, usedBy: [], references: 0, holders: [] })).toEqual([]);
});
