// SPDX-License-Identifier: GPL-2.0-or-later
/** ps's two languages of options: with a dash as in System V, without as in BSD. */
import type { FORMATS } from './columns.ts';

export interface PsRequest {
  everyone: boolean;
  /** Which of the usual restrictions do not hold. */
  anyUser: boolean;
  anyTerminal: boolean;
  pids?: number[];
  parents?: number[];
  users?: string[];
  names?: string[];
  terminals?: string[];
  format: keyof typeof FORMATS;
  columns?: string;
  /** All threads, each in a line of its own. */
  hasThreads: boolean;
  /** The option that adds a column with the thread's number. */
  threadColumn?: 'L' | 'T';
  sort?: string;
  wideness: number;
  hasHeadings: boolean;
  wantsHelp: boolean;
}

export const PS_HELP = `
Usage:
 ps [options]

 Try 'ps --help <simple|list|output|threads|misc|all>'
  or 'ps --help <s|l|o|t|m|a>'
 for additional help text.

For more details see ps(1).
`;

/** Options that want a value, by the field they fill. */
const VALUES: Readonly<Record<string, string>> = {
  p: 'p',
  o: 'o',
  u: 'u',
  U: 'u',
  C: 'C',
  t: 't',
};

export function parsePsWords(words: readonly string[]): PsRequest | { readonly error: string } {
  const request: PsRequest = {
    everyone: false,
    anyUser: false,
    anyTerminal: false,
    format: 'plain',
    hasThreads: false,
    wideness: 0,
    hasHeadings: true,
    wantsHelp: false,
  };
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    const long = /^--([^=]+)(?:=(.*))?$/.exec(word);
    if (long !== null) {
      const [, name = '', value] = long;
      const takesNext = value === undefined && isLongWithValue(name);
      const error = setLong(request, name, takesNext ? words[++i] : value);
      if (error !== undefined) return { error };
      continue;
    }
    if (/^\d+(,\d+)*$/.test(word)) {
      setValue(request, 'p', word);
      continue;
    }
    const isSystemV = word.startsWith('-');
    const letters = isSystemV ? word.slice(1) : word;
    for (let at = 0; at < letters.length; at++) {
      const letter = letters[at] ?? '';
      const isValue =
        letter in VALUES && (isSystemV || letter === 'p' || letter === 'o' || letter === 't');
      if (isValue) {
        const value = letters.slice(at + 1) || words[++i];
        if (value === undefined) return { error: valueMissing(letter) };
        setValue(request, letter, value);
        break;
      }
      const isKnown = isSystemV ? setSystemV(request, letter) : setBsd(request, letter);
      if (!isKnown) {
        return {
          error: `unsupported ${isSystemV ? 'SysV ' : ''}option${isSystemV ? '' : ' (BSD syntax)'}`,
        };
      }
    }
  }
  return request;
}

function valueMissing(letter: string): string {
  if (letter === 'o') return 'format specification must follow -o';
  return letter === 'p' ? 'list of process IDs must follow -p' : 'list of users must follow -u';
}

function isLongWithValue(name: string): boolean {
  return ['pid', 'ppid', 'user', 'sort', 'format', 'tty', 'cols', 'columns', 'width'].includes(
    name,
  );
}

function setLong(request: PsRequest, name: string, value: string | undefined): string | undefined {
  if (name === 'help') request.wantsHelp = true;
  else if (name === 'no-headers' || name === 'no-headings') request.hasHeadings = false;
  else if (name === 'headers') request.hasHeadings = true;
  else if (name === 'sort') request.sort = value ?? '';
  else if (name === 'pid') setValue(request, 'p', value ?? '');
  else if (name === 'user') setValue(request, 'u', value ?? '');
  else if (name === 'tty') setValue(request, 't', value ?? '');
  else if (name === 'format') setValue(request, 'o', value ?? '');
  else if (name === 'ppid') request.parents = (value ?? '').split(/[, ]+/).map(Number);
  else if (!isLongWithValue(name)) return 'unknown gnu long option';
  return undefined;
}

function setValue(request: PsRequest, letter: string, value: string): void {
  const list = value.split(/[, ]+/);
  switch (VALUES[letter]) {
    case 'p':
      request.pids = [...(request.pids ?? []), ...list.map(Number)];
      break;
    case 'o':
      request.columns = request.columns === undefined ? value : `${request.columns},${value}`;
      break;
    case 'u':
      request.users = list;
      break;
    case 'C':
      request.names = list;
      break;
    default:
      request.terminals = list.map((name) => name.replace(/^\/dev\//, ''));
  }
}

function setSystemV(request: PsRequest, letter: string): boolean {
  if (letter === 'e' || letter === 'A') request.everyone = true;
  else if (letter === 'a') request.anyUser = request.anyTerminal = true;
  else if (letter === 'd') request.everyone = true;
  else if (letter === 'x') setBsd(request, letter);
  else if (letter === 'f') {
    if (request.format !== 'extraFull') request.format = 'full';
  } else if (letter === 'F') request.format = 'extraFull';
  else if (letter === 'L' || letter === 'T') {
    request.hasThreads = true;
    request.threadColumn = letter;
  } else if (letter === 'l') request.format = 'long';
  else if (letter === 'j') request.format = 'jobs';
  else if (letter === 'w') request.wideness++;
  else return ['y', 'H', 'M'].includes(letter);
  return true;
}

function setBsd(request: PsRequest, letter: string): boolean {
  if (request.format === 'plain' && letter !== 'u') request.format = 'bsd';
  if (letter === 'a') request.anyUser = true;
  else if (letter === 'x') request.anyTerminal = true;
  else if (letter === 'u') request.format = 'user';
  else if (letter === 'l') request.format = 'long';
  else if (letter === 'w') request.wideness++;
  else if (letter === 'h') request.hasHeadings = false;
  else if (letter === 'H') request.hasThreads = true;
  else return ['e', 'f', 'g', 'r', 'S', 'c', 'n', 'm'].includes(letter);
  request.everyone ||= request.anyUser && request.anyTerminal;
  return true;
}
