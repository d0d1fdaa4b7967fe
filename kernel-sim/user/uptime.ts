// SPDX-License-Identifier: GPL-2.0-or-later
/** uptime: how long the machine runs. */
import { decodeUtf8 } from '../lib/utf8.ts';
import { civilTime, strftime } from './support/civil-time.ts';
import { command, errorText, has } from './support/command.ts';

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
    const bytes = yield* c.read_file('/proc/uptime');
    const info = yield* c.sysinfo();
    const now = yield* c.clock_gettime();
    if (typeof now === 'number') return yield* c.die(c.program, errorText(now));
    const fallback = typeof info === 'number' ? 0 : info.uptime;
    const seconds =
      typeof bytes === 'number' ? fallback : Math.floor(Number.parseFloat(decodeUtf8(bytes)));
    if (has(args, 's')) {
      c.out(`${strftime('%F %T', civilTime(now.seconds - seconds))}\n`);
      return 0;
    }
    if (has(args, 'p')) {
      c.out(`up ${pretty(seconds)}\n`);
      return 0;
    }
    const load = yield* c.read_file('/proc/loadavg');
    const averages =
      typeof load === 'number' ? ['0.00', '0.00', '0.00'] : decodeUtf8(load).split(' ').slice(0, 3);
    const clock = strftime('%H:%M:%S', civilTime(now.seconds));
    c.out(` ${clock} up ${span(seconds)},  1 user,  load average: ${averages.join(', ')}\n`);
    return 0;
  },
});

/** `2 days,  3:04`, ` 1:07`, `5 min`. */
function span(seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor(seconds / 3600) % 24;
  const minutes = Math.floor(seconds / 60) % 60;
  const prefix = days > 0 ? `${days} day${days === 1 ? '' : 's'}, ` : '';
  if (hours === 0) return `${prefix}${minutes} min`;
  return `${prefix}${String(hours).padStart(2)}:${String(minutes).padStart(2, '0')}`;
}

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
