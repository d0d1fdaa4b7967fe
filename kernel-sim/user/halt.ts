// SPDX-License-Identifier: GPL-2.0-or-later
/** halt, poweroff, reboot and shutdown: the end of the machine, with the words of sysvinit. */
import type { Sleeping } from '../uapi/coroutine.ts';
import { CLOCK, REBOOT_CMD, REBOOT_MAGIC } from '../uapi/process.ts';
import { SYS } from '../uapi/syscall-numbers.ts';
import type { Program } from '../uapi/user-cpu.ts';
import type { Libc } from './libc/libc.ts';
import { civilTime, strftime } from './support/civil-time.ts';
import { command, errorText, has, lastOf } from './support/command.ts';

interface Ending {
  readonly command: number;
  /** How it is announced. */
  readonly words: string;
}

const HALT: Ending = { command: REBOOT_CMD.HALT, words: 'system halt' };
const POWER_OFF: Ending = { command: REBOOT_CMD.POWER_OFF, words: 'system halt' };
const REBOOT: Ending = { command: REBOOT_CMD.RESTART, words: 'reboot' };
const NS_PER_MINUTE = 60_000_000_000;

function haltHelp(name: string): string {
  return `\
usage: ${name} [-n] [-w] [-d] [-f] [-h] [-i] [-p]
	-n: don't sync before halting the system
	-w: only write a wtmp reboot record and exit.
	-d: don't write a wtmp record.
	-f: force halt/reboot, don't call shutdown.
	-h: put harddisks in standby mode.
	-i: shut down all network interfaces.
	-p: power down the system (if possible, otherwise halt).
`;
}

function haltProgram(name: string, usual: Ending): Program {
  return command({
    short: 'dfhinpw',
    long: { force: 'f', poweroff: 'p', 'wtmp-only': 'w' },
    help: haltHelp(name),
    *main(c, args) {
      if ((yield* c.geteuid()) !== 0) return yield* c.die(c.program, 'must be superuser.');
      if (has(args, 'w')) return 0;
      if (!has(args, 'n')) yield* c.sync();
      const ending = usual === HALT && has(args, 'p') ? POWER_OFF : usual;
      if (!has(args, 'f')) yield* announce(c, ending);
      return yield* end(c, ending);
    },
  });
}

export const halt = haltProgram('halt', HALT);
export const poweroff = haltProgram('poweroff', POWER_OFF);
export const reboot = haltProgram('reboot', REBOOT);

const SHUTDOWN_HELP = `\
Usage:	shutdown [-hHkPr] time [warning message]
		  -k:      don't really shutdown, only warn.
		  -r:      reboot after shutdown.
		  -h:      halt after shutdown.
		  -P:      halt action is to turn off power.
		  -H:      halt action is to just halt.
	*** the "time" argument is mandatory! (try "now") ***
`;

export const shutdown = command({
  short: 'HPhkr',
  help: SHUTDOWN_HELP,
  *main(c, args) {
    if ((yield* c.geteuid()) !== 0) {
      return yield* c.die(c.program, 'you must be root to do that!');
    }
    const [time, ...warning] = args.operands;
    const minutes = minutesUntil(time);
    if (minutes === undefined) {
      yield* c.err(SHUTDOWN_HELP);
      return 1;
    }
    const kind = lastOf(args, ['h', 'H', 'P', 'r']);
    const ending = kind === 'r' ? REBOOT : kind === 'H' ? HALT : POWER_OFF;
    if (minutes > 0) {
      yield* announce(c, ending, minutes, warning.join(' '));
      const slept = yield* c.nanosleep(minutes * NS_PER_MINUTE);
      if (slept < 0) return yield* c.die(c.program, errorText(slept));
    }
    yield* announce(c, ending, 0, warning.join(' '));
    if (has(args, 'k')) return 0;
    yield* c.sync();
    return yield* end(c, ending);
  },
});

/** `now` and `+MINUTES`. */
function minutesUntil(time: string | undefined): number | undefined {
  if (time === 'now') return 0;
  const digits = /^\+?(\d+)$/.exec(time ?? '')?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** Says on the terminal what is going to happen. */
function* announce(c: Libc, ending: Ending, minutes = 0, warning = ''): Sleeping<void> {
  const names = yield* c.uname();
  const now = yield* c.clock_gettime(CLOCK.REALTIME);
  const host = typeof names === 'number' ? '' : names.nodename;
  const seconds = typeof now === 'number' ? 0 : now.seconds;
  const date = strftime('%a %b %e %H:%M:%S %Y', civilTime(seconds));
  const plural = minutes === 1 ? '' : 's';
  const when = minutes === 0 ? 'NOW' : `in ${minutes} minute${plural}`;
  const words = warning === '' ? '' : `${warning}\n`;
  yield* c.err(
    `\nBroadcast message from root@${host} (${date}):\n\n` +
      `${words}The system is going down for ${ending.words} ${when}!\n`,
  );
}

function* end(c: Libc, ending: Ending): Sleeping<number> {
  const failure = yield* c.call(SYS.reboot, ...REBOOT_MAGIC, ending.command, 0);
  return yield* c.die(c.program, errorText(failure));
}
