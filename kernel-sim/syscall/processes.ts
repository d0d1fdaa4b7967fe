// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Becoming and ending processes.
 *
 * @syscall 59 execve full
 * @syscall 60 exit full
 * @syscall 231 exit_group full
 * @syscall 322 execveat partial "AT_FDCWD, or a descriptor with AT_EMPTY_PATH"
 */
import type { Process } from '../process/process.ts';
import { ERRNO } from '../uapi/errno.ts';
import { exitStatus } from '../uapi/process.ts';
import { readPath, readStrings } from './arguments.ts';
import type { SyscallParts, SyscallTable } from './parts.ts';

const AT_FDCWD = -100;
const AT_EMPTY_PATH = 0x1000;

export function processCalls({ lifecycle }: SyscallParts): SyscallTable {
  const exit = (process: Process, code: number): number => {
    process.leaving = { kind: 'exit', status: exitStatus(code) };
    process.task.hasWork = true;
    return 0;
  };

  return {
    exit,

    exit_group(process, code) {
      lifecycle.threads.exitGroup(process, exitStatus(code));
      return 0;
    },

    execve(process, pathAddress, argvAddress, envAddress) {
      const read = readExec(process, pathAddress, argvAddress, envAddress);
      if (typeof read === 'number') return read;
      return lifecycle.exec(process, read.path, read.argv, read.env);
    },

    execveat(process, fd, pathAddress, argvAddress, envAddress, flags) {
      const isFile = (flags & AT_EMPTY_PATH) !== 0 && fd !== AT_FDCWD;
      const read = readExec(process, pathAddress, argvAddress, envAddress, isFile);
      if (typeof read === 'number') return read;
      if (read.path !== '' || !isFile) {
        const isPlain = fd === AT_FDCWD || read.path.startsWith('/');
        if (!isPlain || (flags & ~AT_EMPTY_PATH) !== 0) return -ERRNO.EINVAL;
        return lifecycle.exec(process, read.path, read.argv, read.env);
      }
      const file = process.files.get(fd);
      if (file === undefined) return -ERRNO.EBADF;
      return lifecycle.exec(process, file, read.argv, read.env);
    },
  };
}

export interface ExecArguments {
  readonly path: string;
  readonly argv: readonly string[];
  readonly env: readonly string[];
}

/** What execve(2) and posix_spawn are given: path, argv, envp. */
export function readExec(
  process: Process,
  pathAddress: number,
  argvAddress: number,
  envAddress: number,
  mayBeEmpty = false,
): ExecArguments | number {
  const path = readPath(process, pathAddress, mayBeEmpty);
  if (typeof path === 'number') return path;
  const argv = readStrings(process, argvAddress);
  if (typeof argv === 'number') return argv;
  const env = readStrings(process, envAddress);
  return typeof env === 'number' ? env : { path, argv, env };
}
