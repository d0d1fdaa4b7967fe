// SPDX-License-Identifier: GPL-2.0-or-later
/** The line editor against a small terminal: keys in, and what the screen then shows. */
import { expect, test } from 'vitest';

import { charWidth } from '../support/char-width.ts';
import { KeyDecoder } from '../support/keys.ts';
import { LineEditor, type EditorAction } from './line-editor.ts';

/** As much of a terminal as the editor uses: wrapping with the pending last column, A, B, C, J. */
class Screen {
  private readonly columns: number;
  private rows: string[][] = [[]];
  row = 0;
  column = 0;
  private isPending = false;

  constructor(columns: number) {
    this.columns = columns;
  }

  write(text: string): void {
    const tokens = text.matchAll(/\u001b\[([\d;?]*)([A-Za-z])|[\s\S]/gu);
    for (const [token, count, final] of tokens) {
      if (final !== undefined) this.control(final, Number(count || 1));
      else if (token === '\r') this.goTo(this.row, 0);
      else if (token === '\n') this.goTo(this.row + 1, this.column);
      else this.put(token);
    }
  }

  private goTo(row: number, column: number): void {
    this.row = row;
    this.column = column;
    this.isPending = false;
    while (this.rows.length <= row) this.rows.push([]);
  }

  private control(final: string, count: number): void {
    if (final === 'A') this.goTo(Math.max(0, this.row - count), this.column);
    if (final === 'B') this.goTo(this.row + count, this.column);
    if (final === 'C') this.goTo(this.row, Math.min(this.columns - 1, this.column + count));
    if (final === 'J') {
      this.rows.length = this.row + 1;
      this.rows[this.row]!.length = this.column;
    }
  }

  private put(char: string): void {
    const width = charWidth(char);
    if (this.isPending || this.column + width > this.columns) this.goTo(this.row + 1, 0);
    const row = this.rows[this.row]!;
    row[this.column] = char;
    if (width === 2) row[this.column + 1] = '';
    this.column += width;
    if (this.column >= this.columns) {
      this.column = this.columns - 1;
      this.isPending = true;
    }
  }

  /** Where the next character would go. */
  get place(): [number, number] {
    return this.isPending ? [this.row + 1, 0] : [this.row, this.column];
  }

  get lines(): string[] {
    const lines = this.rows.map((row) => Array.from(row, (char) => char ?? ' ').join(''));
    while (lines.length > 1 && lines.at(-1) === '') lines.pop();
    return lines;
  }
}

class Typist {
  readonly editor: LineEditor;
  readonly screen: Screen;
  private readonly decoder = new KeyDecoder();
  last: EditorAction = 'none';

  constructor(columns = 20, history: readonly string[] = [], prompt = '$ ') {
    this.editor = new LineEditor(history);
    this.screen = new Screen(columns);
    this.screen.write(this.editor.begin(prompt, columns));
  }

  type(text: string): this {
    for (const byte of new TextEncoder().encode(text)) {
      const key = this.decoder.push(byte);
      if (key !== undefined) this.last = this.editor.press(key);
    }
    this.screen.write(this.editor.takePending() + this.editor.draw());
    return this;
  }

  get text(): string {
    return this.editor.buffer.text;
  }
}

const LEFT = '\u001b[D';
const UP = '\u001b[A';
const DOWN = '\u001b[B';

test('text appears and is edited in the middle', () => {
  const typist = new Typist()
    .type('hello')
    .type(LEFT + LEFT)
    .type('X');
  expect(typist.text).toBe('helXlo');
  expect(typist.screen.lines).toEqual(['$ helXlo']);
  expect(typist.screen.column).toBe(6);
});

test('emacs keys do what readline does', () => {
  expect(new Typist().type('one two three\u0017\u0017').text).toBe('one ');
  expect(new Typist().type('one two\u0001\u000b').text).toBe('');
  expect(new Typist().type('one two\u0001\u000b\u0019\u0019').text).toBe('one twoone two');
  expect(new Typist().type('a b c\u0017\u0017\u0019').text).toBe('a b c');
  expect(new Typist().type('abc\u0014').text).toBe('acb');
  expect(new Typist().type('abc\u0015').text).toBe('');
  expect(new Typist().type('foo-bar\u001bb\u001bd').text).toBe('foo-');
  expect(new Typist().type('foo bar\u0001\u001bf!').text).toBe('foo! bar');
  expect(new Typist().type('abc\u0002\u0004').text).toBe('ab');
  expect(new Typist().type('a\u0004').last).toBe('bell');
  expect(new Typist().type('\u0004').last).toBe('end');
  expect(new Typist().type('x\r').last).toBe('accept');
});

test('history is walked and what was being typed comes back', () => {
  const typist = new Typist(20, ['first', 'second']).type('new').type(UP);
  expect(typist.text).toBe('second');
  expect(typist.type(UP).text).toBe('first');
  expect(typist.type(UP).last).toBe('bell');
  expect(typist.type(DOWN + DOWN).text).toBe('new');
  expect(typist.screen.lines).toEqual(['$ new']);
});

test('Ctrl+R finds the latest line with the text, again the one before', () => {
  const history = ['make all', 'ls', 'make clean'];
  const typist = new Typist(60, history).type('\u0012mak');
  expect(typist.screen.lines).toEqual(["(reverse-i-search)`mak': make clean"]);
  expect(typist.type('\u0012').text).toBe('make all');
  expect(typist.type('\r').last).toBe('accept');
  expect(typist.screen.lines).toEqual(['$ make all']);
  expect(new Typist(60, history).type('x\u0012zz\u0007').text).toBe('x');
});

test('a bracketed paste is text, whatever is in it', () => {
  const typist = new Typist(40).type('\u001b[200~echo a\r\nls\t\u001b[201~');
  expect(typist.text).toBe('echo a\nls\t');
  expect(typist.last).toBe('none');
});

test('lines wrap at the width, exactly full ones too', () => {
  const typist = new Typist(10).type('12345678');
  expect(typist.screen.lines).toEqual(['$ 12345678']);
  expect([typist.screen.row, typist.screen.column]).toEqual([1, 0]);
  typist.type('9').type('\u0001');
  expect(typist.screen.lines).toEqual(['$ 12345678', '9']);
  expect([typist.screen.row, typist.screen.column]).toEqual([0, 2]);
});

test('a prompt with colours counts only what is seen', () => {
  const typist = new Typist(20, [], '\u0001\u001b[1;32m\u0002me\u0001\u001b[0m\u0002$ ');
  expect(typist.type('ab').type(LEFT).screen.column).toBe(5);
});

test('a megabyte costs time that grows with its length only', () => {
  const typist = new Typist(80).type(`\u001b[200~${'x'.repeat(1_000_000)}\u001b[201~`);
  expect(typist.text.length).toBe(1_000_000);
});

/** xorshift: the test must not depend on luck. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ;) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    yield state >>> 0;
  }
}

test('after any keys the screen shows what a fresh drawing would show', () => {
  const keys = [
    'a',
    'b ',
    '日',
    'é',
    '\u001b[D',
    '\u001b[C',
    '\u0001',
    '\u0005',
    '\u007f',
    '\u0017',
  ];
  keys.push('\u000b', '\u0019', '\u0014', UP, DOWN, '\u001bb', '\u001bf', '\u0004x', 'long word ');
  const history = ['echo one', 'x'.repeat(37), '日本語'.repeat(5)];
  for (let seed = 1; seed <= 300; seed++) {
    const random = numbers(seed * 7919);
    const columns = 5 + (random.next().value % 20);
    const typist = new Typist(columns, history);
    for (let step = 0; step < 40; step++) {
      typist.type(keys[random.next().value % keys.length]!);
      const fresh = new Screen(columns);
      const { before, after } = typist.editor.buffer;
      fresh.write(`$ ${before}`);
      expect(typist.screen.place, `seed ${seed} step ${step}`).toEqual(fresh.place);
      fresh.write(after);
      expect(typist.screen.lines, `seed ${seed} step ${step}`).toEqual(fresh.lines);
    }
  }
});
