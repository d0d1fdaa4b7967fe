// SPDX-License-Identifier: GPL-2.0-or-later
/** Becoming the command that stands behind a tool's own options. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import type { Libc } from '../libc/libc.ts';
import { errorText } from './command.ts';

const NOT_RUNNABLE = 126;
const NOT_FOUND = 127;

/** execvp(3). Comes back only to say why not: `explain` with the error, and 126 or 127. */
export function* runCommand(
  c: Libc,
  words: readonly string[],
  explain: (name: string, error: string) => string,
): Sleeping<number> {
  const name = words[0] ?? '';
  const path = yield* c.find_program(name);
  const failure = typeof path === 'number' ? path : yield* c.execve(path, words, c.environ());
  const status = failure === -ERRNO.ENOENT ? NOT_FOUND : NOT_RUNNABLE;
  return yield* c.die(c.program, explain(name, errorText(failure)), status);
}
