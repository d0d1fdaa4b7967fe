// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Fields being built out of the expanded parts of a word: splitting at IFS, and for each field a
 * pattern in which what was quoted is plain.
 */
import { escapePattern, hasMagic } from './pattern.ts';

export interface Field {
  readonly text: string;
  /** Set where unquoted magic asks for file names. */
  readonly pattern: string | undefined;
}

const WHITE = ' \t\n';

export class FieldBuilder {
  readonly fields: Field[] = [];
  private readonly ifs: string;
  /** False for assignments, case words and the like: everything is one field. */
  private readonly splits: boolean;
  private text = '';
  private pattern = '';
  private magic = false;
  private started = false;
  private afterWhite = false;

  constructor(ifs: string | undefined, splits: boolean) {
    this.ifs = ifs ?? WHITE;
    this.splits = splits;
  }

  /** Quoted text, or plain text of the source: never split, no magic. Even '' makes a field. */
  quoted(text: string): void {
    this.text += text;
    this.pattern += escapePattern(text);
    this.started = true;
    this.afterWhite = false;
  }

  /** Magic that stands in the source: `pattern` with its quoted parts escaped. */
  glob(text: string, pattern: string): void {
    this.text += text;
    this.pattern += pattern;
    this.magic = true;
    this.started = true;
    this.afterWhite = false;
  }

  /** The result of an unquoted expansion. */
  unquoted(text: string): void {
    if (!this.splits || this.ifs === '') {
      if (text !== '') this.append(text);
      return;
    }
    let from = 0;
    for (let at = 0; at <= text.length; at++) {
      const char = text.charAt(at);
      if (at < text.length && !this.ifs.includes(char)) continue;
      if (at > from) this.append(text.slice(from, at));
      from = at + 1;
      if (at < text.length) this.delimiter(char);
    }
  }

  private append(text: string): void {
    this.text += text;
    this.pattern += text.includes('\\') ? text.replaceAll('\\', '\\\\') : text;
    this.magic ||= hasMagic(text);
    this.started = true;
    this.afterWhite = false;
  }

  /** White space around another delimiter belongs to it; alone it is a delimiter that repeats. */
  private delimiter(char: string): void {
    if (WHITE.includes(char)) {
      if (this.started) {
        this.end();
        this.afterWhite = true;
      }
      return;
    }
    if (!this.started && this.afterWhite) {
      this.afterWhite = false;
      return;
    }
    this.started = true;
    this.end();
  }

  /** Between two values of "$@". Nothing where nothing is split: there, a space joins them. */
  boundary(): void {
    if (this.splits) this.end();
    else this.quoted(' ');
  }

  /** Ends the field, as at the end of a word. */
  end(): void {
    this.afterWhite = false;
    if (!this.started) return;
    this.fields.push({ text: this.text, pattern: this.magic ? this.pattern : undefined });
    this.text = '';
    this.pattern = '';
    this.magic = false;
    this.started = false;
  }

  /** What was built, as one text. */
  joined(): string {
    return this.text;
  }

  /** What was built, as one pattern. */
  joinedPattern(): string {
    return this.pattern;
  }
}
