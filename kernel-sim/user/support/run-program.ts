// SPDX-License-Identifier: GPL-2.0-or-later
/** Running another program and waiting for it, as find and xargs do. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { WEXITSTATUS, WIFEXITED, WTERMSIG } from '../../uapi/process.ts';
import type { SpawnAction } from '../libc/process-calls.ts';
import type { Libc } from '../libc/libc.ts';

export type Ended =
  | { readonly kind: 'exited'; readonly status: number }
  | { readonly kind: 'killed'; readonly signal: number }
  /** It never ran; the negative errno. */
  | { readonly kind: 'failed'; readonly errno: number };

/** Runs `argv` to its end, after what standard output has gathered. */
export function* runProgram(
  c: Libc,
  argv: readonly string[],
  actions: readonly SpawnAction[] = [],
): Sleeping<Ended> {
  yield* c.flush();
  const path = yield* c.find_program(argv[0] ?? '');
  if (typeof path === 'number') return { kind: 'failed', errno: path };
  const pid = yield* c.posix_spawn({ path, argv, env: c.environ(), actions });
  if (pid < 0) return { kind: 'failed', errno: pid };
  for (;;) {
    const waited = yield* c.wait4(pid);
    if (waited === -ERRNO.EINTR) continue;
    if (typeof waited === 'number') return { kind: 'failed', errno: waited };
    if (WIFEXITED(waited.status)) return { kind: 'exited', status: WEXITSTATUS(waited.status) };
    return { kind: 'killed', signal: WTERMSIG(waited.status) };
  }
}
