// SPDX-License-Identifier: GPL-2.0-or-later
/** Variables written out as the `declare` command that would make them. */
import { AssociativeArray } from './arrays.ts';
import { quoteBackslash, quoteDouble } from './quote.ts';
import type { Variable } from './variables.ts';

/** Letters of `declare` for what a variable is, in bash's order. */
export function attributeLetters(variable: Variable): string {
  const { array } = variable;
  return [
    array === undefined ? '' : array instanceof AssociativeArray ? 'A' : 'a',
    variable.integer ? 'i' : '',
    variable.isReference ? 'n' : '',
    variable.readonly ? 'r' : '',
    variable.exported ? 'x' : '',
    variable.letters,
  ].join('');
}

/** `declare -x NAME="value"` and a newline, as `export -p` and `declare -p` show a variable. */
export function declaration(name: string, variable: Variable): string {
  const letters = attributeLetters(variable);
  const start = `declare -${letters === '' ? '-' : letters} ${name}`;
  const { array } = variable;
  if (array === undefined) {
    if (variable.value === undefined) return `${start}\n`;
    return `${start}=${quoteDouble(variable.value)}\n`;
  }
  // Declared and never assigned: no parentheses.
  if (array.size === 0 && variable.isUnassigned === true) return `${start}\n`;
  return `${start}=${arrayText(array)}\n`;
}

/** `([0]="a" [2]="b")`, as `declare -p` and `set` show an array. */
export function arrayText(array: NonNullable<Variable['array']>): string {
  const values = array.values();
  const isAssociative = array instanceof AssociativeArray;
  const items = array.keys().map((key, index) => {
    const shown = isAssociative && !/^[\w@%+=:,./-]+$/.test(key) ? quoteKey(key) : key;
    return `[${shown}]=${quoteDouble(values[index] ?? '')}`;
  });
  // bash leaves a space behind the last element of an associative array.
  return `(${items.join(' ')}${isAssociative && items.length > 0 ? ' ' : ''})`;
}

function quoteKey(key: string): string {
  return quoteBackslash(key) === key ? key : quoteDouble(key);
}
