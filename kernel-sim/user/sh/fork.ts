// SPDX-License-Identifier: GPL-2.0-or-later
/** Making a process although there are too many: bash's make_child waits a while for one to end. */
import { ERRNO } from '../../uapi/errno.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import type { Shell } from './shell.ts';

/** Status of a command for which there was no process. */
export const FORK_FAILED = 254;

/** The last wait is half of it. */
const WAIT_SECONDS_MAX = 16;
const NS_PER_S = 1_000_000_000;

/** A pid, or a negative errno. After -EAGAIN the shell has complained and gives the line up. */
export function* forkPatiently(shell: Shell, attempt: () => Sleeping<number>): Sleeping<number> {
  let pid = yield* attempt();
  for (let seconds = 1; pid === -ERRNO.EAGAIN && seconds < WAIT_SECONDS_MAX; seconds *= 2) {
    yield* shell.complain(`fork: retry: ${shell.c.strerror(pid)}`);
    const interrupted = yield* shell.c.nanosleep(seconds * NS_PER_S);
    if (interrupted < 0) break;
    pid = yield* attempt();
  }
  if (pid === -ERRNO.EAGAIN) yield* failFork(shell, pid);
  return pid;
}

/** There is no process for it: nothing more of the line is run. */
export function* failFork(shell: Shell, errno: number): Sleeping<void> {
  yield* shell.complain(`fork: ${shell.c.strerror(errno)}`);
  shell.flow = { kind: 'abort', status: FORK_FAILED };
}
