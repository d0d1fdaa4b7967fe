// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Who may do what to a file: owner, group, others, and root's override.
 *
 * Linux: inode_permission, may_create and may_delete in fs/namei.c. "Is root" stands for every
 * capability.
 */
import { ERRNO } from '../uapi/errno.ts';
import { S } from '../uapi/fs.ts';
import { capable, inGroup, type Credentials } from '../kernel/credentials.ts';
import type { Dentry } from './dentry.ts';
import type { Inode } from './inode.ts';
import type { Path } from './mount.ts';

/** What permission() is asked for, as the bits of a mode's last digit. */
export const MAY = { EXEC: 1, WRITE: 2, READ: 4 } as const;

const ANY_EXEC = 0o111;

/** 0, or -EACCES unless `credentials` may do all of `mask` with the file. */
export function permission(inode: Inode, credentials: Credentials, mask: number): number {
  const { ops } = inode;
  if (ops.permission !== undefined) return ops.permission(inode, credentials, mask);
  if (capable(credentials)) {
    // Root reads and writes everything, but executes only what somebody may.
    const isOpenToRoot =
      (mask & MAY.EXEC) === 0 || inode.isDirectory || (inode.mode & ANY_EXEC) !== 0;
    return isOpenToRoot ? 0 : -ERRNO.EACCES;
  }
  const shift = credentials.euid === inode.uid ? 6 : inGroup(credentials, inode.gid) ? 3 : 0;
  return ((inode.mode >> shift) & mask) === mask ? 0 : -ERRNO.EACCES;
}

/** True if `credentials` may change mode and times: the owner, and root. */
export function isOwnerOrCapable(inode: Inode, credentials: Credentials): boolean {
  return credentials.euid === inode.uid || capable(credentials);
}

/** 0 if a name may be added to `directory`. */
export function mayCreate(directory: Path, credentials: Credentials): number {
  if (directory.dentry.isRemoved) return -ERRNO.ENOENT;
  return permission(directory.dentry.inode, credentials, MAY.WRITE | MAY.EXEC);
}

/** 0 if the name `victim` may be taken out of `directory`, as a directory or as anything else. */
export function mayDelete(
  directory: Path,
  victim: Dentry,
  credentials: Credentials,
  asDirectory: boolean,
): number {
  const parent = directory.dentry.inode;
  const denied = permission(parent, credentials, MAY.WRITE | MAY.EXEC);
  if (denied !== 0) return denied;
  if (isProtectedBySticky(parent, victim.inode, credentials)) return -ERRNO.EPERM;
  if (asDirectory) {
    if (!victim.inode.isDirectory) return -ERRNO.ENOTDIR;
    return victim.mountCount > 0 ? -ERRNO.EBUSY : 0;
  }
  return victim.inode.isDirectory ? -ERRNO.EISDIR : 0;
}

/** In a sticky directory such as /tmp, only owners take names away. */
function isProtectedBySticky(parent: Inode, victim: Inode, credentials: Credentials): boolean {
  if ((parent.mode & S.ISVTX) === 0) return false;
  const { euid } = credentials;
  return euid !== victim.uid && euid !== parent.uid && !capable(credentials);
}
