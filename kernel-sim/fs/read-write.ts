// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What read(2), write(2) and their family do with an open file.
 *
 * The plain functions answer bytes moved, a negative errno, or WOULD_BLOCK; after the latter the
 * caller enters the coroutine of the same name with the same arguments. They allocate nothing.
 *
 * Linux: fs/read_write.c, fs/ioctl.c, fs/readdir.c.
 */
import { utf8Length } from '../lib/utf8.ts';
import { WOULD_BLOCK, type Sleeping } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { O, POLL, S, SEEK } from '../uapi/fs.ts';
import type { WaitQueue } from '../kernel/sched/wait-queue.ts';
import type { IoMemory } from '../mm/io-memory.ts';
import { DirentWriter } from './dirent.ts';
import type { OpenFile } from './open-file.ts';

/** One call moves at most this. Linux: MAX_RW_COUNT. */
const COUNT_MAX = 0x7fff_f000;
/** Largest position that lseek(2) may set: past it numbers are no longer whole. */
const POS_MAX = Number.MAX_SAFE_INTEGER;

export function vfsRead(file: OpenFile, memory: IoMemory, address: number, count: number): number {
  if (!file.canRead) return -ERRNO.EBADF;
  const { ops } = file;
  if (ops.read === undefined) return cannotRead(file);
  const moved = ops.read(file, memory, address, count < COUNT_MAX ? count : COUNT_MAX, file.pos);
  if (moved > 0) {
    if (file.advances) file.pos += moved;
    return moved;
  }
  return moved === WOULD_BLOCK && file.isNonblocking && ops.readBlocking === undefined
    ? -ERRNO.EAGAIN
    : moved;
}

export function* vfsReadBlocking(
  file: OpenFile,
  memory: IoMemory,
  address: number,
  count: number,
): Sleeping<number> {
  const moved = yield* readBlockingAt(file, memory, address, count, file.pos);
  if (moved > 0 && file.advances) file.pos += moved;
  return moved;
}

export function vfsWrite(file: OpenFile, memory: IoMemory, address: number, count: number): number {
  if (!file.canWrite) return -ERRNO.EBADF;
  const { ops } = file;
  if (ops.write === undefined) return -ERRNO.EINVAL;
  const pos = (file.flags & O.APPEND) === 0 ? file.pos : appendPos(file, file.pos);
  const moved = ops.write(file, memory, address, count < COUNT_MAX ? count : COUNT_MAX, pos);
  if (moved > 0) {
    if (file.advances) file.pos = pos + moved;
    file.wasWritten = true;
    return moved;
  }
  return moved === WOULD_BLOCK && file.isNonblocking && ops.writeBlocking === undefined
    ? -ERRNO.EAGAIN
    : moved;
}

export function* vfsWriteBlocking(
  file: OpenFile,
  memory: IoMemory,
  address: number,
  count: number,
): Sleeping<number> {
  const pos = appendPos(file, file.pos);
  const moved = yield* writeBlockingAt(file, memory, address, count, pos);
  if (moved > 0 && file.advances) file.pos = pos + moved;
  return moved;
}

export function vfsPread(
  file: OpenFile,
  memory: IoMemory,
  address: number,
  count: number,
  pos: number,
): number {
  if (pos < 0) return -ERRNO.EINVAL;
  if (file.isStream) return -ERRNO.ESPIPE;
  if (!file.canRead) return -ERRNO.EBADF;
  if (file.ops.read === undefined) return cannotRead(file);
  return orAgain(
    file,
    file.ops.readBlocking !== undefined,
    file.ops.read(file, memory, address, Math.min(count, COUNT_MAX), pos),
  );
}

export function* vfsPreadBlocking(
  file: OpenFile,
  memory: IoMemory,
  address: number,
  count: number,
  pos: number,
): Sleeping<number> {
  return yield* readBlockingAt(file, memory, address, count, pos);
}

export function vfsPwrite(
  file: OpenFile,
  memory: IoMemory,
  address: number,
  count: number,
  pos: number,
): number {
  if (pos < 0) return -ERRNO.EINVAL;
  if (file.isStream) return -ERRNO.ESPIPE;
  if (!file.canWrite) return -ERRNO.EBADF;
  if (file.ops.write === undefined) return -ERRNO.EINVAL;
  const at = appendPos(file, pos);
  const moved = file.ops.write(file, memory, address, Math.min(count, COUNT_MAX), at);
  if (moved > 0) file.wasWritten = true;
  return orAgain(file, file.ops.writeBlocking !== undefined, moved);
}

export function* vfsPwriteBlocking(
  file: OpenFile,
  memory: IoMemory,
  address: number,
  count: number,
  pos: number,
): Sleeping<number> {
  return yield* writeBlockingAt(file, memory, address, count, appendPos(file, pos));
}

export function vfsLseek(file: OpenFile, offset: number, whence: number): number {
  if (whence !== SEEK.SET && whence !== SEEK.CUR && whence !== SEEK.END) return -ERRNO.EINVAL;
  if (file.isStream || file.ops.llseek === undefined) return -ERRNO.ESPIPE;
  return file.ops.llseek(file, offset, whence);
}

export function* vfsLseekBlocking(
  file: OpenFile,
  offset: number,
  whence: number,
): Sleeping<number> {
  const { ops } = file;
  return ops.llseekBlocking === undefined
    ? -ERRNO.ESPIPE
    : yield* ops.llseekBlocking(file, offset, whence);
}

export function vfsIoctl(file: OpenFile, cmd: number, arg: number, memory: IoMemory): number {
  if (file.ops.ioctl === undefined) {
    return file.ops.ioctlBlocking === undefined ? -ERRNO.ENOTTY : WOULD_BLOCK;
  }
  return file.ops.ioctl(file, cmd, arg, memory);
}

export function* vfsIoctlBlocking(
  file: OpenFile,
  cmd: number,
  arg: number,
  memory: IoMemory,
): Sleeping<number> {
  const { ops } = file;
  return ops.ioctlBlocking === undefined
    ? -ERRNO.ENOTTY
    : yield* ops.ioctlBlocking(file, cmd, arg, memory);
}

/** Which of POLL.IN, POLL.OUT, … hold now. Wait on `readQueue` and `writeQueue` for changes. */
export function vfsPoll(file: OpenFile): number {
  return file.ops.poll === undefined ? POLL.IN | POLL.OUT : file.ops.poll(file);
}

/** Fills memory with struct linux_dirent64. Answers bytes, 0 at the end, or a negative errno. */
export function vfsGetdents(
  file: OpenFile,
  memory: IoMemory,
  address: number,
  count: number,
): number {
  if (file.ops.iterate === undefined) return -ERRNO.ENOTDIR;
  if (file.path.dentry.isRemoved) return -ERRNO.ENOENT;
  const writer = new DirentWriter(Math.min(count, COUNT_MAX));
  const startPos = file.pos;
  const error = file.ops.iterate(file, (name, inode, type, nextPos) => {
    if (!writer.add(name, utf8Length(name), inode, type, nextPos)) return false;
    file.pos = nextPos;
    return true;
  });
  if (error < 0) return error;
  const bytes = writer.finish();
  if (bytes.length === 0) return writer.isTooSmall ? -ERRNO.EINVAL : 0;
  const moved = memory.copyTo(address, bytes, 0, bytes.length);
  if (moved === bytes.length) return moved;
  file.pos = startPos;
  return -ERRNO.EFAULT;
}

// ---- llseek for those who want an ordinary one ------------------------------------------------

/** For files that have a size. Linux: generic_file_llseek. */
export function genericLlseek(file: OpenFile, offset: number, whence: number): number {
  return fixedSizeLlseek(file, offset, whence, file.inode.size);
}

/** For files of a known size. */
export function fixedSizeLlseek(
  file: OpenFile,
  offset: number,
  whence: number,
  size: number,
): number {
  const base = whence === SEEK.SET ? 0 : whence === SEEK.CUR ? file.pos : size;
  const pos = base + offset;
  if (pos < 0) return -ERRNO.EINVAL;
  if (pos > POS_MAX) return -ERRNO.EOVERFLOW;
  file.pos = pos;
  return pos;
}

// ---- Waiting ----------------------------------------------------------------------------------

function* readBlockingAt(
  file: OpenFile,
  memory: IoMemory,
  address: number,
  count: number,
  pos: number,
): Sleeping<number> {
  const { ops } = file;
  const length = Math.min(count, COUNT_MAX);
  if (ops.readBlocking !== undefined) {
    return yield* ops.readBlocking(file, memory, address, length, pos);
  }
  for (;;) {
    const error = yield* wait(ops.readQueue?.(file));
    if (error < 0) return error;
    const moved = ops.read?.(file, memory, address, length, pos) ?? -ERRNO.EINVAL;
    if (moved !== WOULD_BLOCK) return moved;
  }
}

function* writeBlockingAt(
  file: OpenFile,
  memory: IoMemory,
  address: number,
  count: number,
  pos: number,
): Sleeping<number> {
  const { ops } = file;
  const length = Math.min(count, COUNT_MAX);
  let moved: number = WOULD_BLOCK;
  if (ops.writeBlocking !== undefined) {
    moved = yield* ops.writeBlocking(file, memory, address, length, pos);
  } else {
    while (moved === WOULD_BLOCK) {
      const error = yield* wait(ops.writeQueue?.(file));
      if (error < 0) return error;
      moved = ops.write?.(file, memory, address, length, pos) ?? -ERRNO.EINVAL;
    }
  }
  if (moved > 0) file.wasWritten = true;
  return moved;
}

/** One sleep: 0 when woken. Operations that block and name no queue are refused. */
function* wait(queue: WaitQueue | undefined): Sleeping<number> {
  return queue === undefined ? -ERRNO.EINVAL : yield* queue.sleepInterruptible();
}

function orAgain(file: OpenFile, canWaitItself: boolean, moved: number): number {
  return moved === WOULD_BLOCK && file.isNonblocking && !canWaitItself ? -ERRNO.EAGAIN : moved;
}

function cannotRead(file: OpenFile): number {
  return file.inode.isDirectory ? -ERRNO.EISDIR : -ERRNO.EINVAL;
}

/** O_APPEND moves every write of a regular file to its end, pwrite(2)'s too. */
function appendPos(file: OpenFile, pos: number): number {
  const appends = (file.flags & O.APPEND) !== 0 && (file.inode.mode & S.IFMT) === S.IFREG;
  return appends ? file.inode.size : pos;
}
