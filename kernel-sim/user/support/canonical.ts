// SPDX-License-Identifier: GPL-2.0-or-later
/** Paths without links, `.` and `..`: what readlink -f and realpath print. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import type { Libc } from '../libc/libc.ts';
import { dirName, isDirectory, joinPath } from './files.ts';

/** Which components have to exist. */
type Strictness = 'all' | 'parents' | 'none';

const MAX_LINKS = 40;

/** By the letter of the option. */
export function strict(letter: 'f' | 'e' | 'm'): Strictness {
  return letter === 'e' ? 'all' : letter === 'm' ? 'none' : 'parents';
}

/** How `..` behind a link is taken, and whether links are followed at all. */
export type Links = 'physical' | 'logical' | 'none';

/** The path without links, `.` and `..`, or the negative errno. */
export function* canonical(
  c: Libc,
  path: string,
  strictness: Strictness,
  links: Links = 'physical',
): Sleeping<string | number> {
  if (path === '') return -ERRNO.ENOENT;
  const cwd = yield* c.getcwd();
  if (typeof cwd === 'number') return cwd;
  const names = links === 'physical' ? path.split('/') : withoutDots(path.split('/'));
  const rest = names.toReversed();
  let result = path.startsWith('/') ? '/' : cwd;
  let seen = 0;
  for (let name = rest.pop(); name !== undefined; name = rest.pop()) {
    if (name === '' || name === '.') continue;
    if (name === '..') {
      result = dirName(result);
      continue;
    }
    const next = joinPath(result, name);
    const target = links === 'none' ? 0 : yield* c.readlink(next);
    if (typeof target === 'string') {
      if (++seen > MAX_LINKS) return -ERRNO.ELOOP;
      rest.push(...target.split('/').toReversed());
      if (target.startsWith('/')) result = '/';
      continue;
    }
    const isLast = rest.every((part) => part === '');
    const stat = yield* c.lstat(next);
    const mayBeMissing = strictness === 'none' || (strictness === 'parents' && isLast);
    if (typeof stat === 'number' && !(mayBeMissing && stat === -ERRNO.ENOENT)) return stat;
    const mustLead = !isLast && strictness !== 'none' && links !== 'none';
    if (mustLead && !isDirectory(stat)) return -ERRNO.ENOTDIR;
    result = next;
  }
  return result;
}

/** `a/b/..` is `a`, whatever `b` is. Leading `..` stay: they go up from where we are. */
function withoutDots(names: readonly string[]): readonly string[] {
  const kept: string[] = [];
  for (const name of names) {
    const last = kept.at(-1);
    if (name === '..' && last !== undefined && last !== '' && last !== '..') kept.pop();
    else if (name !== '.') kept.push(name);
  }
  return kept;
}

/** The way from directory `base` to `path`, both canonical. */
export function relativePath(path: string, base: string): string {
  const [to, from] = [path, base].map((text) => text.split('/').filter((name) => name !== ''));
  if (to === undefined || from === undefined) return path;
  let common = 0;
  while (common < Math.min(to.length, from.length) && to[common] === from[common]) common++;
  const steps = [...from.slice(common).map(() => '..'), ...to.slice(common)];
  return steps.join('/') || '.';
}

/** Whether `path` is `directory` or lies below it, both canonical. */
export function isBelow(path: string, directory: string): boolean {
  return `${path}/`.startsWith(directory === '/' ? '/' : `${directory}/`);
}
