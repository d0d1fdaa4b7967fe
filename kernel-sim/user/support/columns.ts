// SPDX-License-Identifier: GPL-2.0-or-later
/** Names in columns, as many columns as the line is wide enough for. */

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

export interface ColumnLayout {
  /** Infinity: all on one line. */
  readonly lineWidth: number;
  /** Fills gaps with tabs where they fit; 0 for blanks alone. */
  readonly tabSize?: number;
  /** Rows are filled one after the other, not columns. */
  readonly across?: boolean;
}

/** Lines of cells. */
export function inColumns(cells: readonly Cell[], layout: ColumnLayout): string {
  if (cells.length === 0) return '';
  const { lineWidth, across = false, tabSize = TAB_SIZE } = layout;
  let widths: number[] = [];
  let rows = cells.length;
  for (let columns = cells.length; columns >= 1; columns--) {
    rows = Math.ceil(cells.length / columns);
    widths = columnWidths(cells, rows, columns, across);
    const total = widths.reduce((sum, width) => sum + width, 0);
    if (widths.length === columns && (total < lineWidth || columns === 1)) break;
  }
  let text = '';
  for (let row = 0; row < rows; row++) {
    let at = 0;
    let start = 0;
    for (const [column, width] of widths.entries()) {
      const cell = cells[across ? row * widths.length + column : column * rows + row];
      if (cell === undefined) break;
      text += indent(at, start, tabSize) + cell.text;
      at = start + cell.width;
      start += width;
    }
    text += '\n';
  }
  return text;
}

/** With the gap behind each but the last. */
function columnWidths(
  cells: readonly Cell[],
  rows: number,
  columns: number,
  across: boolean,
): number[] {
  const widths: number[] = [];
  for (const [index, { width }] of cells.entries()) {
    const column = across ? index % columns : Math.floor(index / rows);
    widths[column] = Math.max(widths[column] ?? 0, width);
  }
  return widths.map((width, column) => (column === widths.length - 1 ? width : width + GAP));
}

function indent(from: number, to: number, tabSize: number): string {
  let text = '';
  let at = from;
  while (at < to) {
    if (tabSize > 0 && Math.floor(to / tabSize) > Math.floor((at + 1) / tabSize)) {
      text += '\t';
      at += tabSize - (at % tabSize);
    } else {
      text += ' ';
      at++;
    }
  }
  return text;
}
