// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * PS1 and PS2: bash's backslash escapes. Expansions of `$` in them are the caller's.
 *
 * One escape is not bash's: `\?` is a space and the last command's status when that is not 0, else
 * nothing. What follows it must look well after either.
 */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { getpwuid } from '../libc/passwd.ts';
import { civilTime, strftime } from '../support/civil-time.ts';
import { readClock } from './dynamic-variables.ts';
import type { Shell } from './shell.ts';

/**
 * `user@pc:~/hello_world$ ` in the colours of Debian's skeleton .bashrc, and after a command that
 * failed `user@pc:~/hello_world 1$ ` with the status in red.
 */
export const DEFAULT_PS1 =
  '\\[\\e[01;32m\\]\\u@\\h\\[\\e[00m\\]:\\[\\e[01;34m\\]\\w\\[\\e[01;31m\\]\\?\\[\\e[00m\\]\\$ ';
export const DEFAULT_PS2 = '> ';

export function* expandPrompt(shell: Shell, text: string): Sleeping<string> {
  let result = '';
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (char !== '\\' || at + 1 >= text.length) {
      result += char;
      continue;
    }
    const octal = /^[0-7]{3}/.exec(text.slice(at + 1, at + 4));
    const date = /^D\{([^}]*)\}/.exec(text.slice(at + 1));
    if (date !== null) {
      result += yield* timeOfDay(shell, date[1] === '' ? '%X' : (date[1] ?? ''));
      at += date[0].length;
    } else if (octal === null) result += yield* escape(shell, text.charAt(++at));
    else {
      result += String.fromCharCode(Number.parseInt(octal[0], 8));
      at += 3;
    }
  }
  return result;
}

const FIXED: ReadonlyMap<string, string> = new Map([
  ['a', '\u0007'],
  ['e', '\u001b'],
  ['n', '\n'],
  ['r', '\r'],
  ['[', '\u0001'],
  [']', '\u0002'],
  ['\\', '\\'],
  ['s', 'bash'],
  ['v', '5.2'],
]);

/** Those that tell the time, as formats of strftime(3). */
const TIMES: ReadonlyMap<string, string> = new Map([
  ['t', '%H:%M:%S'],
  ['T', '%I:%M:%S'],
  ['@', '%I:%M %p'],
  ['A', '%H:%M'],
  ['d', '%a %b %d'],
]);

function* escape(shell: Shell, letter: string): Sleeping<string> {
  const fixed = FIXED.get(letter);
  if (fixed !== undefined) return fixed;
  const format = TIMES.get(letter);
  if (format !== undefined) return yield* timeOfDay(shell, format);
  switch (letter) {
    case 'u':
      return (yield* getpwuid(shell.c, yield* shell.c.geteuid()))?.name ?? 'I have no name!';
    case 'h':
    case 'H': {
      const uname = yield* shell.c.uname();
      const name = typeof uname === 'number' ? '' : uname.nodename;
      return letter === 'h' ? name.replace(/\..*$/, '') : name;
    }
    case 'w':
      return shortPath(shell);
    case 'W': {
      const path = shortPath(shell);
      return path === '/' ? path : path.slice(path.lastIndexOf('/') + 1);
    }
    case '$':
      return (yield* shell.c.geteuid()) === 0 ? '#' : '$';
    case 'j':
      return String(shell.jobs.list.length);
    case '!':
      return String(shell.history.length + 1);
    case '#':
      return String(shell.commandNumber);
    case '?':
      return shell.lastStatus === 0 ? '' : ` ${shell.lastStatus}`;
    default:
      return `\\${letter}`;
  }
}

function* timeOfDay(shell: Shell, format: string): Sleeping<string> {
  yield* readClock(shell);
  return strftime(format, civilTime(Math.floor(shell.clockNs / 1e9)));
}

function shortPath(shell: Shell): string {
  const path = shell.variables.get('PWD') ?? '/';
  const home = shell.variables.get('HOME') ?? '';
  if (home === '' || home === '/') return path;
  if (path === home) return '~';
  return path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}
