// SPDX-License-Identifier: GPL-2.0-or-later
/** The files of a program: those that are named, and what they import from beside them. */
import { decodeUtf8 } from '../../lib/utf8.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import type { Libc } from '../libc/libc.ts';
import { normalizePath } from './paths.ts';

export interface SourceFiles {
  /** The folder that the names start from: the deepest one that holds them all. */
  readonly folder: string;
  /** Texts by name below that folder. */
  readonly texts: ReadonlyMap<string, string>;
  /** The names of the files that were asked for. */
  readonly named: readonly string[];
}

/** A file that cannot be read, with the negative errno. */
export interface Unreadable {
  readonly path: string;
  readonly failure: number;
}

const IMPORT = /\b(?:from|import)\s*(["'])(\.[^"'\n]*)\1/g;

/** Only files that are named must be there; the compiler tells of imports that lead nowhere. */
export function* readSources(
  c: Libc,
  paths: readonly string[],
): Sleeping<SourceFiles | Unreadable> {
  const cwd = yield* c.getcwd();
  const absolute = (path: string): string =>
    normalizePath(path.startsWith('/') ? path : `${typeof cwd === 'string' ? cwd : ''}/${path}`);
  const texts = new Map<string, string>();
  const asked = paths.map(absolute);
  const queue = [...asked];
  for (const path of queue) {
    const bytes = yield* c.read_file(path);
    if (typeof bytes === 'number') {
      const at = asked.indexOf(path);
      if (at < 0) continue;
      return { path: paths[at] ?? path, failure: bytes };
    }
    const text = decodeUtf8(bytes);
    texts.set(path, text);
    for (const [, , specifier = ''] of text.matchAll(IMPORT)) {
      const target = normalizePath(`${path.slice(0, path.lastIndexOf('/'))}/${specifier}`);
      for (const candidate of target.endsWith('.ts') ? [target] : [target, `${target}.ts`]) {
        if (!queue.includes(candidate)) queue.push(candidate);
      }
    }
  }
  const folder = commonFolder([...texts.keys()]);
  const nameOf = (path: string): string => path.slice(folder.length);
  return {
    folder,
    texts: new Map(Array.from(texts, ([path, text]) => [nameOf(path), text])),
    named: asked.map(nameOf),
  };
}

/** With its slash. */
function commonFolder(paths: readonly string[]): string {
  const [first = '/', ...others] = paths;
  let folder = first.slice(0, first.lastIndexOf('/') + 1);
  while (!others.every((path) => path.startsWith(folder))) {
    folder = folder.slice(0, folder.lastIndexOf('/', folder.length - 2) + 1);
  }
  return folder;
}
