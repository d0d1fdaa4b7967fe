// SPDX-License-Identifier: GPL-2.0-or-later
/** Tab on a path: what lies in its directory and begins as its last component does. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ACCESS, DT, S } from '../../uapi/fs.ts';
import { getpwnam } from '../libc/passwd.ts';
import type { Shell } from './shell.ts';

export interface Candidate {
  /** The whole word, unquoted. */
  readonly word: string;
  readonly shown: string;
  /** Follows the word when it is the only candidate. */
  readonly suffix: string;
  /** Goes into the line as it is. */
  readonly isRaw?: boolean;
}

/** Which files are wanted. Directories always are: they may lead to one. */
export type PathKind = 'all' | 'commands' | 'directories' | 'modules';

export function* paths(shell: Shell, word: string, kind: PathKind): Sleeping<Candidate[]> {
  const slash = word.lastIndexOf('/') + 1;
  const directory = word.slice(0, slash);
  const base = word.slice(slash);
  const real = yield* withHome(shell, directory);
  const entries = yield* shell.c.read_directory(real === '' ? '.' : real);
  if (typeof entries === 'number') return [];
  const candidates: Candidate[] = [];
  for (const { name, type } of entries) {
    if (!name.startsWith(base) || name === '.' || name === '..') continue;
    if (name.startsWith('.') && !base.startsWith('.')) continue;
    const isDirectory = yield* leadsToDirectory(shell, real + name, type);
    if (!isDirectory && !(yield* isWanted(shell, real + name, kind))) continue;
    const shown = isDirectory ? `${name}/` : name;
    candidates.push({ word: directory + name, shown, suffix: isDirectory ? '/' : ' ' });
  }
  return candidates.toSorted((left, right) => (left.word < right.word ? -1 : 1));
}

/** Whether a file that is no directory is of that kind. */
function* isWanted(shell: Shell, path: string, kind: PathKind): Sleeping<boolean> {
  switch (kind) {
    case 'all':
      return true;
    case 'commands':
      return (yield* shell.c.access(path, ACCESS.X_OK)) >= 0;
    case 'directories':
      return false;
    case 'modules':
      return path.endsWith('.ko');
  }
}

/** `directory` with its `~` or `~NAME` replaced, if it begins with one. */
export function* withHome(shell: Shell, directory: string): Sleeping<string> {
  const name = /^~([^/]*)\//.exec(directory)?.[1];
  if (name === undefined) return directory;
  const home = name === '' ? shell.variables.get('HOME') : (yield* getpwnam(shell.c, name))?.home;
  return home === undefined ? directory : home + directory.slice(name.length + 1);
}

function* leadsToDirectory(shell: Shell, path: string, type: number): Sleeping<boolean> {
  if (type === DT.DIR) return true;
  if (type !== DT.LNK && type !== DT.UNKNOWN) return false;
  const stat = yield* shell.c.stat(path);
  return typeof stat !== 'number' && (stat.mode & S.IFMT) === S.IFDIR;
}
