// SPDX-License-Identifier: GPL-2.0-or-later
/** test and [: conditions about files, texts and numbers. The exit status is the answer. */
import type { Sleeping } from '../uapi/coroutine.ts';
import { ACCESS, S } from '../uapi/fs.ts';
import { defineProgram, type Libc } from './libc/libc.ts';
import { quoted } from './support/locale.ts';

const TRUE = 0;
const FALSE = 1;
const TROUBLE = 2;

// prettier-ignore
const BINARY = new Set([
  '=', '==', '!=', '<', '>', '-eq', '-ne', '-lt', '-le', '-gt', '-ge', '-nt', '-ot', '-ef',
]);
/** The letters of the operators with one operand. */
const UNARY = 'bcdefghkLnprsStuwxzOG';

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
      if (isUnary(first)) return yield* this.#unary(first, second);
      return this.#fail(
        first.startsWith('-')
          ? `${quoted(this.#c, first)}: unary operator expected`
          : `missing argument after ${quoted(this.#c, second)}`,
      );
    }
    if (words.length === 3 && BINARY.has(second)) {
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
    if (next !== undefined && afterNext !== undefined && BINARY.has(next)) {
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
    if (isUnary(word) && next !== undefined) {
      this.#at++;
      return yield* this.#unary(word, next);
    }
    return word !== '';
  }

  *#unary(operator: string, operand: string): Sleeping<boolean> {
    const c = this.#c;
    switch (operator) {
      case '-n':
        return operand !== '';
      case '-z':
        return operand === '';
      case '-t':
        return /^\d+$/.test(operand) && (yield* c.isatty(Number(operand)));
      case '-r':
        return (yield* c.access(operand, ACCESS.R_OK)) === 0;
      case '-w':
        return (yield* c.access(operand, ACCESS.W_OK)) === 0;
      case '-x':
        return (yield* c.access(operand, ACCESS.X_OK)) === 0;
      default:
        return yield* this.#fileTest(operator, operand);
    }
  }

  *#fileTest(operator: string, path: string): Sleeping<boolean> {
    const isAboutLink = operator === '-h' || operator === '-L';
    const stat = isAboutLink ? yield* this.#c.lstat(path) : yield* this.#c.stat(path);
    if (typeof stat === 'number') return false;
    const type = stat.mode & S.IFMT;
    switch (operator) {
      case '-e':
        return true;
      case '-s':
        return stat.size > 0;
      case '-O':
        return stat.uid === (yield* this.#c.geteuid());
      case '-G':
        return stat.gid === (yield* this.#c.getegid());
      case '-u':
        return (stat.mode & S.ISUID) !== 0;
      case '-g':
        return (stat.mode & S.ISGID) !== 0;
      case '-k':
        return (stat.mode & S.ISVTX) !== 0;
      default:
        return type === TYPES[operator];
    }
  }

  *#binary(left: string, operator: string, right: string): Sleeping<boolean> {
    switch (operator) {
      case '=':
      case '==':
        return left === right;
      case '!=':
        return left !== right;
      case '<':
        return left < right;
      case '>':
        return left > right;
      case '-nt':
      case '-ot':
      case '-ef':
        return yield* this.#compareFiles(left, operator, right);
      default:
        return this.#compareNumbers(left, operator, right);
    }
  }

  #compareNumbers(left: string, operator: string, right: string): boolean {
    for (const text of [left, right]) {
      if (!/^\s*[-+]?\d+\s*$/.test(text)) {
        return this.#fail(`invalid integer ${quoted(this.#c, text)}`);
      }
    }
    const [a, b] = [
      BigInt(left.trim().replace(/^\+/, '')),
      BigInt(right.trim().replace(/^\+/, '')),
    ];
    switch (operator) {
      case '-eq':
        return a === b;
      case '-ne':
        return a !== b;
      case '-lt':
        return a < b;
      case '-le':
        return a <= b;
      case '-gt':
        return a > b;
      default:
        return a >= b;
    }
  }

  *#compareFiles(left: string, operator: string, right: string): Sleeping<boolean> {
    const a = yield* this.#c.stat(left);
    const b = yield* this.#c.stat(right);
    if (typeof a === 'number' || typeof b === 'number') {
      // A file that is there is newer than one that is not.
      if (operator === '-nt') return typeof a !== 'number';
      return operator === '-ot' && typeof b !== 'number';
    }
    if (operator === '-ef') return a.dev === b.dev && a.ino === b.ino;
    const order = a.mtime - b.mtime || a.mtime_ns - b.mtime_ns;
    return operator === '-nt' ? order > 0 : order < 0;
  }
}

const TYPES: Readonly<Record<string, number>> = {
  '-b': S.IFBLK,
  '-c': S.IFCHR,
  '-d': S.IFDIR,
  '-f': S.IFREG,
  '-h': S.IFLNK,
  '-L': S.IFLNK,
  '-p': S.IFIFO,
  '-S': S.IFSOCK,
};

function isUnary(word: string): boolean {
  return word.length === 2 && word.startsWith('-') && UNARY.includes(word.slice(1));
}
