// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Files and directories for programs.
 *
 * As in C: -1 (or null) is failure, and `errno` says why. What C hands out through a pointer is put
 * into the array that is given, or is the result.
 *
 * @subpath libc
 */
import type { Sleeping } from '../../../uapi/coroutine.ts';
import { DIRENT64, O, PATH_MAX, STAT } from '../../../uapi/fs.ts';
import { SYS } from '../../../uapi/syscall-numbers.ts';
import { decodeUtf8 } from '../../../lib/utf8.ts';
import { get_u64 } from '../memory.ts';
import type { Answer, ProgramContext } from './context.ts';

/**
 * What stat(2) says of a file. Times are seconds, their nanoseconds beside them.
 *
 * @public
 */
export interface Stat {
  /** Device that the file lies on. */
  readonly st_dev: number;
  /** Inode number. */
  readonly st_ino: number;
  /** Type and permissions: `S_ISREG(st.st_mode)`. */
  readonly st_mode: number;
  /** Number of names. */
  readonly st_nlink: number;
  /** Owner. */
  readonly st_uid: number;
  /** Group. */
  readonly st_gid: number;
  /** Device number of a device file. */
  readonly st_rdev: number;
  /** Size in bytes. */
  readonly st_size: number;
  /** Block size for I/O. */
  readonly st_blksize: number;
  /** Number of 512-byte blocks. */
  readonly st_blocks: number;
  /** Last access. */
  readonly st_atime: number;
  /** Nanoseconds of the last access. */
  readonly st_atime_nsec: number;
  /** Last change of the contents. */
  readonly st_mtime: number;
  /** Nanoseconds of the last change of the contents. */
  readonly st_mtime_nsec: number;
  /** Last change of the inode. */
  readonly st_ctime: number;
  /** Nanoseconds of the last change of the inode. */
  readonly st_ctime_nsec: number;
}

/**
 * One entry of a directory: readdir(3).
 *
 * @public
 */
export interface Dirent {
  /** The name. */
  readonly d_name: string;
  /** Inode number. */
  readonly d_ino: number;
  /** DT_REG, DT_DIR, …. */
  readonly d_type: number;
}

/**
 * An open directory: opendir(3).
 *
 * @public
 */
export interface Dir {
  /** Its descriptor. */
  readonly fd: number;
  /** Entries that were read and not handed out yet. */
  readonly entries: Dirent[];
}

/**
 * What poll(2) waits for on a descriptor, and what it found.
 *
 * @public
 */
export interface PollFd {
  /** The descriptor. */
  readonly fd: number;
  /** POLLIN, POLLOUT, …. */
  readonly events: number;
  /** What happened, filled in by poll(2). */
  revents: number;
}

const DENTS_BYTES = PATH_MAX;
const POLLFD_BYTES = 8;

/** @exports */
export class FilesApi {
  readonly #context: ProgramContext;

  constructor(context: ProgramContext) {
    this.#context = context;
  }

  /** Opens a file: open(2). The descriptor, or -1. */
  open(path: string, flags: number, mode = 0o666): Answer<number> {
    return this.#context.pathCall(SYS.open, path, flags, mode);
  }

  /** Makes or empties a file and opens it for writing: creat(2). */
  creat(path: string, mode = 0o666): Answer<number> {
    return this.open(path, O.WRONLY | O.CREAT | O.TRUNC, mode);
  }

  /** Reads up to `count` bytes into memory: read(2). How many, 0 at the end, or -1. */
  read(fd: number, buffer: number, count: number): Answer<number> {
    return this.#context.call(SYS.read, fd, buffer, count);
  }

  /** Writes up to `count` bytes from memory: write(2). How many, or -1. */
  write(fd: number, buffer: number, count: number): Answer<number> {
    return this.#context.call(SYS.write, fd, buffer, count);
  }

  /** Reads at a position of its own: pread(2). */
  pread(fd: number, buffer: number, count: number, offset: number): Answer<number> {
    return this.#context.call(SYS.pread64, fd, buffer, count, offset);
  }

  /** Writes at a position of its own: pwrite(2). */
  pwrite(fd: number, buffer: number, count: number, offset: number): Answer<number> {
    return this.#context.call(SYS.pwrite64, fd, buffer, count, offset);
  }

  /** Moves the position of an open file: lseek(2). The new position, or -1. */
  lseek(fd: number, offset: number, whence: number): Answer<number> {
    return this.#context.call(SYS.lseek, fd, offset, whence);
  }

  /** Closes a descriptor: close(2). */
  close(fd: number): Answer<number> {
    return this.#context.call(SYS.close, fd);
  }

  /** A second descriptor for an open file: dup(2). */
  dup(fd: number): Answer<number> {
    return this.#context.call(SYS.dup, fd);
  }

  /** The same with a number that one chooses: dup2(2). */
  dup2(oldfd: number, newfd: number): Answer<number> {
    return this.#context.call(SYS.dup2, oldfd, newfd);
  }

  /** Changes or asks about a descriptor: fcntl(2). */
  fcntl(fd: number, command: number, argument = 0): Answer<number> {
    return this.#context.call(SYS.fcntl, fd, command, argument);
  }

  /** Asks a device for what only it knows: ioctl(2). `argument` is a number or an address. */
  ioctl(fd: number, request: number, argument = 0): Answer<number> {
    return this.#context.call(SYS.ioctl, fd, request, argument);
  }

  /**
   * Makes a pipe: pipe(2). Puts the descriptors of its reading and its writing end into `fds`.
   *
   * @returns 0, or -1
   */
  pipe(fds: number[]): Answer<number> {
    return this.#context.later(this.#pipe(fds));
  }

  *#pipe(fds: number[]): Sleeping<number> {
    const context = this.#context;
    if ((yield* context.scratch()) === 0) return -1;
    const result = yield* context.callLater(SYS.pipe2, context.out, 0);
    if (result < 0) return result;
    fds[0] = context.cpu.load32(context.out);
    fds[1] = context.cpu.load32(context.out + 4);
    return 0;
  }

  /**
   * Waits until something happens on one of the descriptors: poll(2). Fills in `revents`.
   *
   * @param timeout in milliseconds; -1 waits for ever
   * @returns on how many, 0 when the time is over, or -1
   */
  poll(fds: readonly PollFd[], timeout: number): Answer<number> {
    return this.#context.later(this.#poll(fds, timeout));
  }

  *#poll(fds: readonly PollFd[], timeout: number): Sleeping<number> {
    const context = this.#context;
    const block = yield* context.allocate(Math.max(1, fds.length) * POLLFD_BYTES);
    if (block === 0) return -1;
    for (const [index, { fd, events }] of fds.entries()) {
      context.cpu.store32(block + index * POLLFD_BYTES, fd);
      context.cpu.store32(block + index * POLLFD_BYTES + 4, events & 0xffff);
    }
    const result = yield* context.callLater(SYS.poll, block, fds.length, timeout);
    for (const [index, it] of fds.entries()) {
      it.revents = context.cpu.load32(block + index * POLLFD_BYTES + 4) >>> 16;
    }
    context.memory.free(block);
    return result;
  }

  /** What there is to know of a file: stat(2). */
  stat(path: string): Answer<Stat | null> {
    return this.#context.later(this.#statPath(SYS.stat, path));
  }

  /** The same of a symbolic link itself: lstat(2). */
  lstat(path: string): Answer<Stat | null> {
    return this.#context.later(this.#statPath(SYS.lstat, path));
  }

  /** The same of an open file: fstat(2). */
  fstat(fd: number): Answer<Stat | null> {
    return this.#context.later(this.#stat(SYS.fstat, fd));
  }

  *#statPath(number: number, path: string): Sleeping<Stat | null> {
    const context = this.#context;
    if ((yield* context.scratch()) === 0) return null;
    return yield* this.#stat(number, context.putPath(path));
  }

  *#stat(number: number, target: number): Sleeping<Stat | null> {
    const context = this.#context;
    if ((yield* context.scratch()) === 0) return null;
    const result = yield* context.callLater(number, target, context.out);
    return result < 0 ? null : decodeStat(context.memory.view(context.out, STAT.SIZE));
  }

  /** Asks whether one may use a file: access(2). F_OK, or R_OK, W_OK, X_OK ored. */
  access(path: string, mode: number): Answer<number> {
    return this.#context.pathCall(SYS.access, path, mode);
  }

  /** Changes permissions: chmod(2). */
  chmod(path: string, mode: number): Answer<number> {
    return this.#context.pathCall(SYS.chmod, path, mode);
  }

  /** Changes owner and group: chown(2). */
  chown(path: string, owner: number, group: number): Answer<number> {
    return this.#context.pathCall(SYS.chown, path, owner, group);
  }

  /** Sets the permissions that new files do not get: umask(2). The old ones. */
  umask(mask: number): Answer<number> {
    return this.#context.call(SYS.umask, mask);
  }

  /** Makes a directory: mkdir(2). */
  mkdir(path: string, mode = 0o777): Answer<number> {
    return this.#context.pathCall(SYS.mkdir, path, mode);
  }

  /** Removes an empty directory: rmdir(2). */
  rmdir(path: string): Answer<number> {
    return this.#context.pathCall(SYS.rmdir, path);
  }

  /** Removes a name of a file: unlink(2). */
  unlink(path: string): Answer<number> {
    return this.#context.pathCall(SYS.unlink, path);
  }

  /** Gives a file another name: rename(2). */
  rename(oldpath: string, newpath: string): Answer<number> {
    return this.#context.later(this.#pair(SYS.rename, oldpath, newpath));
  }

  /** Gives a file a second name: link(2). */
  link(oldpath: string, newpath: string): Answer<number> {
    return this.#context.later(this.#pair(SYS.link, oldpath, newpath));
  }

  /** Makes a symbolic link: symlink(2). */
  symlink(target: string, linkpath: string): Answer<number> {
    return this.#context.later(this.#pair(SYS.symlink, target, linkpath));
  }

  *#pair(number: number, first: string, second: string): Sleeping<number> {
    const context = this.#context;
    if ((yield* context.scratch()) === 0) return -1;
    return yield* context.callLater(number, context.putPath(first), context.putPath(second, true));
  }

  /** Makes a device file or a named pipe: mknod(2). */
  mknod(path: string, mode: number, device = 0): Answer<number> {
    return this.#context.pathCall(SYS.mknod, path, mode, device);
  }

  /** Where a symbolic link leads: readlink(2). */
  readlink(path: string): Answer<string | null> {
    return this.#context.later(this.#readlink(path));
  }

  *#readlink(path: string): Sleeping<string | null> {
    const context = this.#context;
    if ((yield* context.scratch()) === 0) return null;
    const address = context.putPath(path);
    const count = yield* context.callLater(SYS.readlink, address, context.out, PATH_MAX);
    return count < 0 ? null : decodeUtf8(context.cpu.loadBytes(context.out, count));
  }

  /** Cuts or lengthens a file: truncate(2). */
  truncate(path: string, length: number): Answer<number> {
    return this.#context.pathCall(SYS.truncate, path, length);
  }

  /** The same for an open file: ftruncate(2). */
  ftruncate(fd: number, length: number): Answer<number> {
    return this.#context.call(SYS.ftruncate, fd, length);
  }

  /** Changes the working directory: chdir(2). */
  chdir(path: string): Answer<number> {
    return this.#context.pathCall(SYS.chdir, path);
  }

  /** The working directory: getcwd(3). */
  getcwd(): Answer<string | null> {
    return this.#context.later(this.#getcwd());
  }

  *#getcwd(): Sleeping<string | null> {
    const context = this.#context;
    if ((yield* context.scratch()) === 0) return null;
    const result = yield* context.callLater(SYS.getcwd, context.out, PATH_MAX);
    return result < 0 ? null : context.memory.load_string(context.out);
  }

  /** Opens a directory for `readdir`: opendir(3). */
  opendir(path: string): Answer<Dir | null> {
    return this.#context.later(this.#opendir(path));
  }

  *#opendir(path: string): Sleeping<Dir | null> {
    const context = this.#context;
    if ((yield* context.scratch()) === 0) return null;
    const flags = O.RDONLY | O.DIRECTORY | O.CLOEXEC;
    const fd = yield* context.callLater(SYS.open, context.putPath(path), flags, 0);
    return fd < 0 ? null : { fd, entries: [] };
  }

  /** The next entry of a directory, null at its end: readdir(3). */
  readdir(dir: Dir): Answer<Dirent | null> {
    return dir.entries.shift() ?? this.#context.later(this.#readdir(dir));
  }

  *#readdir(dir: Dir): Sleeping<Dirent | null> {
    const context = this.#context;
    if ((yield* context.scratch()) === 0) return null;
    const count = yield* context.callLater(SYS.getdents64, dir.fd, context.out, DENTS_BYTES);
    if (count > 0) dir.entries.push(...decodeDents(context.memory.view(context.out, count)));
    return dir.entries.shift() ?? null;
  }

  /** Closes a directory: closedir(3). */
  closedir(dir: Dir): Answer<number> {
    return this.close(dir.fd);
  }

  /** Writes everything to the disks: sync(2). */
  sync(): Answer<number> {
    return this.#context.call(SYS.sync);
  }
}

function decodeStat(view: DataView): Stat {
  return {
    st_dev: get_u64(view, STAT.dev),
    st_ino: get_u64(view, STAT.ino),
    st_mode: view.getUint32(STAT.mode, true),
    st_nlink: get_u64(view, STAT.nlink),
    st_uid: view.getUint32(STAT.uid, true),
    st_gid: view.getUint32(STAT.gid, true),
    st_rdev: get_u64(view, STAT.rdev),
    st_size: get_u64(view, STAT.size),
    st_blksize: get_u64(view, STAT.blksize),
    st_blocks: get_u64(view, STAT.blocks),
    st_atime: get_u64(view, STAT.atime),
    st_atime_nsec: get_u64(view, STAT.atime + 8),
    st_mtime: get_u64(view, STAT.mtime),
    st_mtime_nsec: get_u64(view, STAT.mtime + 8),
    st_ctime: get_u64(view, STAT.ctime),
    st_ctime_nsec: get_u64(view, STAT.ctime + 8),
  };
}

function decodeDents(view: DataView): Dirent[] {
  const entries: Dirent[] = [];
  for (let at = 0; at + DIRENT64.name < view.byteLength;) {
    const record = view.getUint16(at + DIRENT64.reclen, true);
    const bytes = new Uint8Array(view.buffer, view.byteOffset + at, record);
    entries.push({
      d_name: decodeUtf8(bytes.subarray(DIRENT64.name, bytes.indexOf(0, DIRENT64.name))),
      d_ino: get_u64(view, at + DIRENT64.ino),
      d_type: view.getUint8(at + DIRENT64.type),
    });
    if (record === 0) break;
    at += record;
  }
  return entries;
}
