// SPDX-License-Identifier: GPL-2.0-or-later
/** renice: changes the nice value of what runs. */
import type { Sleeping } from '../uapi/coroutine.ts';
import { PRIO } from '../uapi/sched.ts';
import { defineProgram, type Libc } from './libc/libc.ts';
import { getpwnam } from './libc/passwd.ts';
import { complain, errorText, misuse } from './support/command.ts';

const HELP = `
Usage:
 renice [-n] <priority> [-p|--pid] <pid>...
 renice [-n] <priority>  -g|--pgrp <pgid>...
 renice [-n] <priority>  -u|--user <user>...

Change the nice value of running processes.

Options:
 -n, --priority <num>   the nice value
 -p, --pid              what follows are processes (default)
 -g, --pgrp             what follows are process groups
 -u, --user             what follows are users

 -h, --help             display this help

For more details see renice(1).
`;

const KINDS: ReadonlyMap<string, number> = new Map([
  ['-p', PRIO.PROCESS],
  ['--pid', PRIO.PROCESS],
  ['-g', PRIO.PGRP],
  ['--pgrp', PRIO.PGRP],
  ['-u', PRIO.USER],
  ['--user', PRIO.USER],
]);
const NAMES = ['process ID', 'process group ID', 'user ID'] as const;

export const renice = defineProgram(function* (c) {
  const words = c.argv.slice(1);
  if (words[0] === '-h' || words[0] === '--help') {
    c.out(HELP);
    return 0;
  }
  let which: number = PRIO.PROCESS;
  // The original takes a kind before the priority, too.
  while (KINDS.has(words[0] ?? '')) which = KINDS.get(words.shift() ?? '') ?? which;
  if (words[0] === '-n' || words[0] === '--priority') words.shift();
  const priority = words.shift();
  if (priority === undefined || words.length === 0) return yield* misuse(c, 'not enough arguments');
  if (!/^[+-]?\d+$/.test(priority)) return yield* misuse(c, `invalid priority '${priority}'`);
  let status = 0;
  for (const word of words) {
    if (KINDS.has(word)) {
      which = KINDS.get(word) ?? which;
      continue;
    }
    const who = yield* identify(c, which, word);
    if (who === undefined || !(yield* change(c, which, who, Number(priority)))) status = 1;
  }
  return status;
});

function* identify(c: Libc, which: number, word: string): Sleeping<number | undefined> {
  if (which === PRIO.USER) {
    const user = yield* getpwnam(c, word);
    if (user !== undefined) return user.uid;
    if (/^\d+$/.test(word)) return Number(word);
    yield* complain(c, `unknown user ${word}`);
    return undefined;
  }
  if (/^\d+$/.test(word)) return Number(word);
  yield* complain(c, `bad ${NAMES[which] ?? ''} value: ${word}`);
  return undefined;
}

function* change(c: Libc, which: number, who: number, nice: number): Sleeping<boolean> {
  const what = `${who} (${NAMES[which] ?? ''})`;
  const before = yield* c.getpriority(which, who);
  const failure = before < 0 ? before : yield* c.setpriority(which, who, nice);
  const after = failure < 0 ? failure : yield* c.getpriority(which, who);
  if (after < 0) {
    const verb = before >= 0 && failure < 0 ? 'set' : 'get';
    yield* complain(c, `failed to ${verb} priority for ${what}: ${errorText(after)}`);
    return false;
  }
  c.out(`${what} old priority ${20 - before}, new priority ${20 - after}\n`);
  return true;
}
