// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Copies between the kernel's memory and the running process's, by addresses on both sides.
 *
 * The process's address may be anything: what cannot be copied is left out, silently, and counted.
 * The kernel's side is looked at first (usercopy.ts), and checked as one access.
 *
 * Linux: include/linux/uaccess.h, lib/usercopy.c, lib/strncpy_from_user.c.
 */
import type { Ram } from '../hw/ram/ram.ts';
import type { ObjectSizes } from '../kernel/object-sizes.ts';
import type { Warner } from '../kernel/warner.ts';
import { EVENT, type Trace } from '../sim/trace.ts';
import { ERRNO } from '../uapi/errno.ts';
import { MAP } from '../uapi/mman.ts';
import type { AddressSpace } from './address-space.ts';
import { mmap } from './mmap.ts';
import { PAGE_SIZE } from './page.ts';
import type { Usercopy } from './usercopy.ts';

const INT_MAX = 0x7fff_ffff;
/** Bytes of a string that are looked at with one copy. */
const PIECE_BYTES = 64;

export interface UserAccessDependencies {
  readonly ram: Ram;
  readonly trace: Trace;
  readonly usercopy: Usercopy;
  readonly sizes: ObjectSizes;
  readonly warner: Warner;
  /** The running process's; none for a kernel thread. */
  readonly memory: () => AddressSpace | undefined;
  /** Touching a process's memory may have to wait for it. Linux: might_fault. */
  readonly mightFault: () => void;
}

export class UserAccess {
  readonly #deps: UserAccessDependencies;

  constructor(deps: UserAccessDependencies) {
    this.#deps = deps;
  }

  /** True if a process may name these addresses, mapped or not. Linux: access_ok. */
  isUserRange(address: number, sizeBytes: number): boolean {
    return address >= 0 && address + sizeBytes <= this.#deps.ram.board.userEnd;
  }

  /** Returns how many bytes are left. Context: process. Linux: copy_to_user. */
  copyTo(address: number, pointer: number, sizeBytes: number): number {
    if (!this.#mayCopy(pointer, sizeBytes, true)) return sizeBytes;
    this.#deps.mightFault();
    const isUser = this.isUserRange(address, sizeBytes);
    const left = isUser ? this.#put(address, pointer, sizeBytes) : sizeBytes;
    return this.#traced(address, sizeBytes, left);
  }

  /**
   * Returns how many bytes are left; they are zeroed in the kernel. Context: process. Linux:
   * copy_from_user.
   */
  copyFrom(pointer: number, address: number, sizeBytes: number): number {
    if (!this.#mayCopy(pointer, sizeBytes, false)) return sizeBytes;
    this.#deps.mightFault();
    const isUser = this.isUserRange(address, sizeBytes);
    const left = isUser ? this.#take(pointer, address, sizeBytes) : sizeBytes;
    if (left > 0) this.#deps.ram.memset(pointer + sizeBytes - left, 0, left);
    return this.#traced(address, sizeBytes, left);
  }

  /** Fills with zeros; returns how many bytes are left. Context: process. Linux: clear_user. */
  clear(address: number, sizeBytes: number): number {
    this.#deps.mightFault();
    if (!this.isUserRange(address, sizeBytes)) return sizeBytes;
    return sizeBytes - (this.#deps.memory()?.fill(address, 0, sizeBytes) ?? 0);
  }

  /** A value of 1 to 8 bytes, or undefined at an address that faults. Linux: get_user. */
  get(address: number, sizeBytes: number): Uint8Array | undefined {
    this.#deps.mightFault();
    const value = new Uint8Array(sizeBytes);
    const isThere = this.isUserRange(address, sizeBytes);
    const moved = isThere ? this.#read(address, value, 0, sizeBytes) : 0;
    this.#traced(address, sizeBytes, sizeBytes - moved);
    return moved === sizeBytes ? value : undefined;
  }

  /** Returns 0 or -EFAULT. Linux: put_user. */
  put(address: number, value: Uint8Array): number {
    this.#deps.mightFault();
    const sizeBytes = value.length;
    const memory = this.#deps.memory();
    const isThere = memory !== undefined && this.isUserRange(address, sizeBytes);
    const moved = isThere ? memory.copyTo(address, value, 0, sizeBytes) : 0;
    this.#traced(address, sizeBytes, sizeBytes - moved);
    return moved === sizeBytes ? 0 : -ERRNO.EFAULT;
  }

  /**
   * Copies a string with its NUL if that is among the first `count` bytes, else `count` bytes.
   * Returns the length without the NUL, or -EFAULT. Linux: strncpy_from_user.
   */
  copyString(pointer: number, address: number, count: number): number {
    this.#deps.mightFault();
    if (count <= 0) return 0;
    this.#deps.usercopy.check(pointer, count, false);
    this.#deps.ram.checkRange(pointer, count, true);
    const piece = new Uint8Array(PIECE_BYTES);
    let done = 0;
    while (done < count) {
      const wanted = Math.min(count - done, PIECE_BYTES);
      const isUser = this.isUserRange(address + done, wanted);
      const moved = isUser ? this.#read(address + done, piece, 0, wanted) : 0;
      const end = piece.subarray(0, moved).indexOf(0);
      const stored = end < 0 ? moved : end + 1;
      this.#store(pointer + done, piece, stored);
      if (end >= 0) return done + end;
      if (moved < wanted) return -ERRNO.EFAULT;
      done += moved;
    }
    return count;
  }

  /** Maps memory of no file. Returns its address or a negative errno. Linux: vm_mmap. */
  map(address: number, length: number, prot: number, flags: number): number {
    const space = this.#deps.memory();
    if (space === undefined) return -ERRNO.ENOMEM;
    const type = flags & MAP.TYPE;
    if ((flags & MAP.ANONYMOUS) === 0 || (type !== MAP.SHARED && type !== MAP.PRIVATE)) {
      return -ERRNO.EINVAL;
    }
    // What lay there might be a file's, and closing one may sleep.
    if ((flags & MAP.FIXED) !== 0) return -ERRNO.EINVAL;
    return mmap(space, { address, length, prot, flags, firstPage: 0 });
  }

  /** Into a range that has been checked. */
  #store(pointer: number, source: Uint8Array, count: number): void {
    const { ram } = this.#deps;
    let done = 0;
    ram.eachRun(pointer, count, (at, bytes) => {
      ram.bytes.set(source.subarray(done, done + bytes), at);
      done += bytes;
    });
  }

  /** Linux: check_copy_size, which warns and refuses, and then may end the task. */
  #mayCopy(pointer: number, sizeBytes: number, toUser: boolean): boolean {
    const { sizes, warner, usercopy } = this.#deps;
    const known = sizes.fixedSizeOf(pointer);
    if (known < sizeBytes) {
      warner.warn(`Buffer overflow detected (${known} < ${sizeBytes})!`);
      return false;
    }
    if (sizeBytes > INT_MAX) {
      warner.warnOnce(undefined, 'a copy of more than INT_MAX bytes');
      return false;
    }
    usercopy.check(pointer, sizeBytes, toUser);
    return true;
  }

  /**
   * Checks the kernel's side as one access, and returns how much memory it has: beyond that the
   * copy faults, and ends.
   */
  #reach(pointer: number, sizeBytes: number, isWrite: boolean): number {
    const { ram } = this.#deps;
    const end = pointer + sizeBytes;
    let at = pointer;
    while (at < end && ram.physicalOf(at) >= 0) at = (Math.floor(at / PAGE_SIZE) + 1) * PAGE_SIZE;
    if (at >= end) {
      ram.checkRange(pointer, sizeBytes, isWrite);
      return sizeBytes;
    }
    const firstBad = ram.checks ? ram.firstBad(pointer, sizeBytes) : 0;
    if (firstBad !== 0) ram.reporter.badAccess({ pointer, sizeBytes, isWrite, firstBad });
    return at - pointer;
  }

  /** Returns how many bytes are left. */
  #put(address: number, pointer: number, sizeBytes: number): number {
    const { ram } = this.#deps;
    const memory = this.#deps.memory();
    const reach = this.#reach(pointer, sizeBytes, false);
    let moved = 0;
    let asked = 0;
    ram.eachRun(pointer, reach, (physical, bytes) => {
      // Where one piece has faulted no other follows.
      const to = address + moved;
      if (moved === asked) moved += memory?.copyTo(to, ram.bytes, physical, bytes) ?? 0;
      asked += bytes;
    });
    return sizeBytes - moved;
  }

  #take(pointer: number, address: number, sizeBytes: number): number {
    const { ram } = this.#deps;
    const reach = this.#reach(pointer, sizeBytes, true);
    let moved = 0;
    let asked = 0;
    ram.eachRun(pointer, reach, (physical, bytes) => {
      if (moved === asked) moved += this.#read(address + moved, ram.bytes, physical, bytes);
      asked += bytes;
    });
    return sizeBytes - moved;
  }

  #read(address: number, target: Uint8Array, offset: number, count: number): number {
    return this.#deps.memory()?.copyFrom(address, target, offset, count) ?? 0;
  }

  #traced(address: number, sizeBytes: number, left: number): number {
    const { trace } = this.#deps;
    if (trace.all) trace.emit(EVENT.USER_COPY, address, sizeBytes - left);
    return left;
  }
}
