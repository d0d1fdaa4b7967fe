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
  vfsPread,
  vfsPreadBlocking,
  vfsPwrite,
  vfsPwriteBlocking,
  vfsRead,
  vfsReadBlocking,
  vfsWrite,
  vfsWriteBlocking,
} from '../fs/read-write.ts';
import { WOULD_BLOCK } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import type { SyscallTable } from './parts.ts';

const { EBADF, EFAULT, EINVAL } = ERRNO;

export const readWriteCalls: SyscallTable = {
  read(process, fd, address, count) {
    const file = process.files.get(fd);
    if (file === undefined) return -EBADF;
    if (count < 0) return -EFAULT;
    const moved = vfsRead(file, process.space, address, count);
    if (moved !== WOULD_BLOCK) return moved;
    return process.block(vfsReadBlocking(file, process.space, address, count));
  },

  write(process, fd, address, count) {
    const file = process.files.get(fd);
    if (file === undefined) return -EBADF;
    if (count < 0) return -EFAULT;
    const moved = vfsWrite(file, process.space, address, count);
    if (moved !== WOULD_BLOCK) return moved;
    return process.block(vfsWriteBlocking(file, process.space, address, count));
  },

  pread64(process, fd, address, count, pos) {
    const file = process.files.get(fd);
    if (file === undefined) return -EBADF;
    if (count < 0) return -EFAULT;
    const moved = vfsPread(file, process.space, address, count, pos);
    if (moved !== WOULD_BLOCK) return moved;
    return process.block(vfsPreadBlocking(file, process.space, address, count, pos));
  },

  pwrite64(process, fd, address, count, pos) {
    const file = process.files.get(fd);
    if (file === undefined) return -EBADF;
    if (count < 0) return -EFAULT;
    const moved = vfsPwrite(file, process.space, address, count, pos);
    if (moved !== WOULD_BLOCK) return moved;
    return process.block(vfsPwriteBlocking(file, process.space, address, count, pos));
  },

  lseek(process, fd, offset, whence) {
    const file = process.files.get(fd);
    return file === undefined ? -EBADF : vfsLseek(file, offset, whence);
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
