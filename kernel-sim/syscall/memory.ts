// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A process's memory: mapping, unmapping, rights, the heap.
 *
 * @syscall 9 mmap partial "no huge pages, no MAP_SYNC; MAP_LOCKED is not kept"
 * @syscall 10 mprotect full
 * @syscall 11 munmap full
 * @syscall 12 brk full
 * @syscall 25 mremap partial "no MREMAP_DONTUNMAP"
 * @syscall 26 msync full
 * @syscall 28 madvise partial "NORMAL, RANDOM, SEQUENTIAL, WILLNEED, DONTNEED, FREE, DO(NT)FORK"
 */
import { OpenFile } from '../fs/open-file.ts';
import { vfsMmap, vfsMmapBlocking } from '../fs/mmap.ts';
import type { Vfs } from '../fs/vfs.ts';
import { brk, madvise, type MapRequest, mmap, mprotect, mremap, munmap } from '../mm/mmap.ts';
import { PAGE_SIZE, roundUp } from '../mm/page.ts';
import type { PageSource } from '../mm/vma.ts';
import type { Process } from '../process/process.ts';
import { type Sleeping, WOULD_BLOCK } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { MAP, MS } from '../uapi/mman.ts';
import type { SyscallParts, SyscallTable } from './parts.ts';

const { EBADF, EINVAL, ENOMEM, EOVERFLOW } = ERRNO;
/** Offsets beyond are no pages of any file. */
const PAGE_INDEX_MAX = 2 ** 40;

function unmappedFiles({ space }: Process): OpenFile[] {
  return space.areas.takeClosing().filter((file) => file instanceof OpenFile);
}

/** Closes files that are mapped no longer; the call's answer is `result` all the same. */
function closeUnmapped(vfs: Vfs, process: Process, result: number): number {
  const files = unmappedFiles(process);
  for (const [index, file] of files.entries()) {
    if (vfs.close(file) === WOULD_BLOCK) {
      return process.block(closeRest(vfs, file, files.slice(index + 1), result));
    }
  }
  return result;
}

function* closeRest(
  vfs: Vfs,
  slow: OpenFile,
  files: readonly OpenFile[],
  result: number,
): Sleeping<number> {
  yield* vfs.closeBlocking(slow);
  return yield* closeAll(vfs, files, result);
}

function* closeAll(vfs: Vfs, files: readonly OpenFile[], result: number): Sleeping<number> {
  for (const file of files) {
    if (vfs.close(file) === WOULD_BLOCK) yield* vfs.closeBlocking(file);
  }
  return result;
}

function mapFile(vfs: Vfs, process: Process, fd: number, request: MapRequest): number {
  const file = process.files.get(fd);
  if (file === undefined) return -EBADF;
  if (request.length === 0) return -EINVAL;
  const source = vfsMmap(file, request);
  if (source === WOULD_BLOCK) return process.block(mapSlowly(vfs, process, file, request));
  return closeUnmapped(vfs, process, mapSource(process, file, request, source));
}

function* mapSlowly(
  vfs: Vfs,
  process: Process,
  file: OpenFile,
  request: MapRequest,
): Sleeping<number> {
  const source = yield* vfsMmapBlocking(file, request);
  const result = mapSource(process, file, request, source);
  return yield* closeAll(vfs, unmappedFiles(process), result);
}

function mapSource(
  process: Process,
  file: OpenFile,
  request: MapRequest,
  source: PageSource | number,
): number {
  if (typeof source === 'number' && source < 0) return source;
  const from = typeof source === 'number' ? {} : { source, file };
  const result = mmap(process.space, { ...request, ...from, mayWrite: file.canWrite });
  if (result < 0 && typeof source !== 'number' && source.mappings.isEmpty) source.onUnmapped?.();
  return result;
}

export function memoryCalls({ vfs }: SyscallParts): SyscallTable {
  const closing = (process: Process, result: number): number => closeUnmapped(vfs, process, result);

  return {
    brk: (process, address) => brk(process.space, address),

    mmap(process, address, length, prot, flags, fd, offset) {
      if (offset % PAGE_SIZE !== 0 || address < 0 || length < 0) return -EINVAL;
      const firstPage = offset / PAGE_SIZE;
      if (firstPage < 0 || firstPage + length / PAGE_SIZE > PAGE_INDEX_MAX) return -EOVERFLOW;
      const request = { address, length, prot, flags, firstPage };
      if ((flags & MAP.ANONYMOUS) === 0) {
        return mapFile(vfs, process, fd, request);
      }
      const type = flags & MAP.TYPE;
      if (type !== MAP.SHARED && type !== MAP.PRIVATE) return -EINVAL;
      return closing(process, mmap(process.space, { ...request, firstPage: 0 }));
    },

    munmap: (process, address, length) => closing(process, munmap(process.space, address, length)),

    mprotect(process, address, length, prot) {
      return closing(process, mprotect(process.space, address, length, prot & ~PROT_IGNORED));
    },

    mremap(process, address, oldLength, newLength, flags, newAddress) {
      const request = { address, oldLength, newLength, flags, newAddress };
      return closing(process, mremap(process.space, request));
    },

    madvise(process, address, length, advice) {
      return closing(process, madvise(process.space, address, length, advice));
    },

    // What is shared is shared at once: there is nothing to write back to.
    msync(process, address, length, flags) {
      const isBoth = (flags & MS.ASYNC) !== 0 && (flags & MS.SYNC) !== 0;
      if ((flags & ~(MS.ASYNC | MS.INVALIDATE | MS.SYNC)) !== 0 || isBoth) return -EINVAL;
      if (address % PAGE_SIZE !== 0) return -EINVAL;
      const end = address + roundUp(length, PAGE_SIZE);
      if (!(end >= address)) return -ENOMEM;
      return process.space.areas.covers(address, end) ? 0 : -ENOMEM;
    },
  };
}

/** PROT_SEM, which means nothing on x86. */
const PROT_IGNORED = 0x8;
