// SPDX-License-Identifier: GPL-2.0-or-later
/** chrt: scheduling policies and real-time priorities. SCHED_DEADLINE is none of the kernel's. */
import type { Sleeping } from '../uapi/coroutine.ts';
import { SCHED, SCHED_RESET_ON_FORK } from '../uapi/sched.ts';
import type { Libc } from './libc/libc.ts';
import { command, complain, errorText, has, lastOf, misuse } from './support/command.ts';
import { runCommand } from './support/run-command.ts';

const HELP = `Show or change how a process is scheduled.

Set policy:
 chrt [options] <priority> <command> [<arg>...]
 chrt [options] --pid <priority> <pid>

Get policy:
 chrt [options] -p <pid>

Policy options:
 -b, --batch          set policy to SCHED_BATCH
 -f, --fifo           set policy to SCHED_FIFO
 -i, --idle           set policy to SCHED_IDLE
 -o, --other          set policy to SCHED_OTHER
 -r, --rr             set policy to SCHED_RR (default)

Scheduling options:
 -R, --reset-on-fork       set reset-on-fork flag

Other options:
 -m, --max            show min and max valid priorities
 -p, --pid            operate on existing given pid
 -v, --verbose        display status information

 -h, --help           display this help

For more details see chrt(1).
`;

const POLICIES = { b: SCHED.BATCH, f: SCHED.FIFO, i: SCHED.IDLE, o: SCHED.OTHER, r: SCHED.RR };
const NAMES: ReadonlyMap<number, string> = new Map([
  [SCHED.OTHER, 'SCHED_OTHER'],
  [SCHED.FIFO, 'SCHED_FIFO'],
  [SCHED.RR, 'SCHED_RR'],
  [SCHED.BATCH, 'SCHED_BATCH'],
  [SCHED.IDLE, 'SCHED_IDLE'],
]);

export const chrt = command({
  short: 'bfiorRmpvh',
  long: {
    batch: 'b',
    fifo: 'f',
    idle: 'i',
    other: 'o',
    rr: 'r',
    'reset-on-fork': 'R',
    max: 'm',
    pid: 'p',
    verbose: 'v',
  },
  posixly: true,
  help: HELP,
  *main(c, args) {
    if (has(args, 'h')) {
      c.out(HELP);
      return 0;
    }
    if (has(args, 'm')) return yield* showLimits(c);
    const words = args.operands;
    const policy = POLICIES[lastOf(args, ['b', 'f', 'i', 'o', 'r']) ?? 'r'];
    const isPid = has(args, 'p');
    if (words.length === 0 || (!isPid && words.length < 2)) return yield* misuse(c, 'bad usage');
    const pidText = isPid ? (words.at(-1) ?? '') : '0';
    if (!/^\d+$/.test(pidText)) {
      return yield* c.die(c.program, `invalid PID argument: '${pidText}'`);
    }
    const pid = Number(pidText);
    if (isPid && words.length === 1) return yield* show(c, pid, 'current');
    const [priority = ''] = words;
    if (!/^\d+$/.test(priority)) {
      return yield* c.die(c.program, `invalid priority argument: '${priority}'`);
    }
    if (isPid && has(args, 'v') && (yield* show(c, pid, 'current')) !== 0) return 1;
    const request = { policy, priority: Number(priority), resets: has(args, 'R') };
    if (!(yield* set(c, pid, request))) return 1;
    if (has(args, 'v') && (yield* show(c, pid, 'new')) !== 0) return 1;
    if (isPid) return 0;
    const failed = (name: string, error: string): string => `failed to execute ${name}: ${error}`;
    return yield* runCommand(c, words.slice(1), failed);
  },
});

function* showLimits(c: Libc): Sleeping<number> {
  for (const [policy, name] of NAMES) {
    const least = yield* c.sched_get_priority_min(policy);
    const most = yield* c.sched_get_priority_max(policy);
    c.out(`${name} min/max priority\t: ${least}/${most}\n`);
  }
  return 0;
}

interface Request {
  readonly policy: number;
  readonly priority: number;
  readonly resets: boolean;
}

function* set(c: Libc, pid: number, { policy, priority, resets }: Request): Sleeping<boolean> {
  const least = yield* c.sched_get_priority_min(policy);
  const most = yield* c.sched_get_priority_max(policy);
  if (priority < least || priority > most) {
    const range = 'see --max for valid range';
    yield* complain(c, `unsupported priority value for the policy: ${priority}: ${range}`);
    return false;
  }
  const word = policy | (resets ? SCHED_RESET_ON_FORK : 0);
  const failure = yield* c.sched_setscheduler(pid, word, priority);
  if (failure >= 0) return true;
  const who = pid === 0 ? yield* c.getpid() : pid;
  yield* complain(c, `failed to set pid ${who}'s policy: ${errorText(failure)}`);
  return false;
}

function* show(c: Libc, pid: number, when: string): Sleeping<number> {
  const who = pid === 0 ? yield* c.getpid() : pid;
  const answer = yield* c.sched_getscheduler(pid);
  if (answer < 0) {
    return yield* c.die(c.program, `failed to get pid ${who}'s policy: ${errorText(answer)}`);
  }
  const name = NAMES.get(answer & ~SCHED_RESET_ON_FORK) ?? 'unknown';
  const reset = (answer & SCHED_RESET_ON_FORK) === 0 ? '' : '|SCHED_RESET_ON_FORK';
  c.out(`pid ${who}'s ${when} scheduling policy: ${name}${reset}\n`);
  const priority = yield* c.sched_getparam(pid);
  c.out(`pid ${who}'s ${when} scheduling priority: ${priority}\n`);
  return 0;
}
