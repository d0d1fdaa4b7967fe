// SPDX-License-Identifier: GPL-2.0-or-later
/** What depmod wrote down in /lib/modules/RELEASE, as modprobe and modinfo read it. */
import { decodeUtf8 } from '../../lib/utf8.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import type { Libc } from '../libc/libc.ts';
import { compilePattern, matchPattern } from '../sh/pattern.ts';
import { joinPath } from './files.ts';
import { moduleName } from './modules.ts';

/** A module of modules.dep: its file and those of what it needs, to be loaded from the last on. */
export interface KnownModule {
  readonly name: string;
  readonly path: string;
  readonly needs: readonly string[];
}

/** A name, which may be a pattern, and what stands behind it. */
export type Entry = readonly [key: string, value: string];

export interface ModuleIndex {
  readonly folder: string;
  readonly modules: ReadonlyMap<string, KnownModule>;
  readonly aliases: readonly Entry[];
  readonly symbols: readonly Entry[];
  readonly softDependencies: readonly Entry[];
  /** Names of what is part of the kernel. */
  readonly builtin: ReadonlySet<string>;
}

/** `BASE/lib/modules/` and the release of the running kernel, or another one. */
export function* moduleFolder(c: Libc, base = '', release?: string): Sleeping<string> {
  if (release !== undefined) return `${base}/lib/modules/${release}`;
  const uname = yield* c.uname();
  return `${base}/lib/modules/${typeof uname === 'number' ? '' : uname.release}`;
}

export function* readIndex(c: Libc, folder: string): Sleeping<ModuleIndex> {
  const modules = new Map<string, KnownModule>();
  for (const line of yield* readLines(c, joinPath(folder, 'modules.dep'))) {
    const [file = '', rest] = line.split(':');
    if (rest === undefined) continue;
    const needs = rest.split(' ').filter((word) => word !== '');
    const name = moduleName(file);
    const path = joinPath(folder, file);
    modules.set(name, { name, path, needs: needs.map((need) => joinPath(folder, need)) });
  }
  const builtin = yield* readLines(c, joinPath(folder, 'modules.builtin'));
  return {
    folder,
    modules,
    aliases: yield* readEntries(c, joinPath(folder, 'modules.alias')),
    symbols: yield* readEntries(c, joinPath(folder, 'modules.symbols')),
    softDependencies: yield* readEntries(c, joinPath(folder, 'modules.softdep')),
    builtin: new Set(builtin.map(moduleName)),
  };
}

/** What matches, where the keys are patterns. */
export function matching(entries: readonly Entry[], name: string): string[] {
  return entries.flatMap(([key, value]) =>
    matchPattern(compilePattern(key), name) ? [value] : [],
  );
}

/** `-` and `_` are one in a module's name, but not within brackets. Linux: alias_normalize. */
export function normalizeAlias(text: string): string {
  return text.replaceAll(/\[[^\]]*\]|-/g, (part) => (part === '-' ? '_' : part));
}

/** Lines of `WORD KEY VALUE…`. */
function* readEntries(c: Libc, path: string): Sleeping<Entry[]> {
  return (yield* readLines(c, path)).flatMap((line) => {
    const match = /^\w+ (\S+) (.+)$/.exec(line);
    return match === null ? [] : [[normalizeAlias(match[1] ?? ''), match[2] ?? '']];
  });
}

/** Those of a text file, without comments; none of a file that is not there. */
function* readLines(c: Libc, path: string): Sleeping<string[]> {
  const bytes = yield* c.read_file(path);
  if (typeof bytes === 'number') return [];
  return decodeUtf8(bytes)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
}
