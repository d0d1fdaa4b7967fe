// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * rename(2): a name moves, with everything below it, in one step.
 *
 * Linux: do_renameat2 and vfs_rename in fs/namei.c.
 */
import { ERRNO } from '../uapi/errno.ts';
import type { Dentry } from './dentry.ts';
import { hasFixedNames, isOrdinary, type Names, type VfsHooks } from './names.ts';
import type { FsContext, PathWalker, Target } from './path-walk.ts';
import { MAY, mayCreate, mayDelete, permission } from './permission.ts';

export class Renamer {
  readonly #walker: PathWalker;
  readonly #names: Names;
  readonly #hooks: VfsHooks;

  constructor(walker: PathWalker, names: Names, hooks: VfsHooks) {
    this.#walker = walker;
    this.#names = names;
    this.#hooks = hooks;
  }

  rename(ctx: FsContext, from: string, to: string): number {
    const source = this.#walker.resolveTarget(ctx, from);
    if (typeof source === 'number') return source;
    const target = this.#walker.resolveTarget(ctx, to);
    if (typeof target === 'number') return target;
    if (source.directory.mount !== target.directory.mount) return -ERRNO.EXDEV;
    if (!isOrdinary(source.name) || !isOrdinary(target.name)) return -ERRNO.EBUSY;
    if (source.directory.mount.isReadOnly) return -ERRNO.EROFS;

    const moved = this.#walker.lookup(source.directory, source.name);
    if (typeof moved === 'number') return moved;
    const found = this.#walker.lookup(target.directory, target.name);
    const isFree = found === -ERRNO.ENOENT && !hasFixedNames(target);
    if (typeof found === 'number' && !isFree) return found;
    const replaced = typeof found === 'number' ? undefined : found;
    const error = check(ctx, source, target, moved, replaced);
    if (error !== 0) return error;
    // Two names of one file: nothing to do, says POSIX.
    if (replaced?.inode === moved.inode) return 0;
    this.#move(source, target, moved, replaced);
    return 0;
  }

  #move(source: Target, target: Target, moved: Dentry, replaced: Dentry | undefined): void {
    const oldText = this.#names.textOf(source);
    const newText = this.#names.textOf(target);
    if (replaced !== undefined) this.#names.remove(target.directory, replaced);
    this.#names.leave(source.directory, moved);
    this.#names.enter(target.directory, moved, target.name);
    moved.inode.ctime = target.directory.dentry.inode.mtime;
    this.#tell(moved, oldText, newText);
  }

  /** Tells of every regular file and directory that has a new path now. */
  #tell(moved: Dentry, oldText: string, newText: string): void {
    if (moved.inode.isRegular) {
      this.#hooks.onRemoved?.(oldText);
      this.#hooks.onClosedAfterWrite?.(newText);
    }
    const { isDirectory } = moved.inode;
    if (isDirectory) this.#hooks.onDirectoryMade?.(newText);
    for (const [name, child] of moved.children) {
      this.#tell(child, `${oldText}/${name}`, `${newText}/${name}`);
    }
    if (isDirectory) this.#hooks.onDirectoryRemoved?.(oldText);
  }
}

function check(
  ctx: FsContext,
  source: Target,
  target: Target,
  moved: Dentry,
  replaced: Dentry | undefined,
): number {
  const isDirectory = moved.inode.isDirectory;
  if (!isDirectory && (source.hasTrailingSlash || target.hasTrailingSlash)) return -ERRNO.ENOTDIR;
  const from = source.directory.dentry;
  const to = target.directory.dentry;
  if (moved.contains(to)) return -ERRNO.EINVAL;
  if (replaced?.contains(from) === true) return -ERRNO.ENOTEMPTY;
  if (replaced?.inode === moved.inode) return 0;

  const denied =
    mayDelete(source.directory, moved, ctx.credentials, isDirectory) ||
    (replaced === undefined
      ? mayCreate(target.directory, ctx.credentials)
      : mayDelete(target.directory, replaced, ctx.credentials, isDirectory));
  if (denied !== 0) return denied;
  // The directory's own `..` changes.
  if (isDirectory && from !== to) {
    const locked = permission(moved.inode, ctx.credentials, MAY.WRITE);
    if (locked !== 0) return locked;
  }
  if (to.inode.ops.makeInode === undefined) return -ERRNO.EPERM;
  if (moved.mountCount > 0 || (replaced?.mountCount ?? 0) > 0) return -ERRNO.EBUSY;
  return replaced !== undefined && replaced.children.size > 0 ? -ERRNO.ENOTEMPTY : 0;
}
