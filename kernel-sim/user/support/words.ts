// SPDX-License-Identifier: GPL-2.0-or-later
/** Arguments that are one of a few words, as `--sort=time`; any beginning that fits one will do. */
import type { Libc } from '../libc/libc.ts';
import { quoted } from './locale.ts';

export type Choice<Value> = { readonly value: Value } | { readonly error: string };

/** What `words` has for `given`, else the message, which lists words of one value on one line. */
export function chooseWord<Value>(
  c: Libc,
  words: ReadonlyMap<string, Value>,
  given: string,
  option: string,
): Choice<Value> {
  const exact = words.get(given);
  if (exact !== undefined) return { value: exact };
  const fitting = [...words].filter(([word]) => word.startsWith(given)).map(([, value]) => value);
  const [first] = fitting;
  if (first !== undefined && new Set(fitting).size === 1) return { value: first };
  const what = first === undefined ? 'invalid' : 'ambiguous';
  const lines: string[] = [];
  for (const value of new Set(words.values())) {
    const synonyms = [...words].filter(([, other]) => other === value);
    lines.push(`  - ${synonyms.map(([word]) => quoted(c, word)).join(', ')}`);
  }
  const message = `${what} argument ${quoted(c, given)} for ${quoted(c, option)}`;
  return { error: `${message}\nValid arguments are:\n${lines.join('\n')}` };
}
