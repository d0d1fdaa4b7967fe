// SPDX-License-Identifier: GPL-2.0-or-later
/** Who a process or a user is: ids and groups. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import type { Libc } from '../libc/libc.ts';
import { getpwnam, getpwuid, read_group } from '../libc/passwd.ts';

export interface Identity {
  readonly uid: number;
  readonly euid: number;
  readonly gid: number;
  readonly egid: number;
  readonly groups: readonly number[];
}

/** The calling process. */
export function* own(c: Libc): Sleeping<Identity> {
  const egid = yield* c.getegid();
  const supplementary = yield* c.getgroups();
  const list = typeof supplementary === 'number' ? [] : supplementary;
  return {
    uid: yield* c.getuid(),
    euid: yield* c.geteuid(),
    gid: yield* c.getgid(),
    egid,
    groups: [egid, ...list.filter((gid) => gid !== egid)],
  };
}

/** A user by name or number. */
export function* ofUser(c: Libc, name: string): Sleeping<Identity | undefined> {
  const user =
    (yield* getpwnam(c, name)) ??
    (/^\d+$/.test(name) ? yield* getpwuid(c, Number(name)) : undefined);
  if (user === undefined) return undefined;
  const member = (yield* read_group(c)).filter(({ members }) => members.includes(user.name));
  const others = member.map(({ gid }) => gid).filter((gid) => gid !== user.gid);
  return {
    uid: user.uid,
    euid: user.uid,
    gid: user.gid,
    egid: user.gid,
    groups: [user.gid, ...others],
  };
}
