// SPDX-License-Identifier: GPL-2.0-or-later
/** What a command run by sudo sees: env_reset, secure_path, the SUDO_ variables. */
import type { Passwd } from '../libc/passwd.ts';
import { baseName } from '../support/files.ts';

// prettier-ignore
const KEPT = new Set([
  'COLORS', 'COLORTERM', 'DISPLAY', 'HOSTNAME', 'LANG', 'LANGUAGE', 'LS_COLORS', 'PS1', 'PS2',
  'TERM', 'TZ',
]);

export interface SudoContext {
  readonly caller: Passwd;
  readonly callerGid: number;
  readonly target: Passwd;
  readonly command: string;
  readonly path: string;
  /** `-E`. */
  readonly keepsAll: boolean;
}

export function commandEnvironment(
  own: ReadonlyMap<string, string>,
  { caller, callerGid, target, command, path, keepsAll }: SudoContext,
): Map<string, string> {
  const environment = new Map<string, string>();
  for (const [name, value] of own) {
    if (keepsAll || KEPT.has(name) || name.startsWith('LC_')) environment.set(name, value);
  }
  const set: readonly (readonly [string, string])[] = [
    ['PATH', path],
    ['MAIL', `/var/mail/${target.name}`],
    ['LOGNAME', target.name],
    ['USER', target.name],
    ['HOME', target.home],
    ['SHELL', target.shell],
    ['SUDO_COMMAND', command],
    ['SUDO_USER', caller.name],
    ['SUDO_UID', String(caller.uid)],
    ['SUDO_GID', String(callerGid)],
  ];
  for (const [name, value] of set) environment.set(name, value);
  return environment;
}

/** Arguments of a shell (`-s`, `-i`), with the command, if any, as one word for `-c`. */
export function shellWords(shell: string, words: readonly string[], isLogin: boolean): string[] {
  const name = isLogin ? `-${baseName(shell)}` : shell;
  if (words.length === 0) return [name];
  // The words are to arrive as they are, so whatever could mean something is escaped.
  const escaped = words.map((word) => word.replaceAll(/[^\w$-]/g, String.raw`\$&`));
  return [name, '-c', escaped.join(' ')];
}
