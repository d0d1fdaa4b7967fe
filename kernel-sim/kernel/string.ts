// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Bytes and strings in kernel memory. Each byte or word is one access that the sanitizer sees, as
 * in Linux; memcpy, memmove and memset check their ranges as a whole.
 *
 * fortify.ts stops what leaves an object of known size; without it nothing here knows a size.
 *
 * Linux: lib/string.c, mm/kasan/shadow.c; the checks before them are those of
 * include/linux/fortify-string.h.
 */
import type { Ram } from '../hw/ram/ram.ts';
import { ERRNO } from '../uapi/errno.ts';
import type { Fortify } from './fortify.ts';
import { ACCESS } from './kcsan/access.ts';
import type { RaceDetector } from './kcsan/race-detector.ts';
import { UNKNOWN_SIZE } from './object-sizes.ts';

const WORD_BYTES = 8;
/** Up to so many bytes memchr_inv looks at each. */
const SHORT_BYTES = 16;

/** Where a string is read from: memory, or a literal, which lies in nobody's way. */
export interface Source {
  /** For FORTIFY: UNKNOWN_SIZE if nobody knows. */
  readonly sizeBytes: number;
  byteAt(index: number): number;
}

export class Strings {
  readonly #ram: Ram;
  readonly #fortify: Fortify;
  readonly #races: RaceDetector | undefined;

  constructor(ram: Ram, fortify: Fortify, races?: RaceDetector) {
    this.#ram = ram;
    this.#races = races;
    this.#fortify = fortify;
  }

  /** The string at a pointer. */
  at(pointer: number): Source {
    const ram = this.#ram;
    const sizeBytes = this.#fortify.sizeOf(pointer);
    return { sizeBytes, byteAt: (index) => ram.load8(pointer + index) };
  }

  // Blocks of memory.

  /** For `memcpy` and `memmove`: both take overlapping ranges here. */
  copy(fn: string, target: number, source: number, sizeBytes: number): void {
    this.#fortify.write(fn, target, sizeBytes);
    this.#fortify.read(fn, source, sizeBytes);
    this.#races?.range(source, sizeBytes, 0);
    this.#races?.range(target, sizeBytes, ACCESS.WRITE);
    this.#ram.memcpy(target, source, sizeBytes);
    this.#races?.flush();
  }

  memset(target: number, value: number, sizeBytes: number): void {
    this.#fortify.write('memset', target, sizeBytes);
    this.#races?.range(target, sizeBytes, ACCESS.WRITE);
    this.#ram.memset(target, value & 0xff, sizeBytes);
    this.#races?.flush();
  }

  /** The difference of the first bytes that differ. By words, since unaligned loads are cheap. */
  memcmp(left: number, right: number, sizeBytes: number): number {
    this.#fortify.read('memcmp', left, sizeBytes);
    this.#fortify.read('memcmp', right, sizeBytes);
    const ram = this.#ram;
    let index = 0;
    while (sizeBytes - index >= WORD_BYTES) {
      if (ram.load64(left + index) !== ram.load64(right + index)) break;
      index += WORD_BYTES;
    }
    for (; index < sizeBytes; index++) {
      const difference = ram.load8(left + index) - ram.load8(right + index);
      if (difference !== 0) return difference;
    }
    return 0;
  }

  /** The first byte that is `value`, or 0. */
  memchr(pointer: number, value: number, sizeBytes: number): number {
    this.#fortify.read('memchr', pointer, sizeBytes);
    const end = this.#scan(pointer, value & 0xff, sizeBytes, true);
    return end === pointer + sizeBytes ? 0 : end;
  }

  /** The first byte that is `value`, or the end. */
  memscan(pointer: number, value: number, sizeBytes: number): number {
    this.#fortify.read('memscan', pointer, sizeBytes);
    return this.#scan(pointer, value & 0xff, sizeBytes, true);
  }

  /** The first byte that is not `value`, or 0. */
  memchrInv(pointer: number, value: number, sizeBytes: number): number {
    this.#fortify.read('memchr_inv', pointer, sizeBytes);
    const byte = value & 0xff;
    const end = pointer + sizeBytes;
    let at = pointer;
    if (sizeBytes > SHORT_BYTES) {
      const wanted = BigInt(byte) * 0x0101_0101_0101_0101n;
      const aligned = Math.ceil(pointer / WORD_BYTES) * WORD_BYTES;
      at = this.#scan(pointer, byte, aligned - pointer, false);
      if (at !== aligned) return at;
      while (end - at >= WORD_BYTES && this.#ram.load64(at) === wanted) at += WORD_BYTES;
    }
    const found = this.#scan(at, byte, end - at, false);
    return found === end ? 0 : found;
  }

  /** A copy of a range. */
  load(pointer: number, sizeBytes: number): Uint8Array {
    return this.#ram.loadBytes(pointer, sizeBytes);
  }

  /** Oopses: when a reader `fn` would leave an object of known size. */
  checkRead(fn: string, pointer: number, sizeBytes: number): void {
    this.#fortify.read(fn, pointer, sizeBytes);
  }

  /** A string of known length, with a NUL behind it. */
  storeString(target: number, source: Source, length: number): void {
    this.#append(target, source, length);
  }

  /** What C's memcpy from a literal does. */
  store(target: number, bytes: Uint8Array): void {
    this.#fortify.write('memcpy', target, bytes.length);
    this.#ram.storeBytes(target, bytes);
  }

  // Strings. A length that is not given is endless.

  strlen(pointer: number): number {
    return this.lengthOf('strlen', this.at(pointer), Infinity);
  }

  strnlen(pointer: number, max: number): number {
    return this.lengthOf('strnlen', this.at(pointer), max);
  }

  /** Bytes before the NUL, at most `max`. */
  lengthOf(fn: string, source: Source, max: number): number {
    const { sizeBytes } = source;
    const end = Math.min(max, sizeBytes);
    let length = 0;
    while (length < end && source.byteAt(length) !== 0) length++;
    if (length >= sizeBytes && max !== length) {
      this.#fortify.panic(fn, 'read', sizeBytes, length + 1);
    }
    return length;
  }

  strcpy(target: number, source: Source): void {
    const available = this.#fortify.sizeOf(target);
    if (available !== UNKNOWN_SIZE || source.sizeBytes !== UNKNOWN_SIZE) {
      const needed = this.lengthOf('strlen', source, Infinity) + 1;
      if (available < needed) this.#fortify.panic('strcpy', 'write', available, needed);
    }
    this.#copyString(target, source);
  }

  /** Fills with NULs up to `sizeBytes`, and ends with none if there is no room for it. */
  strncpy(target: number, source: Source, sizeBytes: number): void {
    this.#fortify.write('strncpy', target, sizeBytes);
    let from = 0;
    for (let index = 0; index < sizeBytes; index++) {
      const byte = source.byteAt(from);
      this.#ram.store8(target + index, byte);
      if (byte !== 0) from++;
    }
  }

  /** Returns the length, or -E2BIG if not all of it had room. */
  strscpy(target: number, source: Source, sizeBytes: number): number {
    if (sizeBytes === 0) return -ERRNO.E2BIG;
    const available = this.#fortify.sizeOf(target);
    if (available !== UNKNOWN_SIZE || source.sizeBytes !== UNKNOWN_SIZE) {
      const length = this.lengthOf('strnlen', source, sizeBytes);
      const needed = length === sizeBytes ? sizeBytes : length + 1;
      if (needed > available) this.#fortify.panic('strscpy', 'write', available, needed);
    }
    for (let index = 0; index < sizeBytes; index++) {
      const byte = source.byteAt(index);
      this.#ram.store8(target + index, byte);
      if (byte === 0) return index;
    }
    this.#ram.store8(target + sizeBytes - 1, 0);
    return -ERRNO.E2BIG;
  }

  strcat(target: number, source: Source): void {
    const available = this.#fortify.sizeOf(target);
    if (available !== UNKNOWN_SIZE) {
      const wanted = this.strlcat(target, source, available);
      if (available <= wanted) this.#fortify.panic('strcat', 'write', available, wanted + 1);
      return;
    }
    this.#copyString(this.#endOf(target), source);
  }

  /** Appends at most `count` bytes and a NUL. */
  strncat(target: number, source: Source, count: number): void {
    const available = this.#fortify.sizeOf(target);
    if (available !== UNKNOWN_SIZE || source.sizeBytes !== UNKNOWN_SIZE) {
      const used = this.strlen(target);
      const added = this.lengthOf('strnlen', source, count);
      const total = used + added + 1;
      if (available < total) this.#fortify.panic('strncat', 'write', available, total);
      this.#append(target + used, source, added);
      return;
    }
    if (count === 0) return;
    const end = this.#endOf(target);
    let index = 0;
    for (; index < count; index++) {
      const byte = source.byteAt(index);
      this.#ram.store8(end + index, byte);
      if (byte === 0) return;
    }
    this.#ram.store8(end + index, 0);
  }

  /** Appends what has room in a buffer of `sizeBytes`; returns what all of it would need. */
  strlcat(target: number, source: Source, sizeBytes: number): number {
    const available = this.#fortify.sizeOf(target);
    const used = this.strnlen(target, sizeBytes);
    const length = this.lengthOf('strlen', source, Infinity);
    const wanted = used + length;
    if (sizeBytes <= used) return wanted;
    if (available <= used) this.#fortify.panic('strlcat', 'read', available, used + 1);
    const added = Math.min(length, sizeBytes - used - 1);
    const end = used + added;
    if (available <= end) this.#fortify.panic('strlcat', 'write', available, end + 1);
    this.#append(target + used, source, added);
    return wanted;
  }

  /** As `strncmp` with no end: -1, 0 or 1. */
  compare(left: Source, right: Source, max: number): number {
    for (let index = 0; index < max; index++) {
      const one = left.byteAt(index);
      const other = right.byteAt(index);
      if (one !== other) return one < other ? -1 : 1;
      if (one === 0) break;
    }
    return 0;
  }

  /** The first `value` of a string (its end, too), or 0. */
  strchr(pointer: number, value: number): number {
    const byte = value & 0xff;
    for (let at = pointer; ; at++) {
      const found = this.#ram.load8(at);
      if (found === byte) return at;
      if (found === 0) return 0;
    }
  }

  /** The last one. */
  strrchr(pointer: number, value: number): number {
    const byte = value & 0xff;
    let last = 0;
    for (let at = pointer; ; at++) {
      const found = this.#ram.load8(at);
      if (found === byte) last = at;
      if (found === 0) return last;
    }
  }

  /** Where `needle` begins in a string, or 0. */
  strstr(pointer: number, needle: Source): number {
    const wanted = this.lengthOf('strlen', needle, Infinity);
    const left = this.strlen(pointer) - wanted;
    for (let at = 0; at <= left; at++) {
      let index = 0;
      while (index < wanted && this.#ram.load8(pointer + at + index) === needle.byteAt(index)) {
        index++;
      }
      if (index === wanted) return pointer + at;
    }
    return 0;
  }

  #scan(pointer: number, byte: number, sizeBytes: number, isWanted: boolean): number {
    const end = pointer + sizeBytes;
    for (let at = pointer; at < end; at++) {
      if ((this.#ram.load8(at) === byte) === isWanted) return at;
    }
    return end;
  }

  #endOf(pointer: number): number {
    let at = pointer;
    while (this.#ram.load8(at) !== 0) at++;
    return at;
  }

  #copyString(target: number, source: Source): void {
    for (let index = 0; ; index++) {
      const byte = source.byteAt(index);
      this.#ram.store8(target + index, byte);
      if (byte === 0) return;
    }
  }

  #append(target: number, source: Source, count: number): void {
    for (let index = 0; index < count; index++) {
      this.#ram.store8(target + index, source.byteAt(index));
    }
    this.#ram.store8(target + count, 0);
  }
}

/** A string that the driver's code has: a compiler knows its size. */
export function literal(bytes: Uint8Array): Source {
  return {
    sizeBytes: bytes.length + 1,
    byteAt: (index) => bytes[index] ?? 0,
  };
}
