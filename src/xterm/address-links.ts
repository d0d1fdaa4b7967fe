// SPDX-License-Identifier: GPL-2.0-or-later
/** Addresses of the kernel's objects, as reports print them, become links of the terminal. */
import type { ILink, ILinkProvider, Terminal } from '@xterm/xterm';

import { addressesIn } from '../lib/addresses.ts';
import { wrappedLine } from './wrapped-line.ts';

export function addressLinks(terminal: Terminal, open: (address: number) => void): ILinkProvider {
  return {
    provideLinks(row, callback) {
      const { text, range } = wrappedLine(terminal, row);
      const links = addressesIn(text).map(({ address, start, length }): ILink => ({
        text: text.slice(start, start + length),
        range: range(start, length),
        activate: () => open(address),
      }));
      callback(links.length > 0 ? links : undefined);
    },
  };
}
