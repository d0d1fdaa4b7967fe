// SPDX-License-Identifier: GPL-2.0-or-later
/** How grep prints what it selected: prefixes, context, parts of lines, colours. */
import { utf8Length } from '../../lib/utf8.ts';
import type { Regex } from '../support/regex.ts';
import type { GrepOptions } from './options.ts';

// GREP_COLORS's defaults. \x1b[K after each clears to the end of the line.
const COLOR = { match: '01;31', name: '35', number: '32', separator: '36' } as const;

export class LinePrinter {
  readonly options: GrepOptions;
  readonly regex: Regex;
  /** Whether a group of lines was printed before: the next one is set off by `--`. */
  hasPrinted = false;

  constructor(options: GrepOptions, regex: Regex) {
    this.options = options;
    this.regex = regex;
  }

  /** `numberWidth` is the least of line numbers and offsets. */
  file(name: string, numberWidth: number): FilePrinter {
    return new FilePrinter(this, name, numberWidth);
  }

  paint(text: string, color: keyof typeof COLOR): string {
    return this.options.color ? `\x1b[${COLOR[color]}m\x1b[K${text}\x1b[m\x1b[K` : text;
  }
}

class FilePrinter {
  readonly #shared: LinePrinter;
  readonly #options: GrepOptions;
  readonly #name: string;
  readonly #numberWidth: number;
  readonly #terminator: string;
  /** Lines that are context if a match follows. */
  #before: { readonly text: string; readonly line: number; readonly offset: number }[] = [];
  #line = 0;
  #offset = 0;
  #lastPrinted = 0;
  #trailing = 0;

  constructor(shared: LinePrinter, name: string, numberWidth: number) {
    this.#numberWidth = numberWidth;
    this.#shared = shared;
    this.#options = shared.options;
    this.#name = name;
    this.#terminator = shared.options.separator === 0 ? '\0' : '\n';
  }

  /** True while lines after a match are wanted. */
  wantsTrailing(): boolean {
    return this.#trailing > 0 && this.#lastPrinted > 0;
  }

  /** Counts a line of which nothing is shown. */
  skip(): void {
    this.#line++;
  }

  /** A line that was not selected: shown after a match, kept for one that may follow. */
  context(text: string): string {
    this.#line++;
    const offset = this.#advance(text);
    if (this.#trailing > 0) {
      this.#trailing--;
      return this.#print(text, this.#line, offset, '-');
    }
    if (this.#options.before > 0) {
      this.#before.push({ text, line: this.#line, offset });
      if (this.#before.length > this.#options.before) this.#before.shift();
    }
    return '';
  }

  match(text: string): string {
    const { before, after } = this.#options;
    this.#line++;
    const offset = this.#advance(text);
    const first = this.#before[0]?.line ?? this.#line;
    let output = '';
    const { groupSeparator: mark } = this.#options;
    const isApart = this.#shared.hasPrinted && first !== this.#lastPrinted + 1;
    if ((before > 0 || after > 0) && mark !== undefined && isApart) {
      output += `${this.#shared.paint(mark, 'separator')}\n`;
    }
    for (const line of this.#before) output += this.#print(line.text, line.line, line.offset, '-');
    this.#before = [];
    this.#trailing = after;
    return output + this.#print(text, this.#line, offset, ':');
  }

  count(selected: number): string {
    const { withName } = this.#options;
    return `${withName ? this.#named(this.#shared.paint(':', 'separator')) : ''}${selected}\n`;
  }

  fileName(): string {
    return this.#named('\n');
  }

  /** The name, with `mark` or -Z's NUL behind it. */
  #named(mark: string): string {
    return this.#shared.paint(this.#name, 'name') + (this.#options.nullAfterName ? '\0' : mark);
  }

  #advance(text: string): number {
    const offset = this.#offset;
    if (this.#options.byteOffset) this.#offset += utf8Length(text) + 1;
    return offset;
  }

  #prefix(line: number, offset: number, mark: string): string {
    const { withName, lineNumbers, byteOffset, alignsTabs } = this.#options;
    const separator = this.#shared.paint(mark, 'separator');
    let prefix = '';
    if (withName) prefix += this.#named(separator);
    const number = (value: number): string =>
      this.#shared.paint(String(value).padStart(this.#numberWidth), 'number');
    if (lineNumbers) prefix += number(line) + separator;
    if (byteOffset) prefix += number(offset) + separator;
    return alignsTabs && prefix !== '' ? `${prefix}\t` : prefix;
  }

  #print(text: string, line: number, offset: number, mark: string): string {
    const { onlyMatching, color, invert } = this.#options;
    this.#shared.hasPrinted = true;
    this.#lastPrinted = line;
    const isMatch = mark === ':';
    if (onlyMatching) return isMatch && !invert ? this.#parts(text, line, offset) : '';
    const prefix = this.#prefix(line, offset, mark);
    const shown = color && isMatch !== invert ? this.#highlighted(text) : text;
    return prefix + shown + this.#terminator;
  }

  /** Every match that is not empty, on a line of its own. */
  #parts(text: string, line: number, offset: number): string {
    let output = '';
    for (const { start, end } of this.#matches(text)) {
      const at = this.#options.byteOffset ? offset + utf8Length(text.slice(0, start)) : 0;
      const part = this.#shared.paint(text.slice(start, end), 'match');
      output += this.#prefix(line, at, ':') + part + this.#terminator;
    }
    return output;
  }

  #highlighted(text: string): string {
    let output = '';
    let at = 0;
    for (const { start, end } of this.#matches(text)) {
      output += text.slice(at, start) + this.#shared.paint(text.slice(start, end), 'match');
      at = end;
    }
    return output + text.slice(at);
  }

  *#matches(text: string): Generator<{ readonly start: number; readonly end: number }> {
    let at = 0;
    while (at <= text.length) {
      const match = this.#shared.regex.exec(text, at);
      if (match === undefined) return;
      if (match.end > match.start) yield match;
      at = match.end > match.start ? match.end : match.end + 1;
    }
  }
}
