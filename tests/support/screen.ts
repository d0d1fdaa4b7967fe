// SPDX-License-Identifier: GPL-2.0-or-later
/** What a terminal shows: applies the escape codes that full-screen programs write. */
import type { BootFile } from '../../kernel-sim/index.ts';
import { TestMachine } from './machine.ts';

interface Grid {
  cells: string[][];
  row: number;
  column: number;
}

/** A terminal of fixed size, as much of xterm as our programs and the originals write to it. */
export class Screen {
  readonly rows: number;
  readonly columns: number;
  #main: Grid;
  #alternate: Grid | undefined;
  #top = 0;
  #bottom: number;
  /** The cursor stands behind the last column; the next character begins a new line. */
  #wraps = false;
  #inverse = false;

  constructor(rows = 24, columns = 80) {
    this.rows = rows;
    this.columns = columns;
    this.#bottom = rows - 1;
    this.#main = this.#blank();
  }

  get isAlternate(): boolean {
    return this.#alternate !== undefined;
  }
  get cursor(): readonly [row: number, column: number] {
    return [this.#grid.row, this.#grid.column];
  }
  /** The lines without trailing blanks; `[[` and `]]` stand around inverse text. */
  get lines(): readonly string[] {
    return this.#grid.cells.map((cells) => cells.join('').replaceAll(']][[', '').trimEnd());
  }
  get text(): string {
    return this.lines.join('\n').trimEnd();
  }
  get lastLine(): string {
    return this.lines.at(-1) ?? '';
  }

  write(text: string): void {
    const pieces = text.matchAll(/\u001B\[([?>]?)([\d;]*)([@-~])|\u001B[()]?.|[^]/gsu);
    for (const [whole, mark = '', numbers = '', final] of pieces) {
      if (final !== undefined) this.#control(mark, numbers, final);
      else if (whole.length > 1 && whole.startsWith('\u001B')) this.#escape(whole);
      else this.#put(whole);
    }
  }

  get #grid(): Grid {
    return this.#alternate ?? this.#main;
  }

  #blank(): Grid {
    const cells = Array.from({ length: this.rows }, () => this.#blankRow());
    return { cells, row: 0, column: 0 };
  }
  #blankRow(): string[] {
    return Array.from({ length: this.columns }, () => ' ');
  }

  #put(char: string): void {
    const grid = this.#grid;
    if (char === '\r') grid.column = 0;
    else if (char === '\n') this.#lineFeed();
    else if (char === '\b') grid.column = Math.max(0, grid.column - 1);
    else if (char === '\t') grid.column = Math.min(this.columns - 1, (grid.column | 7) + 1);
    else if (char >= ' ') {
      if (this.#wraps) {
        grid.column = 0;
        this.#lineFeed();
      }
      const cells = grid.cells[grid.row];
      if (cells !== undefined) cells[grid.column] = this.#inverse ? `[[${char}]]` : char;
      this.#wraps = grid.column === this.columns - 1;
      if (!this.#wraps) grid.column++;
      return;
    }
    this.#wraps = false;
  }

  #lineFeed(): void {
    const grid = this.#grid;
    if (grid.row === this.#bottom) this.#scroll(this.#top, 1);
    else grid.row = Math.min(this.rows - 1, grid.row + 1);
  }

  /** Moves the lines from `first` to the region's end up by `count`, down when it is negative. */
  #scroll(first: number, count: number): void {
    const { cells } = this.#grid;
    for (let left = Math.abs(count); left > 0; left--) {
      cells.splice(count > 0 ? first : this.#bottom, 1);
      cells.splice(count > 0 ? this.#bottom : first, 0, this.#blankRow());
    }
  }

  #escape(code: string): void {
    const grid = this.#grid;
    if (code !== '\u001BM') return;
    if (grid.row === this.#top) this.#scroll(this.#top, -1);
    else grid.row = Math.max(0, grid.row - 1);
  }

  #control(mark: string, text: string, final: string): void {
    const grid = this.#grid;
    const numbers = text.split(';').map(Number);
    const [first = 0, second = 0] = numbers;
    const count = Math.max(1, first);
    if (mark !== '') {
      if (first === 1049 && final === 'h') this.#alternate = this.#blank();
      if (first === 1049 && final === 'l') this.#alternate = undefined;
      return;
    }
    if (final !== 'm') this.#wraps = false;
    switch (final) {
      case 'A':
        grid.row = Math.max(0, grid.row - count);
        break;
      case 'B':
        grid.row = Math.min(this.rows - 1, grid.row + count);
        break;
      case 'C':
        grid.column = Math.min(this.columns - 1, grid.column + count);
        break;
      case 'D':
        grid.column = Math.max(0, grid.column - count);
        break;
      case 'G':
        grid.column = count - 1;
        break;
      case 'd':
        grid.row = Math.min(this.rows, count) - 1;
        break;
      case 'H':
        grid.row = Math.min(this.rows, count) - 1;
        grid.column = Math.min(this.columns, Math.max(1, second)) - 1;
        break;
      case 'J':
        this.#erase(first === 0 ? grid.row + 1 : 0, this.rows);
        if (first === 0) this.#eraseLine(grid.column, this.columns);
        break;
      case 'K':
        this.#eraseLine(first === 0 ? grid.column : 0, first === 1 ? grid.column : this.columns);
        break;
      case 'L':
        this.#scroll(grid.row, -count);
        break;
      case 'M':
        this.#scroll(grid.row, count);
        break;
      case 'X':
        this.#eraseLine(grid.column, grid.column + count);
        break;
      case 'm':
        this.#attributes(numbers);
        break;
      case 'r':
        this.#top = count - 1;
        this.#bottom = second === 0 ? this.rows - 1 : second - 1;
        break;
      default:
        break;
    }
  }

  #erase(from: number, to: number): void {
    for (let row = from; row < to; row++) this.#grid.cells[row] = this.#blankRow();
  }
  #eraseLine(from: number, to: number): void {
    this.#grid.cells[this.#grid.row]?.fill(' ', from, to);
  }

  #attributes(numbers: readonly number[]): void {
    for (const number of numbers) {
      if (number === 0) this.#inverse = false;
      else if (number === 7) this.#inverse = true;
      else if (number === 27) this.#inverse = false;
    }
  }
}

/** A machine whose first terminal shows a full-screen program. */
export class ScreenGuest {
  readonly machine: TestMachine;
  screen: Screen;
  #seen: number;

  constructor(
    command: string,
    size: { readonly rows: number; readonly columns: number },
    files: readonly BootFile[] = [],
  ) {
    this.machine = TestMachine.boot({ files });
    this.machine.waitFor('$ ');
    this.screen = new Screen(size.rows, size.columns);
    this.resize(size.columns, size.rows);
    this.#seen = this.machine.terminal.length;
    this.machine.type(`clear; ${command}\r`);
  }

  resize(columns: number, rows: number): void {
    this.machine.machine.deliver({ kind: 'resize', tty: 0, columns, rows });
  }

  /** Waits for a screen like that; its rows. */
  untilShown(isIt: (rows: readonly string[]) => boolean, what: string): readonly string[] {
    let rows: readonly string[] = [];
    const isThere = (): boolean => {
      const { terminal } = this.machine;
      this.screen.write(terminal.slice(this.#seen));
      this.#seen = terminal.length;
      rows = this.screen.text.split('\n');
      return isIt(rows);
    };
    this.machine.runUntil(isThere, what);
    return rows;
  }

  /** Waits for `prompt` below, and `top` in the first row if that is given; the rows of text. */
  until(prompt: string, top?: string): readonly string[] {
    const isIt = (rows: readonly string[]): boolean =>
      rows.at(-1) === prompt && (top === undefined || rows[0] === top);
    return this.untilShown(isIt, prompt).slice(0, -1);
  }

  press(keys: string, prompt: string, top?: string): readonly string[] {
    this.machine.type(keys);
    return this.until(prompt, top);
  }
}
