// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A file as the file system knows it: everything but its name.
 *
 * What differs between file systems stands in `ops` (namespace and size) and `fileOps` (what an
 * open file of it can do). Names are dentries (dentry.ts), open instances are open files
 * (open-file.ts).
 *
 * Linux: struct inode, struct inode_operations, struct super_block. Differs: a directory's names
 * are its dentries, as in ramfs, unless its file system generates them with `lookup`.
 */
import type { Credentials } from '../kernel/credentials.ts';
import { S } from '../uapi/fs.ts';
import type { Dentry } from './dentry.ts';
import type { Path } from './mount.ts';
import type { FileOperations } from './open-file.ts';
import type { Timespec } from './timespec.ts';

/** A mounted file system. Linux: struct super_block. */
export interface FileSystem {
  /** As /proc/filesystems and /proc/mounts say it: `tmpfs`, `proc`. */
  readonly type: string;
  /** st_dev of its files. */
  readonly device: number;
  /** What /proc/mounts prints after `rw`, each with its comma: `,mode=755`. */
  readonly options: string;
  readonly root: Dentry;
  /** Has no place in the tree; the names of its files stand for themselves: `pipe:[17]`. */
  readonly isInternal?: boolean;
}

export interface InodeOperations {
  /** In place of the usual rules of mode and owner: 0 or -EACCES for MAY bits. */
  permission?(inode: Inode, credentials: Credentials, mask: number): number;
  /** Directories whose names are generated: the inode of `name`, or a negative errno. */
  lookup?(directory: Inode, name: string): Inode | number;
  /**
   * Makes a file to be given a name in `directory`. `mode` has the type bits. `target` is what a
   * symbolic link says. Returns a negative errno when there is no room.
   */
  makeInode?(directory: Inode, mode: number, rdev: number, target?: string): Inode | number;
  /** A name that is not there cannot be made: ENOENT, whoever asks. For generated directories. */
  readonly hasFixedNames?: boolean;
  /** The text of a symbolic link. */
  readlink?(inode: Inode): string;
  /** A link that leads to a place rather than a text (/proc/self/fd/0), or a negative errno. */
  followLink?(inode: Inode): Path | number | undefined;
  /** Sets the size of a regular file: 0 or a negative errno. */
  truncate?(inode: Inode, size: number): number;
  /** No name and no open file is left: gives the storage back. */
  evict?(inode: Inode): void;
}

export interface InodeSpec {
  readonly fileSystem: FileSystem;
  readonly number: number;
  /** Type and permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly rdev?: number;
  readonly time: Timespec;
  readonly ops: InodeOperations;
  readonly fileOps: FileOperations;
}

export class Inode {
  readonly fileSystem: FileSystem;
  readonly number: number;
  mode: number;
  uid: number;
  gid: number;
  /** Names, and for a directory the `..` of its children. */
  nlink = 1;
  /** Bytes; for a symbolic link the length of its text. */
  size = 0;
  /** Storage in units of 512 bytes. */
  blocks = 0;
  readonly rdev: number;
  atime: Timespec;
  mtime: Timespec;
  ctime: Timespec;
  readonly ops: InodeOperations;
  readonly fileOps: FileOperations;
  /** Open files and whatever else needs the inode after its last name is gone. */
  users = 0;
  /** What the file system keeps: pages, a link's text, a generated file's node. */
  data: unknown = undefined;
  /** The pipe of a FIFO while somebody has it open (pipe.ts). */
  fifo: unknown = undefined;

  constructor(spec: InodeSpec) {
    this.fileSystem = spec.fileSystem;
    this.number = spec.number;
    this.mode = spec.mode;
    this.uid = spec.uid;
    this.gid = spec.gid;
    this.rdev = spec.rdev ?? 0;
    this.atime = spec.time;
    this.mtime = spec.time;
    this.ctime = spec.time;
    this.ops = spec.ops;
    this.fileOps = spec.fileOps;
  }

  /** One of S.IFREG, S.IFDIR, … */
  get type(): number {
    return this.mode & S.IFMT;
  }

  get isDirectory(): boolean {
    return (this.mode & S.IFMT) === S.IFDIR;
  }

  get isRegular(): boolean {
    return (this.mode & S.IFMT) === S.IFREG;
  }

  get isSymlink(): boolean {
    return (this.mode & S.IFMT) === S.IFLNK;
  }

  /** Gives the storage back once nothing refers to the inode. Call after dropping a reference. */
  evictIfUnused(): void {
    if (this.nlink === 0 && this.users === 0) this.ops.evict?.(this);
  }
}
