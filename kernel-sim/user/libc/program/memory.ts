// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A program's memory: malloc(3), and loads and stores at addresses.
 *
 * An address is a number, and `p + n` is an address, too. Each load and each store goes through the
 * page table: where there is no memory it ends in SIGSEGV. Each is a place where another thread may
 * come in between.
 *
 * @subpath libc
 */
import { type Sleeping, WOULD_BLOCK } from '../../../uapi/coroutine.ts';
import { COST } from '../../../uapi/costs.ts';
import { ERRNO } from '../../../uapi/errno.ts';
import { SYS } from '../../../uapi/syscall-numbers.ts';
import { decodeUtf8, encodeUtf8 } from '../../../lib/utf8.ts';
import type { Answer, ProgramContext } from './context.ts';

/** All the memory of a machine: no copy is larger. */
const SIZE_MAX = 1 << 26;
/** The longest heap that brk(2) allows. */
const HEAP_MAX = 1 << 28;
const HIGH_WORD = 0x1_0000_0000;

/** @exports */
export class MemoryApi {
  /** The address that is none. */
  readonly NULL = 0;

  readonly #context: ProgramContext;
  /** What malloc(3) has handed out, by address. */
  readonly #sizes: Map<number, number>;

  constructor(context: ProgramContext, parent?: MemoryApi) {
    this.#context = context;
    this.#sizes = new Map(parent === undefined ? [] : parent.#sizes);
  }

  /** Takes `size` bytes, aligned to 16: malloc(3). The address, or NULL with ENOMEM. */
  malloc(size: number): Answer<number> {
    return this.#context.later(this.#malloc(size));
  }

  /** The same for `count` elements, filled with zeros: calloc(3). */
  calloc(count: number, size: number): Answer<number> {
    return this.#context.later(this.#calloc(count * size));
  }

  /** Makes a block larger or smaller, and may move it: realloc(3). */
  realloc(address: number, size: number): Answer<number> {
    return this.#context.later(this.#realloc(address, size));
  }

  /**
   * Gives a block back: free(3). A second time, or for what malloc(3) did not hand out, the program
   * is aborted.
   */
  free(address: number): Answer<number> {
    if (address === 0) return 0;
    if (this.#sizes.delete(address)) {
      this.#context.memory.free(address);
      return 0;
    }
    return this.#context.later(this.#context.die('free(): invalid pointer'));
  }

  /**
   * An address to test a driver with: nothing is mapped there, unless somebody maps something.
   * System calls answer EFAULT for it, a load or store raises SIGSEGV.
   */
  bad_pointer(address: number): number {
    return address;
  }

  /** Loads an unsigned byte. */
  load8(address: number): Answer<number> {
    return this.#loaded(this.#context.cpu.load8(Number(address)));
  }

  /** Loads an unsigned 16-bit number, little-endian. */
  load16(address: number): Answer<number> {
    const { cpu } = this.#context;
    return this.#loaded(cpu.load8(Number(address)) | (cpu.load8(Number(address) + 1) << 8));
  }

  /** Loads an unsigned 32-bit number, little-endian. */
  load32(address: number): Answer<number> {
    return this.#loaded(this.#context.cpu.load32(Number(address)) >>> 0);
  }

  /** Loads an unsigned 64-bit number, little-endian; exact up to 2^53. */
  load64(address: number): Answer<number> {
    const { cpu } = this.#context;
    const high = (cpu.load32(Number(address) + 4) >>> 0) * HIGH_WORD;
    return this.#loaded(high + (cpu.load32(Number(address)) >>> 0));
  }

  /** Stores the low byte of `value`. */
  store8(address: number, value: number): Answer<number> {
    this.#context.cpu.store8(Number(address), value & 0xff);
    return this.#loaded(0);
  }

  /** Stores the low 16 bits of `value`. */
  store16(address: number, value: number): Answer<number> {
    const { cpu } = this.#context;
    cpu.store8(Number(address), value & 0xff);
    cpu.store8(Number(address) + 1, (value >>> 8) & 0xff);
    return this.#loaded(0);
  }

  /** Stores the low 32 bits of `value`. */
  store32(address: number, value: number): Answer<number> {
    this.#context.cpu.store32(Number(address), value >>> 0);
    return this.#loaded(0);
  }

  /** Stores a whole number of up to 53 bits as 64 bits. */
  store64(address: number, value: number): Answer<number> {
    const { cpu } = this.#context;
    cpu.store32(Number(address), value >>> 0);
    cpu.store32(Number(address) + 4, Math.floor(value / HIGH_WORD) >>> 0);
    return this.#loaded(0);
  }

  /** Copies `count` bytes: memcpy(3), and memmove(3), since they may overlap. */
  memcpy(to: number, from: number, count: number): Answer<number> {
    const size = sizeOf(count);
    this.#context.cpu.storeBytes(Number(to), this.#context.cpu.loadBytes(Number(from), size));
    return this.#moved(to, size);
  }

  /** Fills `count` bytes: memset(3). */
  memset(address: number, value: number, count: number): Answer<number> {
    const size = sizeOf(count);
    this.#context.cpu.storeBytes(Number(address), new Uint8Array(size).fill(value));
    return this.#moved(address, size);
  }

  /** Compares `count` bytes: memcmp(3). Negative, 0 or positive. */
  memcmp(first: number, second: number, count: number): Answer<number> {
    const size = sizeOf(count);
    const a = this.#context.cpu.loadBytes(Number(first), size);
    const b = this.#context.cpu.loadBytes(Number(second), size);
    const at = a.findIndex((byte, index) => byte !== b[index]);
    return this.#moved(at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0), size);
  }

  /** A copy of `count` bytes at `address`. */
  bytes_at(address: number, count: number): Answer<Uint8Array> {
    const size = sizeOf(count);
    return this.#moved(this.#context.cpu.loadBytes(Number(address), size), size);
  }

  /** The text at `address`: `count` bytes of UTF-8, or up to its NUL if nothing is said. */
  string_at(address: number, count?: number): Answer<string> {
    if (count === undefined) return this.#context.later(this.#stringAt(address));
    const size = sizeOf(count);
    return this.#moved(decodeUtf8(this.#context.cpu.loadBytes(Number(address), size)), size);
  }

  /** Stores bytes at `address`. */
  store_bytes(address: number, bytes: Uint8Array): Answer<number> {
    const own = bytes instanceof Uint8Array ? bytes.slice() : new Uint8Array(0);
    this.#context.cpu.storeBytes(Number(address), own);
    return this.#moved(own.length, own.length);
  }

  /** Stores text in UTF-8 with a NUL behind it: strcpy(3). How many bytes without the NUL. */
  store_string(address: number, text: string): Answer<number> {
    const bytes = encodeUtf8(`${text}\0`);
    this.#context.cpu.storeBytes(Number(address), bytes);
    return this.#moved(bytes.length - 1, bytes.length);
  }

  /**
   * Maps memory, or a file: mmap(2).
   *
   * @param protection PROT_READ and its like
   * @param flags MAP_PRIVATE or MAP_SHARED, ored with MAP_ANONYMOUS and its like
   * @returns the address, or MAP_FAILED with `errno` set
   */
  mmap(
    address: number,
    length: number,
    protection: number,
    flags: number,
    fd: number,
    offset: number,
  ): Answer<number> {
    return this.#context.call(SYS.mmap, address, length, protection, flags, fd, offset);
  }

  /** Takes a mapping away: munmap(2). */
  munmap(address: number, length: number): Answer<number> {
    return this.#context.call(SYS.munmap, address, length);
  }

  /** Changes what may be done with mapped memory: mprotect(2). */
  mprotect(address: number, length: number, protection: number): Answer<number> {
    return this.#context.call(SYS.mprotect, address, length, protection);
  }

  /** Writes a mapped file's pages back: msync(2). */
  msync(address: number, length: number, flags: number): Answer<number> {
    return this.#context.call(SYS.msync, address, length, flags);
  }

  /** Moves the end of the heap by `increment` bytes: sbrk(2). Where it was, or -1. */
  sbrk(increment: number): Answer<number> {
    return this.#context.later(this.#sbrk(increment));
  }

  *#malloc(size: number): Sleeping<number> {
    const wanted = size >= 0 && size <= HEAP_MAX ? size : -1;
    const address = wanted < 0 ? 0 : yield* this.#context.memory.malloc(wanted);
    if (address === 0) this.#context.fail(ERRNO.ENOMEM);
    else this.#sizes.set(address, wanted);
    return address;
  }

  *#calloc(size: number): Sleeping<number> {
    const address = yield* this.#malloc(size);
    if (address !== 0) this.#context.cpu.storeBytes(Number(address), new Uint8Array(size));
    return address;
  }

  *#realloc(address: number, size: number): Sleeping<number> {
    const moved = yield* this.#malloc(size);
    if (moved === 0 || address === 0) return moved;
    const old = this.#sizes.get(address);
    if (old === undefined) return yield* this.#context.die('realloc(): invalid pointer');
    const { cpu, memory } = this.#context;
    cpu.storeBytes(moved, cpu.loadBytes(Number(address), Math.min(old, size)));
    this.#sizes.delete(address);
    memory.free(address);
    return moved;
  }

  /** Byte by byte as far as pages go: a string may end right before the end of what is mapped. */
  *#stringAt(address: number): Sleeping<string> {
    const parts: number[] = [];
    for (let at = address; ; at++) {
      const byte = this.#context.cpu.load8(at);
      if (this.#context.cpu.charge(COST.BACK_EDGE) === WOULD_BLOCK) yield* this.#context.wait();
      if (byte === 0) return decodeUtf8(Uint8Array.from(parts));
      parts.push(byte);
    }
  }

  *#sbrk(increment: number): Sleeping<number> {
    const end = yield* this.#context.callLater(SYS.brk, 0);
    const moved = yield* this.#context.callLater(SYS.brk, end + increment);
    return moved === end + increment ? end : this.#context.fail(ERRNO.ENOMEM);
  }

  /** The value of a load or store, unless the time is up or the address was none. */
  #loaded(value: number): number {
    const isDue = this.#context.cpu.charge(COST.BACK_EDGE) === WOULD_BLOCK;
    return isDue ? this.#context.later(this.#afterWait(value)) : value;
  }

  #moved<T>(value: T, size: number): Answer<T> {
    const isDue = this.#context.cpu.charge(COST.COPY_64 * ((size + 63) >> 6)) === WOULD_BLOCK;
    return isDue ? this.#context.later(this.#afterWait(value)) : value;
  }

  *#afterWait<T>(value: T): Sleeping<T> {
    yield* this.#context.wait();
    return value;
  }
}

function sizeOf(count: number): number {
  return count > 0 ? Math.min(Math.trunc(count), SIZE_MAX) : 0;
}
