// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Becoming, ending and waiting for processes; their memory.
 *
 * @syscall 59 execve full
 * @syscall 60 exit full
 * @syscall 61 wait4 partial "no resource usage"
 * @syscall 231 exit_group full
 * @syscall 247 waitid partial "P_ALL, P_PID, P_PGID; no resource usage"
 * @syscall 322 execveat partial "AT_FDCWD, or a descriptor with AT_EMPTY_PATH"
 */
import { assert } from '../lib/assert.ts';
import type { ChildChange } from '../process/children.ts';
import type { Process } from '../process/process.ts';
import { type Sleeping, WOULD_BLOCK } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import {
  exitStatus,
  P,
  WCONTINUED,
  WEXITED,
  WNOHANG,
  WNOWAIT,
  WUNTRACED,
} from '../uapi/process.ts';
import { SIGINFO, SIGNAL } from '../uapi/signal.ts';
import { readPath, readStrings, writeBytes, writeWords32 } from './arguments.ts';
import type { SyscallParts, SyscallTable } from './parts.ts';

/** __WNOTHREAD, __WALL, __WCLONE: about threads, which change nothing here. */
const WAIT_THREADS = 0xe000_0000 | 0;
const WAIT4_OPTIONS = WNOHANG | WUNTRACED | WCONTINUED | WAIT_THREADS;
const WAITID_OPTIONS = WAIT4_OPTIONS | WEXITED | WNOWAIT;

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

    wait4(process, pid, statusAddress, options) {
      if ((options & ~WAIT4_OPTIONS) !== 0) return -ERRNO.EINVAL;
      // -INT_MIN is no number of a group.
      if (pid === -(2 ** 31)) return -ERRNO.ESRCH;
      return lifecycle.children.wait(process, {
        pid,
        options: options | WEXITED,
        report: ({ status }) =>
          statusAddress === 0 ? 0 : writeWords32(process, statusAddress, status),
      });
    },

    waitid(process, idType, id, info, options) {
      if ((options & ~WAITID_OPTIONS) !== 0) return -ERRNO.EINVAL;
      if ((options & (WEXITED | WUNTRACED | WCONTINUED)) === 0) return -ERRNO.EINVAL;
      const pid = waitPid(idType, id);
      if (pid === undefined) return -ERRNO.EINVAL;
      const report = (change: ChildChange): number => writeSiginfo(process, info, change);
      const answer = lifecycle.children.wait(process, { pid, options, report });
      if (answer !== WOULD_BLOCK) return waitidAnswer(process, info, answer);
      const rest = process.pending;
      process.pending = undefined;
      assert(rest !== undefined, 'a call that would block has a rest');
      return process.block(
        (function* (): Sleeping<number> {
          return waitidAnswer(process, info, yield* rest);
        })(),
      );
    },
  };
}

/** waitid's kind of id as waitpid(2) says it. */
function waitPid(idType: number, id: number): number | undefined {
  switch (idType) {
    case P.ALL:
      return -1;
    case P.PID:
      return id > 0 ? id : undefined;
    case P.PGID:
      return id < 0 ? undefined : -id;
    default:
      return undefined;
  }
}

function writeSiginfo(process: Process, info: number, change: ChildChange): number {
  if (info === 0) return 0;
  const bytes = new Uint8Array(SIGINFO.SIZE);
  const view = new DataView(bytes.buffer);
  view.setInt32(SIGINFO.signo, SIGNAL.CHLD, true);
  view.setInt32(SIGINFO.code, change.code, true);
  view.setInt32(SIGINFO.pid, change.pid, true);
  view.setUint32(SIGINFO.uid, change.uid, true);
  view.setInt32(SIGINFO.status, change.value, true);
  return writeBytes(process, info, bytes);
}

/** waitid(2) answers 0; with WNOHANG and no child that changed, si_pid is 0, too. */
function waitidAnswer(process: Process, info: number, answer: number): number {
  if (answer !== 0) return Math.min(answer, 0);
  return info === 0 ? 0 : writeBytes(process, info, new Uint8Array(SIGINFO.SIZE));
}

const AT_FDCWD = -100;
const AT_EMPTY_PATH = 0x1000;

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
