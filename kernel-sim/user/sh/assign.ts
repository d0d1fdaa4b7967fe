// SPDX-License-Identifier: GPL-2.0-or-later
/** Assignments: `name=value`, `name+=value`, `name[i]=value`, `name=(…)`. */
import type { ArrayValue, Assignment, Word } from 'unbash';

import type { Sleeping } from '../../uapi/coroutine.ts';
import { evaluateArithmetic } from './arithmetic.ts';
import { arithmeticScope, isInRange } from './arithmetic-scope.ts';
import { AssociativeArray, IndexedArray } from './arrays.ts';
import { expandAssignment, expandText, expandWords, parseWord } from './expand.ts';
import { abort } from './parameter.ts';
import { makeArray, type Variable } from './variables.ts';
import type { Shell } from './shell.ts';

/** False: it failed, and said so. */
export function* assign(shell: Shell, assignment: Assignment): Sleeping<boolean> {
  const { name, value, index } = assignment;
  if (value.type === 'ArrayValue') return yield* assignArray(shell, assignment, value);
  const text = yield* expandAssignment(shell, value);
  if (text === undefined) return false;
  const appends = assignment.append === true;
  if (index === undefined) return yield* assignText(shell, name, text, appends);
  const subscript = yield* expandText(shell, index);
  if (subscript === undefined) return false;
  return yield* assignElement(shell, { name, subscript }, text, appends);
}

/** Gives a variable its value, with what hangs on some of them. */
export function* assignText(
  shell: Shell,
  name: string,
  text: string,
  appends = false,
): Sleeping<boolean> {
  const { variables } = shell;
  const variable = variables.lookup(name);
  if (variable?.readonly === true) return yield* refuse(shell, name);
  const before = appends ? (variables.get(name) ?? '') : '';
  const isInteger = variable?.integer === true;
  const whole = isInteger ? yield* integerValue(shell, before, text) : before + text;
  if (whole === undefined) return false;
  variables.set(name, whole);
  if (shell.options.allexport) variables.export(name);
  const effect = EFFECTS.get(name);
  if (effect !== undefined) effect(shell, whole);
  return true;
}

/** Variables that do something when they are assigned. */
const EFFECTS: ReadonlyMap<string, (shell: Shell, value: string) => void> = new Map([
  ['PATH', (shell: Shell) => shell.hashed.clear()],
  [
    'RANDOM',
    (shell: Shell, value: string) => {
      shell.seedRandom(Number(value) || 0);
      shell.variables.unset('RANDOM');
    },
  ],
  [
    'GLOBIGNORE',
    (shell: Shell, value: string) => {
      shell.shopt.dotglob = value !== '';
    },
  ],
]);

/** What a variable of `declare -i` gets; `+=` adds. */
function* integerValue(shell: Shell, before: string, text: string): Sleeping<string | undefined> {
  const sum = before === '' ? text : `(${before})+(${text === '' ? '0' : text})`;
  const result = evaluateArithmetic(sum, arithmeticScope(shell));
  if ('error' in result) return yield* abort(shell, result.error, 1);
  return String(result.value);
}

/** A read-only variable ends a script, as in bash. */
function* refuse(shell: Shell, name: string): Sleeping<false> {
  yield* abort(shell, `${name}: readonly variable`, 1);
  return false;
}

/** `name[subscript]`, the subscript expanded and not yet evaluated. */
export interface ElementName {
  readonly name: string;
  readonly subscript: string;
}

/** `name[subscript]` taken apart, or undefined where it is none. */
export function elementName(text: string): ElementName | undefined {
  const match = /^([A-Za-z_]\w*)\[([\s\S]+)\]$/.exec(text);
  return match === null ? undefined : { name: match[1] ?? '', subscript: match[2] ?? '' };
}

/** False: it failed, and said so. */
export function* assignElement(
  shell: Shell,
  { name, subscript }: ElementName,
  text: string,
  appends = false,
): Sleeping<boolean> {
  const { variables } = shell;
  const place = yield* placeOf(shell, name, subscript);
  if (place === undefined) return false;
  const before = appends ? (variables.element(name, place) ?? '') : '';
  const isInteger = variables.lookup(name)?.integer === true;
  const whole = isInteger ? yield* integerValue(shell, before, text) : before + text;
  if (whole === undefined) return false;
  return variables.setElement(name, place, whole) || (yield* refuse(shell, name));
}

/** A key, or the number that the expression gives. Undefined: no such place; it has been said. */
export function* placeOf(
  shell: Shell,
  name: string,
  subscript: string,
): Sleeping<string | number | undefined> {
  if (shell.variables.isAssociative(name)) return subscript;
  const result = evaluateArithmetic(subscript, arithmeticScope(shell));
  if ('error' in result) return yield* abort(shell, result.error, 1);
  const place = Number(result.value);
  if (isInRange(shell, name, place)) return place;
  return yield* abort(shell, `${name}[${subscript}]: bad array subscript`, 1);
}

/** `name=(…)` and `name+=(…)`. What the words expand to may name the old elements. */
export function* assignArray(
  shell: Shell,
  assignment: Assignment,
  value: ArrayValue,
): Sleeping<boolean> {
  const { name } = assignment;
  const { variables } = shell;
  const declared = variables.lookup(name);
  if (declared?.readonly === true) return yield* refuse(shell, name);
  const isAssociative = declared?.array instanceof AssociativeArray;
  const items = yield* expandItems(shell, value, isAssociative);
  if (items === undefined) return false;
  const variable = variables.declare(name);
  if (assignment.append !== true) {
    variable.array = isAssociative ? new AssociativeArray() : new IndexedArray();
    variable.value = undefined;
  }
  return yield* storeItems(shell, name, variable, items);
}

/** One element to be: where it goes, or undefined for the next place. */
interface Item {
  readonly subscript: string | undefined;
  readonly text: string;
  readonly appends: boolean;
}

function* expandItems(
  shell: Shell,
  value: ArrayValue,
  isAssociative: boolean,
): Sleeping<Item[] | undefined> {
  const items: Item[] = [];
  for (const word of value.elements) {
    const keyed = splitKeyed(word.text);
    if (keyed !== undefined) {
      const item = yield* expandKeyed(shell, keyed);
      if (item === undefined) return undefined;
      items.push(item);
      continue;
    }
    const fields = yield* expandWords(shell, [word]);
    if (fields === undefined) return undefined;
    for (const text of fields) items.push({ subscript: undefined, text, appends: false });
  }
  return isAssociative ? inPairs(items) : items;
}

/** `m=(key value …)`: words without a subscript are keys and values in turn. */
function inPairs(items: readonly Item[]): Item[] {
  const pairs: Item[] = [];
  for (let index = 0; index < items.length; index++) {
    const item = items[index];
    if (item === undefined) break;
    if (item.subscript !== undefined) pairs.push(item);
    else {
      const text = items[++index]?.text ?? '';
      pairs.push({ subscript: item.text, text, appends: false });
    }
  }
  return pairs;
}

interface Keyed {
  readonly key: string;
  readonly value: string;
  readonly appends: boolean;
}

/** `[key]=value` and `[key]+=value` as written, or undefined where the word is none. */
function splitKeyed(text: string): Keyed | undefined {
  if (!text.startsWith('[')) return undefined;
  let depth = 0;
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (quote !== '') {
      if (char === '\\' && quote === '"') at++;
      else if (char === quote) quote = '';
    } else if (char === '\\') at++;
    else if (char === '"' || char === "'") quote = char;
    else if (char === '[') depth++;
    else if (char === ']' && --depth === 0) {
      const operator = /^\+?=/.exec(text.slice(at + 1, at + 3))?.[0];
      if (operator === undefined) return undefined;
      const value = text.slice(at + 1 + operator.length);
      return { key: text.slice(1, at), value, appends: operator === '+=' };
    }
  }
  return undefined;
}

function* expandKeyed(shell: Shell, keyed: Keyed): Sleeping<Item | undefined> {
  const keyWord = parseWord(keyed.key);
  const subscript = keyWord === undefined ? keyed.key : yield* expandText(shell, keyWord);
  const valueWord: Word | undefined = parseWord(keyed.value);
  const text = valueWord === undefined ? keyed.value : yield* expandAssignment(shell, valueWord);
  if (subscript === undefined || text === undefined) return undefined;
  return { subscript, text, appends: keyed.appends };
}

function* storeItems(
  shell: Shell,
  name: string,
  variable: Variable,
  items: readonly Item[],
): Sleeping<boolean> {
  const array = makeArray(variable);
  let next = array instanceof IndexedArray ? array.end : 0;
  for (const { subscript, text, appends } of items) {
    const place = subscript ?? String(next);
    if (!(yield* assignElement(shell, { name, subscript: place }, text, appends))) return false;
    if (subscript === undefined) next++;
    else if (array instanceof IndexedArray) {
      const index = yield* placeOf(shell, name, subscript);
      next = Number(index ?? 0) + 1;
    }
  }
  return true;
}
