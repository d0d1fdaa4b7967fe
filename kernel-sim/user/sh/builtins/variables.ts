// SPDX-License-Identifier: GPL-2.0-or-later
/** Builtins on variables: unset shift let getopts. declare.ts has those that declare. */
import type { Sleeping } from '../../../uapi/coroutine.ts';
import { evaluateArithmetic } from '../arithmetic.ts';
import { arithmeticScope } from '../arithmetic-scope.ts';
import { AssociativeArray } from '../arrays.ts';
import { elementName, type ElementName } from '../assign.ts';
import type { Shell } from '../shell.ts';
import { builtinOptions, isIdentifier, USAGE_ERROR } from './builtin.ts';

export function* runUnset(shell: Shell, words: readonly string[]): Sleeping<number> {
  const options = yield* builtinOptions(shell, words, 'fnv');
  if (options === undefined) return USAGE_ERROR;
  const { flags, operands } = options;
  let status = 0;
  for (const operand of operands) {
    const element = elementName(operand);
    if (element !== undefined && !flags.has('f')) {
      if (!(yield* unsetElement(shell, element))) status = 1;
      continue;
    }
    if (!flags.has('f') && !isIdentifier(operand)) {
      status = yield* shell.fail(`unset: \`${operand}': not a valid identifier`);
      continue;
    }
    const isVariable = shell.variables.lookupOwn(operand) !== undefined;
    if (flags.has('f') || (!flags.has('v') && !isVariable)) {
      if (shell.functions.get(operand)?.isReadonly === true) {
        status = yield* shell.fail(`unset: ${operand}: cannot unset: readonly function`);
      } else shell.functions.delete(operand);
      continue;
    }
    const name = flags.has('n') ? operand : shell.variables.resolve(operand);
    if (!shell.variables.unset(name)) {
      status = yield* shell.fail(`unset: ${name}: cannot unset: readonly variable`);
    }
    if (name === 'PATH') shell.hashed.clear();
    if (name === 'GLOBIGNORE') shell.shopt.dotglob = false;
  }
  return status;
}

function* unsetElement(shell: Shell, { name, subscript }: ElementName): Sleeping<boolean> {
  const variable = shell.variables.lookup(name);
  if (variable?.readonly === true) {
    yield* shell.complain(`unset: ${name}: cannot unset: readonly variable`);
    return false;
  }
  const array = variable?.array;
  if (array instanceof AssociativeArray) {
    // The word was expanded once; quotes that came through belong to the key's spelling.
    array.delete(subscript.replace(/^(["'])(.*)\1$/s, '$2'));
    return true;
  }
  const index = evaluateArithmetic(subscript, arithmeticScope(shell));
  if ('error' in index) {
    yield* shell.complain(index.error);
    return false;
  }
  const place = Number(index.value);
  if (array === undefined) {
    if (place === 0) shell.variables.unset(name);
    return true;
  }
  if (place < 0 && array.end + place < 0) {
    yield* shell.complain(`unset: [${subscript}]: bad array subscript`);
    return false;
  }
  array.delete(place < 0 ? array.end + place : place);
  return true;
}

export function* runShift(shell: Shell, words: readonly string[]): Sleeping<number> {
  const text = words[1] ?? '1';
  if (!/^[+-]?\d+$/.test(text)) {
    yield* shell.complain(`shift: ${text}: numeric argument required`);
    shell.flow = { kind: 'abort', status: 1 };
    return 1;
  }
  const count = Number(text);
  if (count < 0) return yield* shell.fail(`shift: ${text}: shift count out of range`);
  if (count > shell.positional.length) return 1;
  shell.positional = shell.positional.slice(count);
  return 0;
}

export function* runLet(shell: Shell, words: readonly string[]): Sleeping<number> {
  if (words.length < 2) return yield* shell.fail('let: expression expected');
  let status = 1;
  for (const word of words.slice(1)) {
    const result = evaluateArithmetic(word, arithmeticScope(shell));
    if ('error' in result) return yield* shell.fail(`let: ${result.error}`);
    status = result.value === 0n ? 1 : 0;
  }
  return status;
}

/** getopts keeps its place inside a word of joined letters in a variable of its own. */
const GETOPTS_PLACE = '_GETOPTS_PLACE';

export function* runGetopts(shell: Shell, words: readonly string[]): Sleeping<number> {
  const [, letters, name, ...rest] = words;
  if (letters === undefined || name === undefined) {
    yield* shell.c.err('getopts: usage: getopts optstring name [arg ...]\n');
    return USAGE_ERROR;
  }
  const { variables } = shell;
  const list = words.length > 3 ? rest : shell.positional;
  let index = Math.max(1, Number(variables.get('OPTIND') ?? 1) || 1);
  const [savedIndex, savedPlace] = (variables.get(GETOPTS_PLACE) ?? '').split(':').map(Number);
  const place = savedIndex === index && savedPlace !== undefined ? savedPlace : 1;
  const word = list[index - 1];
  const isOption = word !== undefined && /^-./.test(word) && word !== '--';
  if (!isOption) {
    if (word === '--') variables.set('OPTIND', String(index + 1));
    variables.set(name, '?');
    variables.unset('OPTARG');
    return 1;
  }
  const letter = word.charAt(place);
  const at = letter === ':' ? -1 : letters.indexOf(letter);
  const isQuiet = letters.startsWith(':');
  const isSilent = isQuiet || variables.get('OPTERR') === '0';
  let argument: string | undefined;
  let nextPlace = place + 1;
  const wantsArgument = at >= 0 && letters[at + 1] === ':';
  if (wantsArgument) {
    argument = nextPlace < word.length ? word.slice(nextPlace) : list[index];
    if (nextPlace >= word.length && argument !== undefined) index++;
    nextPlace = word.length;
  }
  if (nextPlace >= word.length) {
    index++;
    nextPlace = 1;
  }
  variables.set('OPTIND', String(index));
  variables.set(GETOPTS_PLACE, `${index}:${nextPlace}`);
  const problem =
    at < 0
      ? 'illegal option'
      : wantsArgument && argument === undefined
        ? 'option requires an argument'
        : '';
  if (problem === '') {
    variables.set(name, letter);
    if (argument === undefined) variables.unset('OPTARG');
    else variables.set('OPTARG', argument);
    return 0;
  }
  variables.set(name, isQuiet && wantsArgument ? ':' : '?');
  if (isQuiet) variables.set('OPTARG', letter);
  else {
    variables.unset('OPTARG');
    if (!isSilent) yield* shell.c.err(`${shell.name}: ${problem} -- ${letter}\n`);
  }
  return 0;
}
