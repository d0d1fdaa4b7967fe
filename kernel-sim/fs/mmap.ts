// SPDX-License-Identifier: GPL-2.0-or-later
/** What may be mapped of an open file. Linux: do_mmap of mm/mmap.c, mmap_file. */
import type { PageSource } from '../mm/vma.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { MAP, PROT } from '../uapi/mman.ts';
import type { MmapRequest, OpenFile } from './open-file.ts';

/** The file's pages, 0 for memory that is nobody's (/dev/zero), or a negative errno. */
export function vfsMmap(file: OpenFile, request: MmapRequest): PageSource | number {
  const type = request.flags & MAP.TYPE;
  const isShared = type === MAP.SHARED || type === MAP.SHARED_VALIDATE;
  if (!isShared && type !== MAP.PRIVATE) return -ERRNO.EINVAL;
  if (isShared && (request.prot & PROT.WRITE) !== 0 && !file.canWrite) return -ERRNO.EACCES;
  if (!file.canRead) return -ERRNO.EACCES;
  return file.ops.mmap?.(file, request) ?? -ERRNO.ENODEV;
}

export function* vfsMmapBlocking(
  file: OpenFile,
  request: MmapRequest,
): Sleeping<PageSource | number> {
  const { ops } = file;
  return ops.mmapBlocking === undefined ? -ERRNO.ENODEV : yield* ops.mmapBlocking(file, request);
}
