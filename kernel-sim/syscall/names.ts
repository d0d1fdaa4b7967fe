// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Calls on names and attributes of files.
 *
 * @syscall 4 stat full
 * @syscall 5 fstat full
 * @syscall 6 lstat full
 * @syscall 21 access full
 * @syscall 76 truncate full
 * @syscall 77 ftruncate full
 * @syscall 79 getcwd full
 * @syscall 80 chdir full
 * @syscall 82 rename full
 * @syscall 83 mkdir full
 * @syscall 84 rmdir full
 * @syscall 86 link full
 * @syscall 87 unlink full
 * @syscall 88 symlink full
 * @syscall 89 readlink full
 * @syscall 90 chmod full
 * @syscall 92 chown full
 * @syscall 95 umask full
 * @syscall 133 mknod full
 * @syscall 162 sync full
 * @syscall 280 utimensat partial "AT_FDCWD with a path; not UTIME_NOW and UTIME_OMIT"
 */
import { encodeStat, type Stat } from '../fs/stat.ts';
import type { Vfs } from '../fs/vfs.ts';
import { encodeUtf8 } from '../lib/utf8.ts';
import type { Process } from '../process/process.ts';
import { ERRNO } from '../uapi/errno.ts';
import { SIGNAL } from '../uapi/signal.ts';
import { readPath, readString, readWord, writeBytes } from './arguments.ts';
import type { SyscallParts, SyscallTable } from './parts.ts';

const { EBADF, EFAULT, EINVAL, ERANGE } = ERRNO;
const TIMESPEC_BYTES = 16;

type PathCall = (process: Process, path: string, a1: number, a2: number) => number;

/** A call whose first argument is a path. */
function onPath(
  call: PathCall,
): (process: Process, address: number, a1: number, a2: number) => number {
  return (process, address, a1, a2) => {
    const path = readPath(process, address);
    return typeof path === 'number' ? path : call(process, path, a1, a2);
  };
}

function onTwoPaths(
  call: (process: Process, from: string, to: string) => number,
): (process: Process, from: number, to: number) => number {
  return (process, fromAddress, toAddress) => {
    const from = readPath(process, fromAddress);
    if (typeof from === 'number') return from;
    const to = readPath(process, toAddress);
    return typeof to === 'number' ? to : call(process, from, to);
  };
}

function writeStat(process: Process, address: number, stat: Stat | number): number {
  return typeof stat === 'number' ? stat : writeBytes(process, address, encodeStat(stat));
}

export function nameCalls({ vfs, signals }: SyscallParts): SyscallTable {
  /** Who wants a file to grow past RLIMIT_FSIZE is told so by a signal, too. */
  const sized = (process: Process, size: number, answer: number): number => {
    if (answer === -ERRNO.EFBIG && size > process.sizeMax) {
      signals.sendCurrent(SIGNAL.XFSZ);
    }
    return answer;
  };

  return {
    stat: onPath((process, path, out) => writeStat(process, out, vfs.stat(process, path))),
    lstat: onPath((process, path, out) => writeStat(process, out, vfs.lstat(process, path))),
    fstat(process, fd, out) {
      const file = process.files.get(fd);
      return file === undefined ? -EBADF : writeStat(process, out, vfs.fstat(file));
    },
    access: onPath((process, path, mask) => vfs.access(process, path, mask)),
    mkdir: onPath((process, path, mode) =>
      vfs.mkdir(process, path, mode & 0o7777 & ~process.umask),
    ),
    rmdir: onPath((process, path) => vfs.rmdir(process, path)),
    unlink: onPath((process, path) => vfs.unlink(process, path)),
    mknod: onPath((process, path, mode, dev) =>
      vfs.mknod(process, path, mode & ~process.umask, dev),
    ),
    chmod: onPath((process, path, mode) => vfs.chmod(process, path, mode & 0o7777)),
    chown: onPath((process, path, uid, gid) => vfs.chown(process, path, uid, gid)),
    truncate: onPath((process, path, size) =>
      sized(process, size, vfs.truncate(process, path, size)),
    ),
    ftruncate(process, fd, size) {
      const file = process.files.get(fd);
      if (file === undefined) return -EBADF;
      return sized(process, size, vfs.ftruncate(file, size, process.sizeMax));
    },
    rename: onTwoPaths((process, from, to) => vfs.rename(process, from, to)),
    link: onTwoPaths((process, from, to) => vfs.link(process, from, to)),
    symlink: onTwoPaths((process, text, path) => vfs.symlink(process, text, path)),
    readlink: onPath((process, path, out, size) => readlink(vfs, process, path, out, size)),

    chdir: onPath((process, path) => {
      const place = vfs.lookupDirectory(process, path);
      if (typeof place === 'number') return place;
      process.cwd = place;
      return 0;
    }),
    getcwd(process, out, size) {
      const path = vfs.getcwd(process);
      if (typeof path === 'number') return path;
      const bytes = encodeUtf8(`${path}\0`);
      if (bytes.length > size) return -ERANGE;
      return writeBytes(process, out, bytes) || bytes.length;
    },
    umask(process, mask) {
      const old = process.umask;
      process.umask = mask & 0o777;
      return old;
    },
    sync: () => 0,

    utimensat(process, _directory, address, times, flags) {
      const path = readString(process, address);
      if (typeof path === 'number') return path;
      const read = times === 0 ? undefined : readTimes(process, times);
      return typeof read === 'number' ? read : vfs.utimens(process, path, read, flags === 0);
    },
  };
}

function readlink(vfs: Vfs, process: Process, path: string, out: number, size: number): number {
  if (size <= 0) return -EINVAL;
  const text = vfs.readlink(process, path);
  if (typeof text === 'number') return text;
  const bytes = encodeUtf8(text).subarray(0, size);
  return writeBytes(process, out, bytes) || bytes.length;
}

function readTimes(
  process: Process,
  address: number,
):
  | {
      atime: { seconds: number; nanoseconds: number };
      mtime: { seconds: number; nanoseconds: number };
    }
  | number {
  const words = [0, 8, TIMESPEC_BYTES, TIMESPEC_BYTES + 8].map((at) =>
    readWord(process, address + at),
  );
  if (words.some((word) => word < 0)) return -EFAULT;
  const [atime = 0, atimeNs = 0, mtime = 0, mtimeNs = 0] = words;
  return {
    atime: { seconds: atime, nanoseconds: atimeNs },
    mtime: { seconds: mtime, nanoseconds: mtimeNs },
  };
}
