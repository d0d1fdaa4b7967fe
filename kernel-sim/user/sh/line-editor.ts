// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * One line from a terminal in raw mode: what each key does, and what is written for it.
 *
 * Pure: keys in, text out. read-line.ts does the system calls around it. Linux counterpart:
 * readline's emacs mode.
 */
import { EditBuffer } from './edit-buffer.ts';
import type { Key } from '../support/keys.ts';
import { LineDisplay } from './line-display.ts';

/** What the caller must do after a key. */
export type EditorAction = 'none' | 'accept' | 'end' | 'interrupt' | 'complete' | 'clear' | 'bell';

interface Search {
  query: string;
  /** The history entry that matches, or -1. */
  index: number;
  failed: boolean;
  readonly original: string;
}

export class LineEditor {
  readonly buffer = new EditBuffer();
  private readonly display = new LineDisplay();
  private readonly history: readonly string[];
  private prompt = '';
  private columns = 80;
  /** Which line of the history is shown; its length means the line being written. */
  private place: number;
  private unsent = '';
  private search: Search | undefined;
  /** Text appended and not yet shown, or undefined when the line must be drawn anew. */
  private appended: string[] | undefined = [];
  private isMoved = false;

  constructor(history: readonly string[]) {
    this.history = history;
    this.place = history.length;
  }

  /** Shows the prompt. */
  begin(prompt: string, columns: number): string {
    this.prompt = prompt;
    this.columns = columns;
    return this.display.begin(prompt, columns);
  }

  /** What brings the screen up to date. Called when no more input waits, so a paste draws once. */
  draw(): string {
    const { appended } = this;
    this.appended = [];
    const wasMoved = this.isMoved;
    this.isMoved = false;
    if (this.search !== undefined) return this.drawSearch(this.search);
    if (appended === undefined) return this.display.redraw(this.buffer.before, this.buffer.after);
    if (appended.length > 0) return this.display.append(appended.join(''));
    return wasMoved ? this.display.moveTo(this.buffer.before) : '';
  }

  private drawSearch(search: Search): string {
    const label = search.failed ? '(failed reverse-i-search)' : '(reverse-i-search)';
    const prompt = `${label}\`${search.query}': `;
    return this.display.redraw(this.buffer.before, this.buffer.after, prompt);
  }

  /** Draws what is pending and leaves the line. */
  finish(): string {
    return this.draw() + this.display.finish();
  }

  /** The screen below was written on: prompt and line again. */
  restart(): string {
    this.appended = [];
    this.isMoved = false;
    return this.display.restart(this.buffer.before, this.buffer.after);
  }

  resize(columns: number): void {
    this.columns = columns;
    this.display.resize(columns);
    this.appended = undefined;
  }

  get width(): number {
    return this.columns;
  }

  /** Takes one key. */
  press(key: Key): EditorAction {
    this.buffer.beginKey();
    if (this.search !== undefined) {
      const action = this.pressInSearch(this.search, key);
      if (action !== undefined) return action;
    }
    if (key.kind === 'text') return this.insert(key.text);
    if (key.kind === 'paste') return this.insert(key.text.replaceAll(/\r\n?/g, '\n'));
    return this.command(key.name);
  }

  insert(text: string): EditorAction {
    if (this.buffer.atEnd && this.appended !== undefined && !this.isMoved) this.appended.push(text);
    else this.appended = undefined;
    this.buffer.insert(text);
    return 'none';
  }

  /** Puts `text` in place of the `count` characters before the cursor. */
  replaceBefore(count: number, text: string): void {
    for (let step = 0; step < count; step++) this.buffer.backspace();
    if (count > 0) this.appended = undefined;
    this.insert(text);
  }

  private command(name: string): EditorAction {
    const { buffer } = this;
    switch (name) {
      case 'enter':
      case 'C-o':
        return 'accept';
      case 'C-c':
        return 'interrupt';
      case 'tab':
        return 'complete';
      case 'C-l':
        return 'clear';
      case 'C-d':
        return buffer.length === 0 ? 'end' : this.changed(buffer.delete());
      case 'C-r':
        return this.beginSearch();
      case 'up':
      case 'C-p':
        return this.showHistory(this.place - 1);
      case 'down':
      case 'C-n':
        return this.showHistory(this.place + 1);
      case 'M-<':
        return this.showHistory(0);
      case 'M->':
        return this.showHistory(this.history.length);
      default:
        return this.motion(name) ?? this.change(name);
    }
  }

  /** Keys that only move the cursor. */
  private motion(name: string): EditorAction | undefined {
    const { buffer } = this;
    switch (name) {
      case 'left':
      case 'C-b':
        return this.moved(buffer.move(-1));
      case 'right':
      case 'C-f':
        return this.moved(buffer.move(1));
      case 'home':
      case 'C-a':
        buffer.home();
        return this.moved(true);
      case 'end':
      case 'C-e':
        buffer.end();
        return this.moved(true);
      case 'M-f':
        return this.moved(buffer.forwardWord());
      case 'M-b':
        return this.moved(buffer.backwardWord());
      default:
        return undefined;
    }
  }

  /** Keys that change the text. Others are ignored. */
  private change(name: string): EditorAction {
    const { buffer } = this;
    switch (name) {
      case 'backspace':
      case 'C-h':
        return this.changed(buffer.backspace());
      case 'delete':
        return this.changed(buffer.delete());
      case 'C-t':
        return this.changed(buffer.transpose());
      case 'C-k':
        buffer.killToEnd();
        return this.changed(true);
      case 'C-u':
        buffer.killToStart();
        return this.changed(true);
      case 'C-w':
        buffer.unixWordRubout();
        return this.changed(true);
      case 'M-d':
        buffer.killWord();
        return this.changed(true);
      case 'M-backspace':
        buffer.backwardKillWord();
        return this.changed(true);
      case 'C-y':
        buffer.yank();
        return this.changed(true);
      default:
        return 'none';
    }
  }

  private changed(didChange: boolean): EditorAction {
    if (!didChange) return 'bell';
    this.appended = undefined;
    return 'none';
  }

  private moved(didMove: boolean): EditorAction {
    if (!didMove) return 'bell';
    if (this.appended !== undefined && this.appended.length > 0) this.appended = undefined;
    this.isMoved = true;
    return 'none';
  }

  private showHistory(place: number): EditorAction {
    if (place < 0 || place > this.history.length) return 'bell';
    if (this.place === this.history.length) this.unsent = this.buffer.text;
    this.place = place;
    this.buffer.set(this.history[place] ?? this.unsent);
    return this.changed(true);
  }

  private beginSearch(): EditorAction {
    this.search = {
      query: '',
      index: this.history.length,
      failed: false,
      original: this.buffer.text,
    };
    return this.changed(true);
  }

  /** Undefined: the search is over and the key means what it always means. */
  private pressInSearch(search: Search, key: Key): EditorAction | undefined {
    if (key.kind !== 'name') {
      search.query += key.text;
      this.searchFrom(search, Math.min(search.index, this.history.length - 1));
      return 'none';
    }
    switch (key.name) {
      case 'C-r':
        this.searchFrom(search, search.index - 1);
        return 'none';
      case 'backspace':
      case 'C-h':
        search.query = Array.from(search.query).slice(0, -1).join('');
        this.searchFrom(search, this.history.length - 1);
        return 'none';
      case 'C-g':
        this.endSearch(search.original);
        return 'none';
      default:
        if (search.index >= 0 && search.index < this.history.length) this.place = search.index;
        this.endSearch(this.buffer.text, this.buffer.cursor);
        return undefined;
    }
  }

  private searchFrom(search: Search, start: number): void {
    this.appended = undefined;
    for (let index = start; index >= 0; index--) {
      const line = this.history[index] ?? '';
      const at = line.lastIndexOf(search.query);
      if (at < 0) continue;
      search.index = index;
      search.failed = false;
      this.buffer.set(line, Array.from(line.slice(0, at)).length);
      return;
    }
    search.failed = true;
  }

  private endSearch(text: string, cursor?: number): void {
    this.search = undefined;
    this.buffer.set(text, cursor);
    this.pendingRedraw = this.display.redraw(this.buffer.before, this.buffer.after, this.prompt);
    this.appended = undefined;
  }

  /** What the end of a search wrote, before the key after it. */
  private pendingRedraw = '';

  takePending(): string {
    const text = this.pendingRedraw;
    this.pendingRedraw = '';
    return text;
  }
}
