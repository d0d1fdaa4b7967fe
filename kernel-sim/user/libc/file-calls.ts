// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The system calls about files, as methods: first storey of `Libc` (libc.ts), below
 * process-calls.ts.
 *
 * Convention: a method answers what the system call answers, that is a number, and failure is a
 * negative errno. Where the result is more than a number it is that value, or the negative errno.
 * Methods are coroutines (`yield* c.open(...)`), since every system call is a place where the
 * scheduler may switch. `read_into` and `write_from` are plain, for loops: after WOULD_BLOCK,
 * `yield* c.wait()` gives their result.
 */
import { WOULD_BLOCK, type Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { DIRENT64, F, O, PATH_MAX, STAT } from '../../uapi/fs.ts';
import { SYS } from '../../uapi/syscall-numbers.ts';
import type { UserCpu } from '../../uapi/user-cpu.ts';
import { decodeUtf8, encodeUtf8 } from '../../lib/utf8.ts';
import { get_u64, Memory } from './memory.ts';

/** struct stat, decoded. Times are seconds, their nanoseconds beside them. */
export interface Stat {
  readonly dev: number;
  readonly ino: number;
  readonly nlink: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly rdev: number;
  readonly size: number;
  readonly blksize: number;
  readonly blocks: number;
  readonly atime: number;
  readonly atime_ns: number;
  readonly mtime: number;
  readonly mtime_ns: number;
  readonly ctime: number;
  readonly ctime_ns: number;
}

/** struct timespec. */
export interface Timestamp {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** One entry of a directory; `type` is a DT number. */
export interface Dirent {
  readonly name: string;
  readonly type: number;
  readonly ino: number;
}

export interface PollRequest {
  readonly fd: number;
  readonly events: number;
}

const IO_SIZE = 4096;
const DENTS_SIZE = 8192;
/** One write(2) of ours never carries more; the caller sees a short count, as POSIX allows. */
const MAX_IO = 1 << 20;

export class FileCalls {
  readonly cpu: UserCpu;
  readonly memory: Memory;
  private io = 0;
  private io_size = 0;

  constructor(cpu: UserCpu, parent?: FileCalls) {
    this.cpu = cpu;
    this.memory = new Memory(cpu, parent?.memory);
    this.io = parent?.io ?? 0;
    this.io_size = parent?.io_size ?? 0;
  }

  /** Any system call with integer arguments. */
  *call(number: number, a0 = 0, a1 = 0, a2 = 0, a3 = 0, a4 = 0, a5 = 0): Sleeping<number> {
    const result = this.cpu.syscall(number, a0, a1, a2, a3, a4, a5);
    return result === WOULD_BLOCK ? yield* this.cpu.wait() : result;
  }

  /** Finishes a plain call that answered WOULD_BLOCK. */
  wait(): Sleeping<number> {
    return this.cpu.wait();
  }

  /** Spends user time: to be called in every loop that makes no system call. */
  *charge(nanoseconds: number): Sleeping<void> {
    if (this.cpu.charge(nanoseconds) === WOULD_BLOCK) yield* this.cpu.wait();
  }

  /** A system call whose first argument is a path. */
  private *path_call(number: number, path: string, a1 = 0, a2 = 0): Sleeping<number> {
    const mark = this.memory.mark();
    const result = yield* this.call(number, yield* this.memory.push_string(path), a1, a2);
    this.memory.release(mark);
    return result;
  }

  /** A system call whose first two arguments are paths or texts. */
  private *pair_call(number: number, first: string, second: string): Sleeping<number> {
    const mark = this.memory.mark();
    const address = yield* this.memory.push_string(first);
    const result = yield* this.call(number, address, yield* this.memory.push_string(second));
    this.memory.release(mark);
    return result;
  }

  /** The block that `read` and `write` go through, at least `size` bytes; 0 when there is none. */
  protected *io_block(size: number): Sleeping<number> {
    if (size > this.io_size) {
      this.memory.free(this.io);
      this.io_size = Math.max(size, IO_SIZE);
      this.io = yield* this.memory.malloc(this.io_size);
      if (this.io === 0) this.io_size = 0;
    }
    return this.io;
  }

  /** Plain read(2) into the program's memory. */
  read_into(fd: number, address: number, count: number): number {
    return this.cpu.syscall(SYS.read, fd, address, count);
  }

  /** Plain write(2) from the program's memory. */
  write_from(fd: number, address: number, count: number): number {
    return this.cpu.syscall(SYS.write, fd, address, count);
  }

  /** Up to `length` bytes; none at end of file. */
  *read(fd: number, length: number): Sleeping<Uint8Array | number> {
    const size = Math.min(length, MAX_IO);
    const address = yield* this.io_block(size);
    const count = yield* this.call(SYS.read, fd, address, size);
    return count < 0 ? count : this.cpu.loadBytes(address, count);
  }

  /** One write(2): may take less than all of `data`. */
  *write(fd: number, data: Uint8Array | string): Sleeping<number> {
    const bytes = typeof data === 'string' ? encodeUtf8(data) : data;
    const size = Math.min(bytes.length, MAX_IO);
    const address = yield* this.io_block(size);
    if (size > 0) this.cpu.storeBytes(address, bytes.subarray(0, size));
    return yield* this.call(SYS.write, fd, address, size);
  }

  /** Writes all of `data`: 0, or the negative errno that stopped it. */
  *write_all(fd: number, data: Uint8Array | string): Sleeping<number> {
    let rest = typeof data === 'string' ? encodeUtf8(data) : data;
    while (rest.length > 0) {
      const count = yield* this.write(fd, rest);
      if (count < 0) return count;
      rest = rest.subarray(count);
    }
    return 0;
  }

  open(path: string, flags: number = O.RDONLY, mode = 0o666): Sleeping<number> {
    return this.path_call(SYS.open, path, flags, mode);
  }
  close(fd: number): Sleeping<number> {
    return this.call(SYS.close, fd);
  }
  lseek(fd: number, offset: number, whence: number): Sleeping<number> {
    return this.call(SYS.lseek, fd, offset, whence);
  }

  /** The whole file, or the negative errno. */
  *read_file(path: string): Sleeping<Uint8Array | number> {
    const fd = yield* this.open(path);
    if (fd < 0) return fd;
    const result = yield* this.read_to_end(fd);
    yield* this.close(fd);
    return result;
  }

  /** What `fd` gives until its end, or the negative errno. */
  *read_to_end(fd: number): Sleeping<Uint8Array | number> {
    const pieces: Uint8Array[] = [];
    let total = 0;
    for (;;) {
      const piece = yield* this.read(fd, 16 * IO_SIZE);
      if (typeof piece === 'number') return piece;
      if (piece.length === 0) break;
      pieces.push(piece);
      total += piece.length;
    }
    const all = new Uint8Array(total);
    let at = 0;
    for (const piece of pieces) {
      all.set(piece, at);
      at += piece.length;
    }
    return all;
  }

  stat(path: string): Sleeping<Stat | number> {
    return this.stat_call(SYS.stat, path);
  }
  lstat(path: string): Sleeping<Stat | number> {
    return this.stat_call(SYS.lstat, path);
  }
  fstat(fd: number): Sleeping<Stat | number> {
    return this.stat_call(SYS.fstat, fd);
  }

  private *stat_call(number: number, target: string | number): Sleeping<Stat | number> {
    const mark = this.memory.mark();
    const first = typeof target === 'number' ? target : yield* this.memory.push_string(target);
    const buffer = yield* this.memory.scratch(STAT.SIZE);
    const result = yield* this.call(number, first, buffer);
    const stat = result < 0 ? result : decode_stat(this.memory.view(buffer, STAT.SIZE));
    this.memory.release(mark);
    return stat;
  }

  /** A batch of entries of an open directory; none at its end. */
  *getdents(fd: number): Sleeping<Dirent[] | number> {
    const address = yield* this.io_block(DENTS_SIZE);
    const count = yield* this.call(SYS.getdents64, fd, address, DENTS_SIZE);
    if (count < 0) return count;
    return decode_dents(this.cpu.loadBytes(address, count));
  }

  /** All entries of the directory at `path`, `.` and `..` too, in the kernel's order. */
  *read_directory(path: string): Sleeping<Dirent[] | number> {
    const fd = yield* this.open(path, O.RDONLY | O.DIRECTORY | O.CLOEXEC);
    if (fd < 0) return fd;
    const entries: Dirent[] = [];
    let failure = 0;
    for (;;) {
      const batch = yield* this.getdents(fd);
      if (typeof batch === 'number') {
        // A directory that has been removed has come to its end, as for readdir(3).
        failure = batch === -ERRNO.ENOENT ? 0 : batch;
        break;
      }
      if (batch.length === 0) break;
      entries.push(...batch);
    }
    yield* this.close(fd);
    return failure < 0 ? failure : entries;
  }

  /** The two ends of a new pipe, [read, write]. */
  *pipe2(flags = 0): Sleeping<readonly [number, number] | number> {
    const mark = this.memory.mark();
    const buffer = yield* this.memory.scratch(8);
    const result = yield* this.call(SYS.pipe2, buffer, flags);
    const ends = [this.cpu.load32(buffer), this.cpu.load32(buffer + 4)] as const;
    this.memory.release(mark);
    return result < 0 ? result : ends;
  }

  dup(fd: number): Sleeping<number> {
    return this.call(SYS.dup, fd);
  }
  dup2(from: number, to: number): Sleeping<number> {
    return this.call(SYS.dup2, from, to);
  }
  dup3(from: number, to: number, flags: number): Sleeping<number> {
    return this.call(SYS.dup3, from, to, flags);
  }
  fcntl(fd: number, command: number, argument = 0): Sleeping<number> {
    return this.call(SYS.fcntl, fd, command, argument);
  }
  /** A copy of `fd` numbered `least` or more, closed by execve. */
  dup_cloexec(fd: number, least: number): Sleeping<number> {
    return this.fcntl(fd, F.DUPFD_CLOEXEC, least);
  }
  ioctl(fd: number, request: number, argument = 0): Sleeping<number> {
    return this.call(SYS.ioctl, fd, request, argument);
  }

  access(path: string, mode: number): Sleeping<number> {
    return this.path_call(SYS.access, path, mode);
  }
  mkdir(path: string, mode = 0o777): Sleeping<number> {
    return this.path_call(SYS.mkdir, path, mode);
  }
  rmdir(path: string): Sleeping<number> {
    return this.path_call(SYS.rmdir, path);
  }
  unlink(path: string): Sleeping<number> {
    return this.path_call(SYS.unlink, path);
  }
  rename(from: string, to: string): Sleeping<number> {
    return this.pair_call(SYS.rename, from, to);
  }
  link(from: string, to: string): Sleeping<number> {
    return this.pair_call(SYS.link, from, to);
  }
  symlink(target: string, path: string): Sleeping<number> {
    return this.pair_call(SYS.symlink, target, path);
  }
  chmod(path: string, mode: number): Sleeping<number> {
    return this.path_call(SYS.chmod, path, mode);
  }
  chown(path: string, uid: number, gid: number): Sleeping<number> {
    return this.path_call(SYS.chown, path, uid, gid);
  }
  mknod(path: string, mode: number, dev = 0): Sleeping<number> {
    return this.path_call(SYS.mknod, path, mode, dev);
  }
  truncate(path: string, length: number): Sleeping<number> {
    return this.path_call(SYS.truncate, path, length);
  }
  ftruncate(fd: number, length: number): Sleeping<number> {
    return this.call(SYS.ftruncate, fd, length);
  }
  chdir(path: string): Sleeping<number> {
    return this.path_call(SYS.chdir, path);
  }
  umask(mask: number): Sleeping<number> {
    return this.call(SYS.umask, mask);
  }
  sync(): Sleeping<number> {
    return this.call(SYS.sync);
  }

  *readlink(path: string): Sleeping<string | number> {
    const mark = this.memory.mark();
    const address = yield* this.memory.push_string(path);
    const buffer = yield* this.memory.scratch(PATH_MAX);
    const count = yield* this.call(SYS.readlink, address, buffer, PATH_MAX);
    const result = count < 0 ? count : decodeUtf8(this.cpu.loadBytes(buffer, count));
    this.memory.release(mark);
    return result;
  }

  *getcwd(): Sleeping<string | number> {
    const mark = this.memory.mark();
    const buffer = yield* this.memory.scratch(PATH_MAX);
    const length = yield* this.call(SYS.getcwd, buffer, PATH_MAX);
    const result = length < 0 ? length : this.memory.load_string(buffer);
    this.memory.release(mark);
    return result;
  }

  /** utimensat(2) on a path; without times, the current one. */
  *utimens(
    path: string,
    times?: { readonly atime: Timestamp; readonly mtime: Timestamp },
    follow = true,
  ): Sleeping<number> {
    const mark = this.memory.mark();
    const address = yield* this.memory.push_string(path);
    const flags = follow ? 0 : AT_SYMLINK_NOFOLLOW;
    let buffer = 0;
    if (times !== undefined) {
      buffer = yield* this.memory.scratch(32);
      for (const [index, { seconds, nanoseconds }] of [times.atime, times.mtime].entries()) {
        this.memory.store64(buffer + index * 16, seconds);
        this.memory.store64(buffer + index * 16 + 8, nanoseconds);
      }
    }
    const result = yield* this.call(SYS.utimensat, AT_FDCWD, address, buffer, flags);
    this.memory.release(mark);
    return result;
  }

  /** poll(2): what happened on each descriptor, in the order of `requests`. -1 waits for ever. */
  *poll(requests: readonly PollRequest[], timeout_ms: number): Sleeping<number[] | number> {
    const mark = this.memory.mark();
    const words = requests.flatMap(({ fd, events }) => [fd, events & 0xffff]);
    const buffer = yield* this.memory.push_words(words);
    const result = yield* this.call(SYS.poll, buffer, requests.length, timeout_ms);
    const happened = requests.map((_, index) => this.cpu.load32(buffer + index * 8 + 4) >>> 16);
    this.memory.release(mark);
    return result < 0 ? result : happened;
  }
}

const AT_FDCWD = -100;
const AT_SYMLINK_NOFOLLOW = 0x100;

function decode_stat(view: DataView): Stat {
  return {
    dev: get_u64(view, STAT.dev),
    ino: get_u64(view, STAT.ino),
    nlink: get_u64(view, STAT.nlink),
    mode: view.getUint32(STAT.mode, true),
    uid: view.getUint32(STAT.uid, true),
    gid: view.getUint32(STAT.gid, true),
    rdev: get_u64(view, STAT.rdev),
    size: get_u64(view, STAT.size),
    blksize: get_u64(view, STAT.blksize),
    blocks: get_u64(view, STAT.blocks),
    atime: get_u64(view, STAT.atime),
    atime_ns: get_u64(view, STAT.atime + 8),
    mtime: get_u64(view, STAT.mtime),
    mtime_ns: get_u64(view, STAT.mtime + 8),
    ctime: get_u64(view, STAT.ctime),
    ctime_ns: get_u64(view, STAT.ctime + 8),
  };
}

function decode_dents(bytes: Uint8Array): Dirent[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: Dirent[] = [];
  for (let at = 0; at + DIRENT64.name < bytes.length;) {
    const record = view.getUint16(at + DIRENT64.reclen, true);
    const nul = bytes.indexOf(0, at + DIRENT64.name);
    const end = nul < 0 ? at + record : Math.min(nul, at + record);
    entries.push({
      name: decodeUtf8(bytes, at + DIRENT64.name, end),
      type: view.getUint8(at + DIRENT64.type),
      ino: get_u64(view, at + DIRENT64.ino),
    });
    if (record === 0) break;
    at += record;
  }
  return entries;
}
