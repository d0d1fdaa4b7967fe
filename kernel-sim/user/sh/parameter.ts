// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Parameters: what `$name` stands for, and the operations of `${name…}`.
 *
 * expand.ts walks the parts of a word and asks here; operands are expanded by it in turn, through
 * the `OperandExpander` that it hands in.
 */
import type { ParameterExpansionPart, ParameterOperation, Word } from 'unbash';

import type { Sleeping } from '../../uapi/coroutine.ts';
import { IndexedArray } from './arrays.ts';
import { evaluateArithmetic } from './arithmetic.ts';
import { arithmeticScope } from './arithmetic-scope.ts';
import { CLOCKS, readClock } from './dynamic-variables.ts';
import { optionLetters } from './options.ts';
import {
  compilePattern,
  matchPattern,
  matchPiece,
  patternOptions,
  type Pattern,
} from './pattern.ts';
import type { Shell } from './shell.ts';
import { transformBy } from './transform.ts';

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
  /** A text in which each character that was quoted has a backslash before it. */
  marked(word: Word): Sleeping<string | undefined>;
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

/** The same where a script does not go on with its next line: a parameter that must be set. */
function* abortScript(shell: Shell, message: string): Sleeping<undefined> {
  yield* shell.complain(message);
  const status = shell.isSubshell || shell.options.errexit ? 1 : 127;
  shell.flow = { kind: 'abort', status, isFatal: true };
  return undefined;
}

/** `$name` with `set -u` watching. */
export function* readParameter(shell: Shell, name: string): Sleeping<ParameterValue | undefined> {
  if (CLOCKS.has(name)) yield* readClock(shell);
  const value = lookupParameter(shell, name);
  if (value.isSet || value.list !== 'none' || !shell.options.nounset) return value;
  return yield* unbound(shell, /^\d/.test(name) ? `$${name}` : name);
}

function unbound(shell: Shell, name: string): Sleeping<undefined> {
  return abortScript(shell, `${name}: unbound variable`);
}

/** `${…}`. */
export function* expandParameter(
  shell: Shell,
  part: ParameterExpansionPart,
  expander: OperandExpander,
): Sleeping<ParameterOutcome> {
  const { parameter, prefix, operation } = part;
  if (operation?.type === 'Unknown' && /^~~?$/.test(operation.operator)) {
    const value = lookupParameter(shell, parameter);
    const { operator } = operation;
    return { ...value, values: value.values.map((text) => changeCase(text, operator, undefined)) };
  }
  if (parameter === '' || operation?.type === 'Unknown') return yield* badSubstitution(shell, part);
  if (prefix === '!' && operation?.type === 'Names') {
    const names = shell.variables.names().filter((name) => name.startsWith(parameter));
    return { values: names, list: operation.operator === '@' ? 'at' : 'star', isSet: true };
  }
  let name = parameter;
  let value = yield* subject(shell, part, expander);
  if (value === undefined) return undefined;
  const listsKeys = part.index?.text === '@' || part.index?.text === '*';
  if (prefix === '!' && !listsKeys) {
    const own = shell.variables.lookupOwn(parameter);
    if (own?.isReference === true && operation === undefined) return scalar(own.value);
    name = value.values[0] ?? '';
    if (name === '') return yield* abort(shell, `${parameter}: invalid indirect expansion`, 1);
    value = yield* indirect(shell, name);
    if (value === undefined) return undefined;
  } else if (part.index !== undefined) name = `${parameter}[${part.index.text}]`;
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
  if (CLOCKS.has(parameter)) yield* readClock(shell);
  if (index === undefined) return lookupParameter(shell, parameter);
  if (index.text === '@' || index.text === '*') {
    return wholeArray(shell, parameter, index.text, part.prefix === '!');
  }
  const text = yield* expander.text(index);
  if (text === undefined) return undefined;
  return yield* elementValue(shell, parameter, text);
}

/** `${name[@]}`, or the subscripts that are in use. */
function wholeArray(shell: Shell, name: string, star: string, wantsKeys: boolean): ParameterValue {
  const array = shell.variables.arrayOf(name);
  const values = (wantsKeys ? array?.keys() : array?.values()) ?? [];
  return { values, list: star === '@' ? 'at' : 'star', isSet: values.length > 0 };
}

function* elementValue(
  shell: Shell,
  name: string,
  subscript: string,
): Sleeping<ParameterValue | undefined> {
  const { variables } = shell;
  if (variables.isAssociative(name)) return scalar(variables.element(name, subscript));
  const result = evaluateArithmetic(subscript, arithmeticScope(shell));
  if ('error' in result) return yield* abort(shell, result.error, 1);
  const index = Number(result.value);
  const array = variables.arrayOf(name);
  if (index < 0 && array instanceof IndexedArray && array.end + index < 0) {
    yield* shell.complain(`${name}: bad array subscript`);
    return UNSET;
  }
  return scalar(variables.element(name, index));
}

/** What `${!ref}` means: a parameter, or an element or all of an array. */
function* indirect(shell: Shell, target: string): Sleeping<ParameterValue | undefined> {
  const element = /^([A-Za-z_]\w*)\[([\s\S]+)\]$/.exec(target);
  if (element !== null) {
    const [, name = '', subscript = ''] = element;
    if (subscript === '@' || subscript === '*') return wholeArray(shell, name, subscript, false);
    return yield* elementValue(shell, name, subscript);
  }
  if (/^(?:[A-Za-z_]\w*|\d+|[@*#?$!-])$/.test(target)) return lookupParameter(shell, target);
  return yield* abort(shell, `${target}: invalid variable name`, 1);
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
      if (!/^[A-Za-z_]\w*(?:\[.+\])?$/.test(name)) {
        return yield* abort(shell, `$${name}: cannot assign in this way`, 1);
      }
      const text = yield* expander.text(operand);
      if (text === undefined) return undefined;
      const element = /^(\w+)\[(.+)\]$/.exec(name);
      const isStored =
        element === null
          ? shell.variables.set(name, text)
          : shell.variables.setElement(element[1] ?? '', element[2] ?? '', text);
      if (isStored) return scalar(text);
      return yield* abort(shell, `${name}: readonly variable`, 1);
    }
    default: {
      if (present) return value;
      const text = yield* expander.text(operand);
      if (text === undefined) return undefined;
      const standard = operator === '?' ? 'parameter not set' : 'parameter null or not set';
      return yield* abortScript(shell, `${name}: ${text === '' ? standard : text}`);
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
  let offset = yield* number(shell, operation.offset, expander);
  const length =
    operation.length === undefined ? null : yield* number(shell, operation.length, expander);
  if (offset === undefined || length === undefined) return undefined;
  const array = value.list === 'none' ? undefined : shell.variables.arrayOf(arrayNameOf(name));
  if (array instanceof IndexedArray && array.size < array.end) {
    // Offsets count subscripts, lengths count elements.
    const from = offset < 0 ? array.end + offset : offset;
    const first = array.keys().findIndex((key) => Number(key) >= from);
    if (from < 0 || first < 0) return { ...value, values: [] };
    offset = first;
  }
  if (value.list !== 'none' && length !== null && length < 0) {
    return yield* abort(shell, `${operation.length?.text ?? ''}: substring expression < 0`, 1);
  }
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

function arrayNameOf(name: string): string {
  return name.replace(/\[.*$/, '');
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
      const pattern = compilePattern(source, patternOptions(shell));
      return each((text) => remove(text, pattern, operation.operator));
    }
    case 'Replace': {
      const source = yield* expander.pattern(operation.pattern);
      const replacement = yield* replacementOf(shell, operation.replacement, expander);
      if (source === undefined || replacement === undefined) return undefined;
      const pattern = compilePattern(source, patternOptions(shell));
      if (source === '' && operation.operator.length < 2) return value;
      return each((text) => replace(text, pattern, replacement, operation.operator));
    }
    case 'CaseModification': {
      const { operand } = operation;
      const source = operand === undefined ? '' : yield* expander.pattern(operand);
      if (source === undefined) return undefined;
      const pattern = source === '' ? undefined : compilePattern(source, patternOptions(shell));
      return each((text) => changeCase(text, operation.operator, pattern));
    }
    case 'Transform': {
      const letter = operation.operand.text;
      const changed = yield* transformBy(shell, part, value, letter);
      return changed ?? (yield* badSubstitution(shell, part));
    }
    default:
      return yield* badSubstitution(shell, part);
  }
}

/** Pieces of a replacement; between them goes what matched. */
type Replacement = readonly string[];

/** An unquoted `&` stands for the match (`shopt patsub_replacement`). */
function* replacementOf(
  shell: Shell,
  word: Word,
  expander: OperandExpander,
): Sleeping<Replacement | undefined> {
  const mayHold = shell.shopt.patsub_replacement && /[&$`]/.test(word.text);
  if (!mayHold) {
    const text = yield* expander.text(word);
    return text === undefined ? undefined : [text];
  }
  // As a pattern, what was quoted has a backslash before it.
  const source = yield* expander.marked(word);
  if (source === undefined) return undefined;
  const pieces = [''];
  for (let at = 0; at < source.length; at++) {
    const char = source.charAt(at);
    if (char === '&') pieces.push('');
    else pieces[pieces.length - 1] += char === '\\' ? source.charAt(++at) : char;
  }
  return pieces;
}

/** `#`, `##`, `%`, `%%`: takes the shortest or longest match off one end. */
function remove(text: string, pattern: Pattern, operator: string): string {
  const isPrefix = operator.startsWith('#');
  const { length } = isPrefix
    ? matchPiece(pattern, text, 0, 1, operator.length === 2)
    : matchPiece(pattern, text, text.length, -1, operator.length === 2);
  if (length < 0) return text;
  return isPrefix ? text.slice(length) : text.slice(0, text.length - length);
}

function replace(
  text: string,
  pattern: Pattern,
  replacement: Replacement,
  operator: string,
): string {
  if (operator === '/%') {
    const { length } = matchPiece(pattern, text, text.length, -1, true);
    if (length < 0) return text;
    const start = text.length - length;
    return text.slice(0, start) + replacement.join(text.slice(start));
  }
  const pieces: string[] = [];
  let copied = 0;
  for (let at = 0; at <= text.length;) {
    const { length, sawStar } = matchPiece(pattern, text, at, 1, true);
    // An empty match replaces nothing when all are wanted.
    const isMatch = length > 0 || (length === 0 && operator !== '//');
    if (isMatch) {
      pieces.push(text.slice(copied, at), replacement.join(text.slice(at, at + length)));
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

/** The characters that match `pattern`, or any: the first (`^`) or all (`^^`). */
function changeCase(text: string, operator: string, pattern: Pattern | undefined): string {
  const change = (char: string): string => {
    if (pattern !== undefined && !matchPattern(pattern, char)) return char;
    if (operator.startsWith('^')) return char.toUpperCase();
    if (operator.startsWith(',')) return char.toLowerCase();
    return char === char.toLowerCase() ? char.toUpperCase() : char.toLowerCase();
  };
  const chars = Array.from(text);
  if (operator.length === 2) return chars.map((char) => change(char)).join('');
  return chars.map((char, index) => (index === 0 ? change(char) : char)).join('');
}
