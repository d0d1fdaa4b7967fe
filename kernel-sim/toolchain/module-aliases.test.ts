// SPDX-License-Identifier: GPL-2.0-or-later
import { expect, it } from 'vitest';

import { decodeBase64 } from '../lib/base64.ts';
import { decodeUtf8 } from '../lib/utf8.ts';
import { TOOLCHAIN } from './testing/shared-toolchain.ts';

const sourceOf = (table: string): string => `import { module } from "kernel";
export const KNOWN = [{ vendor: 0x1209, product: 0x300 - 1 }, { vendor: 0x0424 }];
export let changing = [{ vendor: 1 }];
class A { static init(): A { return new A(); } }
export default module(A, { license: "GPL", usb_ids: ${table} });
`;

function build(table: string): ReturnType<typeof TOOLCHAIN.build> {
  const sources = { 'a.ts': sourceOf(table) };
  const modules = [{ name: 'a', main: 'a.ts' }];
  return TOOLCHAIN.build({ version: 1, module: 'a', board: 'pc', main: 'a.ts', sources, modules });
}

it.each([
  ['a table written out', '[{ vendor: 0x1d6b, product: 2 + 1 }]', []],
  ['a constant', 'KNOWN', []],
  ['nothing', '[]', []],
  ['what may change', 'changing', ['RZ1081']],
  ['an id that is too large', '[{ vendor: 0x10000 }]', ['RZ1081']],
  ['a fraction', '[{ product: 1.5 }]', ['RZ1081']],
  ['no object', '[7]', ['RZ1081']],
])('%s', (_what, table, codes) => {
  expect(build(table).diagnostics.map(({ code }) => code)).toEqual(codes);
});

it('stands in the module', () => {
  const text = decodeUtf8(decodeBase64(build('KNOWN').ko ?? '') ?? new Uint8Array(0));
  expect(text.split('\0').filter((entry) => entry.startsWith('alias='))).toEqual([
    'alias=usb:v1209p02FFd*dc*dsc*dp*ic*isc*ip*in*',
    'alias=usb:v0424p*d*dc*dsc*dp*ic*isc*ip*in*',
  ]);
});
