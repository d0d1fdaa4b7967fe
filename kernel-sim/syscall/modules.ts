// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Loading and unloading modules.
 *
 * @syscall 175 init_module full
 * @syscall 176 delete_module full
 * @syscall 313 finit_module partial "no compressed files"
 */
import { vfsPread } from '../fs/read-write.ts';
import { capable } from '../kernel/credentials.ts';
import { INIT_FLAG } from '../kernel/module/ko-file.ts';
import { KernelBuffer } from '../mm/io-memory.ts';
import type { Process } from '../process/process.ts';
import { ERRNO } from '../uapi/errno.ts';
import { O } from '../uapi/fs.ts';
import { readString } from './arguments.ts';
import type { SyscallParts, SyscallTable } from './parts.ts';

const { EBADF, EFAULT, EINVAL, ENOEXEC, EPERM } = ERRNO;
const FLAGS = INIT_FLAG.IGNORE_MODVERSIONS | INIT_FLAG.IGNORE_VERMAGIC;
const MODULE_BYTES_MAX = 64 * 1024 * 1024;

export function moduleCalls({ loader, policy }: SyscallParts): SyscallTable {
  const may = ({ credentials }: Process): boolean =>
    capable(credentials) && policy.modulesDisabled() === 0;
  const load = (process: Process, bytes: Uint8Array, parameters: number, flags: number): number => {
    const text = readString(process, parameters);
    if (typeof text === 'number') return text;
    return process.block(loader.load(bytes, text, flags));
  };

  return {
    init_module(process, address, size, parameters) {
      if (!may(process)) return -EPERM;
      if (size < 0 || size > MODULE_BYTES_MAX) return -ENOEXEC;
      const bytes = process.space.loadBytes(address, size);
      return bytes === undefined ? -EFAULT : load(process, bytes, parameters, 0);
    },

    finit_module(process, fd, parameters, flags) {
      const file = process.files.get(fd);
      if (!may(process)) {
        loader.hooks.refused(file?.path.dentry.name.replace(/\.ko$/, '') ?? '', -EPERM);
        return -EPERM;
      }
      if ((flags & ~FLAGS) !== 0) return -EINVAL;
      if (file === undefined) return -EBADF;
      if (!file.inode.isRegular) return -EINVAL;
      if (file.inode.size > MODULE_BYTES_MAX) return -ENOEXEC;
      const bytes = new Uint8Array(file.inode.size);
      const moved = vfsPread(file, new KernelBuffer(bytes), 0, bytes.length, 0);
      return moved < 0 ? moved : load(process, bytes, parameters, flags);
    },

    delete_module(process, address, flags) {
      if (!may(process)) return -EPERM;
      const name = readString(process, address);
      if (typeof name === 'number') return name;
      return process.block(loader.unload(name, (flags & O.TRUNC) !== 0));
    },
  };
}
