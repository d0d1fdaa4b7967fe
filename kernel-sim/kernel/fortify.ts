// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * FORTIFY_SOURCE: a string function is stopped before it leaves an object whose size is known
 * (object-sizes.ts). It comes before the sanitizer, since nothing is touched when it strikes.
 *
 * Linux: include/linux/fortify-string.h, __fortify_panic of lib/string_helpers.c. Differs: what
 * Linux refuses to compile is found when it runs, too.
 */
import { type ObjectSizes, UNKNOWN_SIZE } from './object-sizes.ts';
import type { Warner } from './warner.ts';

/** Where Linux says that it is. */
const PLACE = 'lib/string_helpers.c:1048';

export class Fortify {
  readonly #sizes: ObjectSizes;
  readonly #warner: Warner;
  readonly #isOn: boolean;

  constructor(sizes: ObjectSizes, warner: Warner, isOn: boolean) {
    this.#sizes = sizes;
    this.#warner = warner;
    this.#isOn = isOn;
  }

  /** Bytes from here to the end of the object, or UNKNOWN_SIZE. */
  sizeOf(pointer: number): number {
    return this.#isOn ? this.#sizes.sizeOf(pointer) : UNKNOWN_SIZE;
  }

  /** Oopses: when `fn` would read more than the object behind `pointer` has. */
  read(fn: string, pointer: number, sizeBytes: number): void {
    this.#check(fn, 'read', this.sizeOf(pointer), sizeBytes);
  }

  /** The same for writing. */
  write(fn: string, pointer: number, sizeBytes: number): void {
    this.#check(fn, 'write', this.sizeOf(pointer), sizeBytes);
  }

  /** Stops `fn` for what it would do to an object of `available` bytes. */
  panic(fn: string, verb: 'read' | 'write', available: number, sizeBytes: number): never {
    const what = `${sizeBytes} byte ${verb} of buffer size ${available}`;
    this.#warner.warn(`${fn}: detected buffer overflow: ${what}`);
    throw this.#warner.bug(PLACE);
  }

  #check(fn: string, verb: 'read' | 'write', available: number, sizeBytes: number): void {
    if (sizeBytes > available) this.panic(fn, verb, available, sizeBytes);
  }
}
