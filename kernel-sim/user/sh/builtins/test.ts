// SPDX-License-Identifier: GPL-2.0-or-later
/** test and `[`: by number of arguments up to four, as POSIX has it, by grammar beyond. */
import type { Sleeping } from '../../../uapi/coroutine.ts';
import { BINARY_PRIMARIES, testBinary } from '../../support/test-primaries.ts';
import { testUnaryOf, UNARY_TESTS } from '../file-test.ts';
import type { Shell } from '../shell.ts';
import { USAGE_ERROR } from './builtin.ts';

/** What is wrong with an expression, in bash's words. */
interface TestError {
  readonly error: string;
}
type Verdict = boolean | TestError;

export function* runTest(shell: Shell, words: readonly string[]): Sleeping<number> {
  const name = words[0] ?? 'test';
  let operands = words.slice(1);
  if (name === '[') {
    if (operands.at(-1) !== ']') return yield* shell.fail("[: missing `]'", USAGE_ERROR);
    operands = operands.slice(0, -1);
  }
  const verdict = yield* judge(shell, operands);
  if (typeof verdict === 'boolean') return verdict ? 0 : 1;
  return yield* shell.fail(`${name}: ${verdict.error}`, USAGE_ERROR);
}

function* judge(shell: Shell, operands: readonly string[]): Sleeping<Verdict> {
  const [first = '', second = '', third = '', fourth = ''] = operands;
  switch (operands.length) {
    case 0:
      return false;
    case 1:
      return first !== '';
    case 2:
      if (first === '!') return second === '';
      if (UNARY_TESTS.has(first)) return yield* testUnaryOf(shell, first, second);
      return { error: `${first}: unary operator expected` };
    case 3:
      if (BINARY_PRIMARIES.has(second)) return yield* binary(shell, second, first, third);
      if (second === '-a') return first !== '' && third !== '';
      if (second === '-o') return first !== '' || third !== '';
      if (first === '!') return negate(yield* judge(shell, [second, third]));
      if (first === '(' && third === ')') return second !== '';
      return { error: `${second}: binary operator expected` };
    default:
      if (operands.length === 4 && first === '!') {
        return negate(yield* judge(shell, [second, third, fourth]));
      }
      return yield* parseAll(shell, operands);
  }
}

function negate(verdict: Verdict): Verdict {
  return typeof verdict === 'boolean' ? !verdict : verdict;
}

function* binary(shell: Shell, operator: string, left: string, right: string): Sleeping<Verdict> {
  if (/^-(?:eq|ne|lt|le|gt|ge)$/.test(operator)) {
    const wrong = [left, right].find((text) => !/^\s*[+-]?\d+\s*$/.test(text));
    if (wrong !== undefined) return { error: `${wrong}: integer expression expected` };
  }
  return yield* testBinary(
    shell.c,
    operator,
    left.replace(/^\s*\+(?=\d)/, ''),
    right.replace(/^\s*\+(?=\d)/, ''),
  );
}

interface Cursor {
  readonly operands: readonly string[];
  at: number;
}

function* parseAll(shell: Shell, operands: readonly string[]): Sleeping<Verdict> {
  const cursor: Cursor = { operands, at: 0 };
  const verdict = yield* parseOr(shell, cursor);
  if (typeof verdict === 'boolean' && cursor.at < operands.length) {
    return { error: 'too many arguments' };
  }
  return verdict;
}

function* parseOr(shell: Shell, cursor: Cursor): Sleeping<Verdict> {
  let verdict = yield* parseAnd(shell, cursor);
  while (cursor.operands[cursor.at] === '-o') {
    cursor.at++;
    const right = yield* parseAnd(shell, cursor);
    if (typeof verdict !== 'boolean' || typeof right !== 'boolean') return right;
    verdict = verdict || right;
  }
  return verdict;
}

function* parseAnd(shell: Shell, cursor: Cursor): Sleeping<Verdict> {
  let verdict = yield* parsePrimary(shell, cursor);
  while (cursor.operands[cursor.at] === '-a') {
    cursor.at++;
    const right = yield* parsePrimary(shell, cursor);
    if (typeof verdict !== 'boolean' || typeof right !== 'boolean') return right;
    verdict = verdict && right;
  }
  return verdict;
}

function* parsePrimary(shell: Shell, cursor: Cursor): Sleeping<Verdict> {
  const { operands } = cursor;
  const word = operands[cursor.at];
  if (word === undefined) return { error: 'argument expected' };
  const next = operands[cursor.at + 1];
  if (next !== undefined && BINARY_PRIMARIES.has(next) && cursor.at + 2 < operands.length) {
    cursor.at += 3;
    return yield* binary(shell, next, word, operands[cursor.at - 1] ?? '');
  }
  cursor.at++;
  if (word === '!') return negate(yield* parsePrimary(shell, cursor));
  if (word === '(') {
    const verdict = yield* parseOr(shell, cursor);
    if (operands[cursor.at] !== ')') return { error: "`)' expected" };
    cursor.at++;
    return verdict;
  }
  if (UNARY_TESTS.has(word) && next !== undefined) {
    cursor.at++;
    return yield* testUnaryOf(shell, word, next);
  }
  return word !== '';
}
