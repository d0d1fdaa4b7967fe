// SPDX-License-Identifier: GPL-2.0-or-later
/** Integers at an address that a program gave to ioctl(2). Linux: get_user, put_user. */
import { ERRNO } from '../uapi/errno.ts';
import type { IoMemory } from '../mm/io-memory.ts';

const INT_BYTES = 4;

/** Stores a 32-bit integer. Returns 0 or -EFAULT. */
export function putInt32(memory: IoMemory, address: number, value: number): number {
  const bytes = new Uint8Array(INT_BYTES);
  new DataView(bytes.buffer).setInt32(0, value, true);
  return putBytes(memory, address, bytes);
}

/** Loads a 32-bit integer, or undefined where the address faults. */
export function getInt32(memory: IoMemory, address: number): number | undefined {
  const bytes = getBytes(memory, address, INT_BYTES);
  return bytes === undefined ? undefined : new DataView(bytes.buffer).getInt32(0, true);
}

/** Stores all of `bytes`. Returns 0 or -EFAULT. */
export function putBytes(memory: IoMemory, address: number, bytes: Uint8Array): number {
  return memory.copyTo(address, bytes, 0, bytes.length) === bytes.length ? 0 : -ERRNO.EFAULT;
}

/** A copy of `count` bytes, or undefined where the address faults. */
export function getBytes(
  memory: IoMemory,
  address: number,
  count: number,
): Uint8Array<ArrayBuffer> | undefined {
  const bytes = new Uint8Array(count);
  return memory.copyFrom(address, bytes, 0, count) === count ? bytes : undefined;
}
