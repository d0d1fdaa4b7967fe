// SPDX-License-Identifier: GPL-2.0-or-later
/** Users and groups, from /etc/passwd and /etc/group. Linux: getpwent(3), getgrent(3). */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { decodeUtf8 } from '../../lib/utf8.ts';
import type { FileCalls } from './file-calls.ts';

export interface Passwd {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly gecos: string;
  readonly home: string;
  readonly shell: string;
}

export interface Group {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

/** All users; none when the file cannot be read. */
export function* read_passwd(c: FileCalls): Sleeping<Passwd[]> {
  return (yield* read_records(c, '/etc/passwd', 7)).map((field) => ({
    name: field[0] ?? '',
    uid: Number(field[2]),
    gid: Number(field[3]),
    gecos: field[4] ?? '',
    home: field[5] ?? '',
    shell: field[6] ?? '',
  }));
}

/** All groups; none when the file cannot be read. */
export function* read_group(c: FileCalls): Sleeping<Group[]> {
  return (yield* read_records(c, '/etc/group', 4)).map((field) => ({
    name: field[0] ?? '',
    gid: Number(field[2]),
    members: (field[3] ?? '').split(',').filter((name) => name !== ''),
  }));
}

export function* getpwnam(c: FileCalls, name: string): Sleeping<Passwd | undefined> {
  return (yield* read_passwd(c)).find((user) => user.name === name);
}

export function* getpwuid(c: FileCalls, uid: number): Sleeping<Passwd | undefined> {
  return (yield* read_passwd(c)).find((user) => user.uid === uid);
}

export function* getgrnam(c: FileCalls, name: string): Sleeping<Group | undefined> {
  return (yield* read_group(c)).find((group) => group.name === name);
}

export function* getgrgid(c: FileCalls, gid: number): Sleeping<Group | undefined> {
  return (yield* read_group(c)).find((group) => group.gid === gid);
}

function* read_records(c: FileCalls, path: string, fields: number): Sleeping<string[][]> {
  const bytes = yield* c.read_file(path);
  if (typeof bytes === 'number') return [];
  const lines = decodeUtf8(bytes).split('\n');
  return lines.map((line) => line.split(':')).filter((record) => record.length >= fields);
}
