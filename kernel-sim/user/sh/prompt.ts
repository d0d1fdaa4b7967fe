// SPDX-License-Identifier: GPL-2.0-or-later
/** PS1 and PS2: bash's backslash escapes. Expansions of `$` in them are the caller's. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { getpwuid } from '../libc/passwd.ts';
import type { Shell } from './shell.ts';

/** `user@pc:~/hello_world$ ` in the colours of Debian's skeleton .bashrc. */
export const DEFAULT_PS1 =
  '\\[\\e[01;32m\\]\\u@\\h\\[\\e[00m\\]:\\[\\e[01;34m\\]\\w\\[\\e[00m\\]\\$ ';
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
    if (octal === null) result += yield* escape(shell, text.charAt(++at));
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

function* escape(shell: Shell, letter: string): Sleeping<string> {
  const fixed = FIXED.get(letter);
  if (fixed !== undefined) return fixed;
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
    case '#':
      return String(shell.history.length + 1);
    default:
      return `\\${letter}`;
  }
}

function shortPath(shell: Shell): string {
  const path = shell.variables.get('PWD') ?? '/';
  const home = shell.variables.get('HOME') ?? '';
  if (home === '' || home === '/') return path;
  if (path === home) return '~';
  return path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}
