// SPDX-License-Identifier: GPL-2.0-or-later
// tidy: words because modprobe.d(5) has a command of that name
/** modprobe.d(5): what an administrator says about modules. */
import { decodeUtf8 } from '../../lib/utf8.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import type { Libc } from '../libc/libc.ts';
import { joinPath, listNames } from '../support/files.ts';
import { type Entry, normalizeAlias } from '../support/module-index.ts';

/** Files of a name that an earlier folder has too are not read. */
const FOLDERS = ['/etc/modprobe.d', '/run/modprobe.d', '/lib/modprobe.d'];

export interface Config {
  readonly denied: readonly string[];
  readonly installs: readonly Entry[];
  readonly removes: readonly Entry[];
  readonly aliases: readonly Entry[];
  readonly options: readonly Entry[];
  readonly softDependencies: readonly Entry[];
}

/** What comes before and after a module, if it is there. */
export interface SoftDependency {
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** Reads `given`, files and folders, or else the usual folders. */
export function* readConfig(c: Libc, given: readonly string[]): Sleeping<Config> {
  const lists = {
    blacklist: [] as Entry[],
    install: [] as Entry[],
    remove: [] as Entry[],
    alias: [] as Entry[],
    options: [] as Entry[],
    softdep: [] as Entry[],
  };
  const isCommand = (word: string): word is keyof typeof lists => Object.hasOwn(lists, word);
  for (const path of yield* configFiles(c, given.length > 0 ? given : FOLDERS)) {
    const bytes = yield* c.read_file(path);
    if (typeof bytes === 'number') continue;
    for (const { text, line } of logicalLines(decodeUtf8(bytes))) {
      const [, command = '', key = '', rest = ''] = /^(\S+)\s*(\S*)\s*(.*)$/.exec(text) ?? [];
      const isWhole = key !== '' && (rest !== '' || command === 'blacklist');
      if (isCommand(command) && isWhole) {
        const value = command === 'alias' ? rest.replaceAll('-', '_') : rest;
        lists[command].push([normalizeAlias(key), value]);
        continue;
      }
      // The library complains before the tool has said how.
      const where = 'ERROR ../libkmod/libkmod-config.c:712 kmod_config_parse';
      yield* c.err(
        `libkmod: ${where}: ${path} line ${line}: ignoring bad line starting with '${command}'\n`,
      );
    }
  }
  return {
    denied: lists.blacklist.map(([name]) => name),
    installs: lists.install,
    removes: lists.remove,
    aliases: lists.alias,
    options: lists.options,
    softDependencies: lists.softdep,
  };
}

export function parseSoftDependency(text: string): SoftDependency {
  const before: string[] = [];
  const after: string[] = [];
  let list: string[] | undefined;
  for (const word of text.split(/\s+/)) {
    if (word === 'pre:') list = before;
    else if (word === 'post:') list = after;
    else if (word !== '') list?.push(word);
  }
  return { before, after };
}

function* configFiles(c: Libc, paths: readonly string[]): Sleeping<string[]> {
  const files = new Map<string, string>();
  for (const path of paths) {
    const names = yield* listNames(c, path);
    if (typeof names === 'number') {
      files.set(path, path);
      continue;
    }
    for (const name of names) {
      const isConfig = name.endsWith('.conf') && !name.startsWith('.');
      if (isConfig && !files.has(name)) files.set(name, joinPath(path, name));
    }
  }
  return [...files].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path);
}

/** Lines that say something, with those that a backslash continues. */
function* logicalLines(text: string): Generator<{ readonly text: string; readonly line: number }> {
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; at++) {
    let whole = lines[at] ?? '';
    while (whole.endsWith('\\') && at + 1 < lines.length) {
      whole = whole.slice(0, -1) + (lines[++at] ?? '');
    }
    const trimmed = whole.trim();
    if (trimmed !== '' && !trimmed.startsWith('#')) yield { text: trimmed, line: at + 1 };
  }
}
