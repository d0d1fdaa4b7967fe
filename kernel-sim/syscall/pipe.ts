// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Pipes.
 *
 * @syscall 22 pipe full
 * @syscall 293 pipe2 full
 */
import type { Process } from '../process/process.ts';
import { ERRNO } from '../uapi/errno.ts';
import { O } from '../uapi/fs.ts';
import { writeWords32 } from './arguments.ts';
import type { SyscallParts, SyscallTable } from './parts.ts';

const { EINVAL, ENFILE } = ERRNO;

export function pipeCalls({ vfs, pipes }: SyscallParts): SyscallTable {
  const pipe = (process: Process, address: number, flags: number): number => {
    if ((flags & ~(O.CLOEXEC | O.NONBLOCK)) !== 0) return -EINVAL;
    if (vfs.hasTooManyFiles(process.credentials)) return -ENFILE;
    const { reader, writer } = pipes.create(process.credentials, flags & O.NONBLOCK);
    const closeOnExec = (flags & O.CLOEXEC) !== 0;
    const from = process.files.install(reader, closeOnExec);
    const to = from < 0 ? from : process.files.install(writer, closeOnExec);
    const error = to < 0 ? to : writeWords32(process, address, from, to);
    if (error === 0) return 0;
    if (from >= 0) process.files.remove(from);
    if (to >= 0) process.files.remove(to);
    vfs.close(reader);
    vfs.close(writer);
    return error;
  };

  return { pipe: (process, address) => pipe(process, address, 0), pipe2: pipe };
}
