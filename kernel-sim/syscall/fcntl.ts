// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * fcntl(2): what can be asked of a descriptor and changed of an open file.
 *
 * @syscall 72 fcntl partial "F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC"
 */
import { ERRNO } from '../uapi/errno.ts';
import { F, FD_CLOEXEC, O } from '../uapi/fs.ts';
import type { SyscallTable } from './parts.ts';

const { EBADF, EINVAL } = ERRNO;

/** Flags that fcntl(F_SETFL) may change. */
const SETTABLE = O.APPEND | O.NONBLOCK;

export const fcntlCalls: SyscallTable = {
  fcntl(process, fd, command, argument) {
    const { files } = process;
    const file = files.get(fd);
    if (file === undefined) return -EBADF;
    switch (command) {
      case F.DUPFD:
      case F.DUPFD_CLOEXEC:
        return files.duplicate(fd, command === F.DUPFD_CLOEXEC, argument);
      case F.GETFD:
        return files.isCloseOnExec(fd) ? FD_CLOEXEC : 0;
      case F.SETFD:
        files.setCloseOnExec(fd, (argument & FD_CLOEXEC) !== 0);
        return 0;
      case F.GETFL:
        return file.flags;
      case F.SETFL:
        file.flags = (file.flags & ~SETTABLE) | (argument & SETTABLE);
        return 0;
      default:
        return -EINVAL;
    }
  },
};
