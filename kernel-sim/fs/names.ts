// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Making, removing and moving names: mknod, mkdir, link, symlink, unlink, rmdir.
 *
 * Checks come in Linux's order, because the order decides which errno a program sees. Renaming is
 * in rename.ts.
 *
 * Linux: fs/namei.c.
 */
import { ERRNO } from '../uapi/errno.ts';
import { S } from '../uapi/fs.ts';
import { capable } from '../kernel/credentials.ts';
import { Dentry } from './dentry.ts';
import { pathText, type Path } from './mount.ts';
import type { FsContext, PathWalker, Target } from './path-walk.ts';
import { mayCreate, mayDelete } from './permission.ts';
import type { WallClock } from './timespec.ts';

/** What the host is told of regular files, to keep them. Paths are those of the first root. */
export interface VfsHooks {
  /** The file at `path` has new content: it was written and closed, truncated, or moved here. */
  onClosedAfterWrite?(path: string): void;
  /** There is no file at `path` any more. */
  onRemoved?(path: string): void;
  /** A directory was made, or moved here. */
  onDirectoryMade?(path: string): void;
  /** A directory is gone, with all that was in it. */
  onDirectoryRemoved?(path: string): void;
}

/** What a name adds to the size of its directory, as in tmpfs. */
const NAME_BYTES = 20;
const MODE_BITS = 0o7777;
/** Linux: may_mknod. */
const MADE_BY_MKNOD: ReadonlySet<number> = new Set([S.IFREG, S.IFCHR, S.IFBLK, S.IFIFO, S.IFSOCK]);

export class Names {
  readonly #walker: PathWalker;
  readonly #wallClock: WallClock;
  readonly #hooks: VfsHooks;

  constructor(walker: PathWalker, wallClock: WallClock, hooks: VfsHooks) {
    this.#walker = walker;
    this.#wallClock = wallClock;
    this.#hooks = hooks;
  }

  mkdir(ctx: FsContext, path: string, mode: number): number {
    const permissions = mode & (0o777 | S.ISVTX) & ~ctx.umask;
    return this.#add(ctx, path, S.IFDIR | permissions, 0);
  }

  /** `mode` has the type; none means a regular file. Devices are root's to make. */
  mknod(ctx: FsContext, path: string, mode: number, rdev: number): number {
    const type = (mode & S.IFMT) === 0 ? S.IFREG : mode & S.IFMT;
    if (type === S.IFDIR) return -ERRNO.EPERM;
    if (!MADE_BY_MKNOD.has(type)) return -ERRNO.EINVAL;
    const isDevice = type === S.IFCHR || type === S.IFBLK;
    if (isDevice && !capable(ctx.credentials)) return -ERRNO.EPERM;
    return this.#add(ctx, path, type | (mode & MODE_BITS & ~ctx.umask), isDevice ? rdev : 0);
  }

  symlink(ctx: FsContext, text: string, path: string): number {
    if (text === '') return -ERRNO.ENOENT;
    return this.#add(ctx, path, S.IFLNK | 0o777, 0, text);
  }

  link(ctx: FsContext, from: string, to: string): number {
    const source = this.#walker.resolve(ctx, from, false);
    if (typeof source === 'number') return source;
    const target = this.#newName(ctx, to, false);
    if (typeof target === 'number') return target;
    if (source.mount !== target.directory.mount) return -ERRNO.EXDEV;
    const denied = mayCreate(target.directory, ctx.credentials);
    if (denied !== 0) return denied;
    const { inode } = source.dentry;
    if (inode.isDirectory) return -ERRNO.EPERM;
    const directory = target.directory.dentry;
    if (directory.inode.ops.makeInode === undefined) return -ERRNO.EPERM;
    if (inode.nlink === 0) return -ERRNO.ENOENT;
    inode.nlink++;
    inode.ctime = this.#wallClock.now();
    this.enter(target.directory, new Dentry(target.name, directory, inode), target.name);
    if (inode.isRegular) this.#hooks.onClosedAfterWrite?.(this.textOf(target));
    return 0;
  }

  unlink(ctx: FsContext, path: string): number {
    const target = this.#walker.resolveTarget(ctx, path);
    if (typeof target === 'number') return target;
    if (!isOrdinary(target.name)) return -ERRNO.EISDIR;
    if (target.directory.mount.isReadOnly) return -ERRNO.EROFS;
    const victim = this.#walker.lookup(target.directory, target.name);
    if (typeof victim === 'number') return victim;
    if (target.hasTrailingSlash) {
      return victim.inode.isDirectory ? -ERRNO.EISDIR : -ERRNO.ENOTDIR;
    }
    const denied = mayDelete(target.directory, victim, ctx.credentials, false);
    if (denied !== 0) return denied;
    if (target.directory.dentry.inode.ops.makeInode === undefined) return -ERRNO.EPERM;
    const text = this.textOf(target);
    this.remove(target.directory, victim);
    if (victim.inode.isRegular) this.#hooks.onRemoved?.(text);
    return 0;
  }

  rmdir(ctx: FsContext, path: string): number {
    const target = this.#walker.resolveTarget(ctx, path);
    if (typeof target === 'number') return target;
    if (target.name === '..') return -ERRNO.ENOTEMPTY;
    if (target.name === '.') return -ERRNO.EINVAL;
    if (target.name === '') return -ERRNO.EBUSY;
    if (target.directory.mount.isReadOnly) return -ERRNO.EROFS;
    const victim = this.#walker.lookup(target.directory, target.name);
    if (typeof victim === 'number') return victim;
    const denied = mayDelete(target.directory, victim, ctx.credentials, true);
    if (denied !== 0) return denied;
    if (target.directory.dentry.inode.ops.makeInode === undefined) return -ERRNO.EPERM;
    if (victim.children.size > 0) return -ERRNO.ENOTEMPTY;
    const text = this.textOf(target);
    this.remove(target.directory, victim);
    this.#hooks.onDirectoryRemoved?.(text);
    return 0;
  }

  /** Makes a file under a name that is free. The caller has found that it is. */
  create(
    ctx: FsContext,
    target: Target,
    mode: number,
    rdev: number,
    text?: string,
  ): Dentry | number {
    const denied = mayCreate(target.directory, ctx.credentials);
    if (denied !== 0) return denied;
    const parent = target.directory.dentry;
    const inode = parent.inode.ops.makeInode?.(parent.inode, mode, rdev, text) ?? -ERRNO.EPERM;
    if (typeof inode === 'number') return inode;
    inode.uid = ctx.credentials.euid;
    inode.gid = ctx.credentials.egid;
    if ((parent.inode.mode & S.ISGID) !== 0) {
      inode.gid = parent.inode.gid;
      if (inode.isDirectory) inode.mode |= S.ISGID;
    }
    const dentry = new Dentry(target.name, parent, inode);
    this.enter(target.directory, dentry, target.name);
    if (inode.isDirectory) this.#hooks.onDirectoryMade?.(this.textOf(target));
    return dentry;
  }

  /** Puts `dentry` into a directory, which notices. */
  enter(directory: Path, dentry: Dentry, name: string): void {
    const parent = directory.dentry;
    parent.attach(dentry, name);
    if (dentry.inode.isDirectory) parent.inode.nlink++;
    parent.inode.size += NAME_BYTES;
    parent.inode.mtime = parent.inode.ctime = this.#wallClock.now();
  }

  /** Takes `dentry` out of its directory; its links stay as they are. */
  leave(directory: Path, dentry: Dentry): void {
    const parent = directory.dentry;
    parent.detach(dentry);
    if (dentry.inode.isDirectory) parent.inode.nlink--;
    parent.inode.size -= NAME_BYTES;
    parent.inode.mtime = parent.inode.ctime = this.#wallClock.now();
  }

  /** Takes the name away, and the file with it if it was the last. */
  remove(directory: Path, victim: Dentry): void {
    this.leave(directory, victim);
    const { inode } = victim;
    inode.nlink = inode.isDirectory ? 0 : inode.nlink - 1;
    inode.ctime = this.#wallClock.now();
    inode.evictIfUnused();
  }

  textOf(target: Target): string {
    const text = pathText(target.directory, this.#walker.mounts.root);
    return text === '/' ? `/${target.name}` : `${text}/${target.name}`;
  }

  #add(ctx: FsContext, path: string, mode: number, rdev: number, text?: string): number {
    const target = this.#newName(ctx, path, (mode & S.IFMT) === S.IFDIR);
    if (typeof target === 'number') return target;
    const made = this.create(ctx, target, mode, rdev, text);
    return typeof made === 'number' ? made : 0;
  }

  /** A name that is free, or why there is none. Linux: filename_create. */
  #newName(ctx: FsContext, path: string, forDirectory: boolean): Target | number {
    const target = this.#walker.resolveTarget(ctx, path);
    if (typeof target === 'number') return target;
    if (!isOrdinary(target.name)) return -ERRNO.EEXIST;
    const found = this.#walker.lookup(target.directory, target.name);
    if (typeof found !== 'number') return -ERRNO.EEXIST;
    if (found !== -ERRNO.ENOENT) return found;
    if (hasFixedNames(target)) return -ERRNO.ENOENT;
    if (target.hasTrailingSlash && !forDirectory) return -ERRNO.ENOENT;
    return target.directory.mount.isReadOnly ? -ERRNO.EROFS : target;
  }
}

/** False for `.`, `..` and the root, which are no names that could come or go. */
export function isOrdinary(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..';
}

/** True if the directory's names are all there will ever be, as in /proc. */
export function hasFixedNames(target: Target): boolean {
  return target.directory.dentry.inode.ops.hasFixedNames === true;
}
