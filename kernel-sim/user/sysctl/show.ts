// SPDX-License-Identifier: GPL-2.0-or-later
/** What sysctl prints of a setting, of a directory of them, and of all. */
import { decodeUtf8 } from '../../lib/utf8.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { S } from '../../uapi/fs.ts';
import type { Libc } from '../libc/libc.ts';
import { errorText } from '../support/command.ts';
import type { SysctlOptions } from '../sysctl.ts';
import { dottedKey, keyPath } from './key.ts';

const OWNER_READS = 0o400;
/** Names that are only shown when they are asked for: writing is all they are for. */
const DEPRECATED: ReadonlySet<string> = new Set(['base_reachable_time', 'retrans_time']);

export function* listAll(c: Libc, options: SysctlOptions): Sleeping<number> {
  yield* showDirectory(c, keyPath(''), options);
  return 0;
}

/** Answers the exit status. */
export function* showKey(c: Libc, key: string, options: SysctlOptions): Sleeping<number> {
  const path = keyPath(key);
  const stat = yield* c.stat(path);
  if (typeof stat === 'number') {
    if (options.ignoresUnknown && stat === -ERRNO.ENOENT) return 0;
    yield* c.err(`sysctl: cannot stat ${path}: ${errorText(stat)}\n`);
    return 1;
  }
  if ((stat.mode & OWNER_READS) === 0) return 0;
  if ((stat.mode & S.IFMT) === S.IFDIR) {
    yield* showDirectory(c, `${path}/`, options);
    return 0;
  }
  if (!options.pattern.test(dottedKey(path))) return 0;
  if (!options.namesOnly) return yield* showValue(c, path, options);
  c.out(`${dottedKey(path)}\n`);
  return 0;
}

function* showDirectory(c: Libc, path: string, options: SysctlOptions): Sleeping<void> {
  const entries = yield* c.read_directory(path);
  if (typeof entries === 'number') {
    yield* c.err(`sysctl: unable to open directory "${path}"\n`);
    return;
  }
  for (const { name } of entries) {
    if (name === '.' || name === '..' || DEPRECATED.has(name)) continue;
    yield* showKey(c, (path + name).slice(keyPath('').length).replace(/^\.$/u, ''), options);
  }
}

function* showValue(c: Libc, path: string, options: SysctlOptions): Sleeping<number> {
  const bytes = yield* c.read_file(path);
  const key = dottedKey(path);
  if (typeof bytes === 'number') {
    if (bytes === -ERRNO.EACCES || bytes === -ERRNO.EPERM) {
      yield* c.err(`sysctl: permission denied on key '${key}'\n`);
    } else {
      yield* c.err(`sysctl: reading key "${key}": ${errorText(bytes)}\n`);
    }
    return 1;
  }
  const text = decodeUtf8(bytes);
  const prefix = options.printsNames ? `${key} = ` : '';
  for (const line of text.replace(/\n$/u, '').split('\n')) {
    c.out(options.printsNewline ? `${prefix}${line}\n` : `${prefix}${line}`);
  }
  return 0;
}
