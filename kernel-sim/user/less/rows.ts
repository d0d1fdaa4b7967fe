// SPDX-License-Identifier: GPL-2.0-or-later
/** One line of text as rows of a screen: tabs, control characters, colours, folding, chopping. */
import { charWidth } from '../support/char-width.ts';
import type { Match, Regex } from '../support/regex.ts';
import { CODE } from '../support/terminal.ts';
import type { LessOptions } from './options.ts';

/** What stands in one or more columns. */
interface Cell {
  readonly text: string;
  readonly width: number;
  /** The codes that it is drawn with, after a reset. */
  readonly look: string;
  /** Index in the plain text. */
  readonly at: number;
}

export interface RowSettings {
  readonly options: LessOptions;
  readonly columns: number;
  /** Columns that have been moved out of sight on the left. */
  readonly shift: number;
  /** What is marked, if anything. */
  readonly pattern: Regex | undefined;
}

const NUMBER_WIDTH = 7;
const SGR = /^\u001B\[([\d;:]*)m/;

/** The text without what -R lets through: what searches look at. */
export function plainText(line: string, options: LessOptions): string {
  const bare = line.includes('\b') ? line.replaceAll(/[^\b]\u0008/gu, '') : line;
  return options.raw ? bare.replaceAll(/\u001B\[[\d;:]*[mK]/g, '') : bare;
}

/** The rows of line `number`, counted from 0; at least one. */
export function rowsOf(line: string, number: number, settings: RowSettings): string[] {
  const { options, columns, shift } = settings;
  const prefix = options.numbers ? `${String(number + 1).padStart(NUMBER_WIDTH)} ` : '';
  const width = Math.max(1, columns - prefix.length);
  const cells = marked(cellsOf(line, options), plainText(line, options), settings.pattern);
  const isChopped = options.chops || shift > 0;
  if (isChopped) return [prefix + draw(chop(skip(cells, shift), width))];
  const rows: Cell[][] = [[]];
  let used = 0;
  for (const cell of cells) {
    if (used + cell.width > width) {
      rows.push([]);
      used = 0;
    }
    rows.at(-1)?.push(cell);
    used += cell.width;
  }
  return rows.map((row) => prefix + draw(row));
}

function cellsOf(line: string, options: LessOptions): Cell[] {
  const cells: Cell[] = [];
  let look = '';
  let column = 0;
  let at = 0;
  const push = (text: string, width: number, how: string): void => {
    cells.push({ text, width, look: how, at });
    column += width;
  };
  for (let index = 0; index < line.length;) {
    const char = String.fromCodePoint(line.codePointAt(index) ?? 0);
    const color = options.raw && char === '\u001b' ? SGR.exec(line.slice(index)) : null;
    if (color !== null) {
      look = color[1] === '' || color[1] === '0' ? '' : look + color[0];
      index += color[0].length;
      continue;
    }
    if (line[index + char.length] === '\b') {
      // Typed over itself: bold; over an underscore: underlined.
      const over = String.fromCodePoint(line.codePointAt(index + char.length + 1) ?? 0x20);
      push(over, charWidth(over), char === '_' ? CODE.underline : CODE.bold);
      index += char.length + 1 + over.length;
      at += over.length;
      continue;
    }
    if (char === '\t') {
      const width = options.tabStop - (column % options.tabStop);
      for (let blank = 0; blank < width; blank++) push(' ', 1, look);
    } else if (char < ' ' || char === '\u007f' || char === '\ufffd') {
      const name = controlName(char);
      for (const letter of name) push(letter, 1, CODE.inverse);
    } else push(char, charWidth(char), look);
    index += char.length;
    at += char.length;
  }
  return cells;
}

function controlName(char: string): string {
  if (char === '\u001b') return 'ESC';
  if (char === '\ufffd') return '<U+FFFD>';
  return `^${String.fromCharCode(char.charCodeAt(0) ^ 0x40)}`;
}

function marked(cells: readonly Cell[], text: string, pattern: Regex | undefined): readonly Cell[] {
  if (pattern === undefined) return cells;
  const matches: Match[] = [];
  for (let from = 0; from <= text.length;) {
    const match = pattern.exec(text, from);
    if (match === undefined) break;
    if (match.end > match.start) matches.push(match);
    from = Math.max(match.end, from + 1);
  }
  if (matches.length === 0) return cells;
  return cells.map((cell) => {
    const isIn = matches.some(({ start, end }) => cell.at >= start && cell.at < end);
    return isIn ? { ...cell, look: CODE.inverse } : cell;
  });
}

function skip(cells: readonly Cell[], columns: number): readonly Cell[] {
  let left = columns;
  let index = 0;
  while (left > 0 && index < cells.length) left -= cells[index++]?.width ?? 0;
  return cells.slice(index);
}

/** What fits; the last column says that there is more. */
function chop(cells: readonly Cell[], width: number): readonly Cell[] {
  const total = cells.reduce((sum, cell) => sum + cell.width, 0);
  if (total <= width) return cells;
  const shown: Cell[] = [];
  let used = 0;
  for (const cell of cells) {
    if (used + cell.width >= width) break;
    shown.push(cell);
    used += cell.width;
  }
  shown.push({ text: '>', width: 1, look: CODE.inverse, at: -1 });
  return shown;
}

function draw(cells: readonly Cell[]): string {
  let text = '';
  let look = '';
  for (const cell of cells) {
    if (cell.look !== look) {
      text += (look === '' ? '' : CODE.plain) + cell.look;
      ({ look } = cell);
    }
    text += cell.text;
  }
  return look === '' ? text : text + CODE.plain;
}
