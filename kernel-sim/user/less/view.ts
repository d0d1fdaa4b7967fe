// SPDX-License-Identifier: GPL-2.0-or-later
/** Which part of a document is on the screen, and how it moves. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { CODE } from '../support/terminal.ts';
import type { Document } from './document.ts';
import { rowsOf, type RowSettings } from './rows.ts';

/** A row of the document: a line, and which of the rows that it is folded into. */
interface Place {
  readonly line: number;
  readonly row: number;
}

/** What the view needs to know of its screen. */
export interface ViewSettings extends RowSettings {
  /** Rows for text: one fewer than the terminal has. */
  readonly height: number;
}

/** Reads so many lines if there are as many. False: somebody pressed ^C. */
export type Reader = (count: number) => Sleeping<boolean>;

const TILDE = `${CODE.bold}~${CODE.plain}`;

export class View {
  readonly document: Document;
  readonly #settings: () => ViewSettings;
  readonly #read: Reader;
  #top: Place = { line: 0, row: 0 };
  /** Empty rows before the text: the end of a short document is at the bottom of the screen. */
  #above = 0;
  /** A short document when the pager starts: nothing below the text but the prompt. */
  isShort = false;
  /** Still at the beginning, with nothing done: the prompt shows the name. */
  isNew = true;

  constructor(document: Document, settings: () => ViewSettings, read: Reader) {
    this.document = document;
    this.#settings = settings;
    this.#read = read;
  }

  get topLine(): number {
    return this.#top.line;
  }
  get isAtTop(): boolean {
    return this.#top.line === 0 && this.#top.row === 0;
  }

  /** The first place behind the screen; reads what is to be shown. */
  *end(): Sleeping<Place> {
    const height = this.#settings().height - this.#above;
    let place = this.#top;
    for (let row = 0; row < height; row++) {
      const next = yield* this.#after(place);
      if (next === undefined) break;
      place = next;
    }
    return place;
  }

  /** Whether nothing comes after what is on the screen. */
  *isAtEnd(): Sleeping<boolean> {
    const { line } = yield* this.end();
    return this.document.isAllRead && line >= this.document.lines.length;
  }

  /** The line that is on the last row. */
  *bottomLine(): Sleeping<number> {
    const { line, row } = yield* this.end();
    return Math.max(0, row > 0 ? line : line - 1);
  }

  /** The screen's rows. */
  *rows(): Sleeping<string[]> {
    const { height } = this.#settings();
    const rows: string[] = Array.from({ length: this.#above }, () => TILDE);
    let { line, row } = this.#top;
    while (rows.length < height) {
      if (!(yield* this.#has(line))) break;
      rows.push(...this.#rowsAt(line).slice(row, row + height - rows.length));
      row = 0;
      line++;
    }
    while (rows.length < height && !this.isShort) rows.push(TILDE);
    return rows;
  }

  /** Moves on; how many rows. Unless `force`, the end stays at the bottom of the screen. */
  *forward(count: number, force = false): Sleeping<number> {
    let end = yield* this.end();
    for (let moved = 0; moved < count; moved++) {
      const next = yield* this.#after(end);
      if (next === undefined && !force) return moved;
      if (this.#above > 0) this.#above--;
      else {
        const top = yield* this.#after(this.#top);
        if (top === undefined || !(yield* this.#has(top.line))) return moved;
        this.#top = top;
      }
      this.isShort = false;
      end = next ?? end;
    }
    return count;
  }

  backward(count: number): number {
    for (let moved = 0; moved < count; moved++) {
      const before = this.#before(this.#top);
      if (before === undefined) return moved;
      this.#top = before;
      this.isShort = false;
    }
    return count;
  }

  /** Puts a line at the top. False when there is no such line. */
  *goTo(line: number): Sleeping<boolean> {
    if (line > 0 && !(yield* this.#has(line))) return false;
    this.#top = { line, row: 0 };
    this.#above = 0;
    if (line > 0) this.isShort = false;
    return true;
  }

  /** Puts the end at the bottom. False: ^C came before the end did. */
  *goToEnd(): Sleeping<boolean> {
    const isThere = yield* this.#read(Infinity);
    const { height } = this.#settings();
    let top: Place = { line: this.document.lines.length, row: 0 };
    let rows = 0;
    for (; rows < height; rows++) {
      const before = this.#before(top);
      if (before === undefined) break;
      top = before;
    }
    this.#top = top;
    this.#above = height - rows;
    this.isShort = false;
    return isThere;
  }

  /** Whether all of the document is on the screen, without being folded off it. */
  *fits(): Sleeping<boolean> {
    return this.isAtTop && (yield* this.isAtEnd());
  }

  /** After the folding has changed. */
  refold(): void {
    this.#top = { line: this.#top.line, row: 0 };
    this.isShort = false;
  }

  #rowsAt(line: number): string[] {
    return rowsOf(this.document.lines[line] ?? '', line, this.#settings());
  }

  *#has(line: number): Sleeping<boolean> {
    if (line >= this.document.lines.length) yield* this.#read(line + 1);
    return line < this.document.lines.length;
  }

  /** The next row's place; undefined when `place` is the end. */
  *#after({ line, row }: Place): Sleeping<Place | undefined> {
    if (!(yield* this.#has(line))) return undefined;
    const count = this.#rowsAt(line).length;
    return row + 1 < count ? { line, row: row + 1 } : { line: line + 1, row: 0 };
  }

  #before({ line, row }: Place): Place | undefined {
    if (row > 0) return { line, row: row - 1 };
    if (line === 0) return undefined;
    return { line: line - 1, row: this.#rowsAt(line - 1).length - 1 };
  }
}
