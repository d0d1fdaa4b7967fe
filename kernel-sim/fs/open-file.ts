// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * An open file, and what a driver or file system offers to do with one.
 *
 * Every operation that may have to wait comes twice: a plain one that answers its result, a
 * negative errno or WOULD_BLOCK, and a coroutine that is entered only after WOULD_BLOCK. Where a
 * coroutine is left out, the VFS sleeps on the file's queue and asks the plain one again
 * (read-write.ts).
 *
 * Linux: struct file, struct file_operations. Differs: `pos` is passed by value; the VFS adds what
 * was moved.
 */
import type { Sleeping } from '../uapi/coroutine.ts';
import { O } from '../uapi/fs.ts';
import type { Credentials } from '../kernel/credentials.ts';
import type { WaitQueue } from '../kernel/sched/wait-queue.ts';
import type { IoMemory } from '../mm/io-memory.ts';
import type { PageSource } from '../mm/vma.ts';
import type { Inode } from './inode.ts';
import type { Path } from './mount.ts';

/** The module that operations belong to: it cannot go while a file uses them. */
export interface ModuleReference {
  /** False when the module is on its way out. Linux: try_module_get. */
  tryGet(): boolean;
  put(): void;
}

/** Takes one name of a directory; false when there is no room for it. Linux: dir_emit. */
export type EmitName = (name: string, inode: number, type: number, nextPos: number) => boolean;

/** What of a file is to be mapped, and how: PROT and MAP. */
export interface MmapRequest {
  readonly length: number;
  readonly prot: number;
  readonly flags: number;
  readonly firstPage?: number;
}

export interface FileOperations {
  readonly owner?: ModuleReference;
  /** Has no position: no seeking, no pread(2). Pipes, terminals, sockets. */
  readonly isStream?: boolean;
  /** Reads and writes the same wherever it stands, so the position stays 0: null and zero. */
  readonly ignoresPosition?: boolean;

  /** Answers 0, a negative errno, or WOULD_BLOCK having changed nothing. */
  open?(inode: Inode, file: OpenFile): number;
  openBlocking?(inode: Inode, file: OpenFile): Sleeping<number>;
  /** The last reference is gone. Answers 0, or WOULD_BLOCK having changed nothing. */
  release?(file: OpenFile): number;
  releaseBlocking?(file: OpenFile): Sleeping<void>;

  /** Moves up to `count` bytes into memory. 0 is the end of the file. */
  read?(file: OpenFile, memory: IoMemory, address: number, count: number, pos: number): number;
  readBlocking?(
    file: OpenFile,
    memory: IoMemory,
    address: number,
    count: number,
    pos: number,
  ): Sleeping<number>;
  write?(file: OpenFile, memory: IoMemory, address: number, count: number, pos: number): number;
  writeBlocking?(
    file: OpenFile,
    memory: IoMemory,
    address: number,
    count: number,
    pos: number,
  ): Sleeping<number>;

  /** Moves and returns the position. Without it the file cannot seek: ESPIPE. */
  llseek?(file: OpenFile, offset: number, whence: number): number;
  llseekBlocking?(file: OpenFile, offset: number, whence: number): Sleeping<number>;
  ioctl?(file: OpenFile, cmd: number, arg: number, memory: IoMemory): number;
  ioctlBlocking?(file: OpenFile, cmd: number, arg: number, memory: IoMemory): Sleeping<number>;
  /** What would not block now: POLL bits. A file without it is always ready. */
  poll?(file: OpenFile): number;
  /**
   * The pages that mmap(2) shows, 0 for private memory that begins as zeros, or a negative errno.
   * The file stays open for as long as it is mapped. A driver gives pages of its own: it keeps a
   * reference to each until it has told its `mappings` to drop them.
   */
  mmap?(file: OpenFile, request: MmapRequest): PageSource | number;
  mmapBlocking?(file: OpenFile, request: MmapRequest): Sleeping<PageSource | number>;
  /** Names of a directory from `file.pos` on, until `emit` is full. Answers 0 or an errno. */
  iterate?(file: OpenFile, emit: EmitName): number;

  /** Where readers (and pollers for input) wait; woken when a retry may succeed. */
  readQueue?(file: OpenFile): WaitQueue;
  writeQueue?(file: OpenFile): WaitQueue;
}

export class OpenFile {
  readonly path: Path;
  readonly inode: Inode;
  /** Who opened it. */
  readonly credentials: Credentials;
  /** The driver's open may put others in place. */
  ops: FileOperations;
  /** Access mode and status flags (O); fcntl(F_SETFL) changes the latter. */
  flags: number;
  pos = 0;
  /** Descriptors and others that share this open file. */
  references = 1;
  readonly canRead: boolean;
  readonly canWrite: boolean;
  readonly isStream: boolean;
  /** Reading and writing move the position. */
  readonly advances: boolean;
  /** Opened without O_NOCTTY: a terminal may become the opener's controlling one. */
  isControlling = false;
  /** Something has been written through this file. */
  wasWritten = false;
  /** The driver's own. */
  private: unknown = undefined;

  constructor(path: Path, ops: FileOperations, flags: number, credentials: Credentials) {
    this.path = path;
    this.inode = path.dentry.inode;
    this.ops = ops;
    this.flags = flags;
    this.credentials = credentials;
    const access = flags & O.ACCMODE;
    this.canRead = access === O.RDONLY || access === O.RDWR;
    this.canWrite = access === O.WRONLY || access === O.RDWR;
    this.isStream = ops.isStream === true;
    this.advances = !this.isStream && ops.ignoresPosition !== true;
  }

  get isNonblocking(): boolean {
    return (this.flags & O.NONBLOCK) !== 0;
  }

  /** A second holder, such as a descriptor made by dup(2). */
  get(): OpenFile {
    this.references++;
    return this;
  }
}
