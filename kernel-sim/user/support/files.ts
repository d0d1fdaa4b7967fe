// SPDX-License-Identifier: GPL-2.0-or-later
/** Walking over the files that a command line names, and over trees of them. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { S } from '../../uapi/fs.ts';
import type { Dirent, Stat } from '../libc/file-calls.ts';
import type { Libc } from '../libc/libc.ts';
import { complain, errorText } from './command.ts';
import { quoteName } from './quote.ts';

/** Descriptor 0 for `-`, else the opened file, else a complaint and `undefined`. */
export function* openInput(
  c: Libc,
  name: string,
  describe = (name: string, failure: string): string => `${quoteName(name)}: ${failure}`,
): Sleeping<number | undefined> {
  if (name === '-') return 0;
  const fd = yield* c.open(name);
  if (fd >= 0) return fd;
  yield* complain(c, describe(name, errorText(fd)));
  return undefined;
}

export function* closeInput(c: Libc, fd: number): Sleeping<void> {
  if (fd !== 0) yield* c.close(fd);
}

export function isDirectory(stat: Stat | number): boolean {
  return typeof stat !== 'number' && (stat.mode & S.IFMT) === S.IFDIR;
}

export function joinPath(directory: string, name: string): string {
  return directory.endsWith('/') ? directory + name : `${directory}/${name}`;
}

/** The last component, as basename(1) gives it: `/` for the root. */
export function baseName(path: string): string {
  const trimmed = path.replace(/\/+$/, '');
  if (trimmed === '') return path === '' ? '' : '/';
  return trimmed.slice(trimmed.lastIndexOf('/') + 1);
}

/** Everything before the last component, as dirname(1) gives it. */
export function dirName(path: string): string {
  const trimmed = path.replace(/\/+$/, '');
  if (trimmed === '') return path === '' ? '.' : '/';
  const slash = trimmed.lastIndexOf('/');
  if (slash < 0) return '.';
  return trimmed.slice(0, slash).replace(/\/+$/, '') || '/';
}

/** A directory's entries without `.` and `..`, in its order, or the negative errno. */
export function* listEntries(c: Libc, path: string): Sleeping<Dirent[] | number> {
  const entries = yield* c.read_directory(path);
  if (typeof entries === 'number') return entries;
  return entries.filter(({ name }) => name !== '.' && name !== '..');
}

/** Their names. */
export function* listNames(c: Libc, path: string): Sleeping<string[] | number> {
  const entries = yield* listEntries(c, path);
  return typeof entries === 'number' ? entries : entries.map(({ name }) => name);
}

/** The C locale's order. */
export function byBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** True if the user answers a question with y. */
export function* confirms(c: Libc, question: string): Sleeping<boolean> {
  yield* c.err(`${c.program}: ${question}`);
  const answer = yield* c.lines(0).next();
  return typeof answer === 'string' && /^[yY]/.test(answer);
}
