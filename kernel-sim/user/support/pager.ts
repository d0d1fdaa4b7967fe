// SPDX-License-Identifier: GPL-2.0-or-later
/** Standard output through a pager. Linux counterpart: util-linux's lib/pager.c. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import type { Libc } from '../libc/libc.ts';

/** Leaves when all fits, lets colours through, cuts long lines, stays on the main screen. */
const LESS_SETTINGS = 'FRSX';

/**
 * Starts the pager of $PAGER behind standard output, if that is a terminal: its pid, or undefined
 * when output goes on as it was.
 */
export function* startPager(c: Libc): Sleeping<number | undefined> {
  const name = c.env.get('PAGER') ?? 'less';
  if (name === '' || name === 'cat' || !(yield* c.isatty(1))) return undefined;
  const ends = yield* c.pipe2();
  if (typeof ends === 'number') return undefined;
  const [reader, writer] = ends;
  const env = c.env.has('LESS') ? c.environ() : [...c.environ(), `LESS=${LESS_SETTINGS}`];
  const pid = yield* c.posix_spawn({
    path: '/bin/sh',
    argv: ['sh', '-c', name],
    env,
    actions: [{ dup2: reader, to: 0 }, { close: reader }, { close: writer }],
  });
  yield* c.close(reader);
  if (pid >= 0) yield* c.dup2(writer, 1);
  yield* c.close(writer);
  return pid < 0 ? undefined : pid;
}

/** Closes the pager's input and waits until the person is done. */
export function* waitForPager(c: Libc, pid: number): Sleeping<void> {
  yield* c.flush();
  yield* c.close(1);
  while ((yield* c.wait4(pid)) === -ERRNO.EINTR);
}
