// SPDX-License-Identifier: GPL-2.0-or-later
/** What top asks of /proc at one moment. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { decodeUtf8 } from '../../lib/utf8.ts';
import { CLOCK } from '../../uapi/process.ts';
import type { Libc } from '../libc/libc.ts';
import { read_passwd } from '../libc/passwd.ts';
import { allProcesses } from '../ps/process.ts';
import { readMeminfo } from '../support/meminfo.ts';
import { uptimeSeconds, uptimeText } from '../support/uptime.ts';
import type { TopSample } from './table.ts';

/** Which tasks are looked at; all when neither is told. */
export interface TopFilter {
  readonly pids: readonly number[] | undefined;
  readonly uid: number | undefined;
}

/** Undefined where /proc is not mounted. */
export function* takeTopSample(
  c: Libc,
  { pids, uid }: TopFilter,
  withThreads: boolean,
): Sleeping<TopSample | undefined> {
  const tasks = yield* allProcesses(c, withThreads);
  const memory = yield* readMeminfo(c);
  const stat = yield* c.read_file('/proc/stat');
  const wall = yield* c.clock_gettime(CLOCK.REALTIME);
  const now = yield* c.clock_gettime(CLOCK.MONOTONIC);
  if (typeof tasks === 'number' || typeof stat === 'number' || memory === undefined) {
    return undefined;
  }
  const users = new Map((yield* read_passwd(c)).map((user) => [user.uid, user.name]));
  const cpus = Array.from(decodeUtf8(stat).matchAll(/^cpu\d* +(.*)$/gmu), ([, fields = '']) =>
    fields.split(' ').map(Number),
  );
  const wallSeconds = typeof wall === 'number' ? 0 : wall.seconds;
  return {
    uptime: yield* uptimeText(c, yield* uptimeSeconds(c), wallSeconds),
    seconds: typeof now === 'number' ? 0 : now.seconds + now.nanoseconds / 1e9,
    cpus,
    memory,
    tasks: tasks.filter(
      ({ pid, tid, euid }) =>
        (pids === undefined || pids.includes(pid) || pids.includes(tid)) &&
        (uid === undefined || euid === uid),
    ),
    users,
  };
}
