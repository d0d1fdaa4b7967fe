// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * open(2): from a path and flags to an open file, up to the driver's own open.
 *
 * Linux: path_openat and do_open in fs/namei.c, do_dentry_open in fs/open.c.
 */
import { ERRNO } from '../uapi/errno.ts';
import { O, S } from '../uapi/fs.ts';
import { getCred, type Credentials } from '../kernel/credentials.ts';
import { changeSize } from './attributes.ts';
import type { Inode } from './inode.ts';
import type { Path } from './mount.ts';
import { hasFixedNames, isOrdinary, type Names } from './names.ts';
import { OpenFile, type FileOperations } from './open-file.ts';
import type { FsContext, PathWalker } from './path-walk.ts';
import { MAY, permission } from './permission.ts';
import type { WallClock } from './timespec.ts';

/** Finds what serves special files: drivers/char/chrdev.ts for devices, pipe.ts for FIFOs. */
export interface SpecialFiles {
  /** The operations behind a character device, or undefined when nobody has registered. */
  charDevice(rdev: number): FileOperations | undefined;
  readonly fifo: FileOperations;
}

/** Flags of open(2) that do not stay with the open file. */
const CREATION_FLAGS = O.CREAT | O.EXCL | O.NOCTTY | O.TRUNC | O.CLOEXEC;

export class Opener {
  readonly #walker: PathWalker;
  readonly #names: Names;
  readonly #wallClock: WallClock;
  readonly #special: SpecialFiles;

  constructor(walker: PathWalker, names: Names, wallClock: WallClock, special: SpecialFiles) {
    this.#walker = walker;
    this.#names = names;
    this.#wallClock = wallClock;
    this.#special = special;
  }

  /** Everything but the driver's own open: the file holds its inode, mount and module. */
  prepare(ctx: FsContext, path: string, flags: number, mode: number): OpenFile | number {
    const found =
      (flags & O.CREAT) === 0
        ? this.#find(ctx, path, flags)
        : this.#findOrCreate(ctx, path, flags, mode);
    if (typeof found === 'number') return found;
    if (!found.isNew) {
      const denied = this.#mayOpen(ctx, found.path, flags);
      if (denied !== 0) return denied;
    }
    const { inode } = found.path.dentry;
    const ops = this.#operationsOf(inode);
    if (ops === undefined) return -ERRNO.ENXIO;
    if (ops.owner?.tryGet() === false) {
      return inode.type === S.IFCHR ? -ERRNO.ENXIO : -ERRNO.ENODEV;
    }
    if ((flags & O.TRUNC) !== 0 && inode.isRegular && !found.isNew) {
      const error = changeSize(inode, 0, this.#wallClock);
      if (error !== 0) {
        ops.owner?.put();
        return error;
      }
    }
    const file = hold(found.path, ops, flags & ~CREATION_FLAGS, ctx.credentials);
    file.isControlling = (flags & O.NOCTTY) === 0;
    file.wasWritten = inode.isRegular && (found.isNew || (flags & O.TRUNC) !== 0);
    return file;
  }

  #find(ctx: FsContext, path: string, flags: number): Found | number {
    const place = this.#walker.resolve(ctx, path, (flags & O.NOFOLLOW) === 0);
    return typeof place === 'number' ? place : { path: place, isNew: false };
  }

  #findOrCreate(ctx: FsContext, path: string, flags: number, mode: number): Found | number {
    if ((flags & O.DIRECTORY) !== 0) return -ERRNO.EINVAL;
    let target = this.#walker.resolveTarget(ctx, path);
    for (;;) {
      if (typeof target === 'number') return target;
      if (!isOrdinary(target.name)) return -ERRNO.EISDIR;
      if (target.hasTrailingSlash) return -ERRNO.EISDIR;
      const dentry = this.#walker.lookup(target.directory, target.name);
      if (dentry === -ERRNO.ENOENT) break;
      if (typeof dentry === 'number') return dentry;
      if ((flags & O.EXCL) !== 0) return -ERRNO.EEXIST;
      const { inode } = dentry;
      if (!inode.isSymlink || (flags & O.NOFOLLOW) !== 0) {
        const place = this.#walker.mounts.cross({ mount: target.directory.mount, dentry });
        return { path: place, isNew: false };
      }
      const place = inode.ops.followLink?.(inode);
      if (typeof place === 'number') return place;
      if (place !== undefined) return { path: place, isNew: false };
      target = this.#walker.retarget(ctx, target, inode.ops.readlink?.(inode) ?? '');
    }
    if (hasFixedNames(target)) return -ERRNO.ENOENT;
    if (target.directory.mount.isReadOnly) return -ERRNO.EROFS;
    const permissions = mode & 0o7777 & ~ctx.umask;
    const made = this.#names.create(ctx, target, S.IFREG | permissions, 0);
    if (typeof made === 'number') return creationError(target.directory, made);
    return { path: { mount: target.directory.mount, dentry: made }, isNew: true };
  }

  /** Linux: may_open, and do_open's checks. */
  #mayOpen(ctx: FsContext, path: Path, flags: number): number {
    const { inode } = path.dentry;
    if (inode.isDirectory && (flags & O.CREAT) !== 0) return -ERRNO.EISDIR;
    if ((flags & O.DIRECTORY) !== 0 && !inode.isDirectory) return -ERRNO.ENOTDIR;
    if (inode.isSymlink) return -ERRNO.ELOOP;
    const access = flags & O.ACCMODE;
    const writes = access !== O.RDONLY || (flags & O.TRUNC) !== 0;
    if (inode.isDirectory && writes) return -ERRNO.EISDIR;
    if (inode.type === S.IFSOCK) return -ERRNO.ENXIO;
    const mask =
      (access === O.WRONLY ? 0 : MAY.READ) | (access !== O.RDONLY || writes ? MAY.WRITE : 0);
    const denied = permission(inode, ctx.credentials, mask);
    if (denied !== 0) return denied;
    if (writes && path.mount.isReadOnly && inode.isRegular) return -ERRNO.EROFS;

    return 0;
  }

  #operationsOf(inode: Inode): FileOperations | undefined {
    switch (inode.type) {
      case S.IFCHR:
        return this.#special.charDevice(inode.rdev);
      case S.IFIFO:
        return this.#special.fifo;
      case S.IFBLK:
        return undefined;
      default:
        return inode.fileOps;
    }
  }
}

/** A new open file, which keeps its inode and its mount. `Vfs.close` lets them go. */
export function hold(
  path: Path,
  ops: FileOperations,
  flags: number,
  credentials: Credentials,
): OpenFile {
  path.dentry.inode.users++;
  path.mount.users++;
  return new OpenFile(path, ops, flags, getCred(credentials));
}

interface Found {
  readonly path: Path;
  /** Made just now: its permissions bind others, not its maker. */
  readonly isNew: boolean;
}

/** open(2) says EACCES where mknod(2) says EPERM: there is no way to create here. */
function creationError(directory: Path, error: number): number {
  const cannotCreate = directory.dentry.inode.ops.makeInode === undefined;
  return cannotCreate && error === -ERRNO.EPERM ? -ERRNO.EACCES : error;
}
