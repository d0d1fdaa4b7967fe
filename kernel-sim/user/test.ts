// SPDX-License-Identifier: GPL-2.0-or-later
/** test and [: conditions about files, texts and numbers. The exit status is the answer. */
import type { Sleeping } from '../uapi/coroutine.ts';
import { defineProgram, type Libc } from './libc/libc.ts';
import { quoted } from './support/locale.ts';
import {
  BINARY_PRIMARIES,
  testBinary,
  testUnary,
  UNARY_PRIMARIES,
} from './support/test-primaries.ts';

const TRUE = 0;
const FALSE = 1;
const TROUBLE = 2;

export const test = defineProgram((c) => evaluate(c, c.argv.slice(1)));

export const bracket = defineProgram(function* (c) {
  const words = c.argv.slice(1);
  if (words.pop() !== ']') return yield* c.die(c.program, `missing ${quoted(c, ']')}`, TROUBLE);
  return yield* evaluate(c, words);
});

function* evaluate(c: Libc, words: readonly string[]): Sleeping<number> {
  const expression = new Expression(c, words);
  const answer = yield* expression.run();
  if (expression.error !== undefined) return yield* c.die(c.program, expression.error, TROUBLE);
  return answer ? TRUE : FALSE;
}

class Expression {
  readonly #c: Libc;
  readonly #words: readonly string[];
  #at = 0;
  error: string | undefined;

  constructor(c: Libc, words: readonly string[]) {
    this.#c = c;
    this.#words = words;
  }

  *run(): Sleeping<boolean> {
    const words = this.#words;
    const [first = '', second = '', third = ''] = words;
    // POSIX decides by the number of words, so that any text may be compared.
    if (words.length === 0) return false;
    if (words.length === 1) return first !== '';
    if (words.length === 2) {
      if (first === '!') return second === '';
      if (UNARY_PRIMARIES.has(first)) return yield* testUnary(this.#c, first, second);
      return this.#fail(
        first.startsWith('-')
          ? `${quoted(this.#c, first)}: unary operator expected`
          : `missing argument after ${quoted(this.#c, second)}`,
      );
    }
    if (words.length === 3 && BINARY_PRIMARIES.has(second)) {
      return yield* this.#binary(first, second, third);
    }
    if (words.length === 3 && first === '!') {
      return !(yield* new Expression(this.#c, words.slice(1)).run());
    }
    if (words.length === 3 && first === '(' && third === ')') return second !== '';
    if (words.length === 3) {
      return this.#fail(`${quoted(this.#c, second)}: binary operator expected`);
    }
    const answer = yield* this.#or();
    if (this.error === undefined && this.#at < words.length) {
      return this.#fail(`extra argument ${quoted(this.#c, words[this.#at] ?? '')}`);
    }
    return answer;
  }

  #fail(message: string): boolean {
    this.error ??= message;
    this.#at = this.#words.length;
    return false;
  }

  *#or(): Sleeping<boolean> {
    let answer = yield* this.#and();
    while (this.#words[this.#at] === '-o') {
      this.#at++;
      const other = yield* this.#and();
      answer ||= other;
    }
    return answer;
  }

  *#and(): Sleeping<boolean> {
    let answer = yield* this.#term();
    while (this.#words[this.#at] === '-a') {
      this.#at++;
      const other = yield* this.#term();
      answer &&= other;
    }
    return answer;
  }

  *#term(): Sleeping<boolean> {
    const word = this.#words[this.#at];
    if (word === undefined) {
      return this.#fail(`missing argument after ${quoted(this.#c, this.#words.at(-1) ?? '')}`);
    }
    const [next, afterNext] = [this.#words[this.#at + 1], this.#words[this.#at + 2]];
    if (next !== undefined && afterNext !== undefined && BINARY_PRIMARIES.has(next)) {
      this.#at += 3;
      return yield* this.#binary(word, next, afterNext);
    }
    this.#at++;
    if (word === '!') return !(yield* this.#term());
    if (word === '(') {
      const answer = yield* this.#or();
      if (this.#words[this.#at] !== ')') return this.#fail("')' expected");
      this.#at++;
      return answer;
    }
    if (UNARY_PRIMARIES.has(word) && next !== undefined) {
      this.#at++;
      return yield* testUnary(this.#c, word, next);
    }
    return word !== '';
  }

  *#binary(left: string, operator: string, right: string): Sleeping<boolean> {
    if (!operator.startsWith('-') || FILE_COMPARISONS.has(operator)) {
      return yield* testBinary(this.#c, operator, left, right);
    }
    const numbers = [left, right].map((text) => text.trim().replace(/^\+/, ''));
    const wrong = [left, right].find((_, n) => !/^-?\d+$/.test(numbers[n] ?? ''));
    if (wrong !== undefined) return this.#fail(`invalid integer ${quoted(this.#c, wrong)}`);
    return yield* testBinary(this.#c, operator, numbers[0] ?? '', numbers[1] ?? '');
  }
}

const FILE_COMPARISONS: ReadonlySet<string> = new Set(['-nt', '-ot', '-ef']);
