// SPDX-License-Identifier: GPL-2.0-or-later
/** if, while, until, for, select, `for ((;;))` and case. */
import type { ArithmeticFor, Case, CompoundList, For, If, Select, Statement, While } from 'unbash';

import type { Sleeping } from '../../uapi/coroutine.ts';
import { evaluateArithmetic } from './arithmetic.ts';
import { arithmeticScope } from './arithmetic-scope.ts';
import { expandArithmeticText, expandPattern, expandText, expandWords } from './expand.ts';
import { compilePattern, matchPattern, patternOptions } from './pattern.ts';
import type { Shell } from './shell.ts';
import { trace } from './trace.ts';

/** How a list inside is run: evaluate.ts hands itself in. */
export type RunStatements = (shell: Shell, list: readonly Statement[]) => Sleeping<number>;

function* runCondition(shell: Shell, list: CompoundList, run: RunStatements): Sleeping<number> {
  shell.conditionDepth++;
  const status = yield* run(shell, list.commands);
  shell.conditionDepth--;
  return status;
}

export function* runIf(shell: Shell, node: If, run: RunStatements): Sleeping<number> {
  for (const branch of [node, ...node.elif]) {
    const condition = yield* runCondition(shell, branch.clause, run);
    if (shell.flow !== undefined) return condition;
    if (condition === 0) return yield* run(shell, branch.then.commands);
  }
  return node.else === undefined ? 0 : yield* run(shell, node.else.commands);
}

/** After one turn of a loop: whether it goes on. Break and continue lose a level here. */
function goesOn(shell: Shell): boolean {
  const { flow } = shell;
  if (flow === undefined) return true;
  if (flow.kind !== 'break' && flow.kind !== 'continue') return false;
  shell.flow = flow.levels > 1 ? { kind: flow.kind, levels: flow.levels - 1 } : undefined;
  return flow.kind === 'continue' && flow.levels <= 1;
}

export function* runWhile(shell: Shell, node: While, run: RunStatements): Sleeping<number> {
  let status = 0;
  shell.loopDepth++;
  for (;;) {
    const condition = yield* runCondition(shell, node.clause, run);
    if (shell.flow !== undefined) {
      if (goesOn(shell)) continue;
      break;
    }
    if ((condition === 0) !== (node.kind === 'while')) break;
    status = yield* run(shell, node.body.commands);
    if (!goesOn(shell)) break;
  }
  shell.loopDepth--;
  return status;
}

export function* runFor(shell: Shell, node: For | Select, run: RunStatements): Sleeping<number> {
  const { wordlist } = node;
  const words = wordlist === undefined ? shell.positional : yield* expandWords(shell, wordlist);
  if (words === undefined) return 1;
  if (node.type === 'Select') return yield* runSelect(shell, node, words, run);
  let status = 0;
  shell.loopDepth++;
  for (const word of words) {
    yield* shell.work();
    if (shell.options.xtrace) yield* traceFor(shell, node);
    const own = shell.variables.lookupOwn(node.name.value);
    // The name of a reference takes each word as what it stands for.
    if (own?.isReference === true) own.value = word;
    else if (!shell.variables.set(node.name.value, word)) {
      status = yield* shell.fail(`${node.name.value}: readonly variable`);
      break;
    }
    status = yield* run(shell, node.body.commands);
    if (!goesOn(shell)) break;
  }
  shell.loopDepth--;
  return status;
}

/** `+ for i in 1 2`, as `set -x` shows each turn. */
function* traceFor(shell: Shell, node: For): Sleeping<void> {
  const words = (node.wordlist ?? []).map(({ text }) => text).join(' ');
  const list = node.wordlist === undefined ? 'in "$@"' : `in ${words}`;
  yield* trace(shell, `for ${node.name.value} ${list}`);
}

const MENU_COLUMNS = 80;
const TAB_STOP = 8;

/** The numbered words in columns, tabs between them, as bash lays them out. */
function selectMenu(words: readonly string[]): string {
  const digits = String(words.length).length;
  const width = Math.max(...words.map((word) => word.length)) + digits + 4;
  const fitting = Math.max(1, Math.floor(MENU_COLUMNS / width));
  let rows = Math.ceil(words.length / fitting);
  if (rows === 1) rows = words.length;
  let text = '';
  for (let row = 0; row < rows; row++) {
    let column = 0;
    for (let at = row; at < words.length; at += rows) {
      const padding = column === 0 ? String(rows).length : digits;
      const cell = `${String(at + 1).padStart(padding)}) ${words[at] ?? ''}`;
      text += cell;
      if (at + rows >= words.length) break;
      text += indent(column + cell.length, column + width);
      column += width;
    }
    text += '\n';
  }
  return text;
}

function indent(from: number, to: number): string {
  let text = '';
  for (let at = from; at < to;) {
    const isTab = Math.floor(to / TAB_STOP) > Math.floor(at / TAB_STOP);
    text += isTab ? '\t' : ' ';
    at += isTab ? TAB_STOP - (at % TAB_STOP) : 1;
  }
  return text;
}

function* runSelect(
  shell: Shell,
  node: Select,
  words: readonly string[],
  run: RunStatements,
): Sleeping<number> {
  if (words.length === 0) return 0;
  const menu = selectMenu(words);
  const lines = shell.c.lines(0);
  let status = 0;
  shell.loopDepth++;
  for (let isShown = false; ;) {
    if (!isShown) yield* shell.c.err(menu);
    yield* shell.c.err(shell.variables.get('PS3') ?? '#? ');
    const line = yield* lines.next();
    if (typeof line !== 'string') {
      shell.c.out('\n');
      status = 1;
      break;
    }
    isShown = line.trim() !== '';
    if (!isShown) continue;
    shell.variables.set('REPLY', line);
    shell.variables.set(node.name.value, words[Number(line) - 1] ?? '');
    status = yield* run(shell, node.body.commands);
    if (!goesOn(shell)) break;
  }
  shell.loopDepth--;
  return status;
}

export function* runArithmeticFor(
  shell: Shell,
  node: ArithmeticFor,
  run: RunStatements,
): Sleeping<number> {
  const text = (part: { pos: number; end: number } | undefined): string =>
    part === undefined ? '' : shell.source.text.slice(part.pos, part.end);
  let status = 0;
  if ((yield* step(shell, text(node.initialize))) === undefined) return 1;
  shell.loopDepth++;
  for (;;) {
    yield* shell.work();
    const test = text(node.test);
    const value = test === '' ? 1n : yield* step(shell, test);
    if (value === undefined) status = 1;
    if (value === undefined || value === 0n) break;
    status = yield* run(shell, node.body.commands);
    if (!goesOn(shell)) break;
    if ((yield* step(shell, text(node.update))) === undefined) {
      status = 1;
      break;
    }
  }
  shell.loopDepth--;
  return status;
}

/** Undefined: it failed, and said so. */
function* step(shell: Shell, source: string): Sleeping<bigint | undefined> {
  if (shell.options.xtrace) yield* trace(shell, `(( ${source.trim()} ))`);
  const text = yield* expandArithmeticText(shell, source);
  if (text === undefined) return undefined;
  const result = evaluateArithmetic(text, arithmeticScope(shell));
  if ('value' in result) return result.value;
  yield* shell.complain(`((: ${result.error}`);
  return undefined;
}

export function* runCase(shell: Shell, node: Case, run: RunStatements): Sleeping<number> {
  shell.setLine(node.pos);
  if (shell.options.xtrace) yield* trace(shell, `case ${node.word.text} in`);
  const subject = yield* expandText(shell, node.word);
  if (subject === undefined) return 1;
  let status = 0;
  let fallsThrough = false;
  for (const item of node.items) {
    let matches = fallsThrough;
    for (const word of item.pattern) {
      if (matches) break;
      const pattern = yield* expandPattern(shell, word);
      if (pattern === undefined) return 1;
      matches = matchPattern(compilePattern(pattern, patternOptions(shell)), subject);
    }
    if (!matches) continue;
    status = yield* run(shell, item.body.commands);
    if (shell.flow !== undefined) return status;
    if (item.terminator === ';;' || item.terminator === undefined) return status;
    fallsThrough = item.terminator === ';&';
  }
  return status;
}
