// SPDX-License-Identifier: GPL-2.0-or-later
/** A shell's variables as arithmetic sees them. */
import type { ArithmeticScope } from './arithmetic.ts';
import type { Shell } from './shell.ts';

export function arithmeticScope(shell: Shell): ArithmeticScope {
  const { variables } = shell;
  return {
    get: (name, index) =>
      index === undefined ? variables.get(name) : variables.element(name, Number(index)),
    set: (name, index, value) => {
      const done =
        index === undefined
          ? variables.set(name, value)
          : variables.setElement(name, Number(index), value);
      return done ? undefined : `${name}: readonly variable`;
    },
  };
}
