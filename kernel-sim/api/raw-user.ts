// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The memory of the calling process, by address. An address of a process is a number, which no one
 * can follow by mistake; what is copied is what can be.
 *
 * @subpath kernel/raw
 */
import type { UserAccess } from '../mm/uaccess.ts';
import { ERRNO } from '../uapi/errno.ts';
import { MAP, PROT } from '../uapi/mman.ts';
import type { ApiContext } from './context.ts';
import type { Ptr, VoidPtr } from './raw-pointer.ts';
import { addressOf, errorPointer, intOf, longOf, pointerTo, sizeOf } from './raw-value.ts';
import type { u16, u32, u64, u8 } from './uapi-types.ts';

/**
 * How memory of a process may be used, for `vm_mmap`. Linux: include/uapi/asm-generic/mman.h.
 *
 * @constants
 */
export const PROT_FLAGS = {
  PROT_NONE: PROT.NONE,
  PROT_READ: PROT.READ,
  PROT_WRITE: PROT.WRITE,
  PROT_EXEC: PROT.EXEC,
} as const;

/**
 * What memory of a process is, for `vm_mmap`. Linux: include/uapi/asm-generic/mman.h.
 *
 * @constants
 */
export const MAP_FLAGS = {
  MAP_SHARED: MAP.SHARED,
  MAP_PRIVATE: MAP.PRIVATE,
  MAP_ANONYMOUS: MAP.ANONYMOUS,
} as const;

/**
 * An address of the calling process. Linux: void __user *.
 *
 * @public
 */
export type UserPtr = VoidPtr;

/** @exports */
export class RawUserApi {
  readonly #context: ApiContext;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * Copies `size` bytes to the process. Returns how many are left: 0 is success.
   *
   * Context: process; may sleep. Linux: copy_to_user.
   *
   * @symbol _copy_to_user
   * @raw
   * @may_sleep
   */
  copy_to_user(to: UserPtr, from: VoidPtr, size: number): number {
    return this.#users.copyTo(addressOf(to), addressOf(from), sizeOf(size));
  }

  /**
   * Copies `size` bytes from the process. Returns how many are left: 0 is success. What is left is
   * filled with zeros.
   *
   * Context: process; may sleep. Linux: copy_from_user.
   *
   * @symbol _copy_from_user
   * @raw
   * @may_sleep
   */
  copy_from_user(to: VoidPtr, from: UserPtr, size: number): number {
    return this.#users.copyFrom(addressOf(to), addressOf(from), sizeOf(size));
  }

  /**
   * Fills `size` bytes of the process with zeros. Returns how many are left: 0 is success.
   *
   * Context: process; may sleep. Linux: clear_user.
   *
   * @raw
   * @may_sleep
   */
  clear_user(to: UserPtr, size: number): number {
    return this.#users.clear(addressOf(to), sizeOf(size));
  }

  /**
   * Copies a string from the process into `count` bytes, with its NUL if that has room. Returns its
   * length, or -EFAULT (-14).
   *
   * Context: process; may sleep. Linux: strncpy_from_user.
   *
   * @raw
   * @may_sleep
   */
  strncpy_from_user(to: Ptr<u8>, from: UserPtr, count: number): number {
    return this.#users.copyString(addressOf(to), addressOf(from), sizeOf(count));
  }

  /**
   * True if these are addresses that a process may have, whether it has them or not.
   *
   * Context: any. Linux: access_ok.
   *
   * @symbol none
   */
  access_ok(address: UserPtr, size: number): boolean {
    return this.#users.isUserRange(addressOf(address), sizeOf(size));
  }

  /**
   * Reads a byte of the process into `value`, 0 if it cannot be read. Returns 0 or -EFAULT (-14).
   *
   * Context: process; may sleep. Linux: get_user.
   *
   * @symbol __get_user_1
   * @raw
   * @may_sleep
   */
  get_user_u8(value: Ptr<u8>, from: UserPtr): number {
    return this.#get(value, from, 1);
  }

  /**
   * The same for two bytes.
   *
   * Context: process; may sleep. Linux: get_user.
   *
   * @symbol __get_user_2
   * @raw
   * @may_sleep
   */
  get_user_u16(value: Ptr<u16>, from: UserPtr): number {
    return this.#get(value, from, 2);
  }

  /**
   * The same for four bytes.
   *
   * Context: process; may sleep. Linux: get_user.
   *
   * @symbol __get_user_4
   * @raw
   * @may_sleep
   */
  get_user_u32(value: Ptr<u32>, from: UserPtr): number {
    return this.#get(value, from, 4);
  }

  /**
   * The same for eight bytes.
   *
   * Context: process; may sleep. Linux: get_user.
   *
   * @symbol __get_user_8
   * @raw
   * @may_sleep
   */
  get_user_u64(value: Ptr<u64>, from: UserPtr): number {
    return this.#get(value, from, 8);
  }

  /**
   * Writes a byte of the process. Returns 0 or -EFAULT (-14).
   *
   * Context: process; may sleep. Linux: put_user.
   *
   * @symbol __put_user_1
   * @raw
   * @may_sleep
   */
  put_user_u8(value: number, to: UserPtr): number {
    return this.#put(BigInt(intOf(value)), to, 1);
  }

  /**
   * The same for two bytes.
   *
   * Context: process; may sleep. Linux: put_user.
   *
   * @symbol __put_user_2
   * @raw
   * @may_sleep
   */
  put_user_u16(value: number, to: UserPtr): number {
    return this.#put(BigInt(intOf(value)), to, 2);
  }

  /**
   * The same for four bytes.
   *
   * Context: process; may sleep. Linux: put_user.
   *
   * @symbol __put_user_4
   * @raw
   * @may_sleep
   */
  put_user_u32(value: number, to: UserPtr): number {
    return this.#put(BigInt(intOf(value)), to, 4);
  }

  /**
   * The same for eight bytes.
   *
   * Context: process; may sleep. Linux: put_user.
   *
   * @symbol __put_user_8
   * @raw
   * @may_sleep
   */
  put_user_u64(value: bigint, to: UserPtr): number {
    return this.#put(longOf(value), to, 8);
  }

  /**
   * Gives the calling process memory of no file, where there is room. Returns its address, or an
   * error: IS_ERR.
   *
   * Context: process; may sleep. Linux: vm_mmap.
   *
   * @raw
   * @may_sleep
   * @param file NULL: there are no others yet
   */
  vm_mmap(
    file: VoidPtr,
    address: UserPtr | number,
    length: number,
    prot: number,
    flags: number,
    offset: number,
  ): UserPtr {
    const { users } = this.#context.services.raw;
    const isAnonymous = addressOf(file) === 0 && addressOf(offset) === 0;
    const result = isAnonymous
      ? users.map(addressOf(address), sizeOf(length), intOf(prot), intOf(flags))
      : -ERRNO.EINVAL;
    return pointerTo(result < 0 ? errorPointer(this.#context, result) : result);
  }

  /** The kernel's side is a variable in C, and touched by the driver's own code. */
  #get(value: VoidPtr, from: UserPtr, sizeBytes: number): number {
    const bytes = this.#users.get(addressOf(from), sizeBytes);
    const { ram } = this.#context.services.slabs;
    ram.storeBytes(addressOf(value), bytes ?? new Uint8Array(sizeBytes));
    return bytes === undefined ? -ERRNO.EFAULT : 0;
  }

  #put(value: bigint, to: UserPtr, sizeBytes: number): number {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigInt64(0, value, true);
    return this.#users.put(addressOf(to), bytes.subarray(0, sizeBytes));
  }

  get #users(): UserAccess {
    return this.#context.services.raw.users;
  }
}
