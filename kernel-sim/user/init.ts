// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * pid 1: keeps a getty on every terminal, and reaps orphans.
 *
 * The kernel has mounted everything before. Linux counterpart: a very small init, as sysvinit with
 * `respawn` lines in its inittab.
 */
import type { Sleeping } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { O } from '../uapi/fs.ts';
import { SIG, SIGNAL } from '../uapi/signal.ts';
import type { Program } from '../uapi/user-cpu.ts';
import { DEFAULT_PATH, defineProgram, type Libc } from './libc/libc.ts';
import { bringUpLoopback } from './support/loopback.ts';

export const init: Program = defineProgram(runInit);

const GETTY = '/sbin/getty';
/** The console has its person from the start; the others wait for one. */
const GETTIES: readonly (readonly string[])[] = [
  ['getty', '-L', '-a', 'user', 'ttyS0'],
  ['getty', '-a', 'user', 'ttyS1'],
  ['getty', '-a', 'user', 'ttyS2'],
  ['getty', '-a', 'user', 'ttyS3'],
];
/** After a process that could not be made, or was never there, not again without a pause. */
const RESPAWN_PAUSE_NS = 100_000_000;

function* runInit(c: Libc): Sleeping<number> {
  // ^C and the like are for whoever is in front of the terminal.
  for (const signal of [SIGNAL.INT, SIGNAL.QUIT, SIGNAL.HUP, SIGNAL.TERM]) {
    yield* c.sigaction(signal, SIG.IGN);
  }
  yield* openConsole(c);
  yield* bringUpLoopback(c);
  const pids: number[] = [];
  for (const argv of GETTIES) pids.push(yield* start(c, argv));
  for (;;) {
    const waited = yield* c.wait4(-1);
    if (waited === -ERRNO.EINTR) continue;
    const ended = typeof waited === 'number' ? -1 : waited.pid;
    if (typeof waited === 'number') yield* c.nanosleep(RESPAWN_PAUSE_NS);
    for (const [index, argv] of GETTIES.entries()) {
      const pid = pids[index] ?? -1;
      if (pid === ended || pid < 0) pids[index] = yield* start(c, argv);
    }
  }
}

function* openConsole(c: Libc): Sleeping<void> {
  const fd = yield* c.open('/dev/console', O.RDWR | O.NOCTTY);
  if (fd < 0) return;
  for (const target of [0, 1, 2]) if (target !== fd) yield* c.dup2(fd, target);
  if (fd > 2) yield* c.close(fd);
}

function* start(c: Libc, argv: readonly string[]): Sleeping<number> {
  return yield* c.fork(function* (child) {
    const failure = yield* child.execve(GETTY, argv, [`PATH=${DEFAULT_PATH}`]);
    return yield* child.die('init', `cannot run ${GETTY}: ${child.strerror(failure)}`, 127);
  });
}
