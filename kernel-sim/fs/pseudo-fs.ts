// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A file system whose files are made up when they are read: what procfs, sysfs and debugfs have in
 * common.
 *
 * Whoever has something to tell registers a file under a path; the directories on the way are made.
 * A file is generated at the first read and again when it is read from its start (seq-file.ts).
 *
 * Linux: fs/proc/generic.c, fs/kernfs.
 */
import { assert } from '../lib/assert.ts';
import { ERRNO } from '../uapi/errno.ts';
import { DT, S } from '../uapi/fs.ts';
import { Dentry } from './dentry.ts';
import { DIRECTORY_OPERATIONS, emitDots } from './directory.ts';
import { Inode, type FileSystem, type InodeOperations } from './inode.ts';
import type { EmitName, FileOperations, OpenFile } from './open-file.ts';
import { SeqFile, type SeqContent } from './seq-file.ts';
import type { WallClock } from './timespec.ts';

export interface PseudoFsOptions {
  /** `proc`, `sysfs`. */
  readonly type: string;
  readonly device: number;
  /** Creating answers ENOENT, as in procfs, rather than EPERM, as in sysfs. */
  readonly hasFixedNames: boolean;
  /** Permission bits of directories; 0o555 unless told. */
  readonly directoryMode?: number;
}

/** A generated file: its content, or operations of its own. */
export type PseudoFile = (SeqContent | { readonly ops: FileOperations }) & {
  /** Permission bits; 0o444 unless told. */
  readonly mode?: number;
  readonly inodeOps?: InodeOperations;
};

/** `>` of a shell truncates what it writes to: there is nothing to do. */
const FILE_INODE_OPS: InodeOperations = { truncate: () => 0 };

const DIRECTORY_MODE = 0o555;

export class PseudoFs implements FileSystem {
  readonly type: string;
  readonly device: number;
  readonly options = '';
  readonly root: Dentry;
  protected readonly wallClock: WallClock;
  readonly #ops: InodeOperations;
  readonly #directoryMode: number;
  #nextInode = 1;

  constructor(wallClock: WallClock, options: PseudoFsOptions) {
    this.type = options.type;
    this.device = options.device;
    this.wallClock = wallClock;
    this.#ops = { hasFixedNames: options.hasFixedNames };
    this.#directoryMode = options.directoryMode ?? DIRECTORY_MODE;
    this.root = new Dentry('', undefined, this.makeDirectory(this.#ops));
  }

  /**
   * Makes the file `path`, which has no leading slash. A function is the content of a 0444 file.
   */
  register(path: string, file: PseudoFile | (() => string)): void {
    const given = typeof file === 'function' ? { show: file } : file;
    this.#attach(path, this.#makeFile(given, this.#nextInode++));
  }

  /**
   * Makes a directory of files that are each made when somebody looks for them: for many that
   * hardly anybody ever reads.
   */
  registerLazily(path: string, files: Readonly<Record<string, () => PseudoFile>>): void {
    const names = Object.keys(files).toSorted();
    const first = this.#nextInode;
    this.#nextInode += names.length;
    const lookup = (_directory: Inode, name: string): Inode | number => {
      const index = names.indexOf(name);
      const make = index < 0 ? undefined : files[name];
      return make === undefined ? -ERRNO.ENOENT : this.#makeFile(make(), first + index);
    };
    const iterate = (file: OpenFile, emit: EmitName): number => {
      if (!emitDots(file, emit)) return 0;
      for (let index = Math.max(0, file.pos - 2); index < names.length; index++) {
        if (!emit(names[index] ?? '', first + index, DT.REG, index + 3)) break;
      }
      return 0;
    };
    const fileOps = { ...DIRECTORY_OPERATIONS, iterate };
    const inode = this.makeDirectory({ ...this.#ops, lookup }, fileOps);
    this.#attach(path, inode).inode.nlink++;
  }

  registerSymlink(path: string, target: () => string): void {
    const ops = { readlink: () => target() };
    this.#attach(path, this.makeNode(S.IFLNK | 0o777, {}, ops));
  }

  /**
   * Makes a directory and those above it, with `fileOps`. One that is there stays.
   */
  registerDirectory(path: string, fileOps = DIRECTORY_OPERATIONS): Dentry {
    let at = this.root;
    for (const name of path.split('/').filter((part) => part !== '')) {
      let child = at.children.get(name);
      if (child === undefined) {
        child = new Dentry(name, at, this.makeDirectory(this.#ops, fileOps));
        at.attach(child, name);
        at.inode.nlink++;
      }
      at = child;
    }
    return at;
  }

  /** Whether there is a file or a directory at `path`. */
  has(path: string): boolean {
    return this.#find(path) !== undefined;
  }

  /** Takes away a file or a directory with all below it. Returns 0 or -ENOENT. */
  remove(path: string): number {
    const [directory, name] = splitPath(path);
    const parent = this.#find(directory);
    const child = parent?.children.get(name);
    if (parent === undefined || child === undefined) return -ERRNO.ENOENT;
    parent.detach(child);
    if (child.inode.isDirectory) parent.inode.nlink--;
    return 0;
  }

  /** A directory whose names `ops` may generate. */
  protected makeDirectory(ops: InodeOperations, fileOps = DIRECTORY_OPERATIONS): Inode {
    const inode = this.makeNode(S.IFDIR | this.#directoryMode, fileOps, ops);
    inode.nlink = 2;
    return inode;
  }

  protected makeNode(
    mode: number,
    fileOps: FileOperations,
    ops: InodeOperations,
    number = this.#nextInode++,
  ): Inode {
    const time = this.wallClock.now();
    return new Inode({ fileSystem: this, number, mode, uid: 0, gid: 0, time, ops, fileOps });
  }

  #find(path: string): Dentry | undefined {
    let at: Dentry | undefined = this.root;
    for (const name of path.split('/').filter((part) => part !== '')) at = at?.children.get(name);
    return at;
  }

  #makeFile(given: PseudoFile, number: number): Inode {
    const ops = 'ops' in given ? given.ops : new SeqFile(given);
    const inodeOps = { ...FILE_INODE_OPS, ...given.inodeOps };
    return this.makeNode(S.IFREG | (given.mode ?? 0o444), ops, inodeOps, number);
  }

  /** The directory that it is in. */
  #attach(path: string, inode: Inode): Dentry {
    const [directory, name] = splitPath(path);
    assert(name !== '', 'a generated file has a name');
    const parent = this.registerDirectory(directory);
    parent.attach(new Dentry(name, parent, inode), name);
    return parent;
  }
}

function splitPath(path: string): [directory: string, name: string] {
  const slash = path.lastIndexOf('/');
  return [path.slice(0, Math.max(0, slash)), path.slice(slash + 1)];
}
