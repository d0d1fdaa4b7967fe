// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Changing what an inode says of its file: mode, owner, times, size.
 *
 * Each takes the inode and who asks, so that a path and an open file go the same way.
 *
 * Linux: fs/attr.c and fs/open.c.
 */
import { ERRNO } from '../uapi/errno.ts';
import { S } from '../uapi/fs.ts';
import { capable, inGroup, type Credentials } from '../kernel/credentials.ts';
import type { Inode } from './inode.ts';
import { isOwnerOrCapable, MAY, permission } from './permission.ts';
import type { Timespec, WallClock } from './timespec.ts';

/** Leaves an owner or a group as it is. */
export const UNCHANGED = -1;
const MODE_BITS = 0o7777;

export function changeMode(
  inode: Inode,
  credentials: Credentials,
  mode: number,
  clock: WallClock,
): number {
  if (!isOwnerOrCapable(inode, credentials)) return -ERRNO.EPERM;
  let bits = mode & MODE_BITS;
  // Nobody makes a file set-group-id for a group that is not theirs.
  if (!inGroup(credentials, inode.gid) && !capable(credentials)) bits &= ~S.ISGID;
  inode.mode = (inode.mode & S.IFMT) | bits;
  inode.ctime = clock.now();
  return 0;
}

export function changeOwner(
  inode: Inode,
  credentials: Credentials,
  uid: number,
  gid: number,
  clock: WallClock,
): number {
  if (!capable(credentials)) {
    const owns = credentials.euid === inode.uid;
    const uidAllowed = uid === UNCHANGED || (owns && uid === inode.uid);
    const gidAllowed =
      gid === UNCHANGED || (owns && (gid === inode.gid || inGroup(credentials, gid)));
    if (!uidAllowed || !gidAllowed) return -ERRNO.EPERM;
  }
  if (uid !== UNCHANGED) inode.uid = uid;
  if (gid !== UNCHANGED) inode.gid = gid;
  if (!inode.isDirectory) dropSetId(inode);
  inode.ctime = clock.now();
  return 0;
}

/** `undefined` is "now", which whoever may write the file may set; other times are the owner's. */
export function changeTimes(
  inode: Inode,
  credentials: Credentials,
  times: { readonly atime?: Timespec; readonly mtime?: Timespec } | undefined,
  clock: WallClock,
): number {
  const isOwner = isOwnerOrCapable(inode, credentials);
  if (times !== undefined && !isOwner) return -ERRNO.EPERM;
  if (!isOwner && permission(inode, credentials, MAY.WRITE) !== 0) return -ERRNO.EACCES;
  const now = clock.now();
  const changes = times ?? { atime: now, mtime: now };
  if (changes.atime !== undefined) inode.atime = changes.atime;
  if (changes.mtime !== undefined) inode.mtime = changes.mtime;
  inode.ctime = now;
  return 0;
}

/** Sets the size of a regular file that the caller may write. It may not grow past `sizeMax`. */
export function changeSize(
  inode: Inode,
  size: number,
  clock: WallClock,
  sizeMax = Infinity,
): number {
  if (size < 0) return -ERRNO.EINVAL;
  if (inode.isDirectory) return -ERRNO.EISDIR;
  if (!inode.isRegular || inode.ops.truncate === undefined) return -ERRNO.EINVAL;
  if (size > sizeMax && size > inode.size) return -ERRNO.EFBIG;
  const error = inode.ops.truncate(inode, size);
  if (error !== 0) return error;
  dropSetId(inode);
  inode.mtime = inode.ctime = clock.now();
  return 0;
}

/** A changed program no longer runs as its owner. Linux: file_remove_privs. */
export function dropSetId(inode: Inode): void {
  const isGroupExecutable = (inode.mode & 0o010) !== 0;
  inode.mode &= isGroupExecutable ? ~(S.ISUID | S.ISGID) : ~S.ISUID;
}
