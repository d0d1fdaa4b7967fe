// SPDX-License-Identifier: GPL-2.0-or-later
/** How long the machine runs and how busy it is: the line of uptime, and top's first. */
import { decodeUtf8 } from '../../lib/utf8.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import type { Libc } from '../libc/libc.ts';
import { civilTime, strftime } from './civil-time.ts';

export function* uptimeSeconds(c: Libc): Sleeping<number> {
  const bytes = yield* c.read_file('/proc/uptime');
  if (typeof bytes !== 'number') return Math.floor(Number.parseFloat(decodeUtf8(bytes)));
  const info = yield* c.sysinfo();
  return typeof info === 'number' ? 0 : info.uptime;
}

/** `10:15:00 up 5 min,  1 user,  load average: 0.00, 0.00, 0.00`; `now` in seconds since 1970. */
export function* uptimeText(c: Libc, seconds: number, now: number): Sleeping<string> {
  const load = yield* c.read_file('/proc/loadavg');
  const averages =
    typeof load === 'number' ? ['0.00', '0.00', '0.00'] : decodeUtf8(load).split(' ').slice(0, 3);
  const clock = strftime('%H:%M:%S', civilTime(now));
  return `${clock} up ${span(seconds)},  1 user,  load average: ${averages.join(', ')}`;
}

/** `2 days,  3:04`, ` 1:07`, `5 min`. */
function span(seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor(seconds / 3600) % 24;
  const minutes = Math.floor(seconds / 60) % 60;
  const prefix = days > 0 ? `${days} day${days === 1 ? '' : 's'}, ` : '';
  if (hours === 0) return `${prefix}${minutes} min`;
  return `${prefix}${String(hours).padStart(2)}:${String(minutes).padStart(2, '0')}`;
}
