// SPDX-License-Identifier: GPL-2.0-or-later
/** timeout: runs a command, and ends it when it takes too long. */
import type { Sleeping } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { WEXITSTATUS, WIFEXITED, WTERMSIG } from '../uapi/process.ts';
import { SIG, SIGNAL, SIGNAL_NAMES } from '../uapi/signal.ts';
import { SYS } from '../uapi/syscall-numbers.ts';
import { signalNumber } from './kill.ts';
import type { Libc } from './libc/libc.ts';
import { parseDuration } from './sleep.ts';
import { command, complain, has, misuse, tryHelp, valueOf } from './support/command.ts';
import { quoted } from './support/locale.ts';
import { runCommand } from './support/run-command.ts';

const HELP = `Usage: timeout [OPTION] DURATION COMMAND [ARG]...
Start COMMAND, and end it if it still runs after DURATION: a number with s, m, h or d
behind it, seconds unless told; 0 is for ever.

      --preserve-status  exit as COMMAND did, even when it took too long
      --foreground       COMMAND may read the terminal; its children are not ended
  -k, --kill-after=DURATION  send KILL, too, if it still runs that long after
  -s, --signal=SIGNAL    send this signal in place of TERM
  -v, --verbose          say what is sent
      --help             display this help and exit

The status is 124 if COMMAND took too long, 125 if timeout itself fails, 126 or 127 if
COMMAND cannot be run, and COMMAND's own else.
`;

const TIMED_OUT = 124;
const FAILED = 125;
const NS_PER_US = 1000;
const US_PER_S = 1_000_000;
/** What ends timeout itself is passed on to the command. */
const PASSED_ON = [SIGNAL.INT, SIGNAL.QUIT, SIGNAL.HUP, SIGNAL.TERM];

export const timeout = command({
  short: 'k:s:v',
  long: {
    'kill-after': 'k:',
    signal: 's:',
    verbose: 'v',
    foreground: 'foreground',
    'preserve-status': 'preserve-status',
  },
  posixly: true,
  usageStatus: FAILED,
  help: HELP,
  *main(c, args) {
    const { operands } = args;
    const killAfterText = valueOf(args, 'k');
    const killAfterNs = killAfterText === undefined ? 0 : parseDuration(killAfterText);
    if (killAfterNs === undefined) return yield* badInterval(c, killAfterText ?? '');
    const signalText = valueOf(args, 's');
    const signal = signalText === undefined ? SIGNAL.TERM : signalNumber(signalText);
    if (signal === undefined) {
      return yield* misuse(c, `${quoted(c, signalText ?? '')}: invalid signal`, FAILED);
    }
    const [duration = '', ...words] = operands;
    if (words.length === 0) return yield* tryHelp(c, FAILED);
    const limitNs = parseDuration(duration);
    if (limitNs === undefined) return yield* badInterval(c, duration);

    const run = new TimedRun(c, {
      signal,
      killAfterNs,
      isForeground: has(args, 'foreground'),
      isVerbose: has(args, 'v'),
      preservesStatus: has(args, 'preserve-status'),
    });
    return yield* run.run(words, limitNs);
  },
});

function badInterval(c: Libc, text: string): Sleeping<number> {
  return misuse(c, `invalid time interval ${quoted(c, text)}`, FAILED);
}

interface TimedRunOptions {
  readonly signal: number;
  readonly killAfterNs: number;
  readonly isForeground: boolean;
  readonly isVerbose: boolean;
  readonly preservesStatus: boolean;
}

class TimedRun {
  readonly #c: Libc;
  readonly #options: TimedRunOptions;
  #signal: number;
  #killAfterNs: number;
  #name = '';
  #pid = 0;
  #hasTimedOut = false;

  constructor(c: Libc, options: TimedRunOptions) {
    this.#c = c;
    this.#options = options;
    this.#signal = options.signal;
    this.#killAfterNs = options.killAfterNs;
  }

  *run(words: readonly string[], limitNs: number): Sleeping<number> {
    const c = this.#c;
    this.#name = words[0] ?? '';
    // A group of its own, so that the command's children can be ended with it.
    if (!this.#options.isForeground) yield* c.setpgid(0, 0);
    for (const signal of [SIGNAL.TTIN, SIGNAL.TTOU]) yield* c.sigaction(signal, SIG.IGN);
    for (const signal of new Set([SIGNAL.ALRM, this.#signal, ...PASSED_ON])) {
      yield* c.signal(signal, (arrived) => this.#pass(arrived));
    }
    const explain = (name: string, error: string): string =>
      `failed to run command ${quoted(c, name)}: ${error}`;
    const pid = yield* c.fork(function* (child) {
      for (const signal of [SIGNAL.TTIN, SIGNAL.TTOU]) yield* child.sigaction(signal, SIG.DFL);
      return yield* runCommand(child, words, explain);
    });
    if (pid < 0) return yield* c.die(c.program, 'fork system call failed', FAILED);
    this.#pid = pid;
    yield* this.#setTimer(limitNs);
    for (;;) {
      const waited = yield* c.wait4(pid);
      if (typeof waited !== 'number') return yield* this.#end(waited.status);
      if (waited !== -ERRNO.EINTR) return FAILED;
    }
  }

  /** A signal came: the time is over, or somebody wants timeout to end. */
  *#pass(arrived: number): Sleeping<void> {
    const c = this.#c;
    let signal = arrived;
    if (arrived === SIGNAL.ALRM) {
      this.#hasTimedOut = true;
      signal = this.#signal;
    }
    if (this.#pid === 0) return;
    const nextNs = this.#killAfterNs;
    if (nextNs > 0) {
      this.#signal = SIGNAL.KILL;
      this.#killAfterNs = 0;
      yield* this.#setTimer(nextNs);
    }
    if (this.#options.isVerbose) {
      const name = SIGNAL_NAMES[signal] ?? String(signal);
      yield* complain(c, `sending signal ${name} to command ${quoted(c, this.#name)}`);
    }
    yield* c.kill(this.#pid, signal);
    if (this.#options.isForeground) return;
    // The rest of the group, without timeout itself.
    if (signal !== SIGNAL.KILL) {
      yield* c.sigaction(signal, SIG.IGN);
      yield* c.kill(0, signal);
    }
    if (signal !== SIGNAL.KILL && signal !== SIGNAL.CONT) {
      yield* c.kill(this.#pid, SIGNAL.CONT);
      yield* c.kill(0, SIGNAL.CONT);
    } else if (signal === SIGNAL.KILL) {
      yield* c.kill(0, signal);
    }
  }

  *#setTimer(nanoseconds: number): Sleeping<void> {
    if (nanoseconds === 0 || nanoseconds === Infinity) return;
    const c = this.#c;
    const us = Math.max(1, Math.ceil(nanoseconds / NS_PER_US));
    const mark = c.memory.mark();
    const timer = yield* c.memory.scratch(32);
    c.memory.store64(timer, 0);
    c.memory.store64(timer + 8, 0);
    c.memory.store64(timer + 16, Math.floor(us / US_PER_S));
    c.memory.store64(timer + 24, us % US_PER_S);
    yield* c.call(SYS.setitimer, 0, timer, 0);
    c.memory.release(mark);
  }

  *#end(status: number): Sleeping<number> {
    const c = this.#c;
    const late = this.#hasTimedOut && !this.#options.preservesStatus;
    if (WIFEXITED(status)) return late ? TIMED_OUT : WEXITSTATUS(status);
    const signal = WTERMSIG(status);
    if (!this.#hasTimedOut) {
      // It dies as its command did.
      yield* c.sigaction(signal, SIG.DFL);
      yield* c.kill(yield* c.getpid(), signal);
    }
    return late && signal !== SIGNAL.KILL ? TIMED_OUT : 128 + signal;
  }
}
