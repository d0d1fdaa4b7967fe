// SPDX-License-Identifier: GPL-2.0-or-later
/** Pathname expansion: the files whose names match a pattern. Linux counterpart: glob(3). */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { DT, S } from '../../uapi/fs.ts';
import type { Libc } from '../libc/libc.ts';
import { compilePattern, hasMagic, matchPattern, unescapePattern } from './pattern.ts';

/** User time for one name compared. */
const COMPARE_NS = 50;
/** Directories below one another that `**` goes into. */
const MAX_DEPTH = 64;

/** What `shopt` says of file names. */
export interface PathnameOptions {
  readonly extglob?: boolean;
  /** `**` is any number of directories. */
  readonly globstar?: boolean;
  /** `*` matches names with a dot in front. */
  readonly dotglob?: boolean;
  readonly nocaseglob?: boolean;
}

/** The matching paths in order; none when nothing matches. */
export function* expandPathname(
  c: Libc,
  pattern: string,
  options: PathnameOptions = {},
): Sleeping<string[]> {
  const isAbsolute = pattern.startsWith('/');
  const components = pattern.split(/\/+/).filter((component) => component !== '');
  const wantsDirectory = pattern.endsWith('/');
  let paths = [isAbsolute ? '/' : ''];
  for (const [index, component] of components.entries()) {
    const isLast = index === components.length - 1;
    const next: string[] = [];
    const tail = isLast && !wantsDirectory ? '' : '/';
    if (options.globstar === true && component === '**') {
      if (components[index + 1] === '**') continue;
      for (const path of paths) {
        // As the last component it is the files too; before others, the directories and this one.
        if (!isLast || path !== '') next.push(path);
        yield* descend(c, path, { tail, options, depth: 0 }, next);
      }
    } else {
      for (const path of paths) {
        for (const found of yield* expandComponent(c, path, component, tail, options)) {
          next.push(found);
        }
      }
    }
    paths = next;
  }
  return paths.toSorted((left, right) => (left < right ? -1 : left > right ? 1 : 0));
}

interface Descent {
  readonly tail: string;
  readonly options: PathnameOptions;
  readonly depth: number;
}

/** All that lies below `directory`, links not followed; only directories when a slash follows. */
function* descend(c: Libc, directory: string, descent: Descent, found: string[]): Sleeping<void> {
  const { tail, options, depth } = descent;
  if (depth >= MAX_DEPTH) return;
  const entries = yield* c.read_directory(directory === '' ? '.' : directory);
  if (typeof entries === 'number') return;
  yield* c.charge(entries.length * COMPARE_NS);
  for (const { name, type } of entries) {
    if (name === '.' || name === '..') continue;
    if (name.startsWith('.') && options.dotglob !== true) continue;
    const isInside = type === DT.DIR;
    if (isInside || tail === '') found.push(directory + name + tail);
    if (!isInside) continue;
    yield* descend(c, `${directory}${name}/`, { ...descent, depth: depth + 1 }, found);
  }
}

/** The paths below `directory` that match one component. `tail` is a slash where more follows. */
function* expandComponent(
  c: Libc,
  directory: string,
  component: string,
  tail: string,
  options: PathnameOptions,
): Sleeping<string[]> {
  if (!isMagicPattern(component, options)) {
    const path = directory + unescapePattern(component) + tail;
    const found = yield* c.lstat(path);
    return typeof found === 'number' ? [] : [path];
  }
  const entries = yield* c.read_directory(directory === '' ? '.' : directory);
  if (typeof entries === 'number') return [];
  yield* c.charge(entries.length * COMPARE_NS);
  const pattern = compilePattern(component, {
    extglob: options.extglob === true,
    ignoreCase: options.nocaseglob === true,
  });
  const showsHidden =
    options.dotglob === true || component.startsWith('.') || component.startsWith('\\.');
  const names = entries.filter(({ name }) => {
    if (name === '.' || name === '..') return false;
    return (showsHidden || !name.startsWith('.')) && matchPattern(pattern, name);
  });
  const paths: string[] = [];
  for (const { name, type } of names) {
    const path = directory + name;
    if (tail === '' || (yield* isDirectory(c, path, type))) paths.push(path + tail);
  }
  return paths;
}

function* isDirectory(c: Libc, path: string, type: number): Sleeping<boolean> {
  if (type === DT.DIR) return true;
  if (type !== DT.LNK && type !== DT.UNKNOWN) return false;
  const stat = yield* c.stat(path);
  return typeof stat !== 'number' && (stat.mode & S.IFMT) === S.IFDIR;
}

function isMagicPattern(component: string, options: PathnameOptions): boolean {
  // With nocaseglob a name without magic may still be written in another case.
  if (options.nocaseglob === true && /[A-Za-z]/.test(component)) return true;
  return hasMagic(component.replaceAll(/\\./gs, ''), options.extglob === true);
}
