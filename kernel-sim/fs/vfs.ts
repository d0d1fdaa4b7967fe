// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The virtual file system: one tree of names over all file systems.
 *
 * System calls come in here with a path and an `FsContext`. Results are numbers, 0 or more on
 * success and a negative errno otherwise; where there is something to hand out, it is that or the
 * errno (`OpenFile | number`). Calls on open files are functions of read-write.ts.
 *
 * Walking is in path-walk.ts, opening in open.ts, names in names.ts and rename.ts, attributes in
 * attributes.ts.
 *
 * Linux: fs/namei.c, fs/open.c, fs/stat.c, fs/file_table.c.
 */
import { assert } from '../lib/assert.ts';
import type { Clock } from '../sim/clock.ts';
import { WOULD_BLOCK, type Sleeping } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { O, S } from '../uapi/fs.ts';
import { capable, changed, putCred, ROOT, type Credentials } from '../kernel/credentials.ts';
import { KernelBuffer } from '../mm/io-memory.ts';
import { changeMode, changeOwner, changeSize, changeTimes } from './attributes.ts';
import type { FileSystem } from './inode.ts';
import { MountTable, pathText, type Path } from './mount.ts';
import { Names, type VfsHooks } from './names.ts';
import type { OpenFile } from './open-file.ts';
import { Opener, type SpecialFiles } from './open.ts';
import { PathWalker, type FsContext } from './path-walk.ts';
import { MAY, permission } from './permission.ts';
import { vfsRead, vfsWrite } from './read-write.ts';
import { Renamer } from './rename.ts';
import { statOf, type Stat } from './stat.ts';
import type { Timespec, WallClock } from './timespec.ts';

export interface VfsParts {
  readonly clock: Clock;
  readonly wallClock: WallClock;
  readonly rootFileSystem: FileSystem;
  /** What /proc/mounts prints for the root: `rootfs`, `/dev/root`. */
  readonly rootSource: string;
  readonly special: SpecialFiles;
}

/** How kernelWriteFile makes what is missing. */
export interface KernelFileOptions {
  readonly uid?: number;
  readonly gid?: number;
  /** Permission bits of the file; an existing file keeps its own. 0o644 unless told. */
  readonly mode?: number;
  /** Make missing directories, owned alike, mode 0o755. */
  readonly makeParents?: boolean;
}

const KERNEL_READ_MAX = 64 * 1024 * 1024;

export class Vfs {
  readonly mounts: MountTable;
  readonly walker: PathWalker;
  /** Set by whoever keeps files across machines. */
  readonly hooks: VfsHooks = {};
  /** Names of known file systems by type, and whether one needs a block device. */
  readonly fileSystemTypes = new Map<string, { readonly needsDevice: boolean }>();

  readonly #wallClock: WallClock;
  readonly #names: Names;
  readonly #renamer: Renamer;
  readonly #opener: Opener;
  /** fs.file-max: how many files may be open at once. */
  fileMax = Infinity;
  /** Open pipes without a name, and sockets, which lie on no mount of ours. */
  countNameless: () => number = () => 0;
  /** Prepared by an `open` that answered WOULD_BLOCK, until its rest takes it over. */
  #opening: OpenFile | undefined;

  constructor(parts: VfsParts) {
    this.mounts = new MountTable(parts.rootFileSystem, parts.rootSource);
    this.walker = new PathWalker(this.mounts, parts.clock);
    this.#wallClock = parts.wallClock;
    this.#names = new Names(this.walker, parts.wallClock, this.hooks);
    this.#renamer = new Renamer(this.walker, this.#names, this.hooks);
    this.#opener = new Opener(this.walker, this.#names, parts.wallClock, parts.special);
  }

  /** Open files of all mounts, and those without a name. */
  get openFiles(): number {
    return this.mounts.all.reduce((sum, { users }) => sum + users, this.countNameless());
  }

  /** fs.file-max binds all but root: then opening is -ENFILE. Linux: alloc_empty_file. */
  hasTooManyFiles(credentials: Credentials): boolean {
    return this.fileMax !== Infinity && this.openFiles >= this.fileMax && !capable(credentials);
  }

  /** The context of the kernel itself: root at the root. */
  get kernelContext(): FsContext {
    return { credentials: ROOT, root: this.mounts.root, cwd: this.mounts.root, umask: 0 };
  }

  // ---- Open and close ---------------------------------------------------------------------

  /** Opens, or answers WOULD_BLOCK when the driver must wait: then `openRest`, at once. */
  open(ctx: FsContext, path: string, flags: number, mode: number): OpenFile | number {
    if (this.hasTooManyFiles(ctx.credentials)) return -ERRNO.ENFILE;
    const file = this.#opener.prepare(ctx, path, flags, mode);
    if (typeof file === 'number') return file;
    const result = file.ops.open?.(file.inode, file) ?? 0;
    if (result === 0) return file;
    if (result !== WOULD_BLOCK) return this.#abandon(file, result);
    if (file.isNonblocking && file.ops.openBlocking === undefined) {
      return this.#abandon(file, -ERRNO.EAGAIN);
    }
    this.#opening = file;
    return WOULD_BLOCK;
  }

  /** The rest of the `open` that has just answered WOULD_BLOCK. */
  openRest(): Sleeping<OpenFile | number> {
    const file = this.#opening;
    this.#opening = undefined;
    assert(file !== undefined, 'an open has just answered WOULD_BLOCK');
    return this.#openBlocking(file);
  }

  *#openBlocking(file: OpenFile): Sleeping<OpenFile | number> {
    const { ops } = file;
    const result =
      ops.openBlocking === undefined
        ? (ops.open?.(file.inode, file) ?? 0)
        : yield* ops.openBlocking(file.inode, file);
    return result === 0 ? file : this.#abandon(file, result);
  }

  /**
   * Drops one reference. Answers 0, or WOULD_BLOCK when it was the last one and the driver's
   * release must wait: then `closeBlocking`, once.
   */
  close(file: OpenFile): number {
    if (--file.references > 0) return 0;
    if (file.ops.release?.(file) === WOULD_BLOCK) return WOULD_BLOCK;
    this.#finishClose(file);
    return 0;
  }

  *closeBlocking(file: OpenFile): Sleeping<number> {
    if (file.ops.releaseBlocking !== undefined) yield* file.ops.releaseBlocking(file);
    this.#finishClose(file);
    return 0;
  }

  /** For execve(2): a regular file that may be executed, opened for reading. */
  openExec(ctx: FsContext, path: string): OpenFile | number {
    const place = this.lookup(ctx, path);
    if (typeof place === 'number') return place;
    if (!place.dentry.inode.isRegular) return -ERRNO.EACCES;
    const denied = permission(place.dentry.inode, ctx.credentials, MAY.EXEC);
    if (denied !== 0) return denied;
    // Who may execute a program need not be allowed to read it.
    return this.open(actingAs(ctx, ROOT), path, O.RDONLY, 0);
  }

  // ---- Names ------------------------------------------------------------------------------

  /** What `path` names, or a negative errno. */
  lookup(ctx: FsContext, path: string, follow = true): Path | number {
    return this.walker.resolve(ctx, path, follow);
  }

  /** A directory in which `ctx` may stand: for chdir(2) and chroot(2). */
  lookupDirectory(ctx: FsContext, path: string): Path | number {
    const place = this.lookup(ctx, path);
    if (typeof place === 'number') return place;
    if (!place.dentry.inode.isDirectory) return -ERRNO.ENOTDIR;
    return permission(place.dentry.inode, ctx.credentials, MAY.EXEC) || place;
  }

  /** getcwd(2): where `ctx` stands, or -ENOENT when that has been removed. */
  getcwd(ctx: FsContext): string | number {
    return ctx.cwd.dentry.isRemoved ? -ERRNO.ENOENT : pathText(ctx.cwd, ctx.root);
  }

  mkdir(ctx: FsContext, path: string, mode: number): number {
    return this.#names.mkdir(ctx, path, mode);
  }

  /** `mode` has the type: S.IFCHR with `rdev`, S.IFIFO, or none for a regular file. */
  mknod(ctx: FsContext, path: string, mode: number, rdev: number): number {
    return this.#names.mknod(ctx, path, mode, rdev);
  }

  symlink(ctx: FsContext, text: string, path: string): number {
    return this.#names.symlink(ctx, text, path);
  }

  link(ctx: FsContext, from: string, to: string): number {
    return this.#names.link(ctx, from, to);
  }

  unlink(ctx: FsContext, path: string): number {
    return this.#names.unlink(ctx, path);
  }

  rmdir(ctx: FsContext, path: string): number {
    return this.#names.rmdir(ctx, path);
  }

  rename(ctx: FsContext, from: string, to: string): number {
    return this.#renamer.rename(ctx, from, to);
  }

  readlink(ctx: FsContext, path: string): string | number {
    const place = this.lookup(ctx, path, false);
    if (typeof place === 'number') return place;
    const { inode } = place.dentry;
    if (!inode.isSymlink) return -ERRNO.EINVAL;
    const target = inode.ops.followLink?.(inode);
    if (typeof target === 'number') return target;
    return target === undefined ? (inode.ops.readlink?.(inode) ?? '') : pathText(target, ctx.root);
  }

  // ---- Attributes -------------------------------------------------------------------------

  stat(ctx: FsContext, path: string): Stat | number {
    const place = this.lookup(ctx, path);
    return typeof place === 'number' ? place : statOf(place.dentry.inode);
  }

  lstat(ctx: FsContext, path: string): Stat | number {
    const place = this.lookup(ctx, path, false);
    return typeof place === 'number' ? place : statOf(place.dentry.inode);
  }

  fstat(file: OpenFile): Stat {
    return statOf(file.inode);
  }

  /** access(2): asks for the real user, not the effective one. `mask` is of ACCESS. */
  access(ctx: FsContext, path: string, mask: number): number {
    if ((mask & ~(MAY.READ | MAY.WRITE | MAY.EXEC)) !== 0) return -ERRNO.EINVAL;
    const { credentials } = ctx;
    const { uid, gid } = credentials;
    const real = changed(credentials, { euid: uid, egid: gid });
    const place = this.lookup(actingAs(ctx, real), path);
    if (typeof place === 'number') return place;
    const { inode } = place.dentry;
    const denied = permission(inode, real, mask);
    if (denied !== 0) return denied;
    const isFrozen = place.mount.isReadOnly && (inode.isRegular || inode.isDirectory);
    return (mask & MAY.WRITE) !== 0 && isFrozen ? -ERRNO.EROFS : 0;
  }

  chmod(ctx: FsContext, path: string, mode: number): number {
    const place = this.#forChange(ctx, path, true);
    if (typeof place === 'number') return place;
    return changeMode(place.dentry.inode, ctx.credentials, mode, this.#wallClock);
  }

  /** `UNCHANGED` (-1) leaves an id as it is. */
  chown(ctx: FsContext, path: string, uid: number, gid: number, follow = true): number {
    const place = this.#forChange(ctx, path, follow);
    if (typeof place === 'number') return place;
    return changeOwner(place.dentry.inode, ctx.credentials, uid, gid, this.#wallClock);
  }

  /** `undefined` sets both times to now; a missing one stays as it is. */
  utimens(
    ctx: FsContext,
    path: string,
    times: { readonly atime?: Timespec; readonly mtime?: Timespec } | undefined,
    follow = true,
  ): number {
    const place = this.#forChange(ctx, path, follow);
    if (typeof place === 'number') return place;
    return changeTimes(place.dentry.inode, ctx.credentials, times, this.#wallClock);
  }

  truncate(ctx: FsContext, path: string, size: number): number {
    if (size < 0) return -ERRNO.EINVAL;
    const place = this.lookup(ctx, path);
    if (typeof place === 'number') return place;
    const { inode } = place.dentry;
    if (inode.isDirectory) return -ERRNO.EISDIR;
    if (!inode.isRegular) return -ERRNO.EINVAL;
    if (place.mount.isReadOnly) return -ERRNO.EROFS;
    const error =
      permission(inode, ctx.credentials, MAY.WRITE) ||
      changeSize(inode, size, this.#wallClock, ctx.sizeMax);
    if (error === 0) this.hooks.onClosedAfterWrite?.(pathText(place, this.mounts.root));
    return error;
  }

  /** The file may not grow past `sizeMax`: -EFBIG. */
  ftruncate(file: OpenFile, size: number, sizeMax = Infinity): number {
    if (size < 0 || !file.inode.isRegular || !file.canWrite) return -ERRNO.EINVAL;
    file.wasWritten = true;
    return changeSize(file.inode, size, this.#wallClock, sizeMax);
  }

  // ---- For the kernel itself --------------------------------------------------------------

  /** Mounts over a directory. */
  mount(fileSystem: FileSystem, source: string, path: string): number {
    const at = this.lookup(this.kernelContext, path);
    return typeof at === 'number' ? at : this.mounts.add(fileSystem, source, at);
  }

  /**
   * The content of a regular file, or a negative errno: -EFBIG when it is longer than memory, which
   * a file with holes may be. Linux: kernel_read_file.
   */
  kernelReadFile(path: string): Uint8Array | number {
    const file = this.open(this.kernelContext, path, O.RDONLY, 0);
    if (typeof file === 'number') return file;
    const { isRegular, size } = file.inode;
    const error = isRegular ? -ERRNO.EFBIG : -ERRNO.EINVAL;
    const bytes = isRegular && size <= KERNEL_READ_MAX ? new Uint8Array(size) : error;
    if (typeof bytes !== 'number') vfsRead(file, new KernelBuffer(bytes), 0, bytes.length);
    this.close(file);
    return bytes;
  }

  /** Replaces a regular file's content, making the file if need be. */
  kernelWriteFile(path: string, bytes: Uint8Array, options: KernelFileOptions = {}): number {
    const { uid = 0, gid = 0, mode = 0o644 } = options;
    const maker = { ...this.kernelContext, credentials: changed(ROOT, { egid: gid }) };
    if (options.makeParents === true) {
      const error = this.#makeParents(path, uid, gid);
      if (error !== 0) return error;
    }
    const isNew = typeof this.lookup(maker, path) === 'number';
    const file = this.open(maker, path, O.WRONLY | O.CREAT | O.TRUNC, mode);
    if (typeof file === 'number') return file;
    if (isNew) {
      file.inode.uid = uid;
      file.inode.gid = gid;
    }
    let result = file.inode.isRegular ? 0 : -ERRNO.EINVAL;
    if (result === 0 && bytes.length > 0) {
      const written = vfsWrite(file, new KernelBuffer(bytes), 0, bytes.length);
      result = written === bytes.length ? 0 : written < 0 ? written : -ERRNO.ENOSPC;
    }
    this.close(file);
    return result;
  }

  /** Makes a directory and those above it, when they are not there: 0 or a negative errno. */
  kernelMakeDirectory(path: string, options: KernelFileOptions = {}): number {
    const { uid = 0, gid = 0 } = options;
    return this.#makeParents(`${path}/.`, uid, gid);
  }

  // ---- Inside -----------------------------------------------------------------------------

  #makeParents(path: string, uid: number, gid: number): number {
    const ctx = this.kernelContext;
    const names = path.split('/').filter((name) => name !== '');
    let at = '';
    for (const name of names.slice(0, -1)) {
      at += `/${name}`;
      const error = this.mkdir(ctx, at, 0o755);
      if (error === -ERRNO.EEXIST) continue;
      if (error !== 0) return error;
      this.chown(ctx, at, uid, gid);
    }
    return 0;
  }

  #forChange(ctx: FsContext, path: string, follow: boolean): Path | number {
    const place = this.lookup(ctx, path, follow);
    return typeof place !== 'number' && place.mount.isReadOnly ? -ERRNO.EROFS : place;
  }

  /** Undoes `Opener.prepare` for a file whose driver refused it. */
  #abandon(file: OpenFile, result: number): number {
    file.wasWritten = false;
    this.#letGo(file);
    return result;
  }

  #finishClose(file: OpenFile): void {
    const { inode, path } = file;
    if (file.wasWritten && (inode.mode & S.IFMT) === S.IFREG && !path.dentry.isRemoved) {
      this.hooks.onClosedAfterWrite?.(pathText(path, this.mounts.root));
    }
    this.#letGo(file);
  }

  #letGo(file: OpenFile): void {
    file.references = 0;
    putCred(file.credentials);
    file.inode.users--;
    file.path.mount.users--;
    file.inode.evictIfUnused();
    file.ops.owner?.put();
  }
}

/** The same place in the tree for somebody else. A context may have getters, so no spreading. */
function actingAs({ root, cwd, umask }: FsContext, credentials: Credentials): FsContext {
  return { root, cwd, umask, credentials };
}
