// SPDX-License-Identifier: GPL-2.0-or-later
/** What builtins wrote, brought to the descriptor that is standard output right now. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import type { Shell } from './shell.ts';

/** Writes what is buffered. 0, or the negative errno, which is forgotten: the next may succeed. */
export function* flushOutput(shell: Shell): Sleeping<number> {
  const failure = yield* shell.c.flush();
  shell.c.stdout.error = 0;
  return failure;
}

/** The same after a builtin, whose status a failure spoils. */
export function* flushBuiltin(shell: Shell, name: string, status: number): Sleeping<number> {
  const failure = yield* flushOutput(shell);
  if (failure === 0) return status;
  return yield* shell.fail(`${name}: write error: ${shell.c.strerror(failure)}`);
}
