// SPDX-License-Identifier: GPL-2.0-or-later
/** Pathname expansion: the files whose names match a pattern. Linux counterpart: glob(3). */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { DT, S } from '../../uapi/fs.ts';
import type { Libc } from '../libc/libc.ts';
import { compilePattern, hasMagic, matchPattern, unescapePattern } from './pattern.ts';

/** User time for one name compared. */
const COMPARE_NS = 50;

/** The matching paths in order; none when nothing matches. */
export function* expandPathname(c: Libc, pattern: string): Sleeping<string[]> {
  const isAbsolute = pattern.startsWith('/');
  const components = pattern.split(/\/+/).filter((component) => component !== '');
  const wantsDirectory = pattern.endsWith('/');
  let paths = [isAbsolute ? '/' : ''];
  for (const [index, component] of components.entries()) {
    const isLast = index === components.length - 1;
    const next: string[] = [];
    for (const path of paths) {
      const tail = isLast && !wantsDirectory ? '' : '/';
      for (const found of yield* expandComponent(c, path, component, tail)) next.push(found);
    }
    paths = next;
  }
  return paths;
}

/** The paths below `directory` that match one component. `tail` is a slash where more follows. */
function* expandComponent(
  c: Libc,
  directory: string,
  component: string,
  tail: string,
): Sleeping<string[]> {
  if (!isMagicPattern(component)) {
    const path = directory + unescapePattern(component) + tail;
    const found = yield* c.lstat(path);
    return typeof found === 'number' ? [] : [path];
  }
  const entries = yield* c.read_directory(directory === '' ? '.' : directory);
  if (typeof entries === 'number') return [];
  yield* c.charge(entries.length * COMPARE_NS);
  const pattern = compilePattern(component);
  const showsHidden = component.startsWith('.') || component.startsWith('\\.');
  const names = entries.filter(({ name }) => {
    if (name === '.' || name === '..') return false;
    return (showsHidden || !name.startsWith('.')) && matchPattern(pattern, name);
  });
  const paths: string[] = [];
  for (const { name, type } of names) {
    const path = directory + name;
    if (tail === '' || (yield* isDirectory(c, path, type))) paths.push(path + tail);
  }
  return paths.toSorted((left, right) => (left < right ? -1 : left > right ? 1 : 0));
}

function* isDirectory(c: Libc, path: string, type: number): Sleeping<boolean> {
  if (type === DT.DIR) return true;
  if (type !== DT.LNK && type !== DT.UNKNOWN) return false;
  const stat = yield* c.stat(path);
  return typeof stat !== 'number' && (stat.mode & S.IFMT) === S.IFDIR;
}

function isMagicPattern(component: string): boolean {
  return hasMagic(component.replaceAll(/\\./gs, ''));
}
