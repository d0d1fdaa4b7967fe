// SPDX-License-Identifier: GPL-2.0-or-later
/** Places in sources (`hello_world.ts:6`, `hello_world.ts(6,3)`) become links of the terminal. */
import type { ILink, ILinkProvider, Terminal } from '@xterm/xterm';

import { wrappedLine } from './wrapped-line.ts';

const PLACE = /([\w./-]+\.ts)(?::(\d+)|\((\d+),\d+\))/g;

export interface Place {
  readonly file: string;
  readonly line: number;
  /** Where it stands in the text. */
  readonly start: number;
  readonly length: number;
}

export function findPlaces(text: string): readonly Place[] {
  return [...text.matchAll(PLACE)].map((match) => ({
    file: match[1] ?? '',
    line: Number(match[2] ?? match[3]),
    start: match.index,
    length: match[0].length,
  }));
}

export function sourceLinks(
  terminal: Terminal,
  open: (file: string, line: number) => void,
): ILinkProvider {
  return {
    provideLinks(row, callback) {
      const { text, range } = wrappedLine(terminal, row);
      const links = findPlaces(text).map(({ file, line, start, length }): ILink => ({
        text: text.slice(start, start + length),
        range: range(start, length),
        activate: () => open(file, line),
      }));
      callback(links.length > 0 ? links : undefined);
    },
  };
}
