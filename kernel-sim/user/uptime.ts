// SPDX-License-Identifier: GPL-2.0-or-later
/** uptime: how long the machine runs. */
import { civilTime, strftime } from './support/civil-time.ts';
import { command, errorText, has } from './support/command.ts';
import { uptimeSeconds, uptimeText } from './support/uptime.ts';

const HELP = `
Usage:
 uptime [options]

Options:
 -p, --pretty   show uptime in pretty format
 -h, --help     display this help and exit
 -s, --since    system up since

For more details see uptime(1).
`;

export const uptime = command({
  short: 'phs',
  long: { pretty: 'p', since: 's' },
  help: HELP,
  *main(c, args) {
    if (has(args, 'h')) {
      c.out(HELP);
      return 0;
    }
    const now = yield* c.clock_gettime();
    if (typeof now === 'number') return yield* c.die(c.program, errorText(now));
    const seconds = yield* uptimeSeconds(c);
    if (has(args, 's')) {
      c.out(`${strftime('%F %T', civilTime(now.seconds - seconds))}\n`);
      return 0;
    }
    if (has(args, 'p')) {
      c.out(`up ${pretty(seconds)}\n`);
      return 0;
    }
    c.out(` ${yield* uptimeText(c, seconds, now.seconds)}\n`);
    return 0;
  },
});

function pretty(seconds: number): string {
  const parts = [
    [Math.floor(seconds / 604_800), 'week'],
    [Math.floor(seconds / 86_400) % 7, 'day'],
    [Math.floor(seconds / 3600) % 24, 'hour'],
    [Math.floor(seconds / 60) % 60, 'minute'],
  ] as const;
  const shown = parts.filter(([count, unit]) => count > 0 || (unit === 'minute' && seconds < 60));
  return shown.map(([count, unit]) => `${count} ${unit}${count === 1 ? '' : 's'}`).join(', ');
}
