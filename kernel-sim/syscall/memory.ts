// SPDX-License-Identifier: GPL-2.0-or-later
/** Calls that are numbered and not there yet: a kernel without them answers ENOSYS, too. */
import { ERRNO } from '../uapi/errno.ts';
import type { SyscallTable } from './parts.ts';

const missing = (): number => -ERRNO.ENOSYS;

export const memoryCalls: SyscallTable = {
  mmap: missing,
  mprotect: missing,
  munmap: missing,
  mremap: missing,
  msync: missing,
  madvise: missing,
};
