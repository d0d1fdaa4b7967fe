// SPDX-License-Identifier: GPL-2.0-or-later
/** What test and `[[ ]]` ask of the shell itself: `-v name`, `-R name`, `-o option`. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { testUnary, UNARY_PRIMARIES } from '../support/test-primaries.ts';
import { evaluateArithmetic } from './arithmetic.ts';
import { optionByName } from './options.ts';
import type { Shell } from './shell.ts';

/** `-a` as a unary operator is an old name of `-e`. */
export const UNARY_TESTS: ReadonlySet<string> = new Set([
  ...UNARY_PRIMARIES,
  '-a',
  '-o',
  '-v',
  '-R',
]);

export function* testUnaryOf(shell: Shell, operator: string, operand: string): Sleeping<boolean> {
  switch (operator) {
    case '-v':
      return isSet(shell, operand);
    case '-R':
      return shell.variables.lookupOwn(operand)?.isReference === true;
    case '-o': {
      const option = optionByName(operand);
      return option !== undefined && shell.options[option];
    }
    default:
      return yield* testUnary(shell.c, operator, operand);
  }
}

function isSet(shell: Shell, operand: string): boolean {
  const element = /^([A-Za-z_]\w*)\[(.+)\]$/s.exec(operand);
  if (element === null) return shell.variables.get(operand) !== undefined;
  const [, name = '', subscript = ''] = element;
  const array = shell.variables.arrayOf(name);
  if (subscript === '@' || subscript === '*') return (array?.size ?? 0) > 0;
  if (shell.variables.isAssociative(name)) {
    return shell.variables.element(name, subscript) !== undefined;
  }
  const index = evaluateArithmetic(subscript, shell.arithmetic);
  if ('error' in index) return false;
  return shell.variables.element(name, Number(index.value)) !== undefined;
}
