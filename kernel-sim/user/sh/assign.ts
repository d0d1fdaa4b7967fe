// SPDX-License-Identifier: GPL-2.0-or-later
/** Assignments: `name=value`, `name+=value`, `name[i]=value`, `name=(…)`. */
import type { ArrayValue, Assignment, Word } from 'unbash';

import type { Sleeping } from '../../uapi/coroutine.ts';
import { evaluateArithmetic } from './arithmetic.ts';
import { arithmeticScope } from './arithmetic-scope.ts';
import { expandAssignment, expandText, expandWords } from './expand.ts';
import { abort } from './parameter.ts';
import type { Shell } from './shell.ts';

/** False: it failed, and said so. */
export function* assign(shell: Shell, assignment: Assignment): Sleeping<boolean> {
  const { name, value, index } = assignment;
  if (value.type === 'ArrayValue') return yield* assignArray(shell, assignment, value);
  const text = yield* expandAssignment(shell, value);
  if (text === undefined) return false;
  if (index !== undefined) return yield* assignElement(shell, assignment, index, text);
  return yield* assignText(shell, name, text, assignment.append === true);
}

/** Gives a variable its value, with what hangs on some of them. */
export function* assignText(
  shell: Shell,
  name: string,
  text: string,
  appends = false,
): Sleeping<boolean> {
  const { variables } = shell;
  const before = appends ? (variables.get(name) ?? '') : '';
  const isInteger = variables.lookup(name)?.integer === true;
  const whole = isInteger ? yield* integerValue(shell, before, text) : before + text;
  if (whole === undefined) return false;
  if (!variables.set(name, whole)) return yield* refuse(shell, name);
  if (shell.options.allexport) variables.export(name);
  if (name === 'PATH') shell.hashed.clear();
  if (name === 'RANDOM') {
    shell.seedRandom(Number(whole) || 0);
    variables.unset(name);
  }
  return true;
}

/** What a variable of `declare -i` gets; `+=` adds. */
function* integerValue(shell: Shell, before: string, text: string): Sleeping<string | undefined> {
  const sum = before === '' ? text : `(${before})+(${text})`;
  const result = evaluateArithmetic(sum, arithmeticScope(shell));
  if ('error' in result) return yield* abort(shell, result.error, 1);
  return String(result.value);
}

/** A read-only variable ends a script, as in bash. */
function* refuse(shell: Shell, name: string): Sleeping<false> {
  yield* abort(shell, `${name}: readonly variable`, 1);
  return false;
}

function* assignElement(
  shell: Shell,
  assignment: Assignment,
  index: Word,
  text: string,
): Sleeping<boolean> {
  const { name } = assignment;
  const place = yield* indexOf(shell, index);
  if (place === undefined) return false;
  const before = assignment.append === true ? shell.variables.element(name, place) : '';
  return (
    shell.variables.setElement(name, place, (before ?? '') + text) || (yield* refuse(shell, name))
  );
}

/** Elements beyond this are refused: an array is dense here. */
const MAX_INDEX = 1_000_000;

function* indexOf(shell: Shell, index: Word): Sleeping<number | undefined> {
  const text = yield* expandText(shell, index);
  if (text === undefined) return undefined;
  const result = evaluateArithmetic(text, arithmeticScope(shell));
  if ('error' in result) return yield* abort(shell, result.error, 1);
  const place = Number(result.value);
  if (Math.abs(place) <= MAX_INDEX) return place;
  return yield* abort(shell, `[${text}]: bad array subscript`, 1);
}

function* assignArray(shell: Shell, assignment: Assignment, value: ArrayValue): Sleeping<boolean> {
  const { name } = assignment;
  const old = assignment.append === true ? shell.variables.lookup(name) : undefined;
  const elements: (string | undefined)[] =
    old === undefined ? [] : [...(old.elements ?? [old.value])];
  for (const word of value.elements) {
    const keyed = /^\[([^\]]+)\]=/.exec(word.text);
    if (keyed !== null) {
      const result = evaluateArithmetic(keyed[1] ?? '', arithmeticScope(shell));
      const text = yield* expandText(shell, word);
      if ('error' in result || text === undefined) return false;
      elements[Number(result.value) % MAX_INDEX] = text.slice(text.indexOf('=') + 1);
      continue;
    }
    const fields = yield* expandWords(shell, [word]);
    if (fields === undefined) return false;
    for (const field of fields) elements.push(field);
  }
  return shell.variables.setElements(name, elements) || (yield* refuse(shell, name));
}
