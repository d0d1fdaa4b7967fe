// SPDX-License-Identifier: GPL-2.0-or-later
/** Tab: commands where one is expected, variables after `$`, what a command takes, paths. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { DT } from '../../uapi/fs.ts';
import { builtinNames } from './builtins/table.ts';
import { argumentCandidates } from './completion-arguments.ts';
import { paths, type Candidate } from './completion-paths.ts';
import { simpleCommandBefore } from './completion-words.ts';
import type { Shell } from './shell.ts';

export interface Completion {
  /** How many characters before the cursor the word takes. */
  readonly replaced: number;
  /** What goes there: the common beginning, with a space or slash when there is only one. */
  readonly text: string;
  /** What to list on a second Tab; the last component of paths. */
  readonly choices: readonly string[];
}

/** What `before`, the line up to the cursor, could go on to. */
export function* complete(shell: Shell, before: string): Sleeping<Completion | undefined> {
  const raw = wordBefore(before);
  const word = unquote(raw);
  const quote = /^["']/.exec(raw)?.[0] ?? '';
  const candidates = yield* candidatesFor(shell, before.slice(0, before.length - raw.length), word);
  const [first] = candidates;
  if (first === undefined) return undefined;
  const common = candidates.reduce(
    (prefix, { word: text }) => commonPrefix(prefix, text),
    first.word,
  );
  const isOnly = candidates.length === 1;
  const closing = isOnly && first.suffix === ' ' ? quote : '';
  const inside = first.isRaw === true ? common : quoteWord(common, quote);
  const text = quote + inside + closing + (isOnly ? first.suffix : '');
  return {
    replaced: Array.from(raw).length,
    text: common.length >= word.length ? text : raw,
    choices: isOnly ? [] : candidates.map(({ shown }) => shown),
  };
}

/** The word that ends at the cursor, as it is written. */
function wordBefore(line: string): string {
  let start = 0;
  let quote = '';
  for (let at = 0; at < line.length; at++) {
    const char = line.charAt(at);
    if (quote !== '') {
      if (char === quote) quote = '';
    } else if (char === '\\') at++;
    else if (char === '"' || char === "'") quote = char;
    else if (/[\s;&|<>()`=]/.test(char)) start = at + 1;
  }
  return line.slice(start);
}

function unquote(raw: string): string {
  return raw.replaceAll(/\\(.)|["']/g, '$1');
}

function quoteWord(word: string, quote: string): string {
  if (quote !== '') return word;
  return word.replaceAll(/[\s"'\\$`&|;<>()*?[\]{}!#]/g, (char, at: number) =>
    char === '#' && at > 0 ? char : `\\${char}`,
  );
}

function commonPrefix(left: string, right: string): string {
  let length = 0;
  while (length < left.length && left[length] === right[length]) length++;
  return left.slice(0, length);
}

function* candidatesFor(shell: Shell, before: string, word: string): Sleeping<Candidate[]> {
  if (/^\$\w*$/.test(word)) return variables(shell, word);
  const words = /[=<>]\s*$/.test(before) ? undefined : simpleCommandBefore(before);
  if (words === undefined) return yield* paths(shell, word, 'all');
  if (words.length > 0) {
    const found = yield* argumentCandidates(shell, words, word);
    return found ?? (yield* paths(shell, word, 'all'));
  }
  if (!word.includes('/') && !word.startsWith('~')) return yield* commands(shell, word);
  return yield* paths(shell, word, 'commands');
}

function variables(shell: Shell, word: string): Candidate[] {
  const names = shell.variables.names().filter((name) => name.startsWith(word.slice(1)));
  return names.map((name) => ({ word: `$${name}`, shown: name, suffix: ' ', isRaw: true }));
}

function* commands(shell: Shell, word: string): Sleeping<Candidate[]> {
  const names = new Set([...builtinNames(), ...shell.functions.keys(), ...shell.aliases.keys()]);
  for (const directory of (shell.variables.get('PATH') ?? '').split(':')) {
    const entries = yield* shell.c.read_directory(directory === '' ? '.' : directory);
    if (typeof entries === 'number') continue;
    for (const { name, type } of entries) {
      if (type !== DT.DIR && name.startsWith(word)) names.add(name);
    }
  }
  const matching = [...names].filter(
    (name) => name.startsWith(word) && name !== '.' && name !== '..',
  );
  return matching.toSorted().map((name) => ({ word: name, shown: name, suffix: ' ' }));
}

/** Choices in columns, down and then across, as bash lists them. */
export function listChoices(choices: readonly string[], columns: number): string {
  const width = Math.max(...choices.map((choice) => choice.length)) + 2;
  const perRow = Math.max(1, Math.floor(columns / width));
  const rows = Math.ceil(choices.length / perRow);
  let text = '';
  for (let row = 0; row < rows; row++) {
    const cells: string[] = [];
    for (let at = row; at < choices.length; at += rows) cells.push(choices[at] ?? '');
    text += `${cells
      .map((cell) => cell.padEnd(width))
      .join('')
      .trimEnd()}\r\n`;
  }
  return text;
}
