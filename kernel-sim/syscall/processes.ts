// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Becoming, ending and waiting for processes; their memory.
 *
 * @syscall 12 brk full
 * @syscall 59 execve full
 * @syscall 60 exit full
 * @syscall 61 wait4 partial "WNOHANG; no resource usage"
 * @syscall 231 exit_group full
 */
import type { Process } from '../process/process.ts';
import { exitStatus } from '../uapi/process.ts';
import { readPath, readStrings, writeWords32 } from './arguments.ts';
import type { SyscallParts, SyscallTable } from './parts.ts';

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

    wait4(process, pid, statusAddress, options) {
      return lifecycle.wait(process, pid, options, (status) =>
        statusAddress === 0 ? 0 : writeWords32(process, statusAddress, status),
      );
    },

    brk: (process, address) => process.space.brk(address),
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
): ExecArguments | number {
  const path = readPath(process, pathAddress);
  if (typeof path === 'number') return path;
  const argv = readStrings(process, argvAddress);
  if (typeof argv === 'number') return argv;
  const env = readStrings(process, envAddress);
  return typeof env === 'number' ? env : { path, argv, env };
}
