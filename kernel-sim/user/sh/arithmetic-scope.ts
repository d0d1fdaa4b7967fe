// SPDX-License-Identifier: GPL-2.0-or-later
/** A shell's variables as arithmetic sees them. */
import { IndexedArray, MAX_SUBSCRIPT } from './arrays.ts';
import type { ArithmeticScope, Subscript } from './arithmetic.ts';
import type { Shell } from './shell.ts';

export function arithmeticScope(shell: Shell): ArithmeticScope {
  return shell.arithmetic;
}

/** Made once per shell. */
export function makeArithmeticScope(shell: Shell): ArithmeticScope {
  const { variables } = shell;
  return {
    get: (name, index) =>
      index === undefined ? variables.get(name) : variables.element(name, plain(index)),
    set: (name, index, value) => {
      if (index === undefined) {
        return variables.set(name, value) ? undefined : `${name}: readonly variable`;
      }
      if (typeof index === 'bigint' && !isInRange(shell, name, Number(index))) {
        return `${name}[${index}]: bad array subscript`;
      }
      const done = variables.setElement(name, plain(index), value);
      return done ? undefined : `${name}: readonly variable`;
    },
    isAssociative: (name) => variables.isAssociative(name),
  };
}

function plain(index: Exclude<Subscript, undefined>): string | number {
  return typeof index === 'bigint' ? Number(index) : index;
}

/** Whether an element of that number could be there; negative ones count from the end. */
export function isInRange(shell: Shell, name: string, index: number): boolean {
  if (index >= 0) return index <= MAX_SUBSCRIPT;
  const array = shell.variables.arrayOf(name);
  return array instanceof IndexedArray && array.end + index >= 0;
}
