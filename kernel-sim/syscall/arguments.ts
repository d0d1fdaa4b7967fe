// SPDX-License-Identifier: GPL-2.0-or-later
/** Reading what system calls' arguments point to. Linux: strncpy_from_user, get_user. */
import { decodeUtf8 } from '../lib/utf8.ts';
import { FAULT } from '../mm/address-space.ts';
import type { Process } from '../process/process.ts';
import { ERRNO } from '../uapi/errno.ts';
import { PATH_MAX } from '../uapi/fs.ts';

const CHUNK = 128;
const WORD = 8;
const NS_PER_S = 1_000_000_000;
/** From here on a 64-bit number is negative. */
const SECONDS_MAX = 2 ** 63;
/** What no list of strings comes to: the stack takes less (process/initial-stack.ts). */
const STRINGS_BYTES_MAX = 8 * 1024 * 1024;

/** The NUL-terminated text at `address`, or -EFAULT, or `tooLong` past `limit` bytes. */
export function readString(
  process: Process,
  address: number,
  limit = PATH_MAX,
  tooLong: number = -ERRNO.ENAMETOOLONG,
): string | number {
  const chunk = new Uint8Array(CHUNK);
  let bytes = new Uint8Array(0);
  while (bytes.length < limit) {
    const moved = process.space.copyFrom(address + bytes.length, chunk, 0, CHUNK);
    const end = chunk.subarray(0, moved).indexOf(0);
    const taken = chunk.subarray(0, end < 0 ? moved : end);
    if (end >= 0 && bytes.length === 0) return decodeUtf8(taken);
    const longer = new Uint8Array(bytes.length + taken.length);
    longer.set(bytes);
    longer.set(taken, bytes.length);
    bytes = longer;
    if (end >= 0) return decodeUtf8(bytes);
    if (moved < CHUNK) return -ERRNO.EFAULT;
  }
  return tooLong;
}

/** A path: as `readString`, and an empty one is -ENOENT unless it is allowed. */
export function readPath(process: Process, address: number, mayBeEmpty = false): string | number {
  const path = readString(process, address);
  return path === '' && !mayBeEmpty ? -ERRNO.ENOENT : path;
}

/** A NULL-terminated array of pointers to texts, such as argv. A NULL array is empty. */
export function readStrings(process: Process, address: number): string[] | number {
  const texts: string[] = [];
  let size = 0;
  if (address === 0) return texts;
  for (;;) {
    const pointer = readWord(process, address + WORD * texts.length);
    if (pointer === 0) return texts;
    if (pointer < 0) return pointer;
    const text = readString(process, pointer, 128 * 1024, -ERRNO.E2BIG);
    if (typeof text === 'number') return text;
    size += WORD + text.length;
    if (size > STRINGS_BYTES_MAX) return -ERRNO.E2BIG;
    texts.push(text);
  }
}

/** A 64-bit unsigned number below 2^53, or -EFAULT. */
export function readWord(process: Process, address: number): number {
  const { space } = process;
  const low = space.load32(address);
  const high = low === FAULT ? FAULT : space.load32(address + WORD / 2);
  return high === FAULT ? -ERRNO.EFAULT : low + high * 0x1_0000_0000;
}

/** A struct timespec in nanoseconds, Infinity if it is later than numbers go, or the errno. */
export function readTimespec(process: Process, address: number): number {
  const seconds = readWord(process, address);
  const nanoseconds = readWord(process, address + WORD);
  if (seconds < 0 || nanoseconds < 0) return -ERRNO.EFAULT;
  if (seconds >= SECONDS_MAX || nanoseconds >= NS_PER_S) return -ERRNO.EINVAL;
  const total = seconds * NS_PER_S + nanoseconds;
  return Number.isSafeInteger(total) ? total : Infinity;
}

/** Copies all of `bytes` out: 0 or -EFAULT. */
export function writeBytes(process: Process, address: number, bytes: Uint8Array): number {
  const moved = process.space.copyTo(address, bytes, 0, bytes.length);
  return moved === bytes.length ? 0 : -ERRNO.EFAULT;
}

/** Copies 32-bit words out: 0 or -EFAULT. */
export function writeWords32(process: Process, address: number, ...words: number[]): number {
  const bytes = new Uint8Array(4 * words.length);
  const view = new DataView(bytes.buffer);
  for (const [index, word] of words.entries()) view.setInt32(4 * index, word, true);
  return writeBytes(process, address, bytes);
}

/** Stores a 64-bit number below 2^53, signed. */
export function putWord(view: DataView, offset: number, value: number): void {
  view.setBigInt64(offset, BigInt(value), true);
}
