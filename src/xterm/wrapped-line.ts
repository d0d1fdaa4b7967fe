// SPDX-License-Identifier: GPL-2.0-or-later
/** A line of output that takes several rows of the terminal, and where its parts stand there. */
import type { IBufferRange, Terminal } from '@xterm/xterm';

export interface WrappedLine {
  readonly text: string;
  /** Where a part of the text stands. */
  readonly range: (start: number, length: number) => IBufferRange;
}

/** The line that row `row` (from 1) belongs to. */
export function wrappedLine(terminal: Terminal, row: number): WrappedLine {
  const { active } = terminal.buffer;
  let first = row - 1;
  while (first > 0 && active.getLine(first)?.isWrapped === true) first--;
  let text = '';
  for (let at = first; at === first || active.getLine(at)?.isWrapped === true; at++) {
    text += active.getLine(at)?.translateToString(false, 0, terminal.cols) ?? '';
  }
  const place = (at: number): IBufferRange['start'] => ({
    x: (at % terminal.cols) + 1,
    y: first + Math.floor(at / terminal.cols) + 1,
  });
  return {
    text: text.trimEnd(),
    range: (start, length) => ({ start: place(start), end: place(start + length - 1) }),
  };
}
