// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Parameters: what `$name` stands for, and the operations of `${name…}`.
 *
 * expand.ts walks the parts of a word and asks here; operands are expanded by it in turn, through
 * the `OperandExpander` that it hands in.
 */
import type { ParameterExpansionPart, ParameterOperation, Word } from 'unbash';

import type { Sleeping } from '../../uapi/coroutine.ts';
import { evaluateArithmetic } from './arithmetic.ts';
import { arithmeticScope } from './arithmetic-scope.ts';
import { optionLetters } from './options.ts';
import { compilePattern, matchPiece, type Pattern } from './pattern.ts';
import { quoteForShell } from './quote.ts';
import type { Shell } from './shell.ts';

/** A parameter's values: one, or the list of `$@`, `$*` and arrays. */
export interface ParameterValue {
  readonly values: readonly string[];
  readonly list: 'none' | 'at' | 'star';
  readonly isSet: boolean;
}

export interface OperandExpander {
  /** One text, quotes removed. Undefined: failed, and said so. */
  text(word: Word): Sleeping<string | undefined>;
  pattern(word: Word): Sleeping<string | undefined>;
}

/** Either a value to be put into the word, or an operand that takes its place. */
export type ParameterOutcome = ParameterValue | { readonly operand: Word } | undefined;

const UNSET: ParameterValue = { values: [], list: 'none', isSet: false };

function scalar(value: string | undefined): ParameterValue {
  return value === undefined ? UNSET : { values: [value], list: 'none', isSet: true };
}

/** What a parameter stands for. */
export function lookupParameter(shell: Shell, name: string): ParameterValue {
  const { positional } = shell;
  if (/^\d+$/.test(name)) {
    return scalar(name === '0' ? shell.name : positional[Number(name) - 1]);
  }
  switch (name) {
    case '@':
      return { values: positional, list: 'at', isSet: positional.length > 0 };
    case '*':
      return { values: positional, list: 'star', isSet: positional.length > 0 };
    case '#':
      return scalar(String(positional.length));
    case '?':
      return scalar(String(shell.lastStatus));
    case '$':
      return scalar(String(shell.pid));
    case '!':
      return scalar(shell.lastBackground === 0 ? undefined : String(shell.lastBackground));
    case '-':
      return scalar(
        optionLetters(shell.options, shell.invocationLetters + (shell.interactive ? 'i' : '')),
      );
    default:
      return scalar(shell.variables.get(name));
  }
}

/** Complains and ends the script, as expansions do that fail. */
export function* abort(shell: Shell, message: string, status: number): Sleeping<undefined> {
  yield* shell.complain(message);
  shell.flow = { kind: 'abort', status };
  return undefined;
}

/** `$name` with `set -u` watching. */
export function* readParameter(shell: Shell, name: string): Sleeping<ParameterValue | undefined> {
  const value = lookupParameter(shell, name);
  if (value.isSet || value.list !== 'none' || !shell.options.nounset) return value;
  return yield* unbound(shell, name);
}

function unbound(shell: Shell, name: string): Sleeping<undefined> {
  return abort(shell, `${name}: unbound variable`, shell.options.errexit ? 1 : 127);
}

/** `${…}`. */
export function* expandParameter(
  shell: Shell,
  part: ParameterExpansionPart,
  expander: OperandExpander,
): Sleeping<ParameterOutcome> {
  const { parameter, prefix, operation } = part;
  if (parameter === '' || operation?.type === 'Unknown') return yield* badSubstitution(shell, part);
  if (prefix === '!' && operation?.type === 'Names') {
    const names = shell.variables.names().filter((name) => name.startsWith(parameter));
    return { values: names, list: operation.operator === '@' ? 'at' : 'star', isSet: true };
  }
  let name = parameter;
  let value = yield* subject(shell, part, expander);
  if (value === undefined) return undefined;
  if (prefix === '!' && part.index === undefined) {
    name = value.values[0] ?? '';
    if (name === '') return yield* abort(shell, `${parameter}: invalid indirect expansion`, 1);
    value = lookupParameter(shell, name);
  }
  if (operation?.type === 'Default') return yield* defaultOf(shell, part, name, value, expander);
  if (!value.isSet && value.list === 'none' && shell.options.nounset) {
    return yield* unbound(shell, name);
  }
  if (prefix === '#') return lengthOf(value);
  if (operation === undefined) return value;
  if (operation.type === 'Slice') return yield* slice(shell, value, operation, expander, name);
  return yield* transform(shell, part, value, operation, expander);
}

function badSubstitution(shell: Shell, part: ParameterExpansionPart): Sleeping<undefined> {
  return abort(shell, `${part.text}: bad substitution`, 1);
}

/** The value that `${name…}` or `${name[index]…}` starts from. */
function* subject(
  shell: Shell,
  part: ParameterExpansionPart,
  expander: OperandExpander,
): Sleeping<ParameterValue | undefined> {
  const { parameter, index } = part;
  if (index === undefined) return lookupParameter(shell, parameter);
  if (index.text === '@' || index.text === '*') {
    if (parameter === 'PIPESTATUS') {
      return { values: shell.pipeStatus.map(String), list: 'at', isSet: true };
    }
    const isNames = part.prefix === '!';
    const variable = shell.variables.lookup(parameter);
    const values = isNames
      ? Object.keys(variable?.elements ?? (variable?.value === undefined ? [] : ['']))
      : shell.variables.elements(parameter);
    return { values, list: index.text === '@' ? 'at' : 'star', isSet: values.length > 0 };
  }
  const text = yield* expander.text(index);
  if (text === undefined) return undefined;
  const result = evaluateArithmetic(text, arithmeticScope(shell));
  if ('error' in result) return yield* abort(shell, result.error, 1);
  if (parameter === 'PIPESTATUS') {
    const status = shell.pipeStatus[Number(result.value)];
    return scalar(status === undefined ? undefined : String(status));
  }
  return scalar(shell.variables.element(parameter, Number(result.value)));
}

function lengthOf(value: ParameterValue): ParameterValue {
  if (value.list !== 'none') return scalar(String(value.values.length));
  // Characters, not units: what is beyond the BMP counts once.
  return scalar(String(Array.from(value.values[0] ?? '').length));
}

function* defaultOf(
  shell: Shell,
  part: ParameterExpansionPart,
  name: string,
  value: ParameterValue,
  expander: OperandExpander,
): Sleeping<ParameterOutcome> {
  const operation = part.operation;
  if (operation?.type !== 'Default') return value;
  const { operator, operand } = operation;
  const isEmpty = value.values.every((item) => item === '');
  const present = value.isSet && !(operator.startsWith(':') && isEmpty);
  switch (operator.at(-1)) {
    case '+':
      return present ? { operand } : UNSET;
    case '-':
      return present ? value : { operand };
    case '=': {
      if (present) return value;
      if (!/^[A-Za-z_]\w*$/.test(name)) {
        return yield* abort(shell, `$${name}: cannot assign in this way`, 1);
      }
      const text = yield* expander.text(operand);
      if (text === undefined) return undefined;
      if (shell.variables.set(name, text)) return scalar(text);
      return yield* abort(shell, `${name}: readonly variable`, 1);
    }
    default: {
      if (present) return value;
      const text = yield* expander.text(operand);
      if (text === undefined) return undefined;
      const standard = operator === '?' ? 'parameter not set' : 'parameter null or not set';
      return yield* abort(shell, `${name}: ${text === '' ? standard : text}`, 127);
    }
  }
}

function* slice(
  shell: Shell,
  value: ParameterValue,
  operation: Extract<ParameterOperation, { type: 'Slice' }>,
  expander: OperandExpander,
  name: string,
): Sleeping<ParameterOutcome> {
  const offset = yield* number(shell, operation.offset, expander);
  const length =
    operation.length === undefined ? null : yield* number(shell, operation.length, expander);
  if (offset === undefined || length === undefined) return undefined;
  // `${@:0}` begins with $0.
  const isPositional = value.list !== 'none' && (name === '@' || name === '*');
  const items: readonly string[] =
    value.list === 'none'
      ? Array.from(value.values[0] ?? '')
      : isPositional
        ? [shell.name, ...value.values]
        : value.values;
  const start = offset < 0 ? items.length + offset : offset;
  if (start < 0) return value.list === 'none' ? scalar('') : { ...value, values: [] };
  const end = length === null ? items.length : length < 0 ? items.length + length : start + length;
  if (end < start && length !== null && length < 0) {
    return yield* abort(shell, `${operation.length?.text ?? ''}: substring expression < 0`, 1);
  }
  const picked = items.slice(start, end);
  return value.list === 'none' ? scalar(picked.join('')) : { ...value, values: picked };
}

function* number(
  shell: Shell,
  word: Word,
  expander: OperandExpander,
): Sleeping<number | undefined> {
  const text = yield* expander.text(word);
  if (text === undefined) return undefined;
  const result = evaluateArithmetic(text, arithmeticScope(shell));
  if ('error' in result) return yield* abort(shell, result.error, 1);
  return Number(result.value);
}

/** Operations that work on each value by itself. */
function* transform(
  shell: Shell,
  part: ParameterExpansionPart,
  value: ParameterValue,
  operation: ParameterOperation,
  expander: OperandExpander,
): Sleeping<ParameterOutcome> {
  const each = (change: (text: string) => string): ParameterValue => ({
    ...value,
    values: value.values.map((text) => change(text)),
  });
  switch (operation.type) {
    case 'Remove': {
      const source = yield* expander.pattern(operation.operand);
      if (source === undefined) return undefined;
      const pattern = compilePattern(source);
      return each((text) => remove(text, pattern, operation.operator));
    }
    case 'Replace': {
      const source = yield* expander.pattern(operation.pattern);
      const replacement = yield* expander.text(operation.replacement);
      if (source === undefined || replacement === undefined) return undefined;
      const pattern = compilePattern(source);
      if (source === '') return value;
      return each((text) => replace(text, pattern, replacement, operation.operator));
    }
    case 'CaseModification':
      return each((text) => changeCase(text, operation.operator));
    case 'Transform':
      if (operation.operand.text === 'Q') return each((text) => quoteForShell(text, true));
      if (operation.operand.text === 'U') return each((text) => text.toUpperCase());
      if (operation.operand.text === 'L') return each((text) => text.toLowerCase());
      if (operation.operand.text === 'u') return each((text) => changeCase(text, '^'));
      return yield* badSubstitution(shell, part);
    default:
      return yield* badSubstitution(shell, part);
  }
}

/** `#`, `##`, `%`, `%%`: takes the shortest or longest match off one end. */
function remove(text: string, pattern: Pattern, operator: string): string {
  const isPrefix = operator.startsWith('#');
  const { length } = isPrefix
    ? matchPiece(pattern, text, 0, 1, operator.length === 2)
    : matchPiece(pattern.toReversed(), text, text.length, -1, operator.length === 2);
  if (length < 0) return text;
  return isPrefix ? text.slice(length) : text.slice(0, text.length - length);
}

function replace(text: string, pattern: Pattern, replacement: string, operator: string): string {
  if (operator === '/%') {
    const { length } = matchPiece(pattern.toReversed(), text, text.length, -1, true);
    return length < 0 ? text : text.slice(0, text.length - length) + replacement;
  }
  const pieces: string[] = [];
  let copied = 0;
  for (let at = 0; at <= text.length;) {
    const { length, sawStar } = matchPiece(pattern, text, at, 1, true);
    // An empty match replaces nothing when all are wanted.
    const isMatch = length > 0 || (length === 0 && operator !== '//');
    if (isMatch) {
      pieces.push(text.slice(copied, at), replacement);
      at += length;
      copied = at;
      if (operator !== '//' || at >= text.length) break;
    } else {
      if (operator === '/#' || sawStar) break;
      at++;
    }
  }
  return pieces.join('') + text.slice(copied);
}

function changeCase(text: string, operator: string): string {
  const change = (part: string): string =>
    operator.startsWith('^') ? part.toUpperCase() : part.toLowerCase();
  return operator.length === 2 ? change(text) : change(text.slice(0, 1)) + text.slice(1);
}
