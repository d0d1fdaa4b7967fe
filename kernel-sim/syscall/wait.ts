// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Waiting for children. Linux: the system calls of kernel/exit.c.
 *
 * @syscall 61 wait4 full
 * @syscall 247 waitid partial "P_ALL, P_PID, P_PGID; no resource usage"
 */
import { assert } from '../lib/assert.ts';
import type { ChildChange } from '../process/children.ts';
import type { Process } from '../process/process.ts';
import { type Sleeping, WOULD_BLOCK } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { P, WCONTINUED, WEXITED, WNOHANG, WNOWAIT, WUNTRACED } from '../uapi/process.ts';
import { SIGINFO, SIGNAL } from '../uapi/signal.ts';
import { writeBytes, writeWords32 } from './arguments.ts';
import { encodeSiginfo } from './siginfo.ts';
import type { SyscallParts, SyscallTable } from './parts.ts';
import { reportUsage } from './times.ts';

/** __WNOTHREAD, __WALL, __WCLONE: about threads, which change nothing here. */
const WAIT_THREADS = 0xe000_0000 | 0;
const WAIT4_OPTIONS = WNOHANG | WUNTRACED | WCONTINUED | WAIT_THREADS;
const WAITID_OPTIONS = WAIT4_OPTIONS | WEXITED | WNOWAIT;

export function waitCalls(parts: SyscallParts): SyscallTable {
  const { lifecycle } = parts;
  return {
    wait4(process, pid, statusAddress, options, usageAddress) {
      if ((options & ~WAIT4_OPTIONS) !== 0) return -ERRNO.EINVAL;
      // -INT_MIN is no number of a group.
      if (pid === -(2 ** 31)) return -ERRNO.ESRCH;
      return lifecycle.children.wait(process, {
        pid,
        options: options | WEXITED,
        report: ({ pid: child, status }) => {
          const error = reportUsage(parts, process, usageAddress, child);
          if (error < 0) return error;
          return statusAddress === 0 ? 0 : writeWords32(process, statusAddress, status);
        },
      });
    },

    waitid(process, idType, id, info, options) {
      if ((options & ~WAITID_OPTIONS) !== 0) return -ERRNO.EINVAL;
      if ((options & (WEXITED | WUNTRACED | WCONTINUED)) === 0) return -ERRNO.EINVAL;
      const pid = waitPid(idType, id);
      if (pid === undefined) return -ERRNO.EINVAL;
      const report = ({ pid: child, uid, code, value }: ChildChange): number => {
        if (info === 0) return 0;
        return writeBytes(
          process,
          info,
          encodeSiginfo(SIGNAL.CHLD, { code, pid: child, uid, status: value }),
        );
      };
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

/** waitid(2) answers 0; with WNOHANG and no child that changed, si_pid is 0, too. */
function waitidAnswer(process: Process, info: number, answer: number): number {
  if (answer !== 0) return Math.min(answer, 0);
  return info === 0 ? 0 : writeBytes(process, info, new Uint8Array(SIGINFO.SIZE));
}
