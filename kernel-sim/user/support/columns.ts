// SPDX-License-Identifier: GPL-2.0-or-later
/** Names in columns, filled downwards, as many columns as the line is wide enough for. */

const GAP = 2;
const TAB_SIZE = 8;

/** How many cells `text` takes, escape sequences aside. */
export function displayWidth(text: string): number {
  return [...text].length;
}

export interface Cell {
  readonly text: string;
  readonly width: number;
}

/** Lines of cells. `useTabs` fills gaps with tabs where they fit, as ls does without colour. */
export function inColumns(cells: readonly Cell[], lineWidth: number, useTabs: boolean): string {
  if (cells.length === 0) return '';
  let widths: number[] = [];
  let rows = cells.length;
  for (let columns = cells.length; columns >= 1; columns--) {
    rows = Math.ceil(cells.length / columns);
    widths = columnWidths(cells, rows);
    const total = widths.reduce((sum, width) => sum + width, 0);
    if (widths.length === columns && (total < lineWidth || columns === 1)) break;
  }
  let text = '';
  for (let row = 0; row < rows; row++) {
    let at = 0;
    let start = 0;
    for (let i = row, column = 0; i < cells.length; i += rows, column++) {
      const cell = cells[i];
      if (cell === undefined) break;
      if (column > 0) text += indent(at, start, useTabs);
      text += cell.text;
      at = start + cell.width;
      start += widths[column] ?? 0;
    }
    text += '\n';
  }
  return text;
}

function columnWidths(cells: readonly Cell[], rows: number): number[] {
  const widths: number[] = [];
  for (let start = 0; start < cells.length; start += rows) {
    const widest = Math.max(...cells.slice(start, start + rows).map((cell) => cell.width));
    const isLast = start + rows >= cells.length;
    widths.push(isLast ? widest : widest + GAP);
  }
  return widths;
}

function indent(from: number, to: number, useTabs: boolean): string {
  let text = '';
  let at = from;
  while (at < to) {
    if (useTabs && Math.floor(to / TAB_SIZE) > Math.floor((at + 1) / TAB_SIZE)) {
      text += '\t';
      at += TAB_SIZE - (at % TAB_SIZE);
    } else {
      text += ' ';
      at++;
    }
  }
  return text;
}
