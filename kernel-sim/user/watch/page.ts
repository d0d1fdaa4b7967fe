// SPDX-License-Identifier: GPL-2.0-or-later
/** A command's output as cells of a screen. */
import { charWidth } from '../support/char-width.ts';
import { CODE } from '../support/terminal.ts';

export interface WatchCell {
  /** Empty: the second half of a wide character. */
  readonly text: string;
  readonly look: string;
}

export interface PageSize {
  readonly rows: number;
  readonly columns: number;
  readonly wraps: boolean;
  /** Colours of the output are kept. */
  readonly colors: boolean;
}

const TAB = 8;

/** The rows that fit on the page. */
export function layOut(output: string, size: PageSize): WatchCell[][] {
  const page: WatchCell[][] = [];
  let look = '';
  for (const line of output.replace(/\n$/, '').split('\n')) {
    let row: WatchCell[] = [];
    page.push(row);
    for (const [piece] of line.matchAll(/\u001B\[[\d;:]*[@-~]|[^]/gu)) {
      if (piece.length > 1 && piece.startsWith('\u001b')) {
        if (size.colors && piece.endsWith('m')) look = /\[0?m$/.test(piece) ? '' : look + piece;
        continue;
      }
      const cells = cellsOf(piece, row.length, look);
      if (row.length + cells.length > size.columns) {
        if (!size.wraps) break;
        row = [];
        page.push(row);
      }
      row.push(...cells);
    }
    if (page.length > size.rows) break;
  }
  return page.slice(0, size.rows);
}

function cellsOf(char: string, column: number, look: string): WatchCell[] {
  if (char === '\t') {
    return Array.from({ length: TAB - (column % TAB) }, () => ({ text: ' ', look }));
  }
  if (char < ' ') return [];
  const isWide = charWidth(char) === 2;
  return isWide
    ? [
        { text: char, look },
        { text: '', look },
      ]
    : [{ text: char, look }];
}

/** The page with the places of `marks` (row times columns, plus column) standing out. */
export function drawPage(
  page: readonly (readonly WatchCell[])[],
  marks: ReadonlySet<number>,
  columns: number,
): string {
  const rows = page.map((cells, row) => {
    let text = '';
    let current = '';
    let end = columns;
    while (end > 0 && cells[end - 1] === undefined && !marks.has(row * columns + end - 1)) end--;
    for (let column = 0; column < end; column++) {
      const cell = cells[column];
      const isMarked = marks.has(row * columns + column);
      const look = (cell?.look ?? '') + (isMarked ? CODE.inverse : '');
      if (look !== current) text += (current === '' ? '' : CODE.plain) + look;
      current = look;
      text += cell?.text ?? ' ';
    }
    return CODE.el + text + (current === '' ? '' : CODE.plain);
  });
  return rows.join('\n');
}
