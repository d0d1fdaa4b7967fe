// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Flags of the memory calls.
 *
 * mmap(2)'s answer on failure is a negative errno, as that of every call; there is no MAP_FAILED.
 *
 * Linux: include/uapi/asm-generic/mman-common.h, include/uapi/linux/mman.h.
 */

export const PROT = { NONE: 0, READ: 1, WRITE: 2, EXEC: 4 } as const;

// prettier-ignore
export const MAP = {
  SHARED: 0x1, PRIVATE: 0x2, SHARED_VALIDATE: 0x3, TYPE: 0xf, FIXED: 0x10, ANONYMOUS: 0x20,
  GROWSDOWN: 0x100, DENYWRITE: 0x800, EXECUTABLE: 0x1000, LOCKED: 0x2000, NORESERVE: 0x4000,
  POPULATE: 0x8000, NONBLOCK: 0x10000, STACK: 0x20000, FIXED_NOREPLACE: 0x100000,
} as const;

export const MREMAP = { MAYMOVE: 1, FIXED: 2, DONTUNMAP: 4 } as const;

export const MADV = {
  NORMAL: 0,
  RANDOM: 1,
  SEQUENTIAL: 2,
  WILLNEED: 3,
  DONTNEED: 4,
  FREE: 8,
  DONTFORK: 10,
  DOFORK: 11,
} as const;

export const MS = { ASYNC: 1, INVALIDATE: 2, SYNC: 4 } as const;
