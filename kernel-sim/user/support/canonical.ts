// SPDX-License-Identifier: GPL-2.0-or-later
/** Paths without links, `.` and `..`: what readlink -f and realpath print. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import type { Libc } from '../libc/libc.ts';
import { dirName, isDirectory, joinPath } from './files.ts';

/** Which components have to exist. */
type Strictness = 'all' | 'parents' | 'none';

const MAX_LINKS = 40;

export const LONG = {
  canonicalize: 'f',
  'canonicalize-existing': 'e',
  'canonicalize-missing': 'm',
  'no-newline': 'n',
  quiet: 'q',
  silent: 's',
  verbose: 'v',
  zero: 'z',
};

/** By the letter of the option. */
export function strict(letter: 'f' | 'e' | 'm'): Strictness {
  return letter === 'e' ? 'all' : letter === 'm' ? 'none' : 'parents';
}

/** The path without links, `.` and `..`, or the negative errno. */
export function* canonical(
  c: Libc,
  path: string,
  strictness: Strictness,
): Sleeping<string | number> {
  if (path === '') return -ERRNO.ENOENT;
  const cwd = yield* c.getcwd();
  if (typeof cwd === 'number') return cwd;
  const rest = path.split('/').toReversed();
  let result = path.startsWith('/') ? '/' : cwd;
  let links = 0;
  for (let name = rest.pop(); name !== undefined; name = rest.pop()) {
    if (name === '' || name === '.') continue;
    if (name === '..') {
      result = dirName(result);
      continue;
    }
    const next = joinPath(result, name);
    const target = yield* c.readlink(next);
    if (typeof target === 'string') {
      if (++links > MAX_LINKS) return -ERRNO.ELOOP;
      rest.push(...target.split('/').toReversed());
      if (target.startsWith('/')) result = '/';
      continue;
    }
    const isLast = rest.every((part) => part === '');
    const stat = yield* c.lstat(next);
    const mayBeMissing = strictness === 'none' || (strictness === 'parents' && isLast);
    if (typeof stat === 'number' && !(mayBeMissing && stat === -ERRNO.ENOENT)) return stat;
    if (!isLast && strictness !== 'none' && !isDirectory(stat)) return -ERRNO.ENOTDIR;
    result = next;
  }
  return result;
}
