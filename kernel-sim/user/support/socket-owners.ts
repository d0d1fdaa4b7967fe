// SPDX-License-Identifier: GPL-2.0-or-later
/** Which process holds which socket, from the links in /proc/PID/fd. */
import { decodeUtf8 } from '../../lib/utf8.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import type { Libc } from '../libc/libc.ts';

export interface SocketOwner {
  readonly pid: number;
  readonly name: string;
  readonly fd: number;
}

/** By inode number. Processes that one may not look into are left out. */
export function* socketOwners(c: Libc): Sleeping<ReadonlyMap<number, readonly SocketOwner[]>> {
  const owners = new Map<number, SocketOwner[]>();
  const entries = yield* c.read_directory('/proc');
  if (typeof entries === 'number') return owners;
  for (const { name: pid } of entries) {
    if (!/^\d+$/.test(pid)) continue;
    const fds = yield* c.read_directory(`/proc/${pid}/fd`);
    if (typeof fds === 'number') continue;
    for (const { name: fd } of fds) {
      if (!/^\d+$/.test(fd)) continue;
      const link = yield* c.readlink(`/proc/${pid}/fd/${fd}`);
      const inode = typeof link === 'string' ? /^socket:\[(\d+)\]$/.exec(link)?.[1] : undefined;
      if (inode === undefined) continue;
      const comm = yield* c.read_file(`/proc/${pid}/comm`);
      const name = typeof comm === 'number' ? '?' : decodeUtf8(comm).trimEnd();
      const list = owners.get(Number(inode)) ?? [];
      list.push({ pid: Number(pid), name, fd: Number(fd) });
      owners.set(Number(inode), list);
    }
  }
  return owners;
}
