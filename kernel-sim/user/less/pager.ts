// SPDX-License-Identifier: GPL-2.0-or-later
/** The pager: files, the screen, the last row, and the loop that takes command after command. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { SIGNAL } from '../../uapi/signal.ts';
import type { Libc } from '../libc/libc.ts';
import type { Key } from '../support/keys.ts';
import type { Regex } from '../support/regex.ts';
import { CODE, hasSignal, type Terminal } from '../support/terminal.ts';
import { Document } from './document.ts';
import { LESS_HELP } from './help.ts';
import type { LessOptions } from './options.ts';
import { promptText, statusText, type PromptFacts } from './prompt.ts';
import type { Search } from './search.ts';
import { View, type ViewSettings } from './view.ts';

/** A file of the command line, opened when somebody comes to it. */
export interface PagedFile {
  readonly name: string;
  readonly open: () => Sleeping<Document | string>;
  view?: View;
}

/** What a key does; `count` is what was typed before it. */
export type Command = (pager: Pager, count: number | undefined) => Sleeping<void>;

const FOLLOW_NS = 50_000_000;
const HELP_NAME = 'HELP';

export class Pager {
  readonly c: Libc;
  readonly terminal: Terminal;
  readonly options: LessOptions;
  readonly files: PagedFile[];
  index = 0;
  view: View;
  search: Search | undefined;
  marksMatches = true;
  shift = 0;
  /** What half a screen, and a screen, have been set to. */
  halfScreen: number | undefined;
  readonly marks = new Map<string, { readonly index: number; readonly line: number }>();
  /** The status to leave with, once somebody wants to. */
  status: number | undefined;
  #helped: View | undefined;
  #message: string | undefined;
  #shown: readonly string[] = [];
  #keepsOrder = false;
  #isOpen = false;

  constructor(
    c: Libc,
    terminal: Terminal,
    options: LessOptions,
    files: PagedFile[],
    first: Document,
    index: number,
  ) {
    this.c = c;
    this.terminal = terminal;
    this.options = options;
    this.files = files;
    this.index = index;
    this.view = this.makeView(first);
    this.view.isShort = true;
    const file = files[index];
    if (file !== undefined) file.view = this.view;
  }

  get height(): number {
    return Math.max(1, this.terminal.rows - 1);
  }
  get isHelp(): boolean {
    return this.#helped !== undefined;
  }

  makeView(document: Document): View {
    const settings = (): ViewSettings => ({
      options: this.options,
      columns: this.terminal.columns,
      shift: this.shift,
      pattern: this.#markedPattern(),
      height: this.height,
    });
    return new View(document, settings, (count) => this.read(document, count));
  }

  #markedPattern(): Regex | undefined {
    const isMarked = this.marksMatches && this.options.highlights;
    return isMarked && this.search?.isInverted === false ? this.search.regex : undefined;
  }

  /** Reads on until there are `count` lines. False when ^C cut it short. */
  *read(document: Document, count: number): Sleeping<boolean> {
    for (;;) {
      const result = yield* document.need(count);
      if (result >= 0) return true;
      if (result !== -ERRNO.EINTR) {
        document.isWhole = true;
        this.say('read error');
        return true;
      }
      if (!(yield* this.#heedSignals())) return false;
    }
  }

  /** What has been caught since the last look. False: it was ^C. */
  *#heedSignals(): Sleeping<boolean> {
    const taken = this.c.take_signals();
    if (hasSignal(taken, SIGNAL.TSTP)) {
      const isPlain = this.options.keepsScreen;
      yield* this.terminal.suspend(this.#leaveCodes(), isPlain ? '' : CODE.smcup);
      this.redraw();
    }
    if (hasSignal(taken, SIGNAL.WINCH) && (yield* this.terminal.measure())) this.view.refold();
    if (taken !== 0 && !hasSignal(taken, SIGNAL.INT)) this.redraw();
    return !hasSignal(taken, SIGNAL.INT);
  }

  /** Something to say in place of the prompt. */
  say(message: string): void {
    this.#message = message;
  }
  *beep(): Sleeping<void> {
    yield* this.terminal.write(CODE.bell);
  }
  /** The whole screen is drawn again, whatever is on it. */
  redraw(): void {
    this.#shown = [];
    this.#keepsOrder = false;
  }

  /** From the first screen to the end: the status. */
  *run(
    commands: ReadonlyMap<string, Command>,
    prelude?: (pager: Pager) => Sleeping<void>,
  ): Sleeping<number> {
    yield* this.terminal.enter();
    // A short file of -F is shown on the main screen, and that is all.
    if (this.options.quitsIfFits && prelude === undefined && this.files.length <= 1) {
      if (yield* this.view.fits()) {
        yield* this.terminal.leave();
        const rows = yield* this.view.rows();
        yield* this.terminal.write(rows.map((row) => `${row}\n`).join(''));
        return 0;
      }
    }
    if (!this.options.keepsScreen) yield* this.terminal.write(CODE.smcup);
    this.#isOpen = true;
    this.#keepsOrder = true;
    if (prelude !== undefined) yield* prelude(this);
    while (this.status === undefined) yield* this.#turn(commands);
    yield* this.terminal.write(this.#leaveCodes());
    yield* this.terminal.leave();
    return this.status;
  }

  #leaveCodes(): string {
    if (!this.#isOpen) return '';
    return `\r${CODE.el}${this.options.keepsScreen ? '' : CODE.rmcup}`;
  }

  *#turn(commands: ReadonlyMap<string, Command>): Sleeping<void> {
    yield* this.paint();
    if (this.#quitsHere(yield* this.view.isAtEnd())) {
      if (!(yield* this.switchTo(this.index + 1))) this.status = 0;
      return;
    }
    yield* this.#writePrompt();
    const { command, count } = yield* this.#readCommand();
    if (command === undefined) return;
    const before = this.view;
    const known = commands.get(command);
    if (known === undefined) yield* this.beep();
    else yield* known(this, count);
    before.isNew = false;
  }

  #quitsHere(isAtEnd: boolean): boolean {
    return this.options.quitsAtEnd === 'first' && isAtEnd && this.#message === undefined;
  }

  /** A move at the end that went nowhere: beeps, or leaves with -e. */
  *bumpEnd(): Sleeping<void> {
    if (this.options.quitsAtEnd !== 'second') return yield* this.beep();
    if (!(yield* this.switchTo(this.index + 1))) this.status = 0;
  }

  /** Digits and the key behind them. */
  *#readCommand(): Sleeping<{ command: string | undefined; count: number | undefined }> {
    let digits = '';
    for (;;) {
      const key = yield* this.key();
      const name = key === undefined ? undefined : nameOf(key);
      if (name === undefined || !/^\d$/.test(name)) {
        const hadMessage = this.#message !== undefined;
        this.#message = undefined;
        // RETURN only takes a message away.
        const isDone = hadMessage && digits === '' && (name === 'enter' || name === ' ');
        const count = digits === '' ? undefined : Number(digits);
        return { command: isDone ? undefined : name, count };
      }
      digits += name;
      yield* this.terminal.write(`\r${CODE.el}:${digits}`);
    }
  }

  /** The next key; undefined after a signal, or at the end of the terminal. */
  *key(): Sleeping<Key | undefined> {
    const key = yield* this.terminal.key();
    if (key === 'end') this.status = 1;
    if (key === 'interrupted') yield* this.#heedSignals();
    return typeof key === 'string' ? undefined : key;
  }

  /** One key behind `prompt`. */
  *askKey(prompt: string): Sleeping<string | undefined> {
    yield* this.terminal.write(`\r${CODE.el}${prompt}`);
    const key = yield* this.key();
    return key === undefined ? undefined : nameOf(key);
  }

  /** A line typed behind `prompt`, or undefined when it was given up. */
  *ask(prompt: string): Sleeping<string | undefined> {
    let text = '';
    for (;;) {
      yield* this.terminal.write(`\r${CODE.el}${prompt}${text}`);
      const key = yield* this.key();
      if (key === undefined) return undefined;
      const name = nameOf(key);
      if (name === 'enter') return text;
      if (name === 'backspace') {
        if (text === '') return undefined;
        text = Array.from(text).slice(0, -1).join('');
      } else if (name === 'C-u') text = '';
      else if (key.kind !== 'name') text += key.text;
    }
  }

  /** Draws what has changed: new rows at the bottom scroll the old ones away. */
  *paint(): Sleeping<void> {
    const rows = yield* this.view.rows();
    const news = this.#newRows(rows);
    if (news === undefined) {
      const text = rows.map((row) => CODE.el + row).join('\n');
      yield* this.terminal.write(`${CODE.home}${text}\n${CODE.ed}`);
    } else if (news.length > 0) {
      const text = news.map((row) => `${row}\n`).join('');
      yield* this.terminal.write(`\r${CODE.el}${text}`);
    }
    this.#shown = rows;
    this.#keepsOrder = true;
  }

  /** What has to be added below what is there; undefined when all has to be drawn. */
  #newRows(rows: readonly string[]): readonly string[] | undefined {
    const old = this.#shown;
    if (!this.#keepsOrder) return undefined;
    if (old.length === 0) return rows;
    if (old.length !== rows.length) return undefined;
    for (let by = 0; by < rows.length; by++) {
      const isMoved = old.slice(by).every((row, index) => row === rows[index]);
      if (isMoved) return rows.slice(rows.length - by);
    }
    return undefined;
  }

  *#writePrompt(): Sleeping<void> {
    const message = this.#message;
    if (this.options.prompt === 'long') yield* this.#countLines();
    const prompt = promptText(yield* this.facts(), this.options.prompt);
    const text = message === undefined ? prompt : `${message}  (press RETURN)`;
    const shown = text === '' ? ':' : `${CODE.inverse}${text}${CODE.plain}`;
    yield* this.terminal.write(`\r${CODE.el}${shown}`);
    // It has pushed the text away.
    if (text.length >= this.terminal.columns) this.redraw();
  }

  /** Reads a file to its end, for how many lines it has. */
  *#countLines(): Sleeping<void> {
    const { document } = this.view;
    if (document.isFile && this.options.countsLines) yield* this.read(document, Infinity);
  }

  *facts(): Sleeping<PromptFacts> {
    const { view, files, index } = this;
    const { document } = view;
    const end = yield* view.end();
    const isPartial = end.row > 0;
    const lastLine = isPartial ? end.line + 1 : end.line;
    return {
      name: document.name,
      isNew: view.isNew,
      isAtEnd: yield* view.isAtEnd(),
      isHelp: this.isHelp,
      isFromPipe: document.name === '-',
      file: index + 1,
      files: files.length,
      next: files[index + 1]?.name,
      firstLine: view.topLine + 1,
      lastLine,
      lines: document.isWhole ? document.lines.length : undefined,
      endByte: document.starts[lastLine] ?? 0,
      sizeBytes: document.sizeBytes,
    };
  }

  *sayStatus(): Sleeping<void> {
    yield* this.#countLines();
    this.say(statusText(yield* this.facts()));
  }

  /** Shows another file of the list. False: there is none, or it cannot be read. */
  *switchTo(index: number): Sleeping<boolean> {
    const file = this.files[index];
    if (file === undefined) return false;
    if (file.view === undefined) {
      const opened = yield* file.open();
      if (typeof opened === 'string') {
        this.say(opened);
        return true;
      }
      file.view = this.makeView(opened);
    }
    this.index = index;
    this.view = file.view;
    this.view.isNew = true;
    this.redraw();
    return true;
  }

  /** The help in place of the file, and back. */
  showHelp(): void {
    this.#helped = this.view;
    this.view = this.makeView(Document.ofText(this.c, HELP_NAME, LESS_HELP));
    this.redraw();
  }
  leaveHelp(): void {
    if (this.#helped !== undefined) this.view = this.#helped;
    this.#helped = undefined;
    this.view.isNew = true;
    this.redraw();
  }

  /** Shows what is added to the file, until ^C. */
  *follow(): Sleeping<void> {
    const { terminal, view } = this;
    const { document } = view;
    for (;;) {
      if (!(yield* view.goToEnd())) break;
      yield* this.paint();
      const waiting = 'Waiting for data... (interrupt to abort)';
      yield* terminal.write(`\r${CODE.el}${CODE.inverse}${waiting}${CODE.plain}`);
      for (;;) {
        const got = yield* document.more();
        if (got > 0) break;
        const slept = got < 0 ? got : yield* this.c.nanosleep(FOLLOW_NS);
        if (slept === 0) continue;
        if (!(yield* this.#heedSignals())) return;
        break;
      }
    }
  }
}

/** What a key is called in the table of commands. */
function nameOf(key: Key): string {
  return key.kind === 'name' ? key.name : key.text;
}
