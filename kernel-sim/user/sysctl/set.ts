// SPDX-License-Identifier: GPL-2.0-or-later
/** How sysctl writes settings, and what it says of each. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { O, S } from '../../uapi/fs.ts';
import type { Libc } from '../libc/libc.ts';
import { errorText } from '../support/command.ts';
import type { SysctlOptions } from '../sysctl.ts';
import { dottedKey, keyPath, type Setting } from './key.ts';

const OWNER_WRITES = 0o200;

/** Writes them in order. Answers the exit status. */
export function* applySettings(
  c: Libc,
  settings: readonly Setting[],
  options: SysctlOptions,
): Sleeping<number> {
  let status = 0;
  for (const setting of settings) status |= yield* apply(c, setting, options);
  return status;
}

function* apply(c: Libc, setting: Setting, options: SysctlOptions): Sleeping<number> {
  const path = keyPath(setting.key);
  const key = dottedKey(path);
  const stat = yield* c.stat(path);
  if (typeof stat === 'number') {
    if (options.ignoresUnknown) return 0;
    yield* c.err(`sysctl: cannot stat ${path}: ${errorText(stat)}\n`);
    return 1;
  }
  if ((stat.mode & OWNER_WRITES) === 0 || (stat.mode & S.IFMT) === S.IFDIR) {
    // procps says so whatever the matter is, and goes on as if nothing were.
    yield* c.err(`sysctl: setting key "${key}": ${errorText(-ERRNO.EINVAL)}\n`);
    return 0;
  }
  const status = options.isDryRun ? 0 : yield* write(c, path, key, setting);
  if (status === 0 && !options.isQuiet) {
    const text = options.printsNames ? `${key} = ${setting.value}` : setting.value;
    c.out(options.printsNewline ? `${text}\n` : text);
  }
  return status;
}

function* write(c: Libc, path: string, key: string, setting: Setting): Sleeping<number> {
  const suffix = setting.ignoresFailure ? ', ignoring' : '';
  const failed = setting.ignoresFailure ? 0 : 1;
  const fd = yield* c.open(path, O.WRONLY | O.TRUNC);
  if (fd === -ERRNO.EPERM || fd === -ERRNO.EACCES || fd === -ERRNO.EROFS) {
    yield* c.err(`sysctl: permission denied on key "${key}"${suffix}\n`);
    return failed;
  }
  if (fd < 0) {
    yield* c.err(`sysctl: setting key "${key}"${suffix}: ${errorText(fd)}\n`);
    return failed;
  }
  const written = yield* c.write_all(fd, `${setting.value}\n`);
  yield* c.close(fd);
  if (written >= 0) return 0;
  yield* c.err(`sysctl: setting key "${key}": ${errorText(written)}\n`);
  return 1;
}
