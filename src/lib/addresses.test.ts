// SPDX-License-Identifier: GPL-2.0-or-later
import { expect, it } from 'vitest';

import { addressesIn, addressText, shortAddress } from './addresses.ts';

it.each([
  [0x8880_02a3_c180, 8, 'ffff888002a3c180'],
  [0x5555_0000_1000, 8, '0000555500001000'],
  [0xc2a3_c180, 4, 'c2a3c180'],
  [0x40, 4, '00000040'],
] as const)('%# is written as %s bytes: %s', (address, pointerBytes, text) => {
  expect(addressText(address, pointerBytes)).toBe(text);
});

it.each([
  ['Read of size 4 at addr ffff888002a3c190 by task cat/214', [0x8880_02a3_c190], [23]],
  ['unreferenced object 0xffff888002a3c180 (size 96):', [0x8880_02a3_c180], [20]],
  [
    ' 96-byte region [ffff888002a3c180, ffff888002a3c1e0)',
    [0x8880_02a3_c180, 0x8880_02a3_c1e0],
    [17, 35],
  ],
  ['>ffff888002a3c180: fa fb fb', [0x8880_02a3_c180], [1]],
])('is found where it stands in "%s"', (text, addresses, starts) => {
  const found = addressesIn(text);
  expect(found.map(({ address }) => address)).toEqual(addresses);
  expect(found.map(({ start }) => start)).toEqual(starts);
});

it.each([
  ['a user’s address', 'address: 0000555500001000'],
  ['a longer number', 'ffff888002a3c190aa'],
  ['of a module', 'Modules at ffffffffc04e8000'],
  ['a trace', '---[ end trace 0000000000000000 ]---'],
])('is not %s', (_what, text) => {
  expect(addressesIn(text)).toEqual([]);
});

it('is told from others by its end', () => {
  expect(shortAddress(0x8880_02a3_c000)).toBe('a3c000');
});
