// SPDX-License-Identifier: GPL-2.0-or-later
/** `${name@X}`: a value quoted, changed or described. */
import type { ParameterExpansionPart } from 'unbash';

import type { Sleeping } from '../../uapi/coroutine.ts';
import { attributeLetters, declaration } from './declaration.ts';
import { unescape } from './escapes.ts';
import type { ParameterValue } from './parameter.ts';
import { expandPrompt } from './prompt.ts';
import { quoteDouble, quoteForShell } from './quote.ts';
import type { Shell } from './shell.ts';

/** Undefined: there is no such operator. */
export function* transformBy(
  shell: Shell,
  part: ParameterExpansionPart,
  value: ParameterValue,
  letter: string,
): Sleeping<ParameterValue | undefined> {
  const simple = SIMPLE.get(letter);
  if (simple !== undefined) return { ...value, values: value.values.map((text) => simple(text)) };
  const { parameter } = part;
  const variable = shell.variables.lookup(parameter);
  const one = (text: string): ParameterValue => ({ values: [text], list: 'none', isSet: true });
  switch (letter) {
    case 'P': {
      const values: string[] = [];
      for (const text of value.values) values.push(yield* expandPrompt(shell, text));
      return { ...value, values };
    }
    case 'a': {
      const letters = variable === undefined ? '' : attributeLetters(variable);
      return one(letters);
    }
    case 'A': {
      if (parameter === '@' || parameter === '*') {
        return one(`set -- ${value.values.map((text) => quoteForShell(text, true)).join(' ')}`);
      }
      if (variable === undefined) return { ...value, values: [] };
      if (value.list !== 'none') return one(declaration(parameter, variable).trimEnd());
      const letters = attributeLetters(variable);
      const start = letters === '' ? '' : `declare -${letters} `;
      return one(`${start}${parameter}=${quoteForShell(value.values[0] ?? '', true)}`);
    }
    case 'K':
    case 'k': {
      if (value.list === 'none') {
        return { ...value, values: value.values.map((text) => quoteForShell(text, true)) };
      }
      const array = shell.variables.arrayOf(parameter);
      const keys = array?.keys() ?? [];
      const pairs = keys.flatMap((key, index) => [key, value.values[index] ?? '']);
      if (letter === 'k') return { ...value, values: pairs };
      const shown = pairs.map((text, index) => (index % 2 === 0 ? text : quoteDouble(text)));
      // bash ends the list of an associative array with a space.
      const end = shell.variables.isAssociative(parameter) ? ' ' : '';
      return one(shown.join(' ') + end);
    }
    default:
      return undefined;
  }
}

const SIMPLE: ReadonlyMap<string, (text: string) => string> = new Map([
  ['Q', (text: string) => quoteForShell(text, true)],
  ['U', (text: string) => text.toUpperCase()],
  ['L', (text: string) => text.toLowerCase()],
  ['u', (text: string) => text.slice(0, 1).toUpperCase() + text.slice(1)],
  ['E', (text: string) => unescape(text, 'quote').output],
]);
