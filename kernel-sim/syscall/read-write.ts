// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * read(2), write(2) and their family. The first two are the hottest calls of all: nothing in their
 * plain paths allocates.
 *
 * @syscall 0 read full
 * @syscall 1 write full
 * @syscall 8 lseek partial "SEEK_SET, SEEK_CUR, SEEK_END; not SEEK_DATA, SEEK_HOLE"
 * @syscall 16 ioctl full
 * @syscall 17 pread64 full
 * @syscall 18 pwrite64 full
 * @syscall 217 getdents64 full
 */
import {
  vfsGetdents,
  vfsIoctl,
  vfsIoctlBlocking,
  vfsLseek,
  vfsLseekBlocking,
  vfsPread,
  vfsPreadBlocking,
  vfsPwrite,
  vfsPwriteBlocking,
  vfsRead,
  vfsReadBlocking,
  vfsWrite,
  vfsWriteBlocking,
} from '../fs/read-write.ts';
import type { OpenFile } from '../fs/open-file.ts';
import type { Process } from '../process/process.ts';
import { WOULD_BLOCK } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { O } from '../uapi/fs.ts';
import { SIGNAL } from '../uapi/signal.ts';
import type { SyscallParts, SyscallTable } from './parts.ts';

const { EBADF, EFAULT, EFBIG, EINVAL } = ERRNO;

export const readCalls: SyscallTable = {
  read(process, fd, address, count) {
    const file = process.files.get(fd);
    if (file === undefined) return -EBADF;
    if (count < 0) return -EFAULT;
    const moved = vfsRead(file, process.space, address, count);
    if (moved !== WOULD_BLOCK) return moved;
    return process.block(vfsReadBlocking(file, process.space, address, count));
  },

  pread64(process, fd, address, count, pos) {
    const file = process.files.get(fd);
    if (file === undefined) return -EBADF;
    if (count < 0) return -EFAULT;
    const moved = vfsPread(file, process.space, address, count, pos);
    if (moved !== WOULD_BLOCK) return moved;
    return process.block(vfsPreadBlocking(file, process.space, address, count, pos));
  },

  lseek(process, fd, offset, whence) {
    const file = process.files.get(fd);
    if (file === undefined) return -EBADF;
    const pos = vfsLseek(file, offset, whence);
    if (pos !== WOULD_BLOCK) return pos;
    return process.block(vfsLseekBlocking(file, offset, whence));
  },

  ioctl(process, fd, cmd, argument) {
    const file = process.files.get(fd);
    if (file === undefined) return -EBADF;
    const answer = vfsIoctl(file, cmd, argument, process.space);
    if (answer !== WOULD_BLOCK) return answer;
    return process.block(vfsIoctlBlocking(file, cmd, argument, process.space));
  },

  getdents64(process, fd, address, count) {
    const file = process.files.get(fd);
    if (file === undefined) return -EBADF;
    if (count < 0) return -EINVAL;
    return vfsGetdents(file, process.space, address, count);
  },
};

/** Those that RLIMIT_FSIZE may cut short. */
export function writeCalls({ signals }: SyscallParts): SyscallTable {
  const tooBig = (): number => {
    signals.sendCurrent(SIGNAL.XFSZ);
    return -EFBIG;
  };

  return {
    write(process, fd, address, count) {
      const file = process.files.get(fd);
      if (file === undefined) return -EBADF;
      if (count < 0) return -EFAULT;
      let room = count;
      if (process.files.sizeMax !== Infinity) {
        room = roomFor(process, file, count, file.pos);
        if (room < 0) return tooBig();
      }
      const moved = vfsWrite(file, process.space, address, room);
      if (moved !== WOULD_BLOCK) return moved;
      return process.block(vfsWriteBlocking(file, process.space, address, room));
    },

    pwrite64(process, fd, address, count, pos) {
      const file = process.files.get(fd);
      if (file === undefined) return -EBADF;
      if (count < 0) return -EFAULT;
      const room = roomFor(process, file, count, pos);
      if (room < 0) return tooBig();
      const moved = vfsPwrite(file, process.space, address, room, pos);
      if (moved !== WOULD_BLOCK) return moved;
      return process.block(vfsPwriteBlocking(file, process.space, address, room, pos));
    },
  };
}

/** How much of a write RLIMIT_FSIZE leaves, -1 for nothing. Linux: generic_write_check_limits. */
function roomFor({ files }: Process, file: OpenFile, count: number, pos: number): number {
  const { sizeMax } = files;
  if (sizeMax === Infinity || count === 0 || pos < 0) return count;
  if (!file.inode.isRegular || !file.canWrite) return count;
  const at = (file.flags & O.APPEND) === 0 ? pos : file.inode.size;
  return at >= sizeMax ? -1 : Math.min(count, sizeMax - at);
}
