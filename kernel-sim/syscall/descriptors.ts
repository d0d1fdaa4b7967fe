// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Opening, closing and duplicating descriptors.
 *
 * @syscall 2 open full
 * @syscall 3 close full
 * @syscall 32 dup full
 * @syscall 33 dup2 full
 * @syscall 292 dup3 full
 */
import type { OpenFile } from '../fs/open-file.ts';
import type { Process } from '../process/process.ts';
import { type Sleeping, WOULD_BLOCK } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { O } from '../uapi/fs.ts';
import { readPath } from './arguments.ts';
import type { SyscallParts, SyscallTable } from './parts.ts';

const { EBADF, EINVAL } = ERRNO;

export function descriptorCalls({ vfs }: SyscallParts): SyscallTable {
  const install = (process: Process, file: OpenFile | number, flags: number): number => {
    if (typeof file === 'number') return file;
    const fd = process.files.install(file, (flags & O.CLOEXEC) !== 0);
    return fd < 0 ? close(process, file, fd) : fd;
  };

  /** Gives up a file that left the table; the call's answer is `result` either way. */
  const close = (process: Process, file: OpenFile, result: number): number => {
    if (vfs.close(file) !== WOULD_BLOCK) return result;
    return process.block(
      (function* (): Sleeping<number> {
        yield* vfs.closeBlocking(file);
        return result;
      })(),
    );
  };

  function* openRest(
    process: Process,
    rest: Sleeping<OpenFile | number>,
    flags: number,
  ): Sleeping<number> {
    return install(process, yield* rest, flags);
  }

  const duplicateTo = (process: Process, from: number, to: number, flags: number): number => {
    const old = process.files.replace(from, to, (flags & O.CLOEXEC) !== 0);
    if (typeof old === 'number') return old;
    return old === undefined ? to : close(process, old, to);
  };

  return {
    open(process, address, flags, mode) {
      const path = readPath(process, address);
      if (typeof path === 'number') return path;
      const permissions = mode & 0o7777 & ~process.umask;
      const file = vfs.open(process, path, flags, permissions);
      if (file === WOULD_BLOCK) return process.block(openRest(process, vfs.openRest(), flags));
      return install(process, file, flags);
    },

    close(process, fd) {
      const file = process.files.remove(fd);
      return file === undefined ? -EBADF : close(process, file, 0);
    },

    dup: (process, fd) => process.files.duplicate(fd),

    dup2(process, from, to) {
      if (from === to) return process.files.get(from) === undefined ? -EBADF : to;
      return duplicateTo(process, from, to, 0);
    },

    dup3(process, from, to, flags) {
      if (from === to || (flags & ~O.CLOEXEC) !== 0) return -EINVAL;
      return duplicateTo(process, from, to, flags);
    },
  };
}
