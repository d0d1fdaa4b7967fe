// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Bytes and strings behind pointers.
 *
 * What is read may be given as a text of the driver's, too: it stands for a string literal.
 *
 * @subpath kernel/raw
 */
import type { Source } from '../kernel/string.ts';
import { literal } from '../kernel/string.ts';
import { decodeUtf8, encodeUtf8 } from '../lib/utf8.ts';
import { COST } from '../uapi/costs.ts';
import type { ApiContext } from './context.ts';
import type { Ptr, VoidPtr } from './raw-pointer.ts';
import { addressOf, intOf, pointerTo, sizeOf } from './raw-value.ts';
import type { u8 } from './uapi-types.ts';

/** @exports */
export class RawStringApi {
  readonly #context: ApiContext;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * Copies `size` bytes; the two ranges must not overlap. Returns `target`.
   *
   * Context: any. Linux: memcpy.
   *
   * @raw
   */
  memcpy(target: VoidPtr, source: VoidPtr, size: number): VoidPtr {
    return this.#copy('memcpy', target, source, size);
  }

  /**
   * Copies `size` bytes, also to where they overlap. Returns `target`.
   *
   * Context: any. Linux: memmove.
   *
   * @raw
   */
  memmove(target: VoidPtr, source: VoidPtr, size: number): VoidPtr {
    return this.#copy('memmove', target, source, size);
  }

  /**
   * Fills `size` bytes with the lowest byte of `value`. Returns `target`.
   *
   * Context: any. Linux: memset.
   *
   * @raw
   */
  memset(target: VoidPtr, value: number, size: number): VoidPtr {
    const bytes = this.#charge(size);
    this.#strings.memset(addressOf(target), intOf(value), bytes);
    return target;
  }

  /**
   * 0 if both ranges have the same bytes, else the difference of the first two that differ.
   *
   * Context: any. Linux: memcmp.
   *
   * @raw
   */
  memcmp(left: VoidPtr, right: VoidPtr, size: number): number {
    const bytes = this.#charge(size);
    return this.#strings.memcmp(addressOf(left), addressOf(right), bytes);
  }

  /**
   * Where the byte `value` first is; NULL if it is nowhere.
   *
   * Context: any. Linux: memchr.
   *
   * @raw
   */
  memchr(pointer: VoidPtr, value: number, size: number): VoidPtr {
    const bytes = this.#charge(size);
    return pointerTo(this.#strings.memchr(addressOf(pointer), intOf(value), bytes));
  }

  /**
   * Where the byte `value` first is; the end of the range if it is nowhere.
   *
   * Context: any. Linux: memscan.
   *
   * @raw
   */
  memscan(pointer: VoidPtr, value: number, size: number): VoidPtr {
    const bytes = this.#charge(size);
    return pointerTo(this.#strings.memscan(addressOf(pointer), intOf(value), bytes));
  }

  /**
   * Where the first byte that is not `value` is; NULL if all are.
   *
   * Context: any. Linux: memchr_inv.
   *
   * @raw
   */
  memchr_inv(pointer: VoidPtr, value: number, size: number): VoidPtr {
    const bytes = this.#charge(size);
    return pointerTo(this.#strings.memchrInv(addressOf(pointer), intOf(value), bytes));
  }

  /**
   * Bytes before the NUL.
   *
   * Context: any. Linux: strlen.
   *
   * @raw
   */
  strlen(text: Ptr<u8>): number {
    return this.#strings.strlen(addressOf(text));
  }

  /**
   * Bytes before the NUL, at most `max`.
   *
   * Context: any. Linux: strnlen.
   *
   * @raw
   */
  strnlen(text: Ptr<u8>, max: number): number {
    return this.#strings.strnlen(addressOf(text), sizeOf(max));
  }

  /**
   * Copies a string with its NUL. Nothing says how much room there is: use `strscpy`. Returns
   * `target`.
   *
   * Context: any. Linux: strcpy.
   *
   * @raw
   */
  strcpy(target: Ptr<u8>, source: Ptr<u8> | string): Ptr<u8> {
    this.#strings.strcpy(addressOf(target), this.#source(source));
    return target;
  }

  /**
   * Copies `size` bytes of a string, filled up with NULs; one that is too long ends without any.
   * Returns `target`.
   *
   * Context: any. Linux: strncpy.
   *
   * @raw
   */
  strncpy(target: Ptr<u8>, source: Ptr<u8> | string, size: number): Ptr<u8> {
    this.#strings.strncpy(addressOf(target), this.#source(source), sizeOf(size));
    return target;
  }

  /**
   * Copies a string into a buffer of `size` bytes. The copy always ends with a NUL. Returns its
   * length, or -E2BIG (-7) if it was cut.
   *
   * Context: any. Linux: strscpy.
   *
   * @symbol sized_strscpy
   * @raw
   */
  strscpy(target: Ptr<u8>, source: Ptr<u8> | string, size: number): number {
    return this.#strings.strscpy(addressOf(target), this.#source(source), sizeOf(size));
  }

  /**
   * Appends a string to another, whatever room there is. Returns `target`.
   *
   * Context: any. Linux: strcat.
   *
   * @raw
   */
  strcat(target: Ptr<u8>, source: Ptr<u8> | string): Ptr<u8> {
    this.#strings.strcat(addressOf(target), this.#source(source));
    return target;
  }

  /**
   * Appends at most `count` bytes of a string and a NUL, whatever room there is. Returns `target`.
   *
   * Context: any. Linux: strncat.
   *
   * @raw
   */
  strncat(target: Ptr<u8>, source: Ptr<u8> | string, count: number): Ptr<u8> {
    this.#strings.strncat(addressOf(target), this.#source(source), sizeOf(count));
    return target;
  }

  /**
   * Appends what has room in a buffer of `size` bytes. Returns the length that all of it would have
   * had.
   *
   * Context: any. Linux: strlcat.
   *
   * @raw
   */
  strlcat(target: Ptr<u8>, source: Ptr<u8> | string, size: number): number {
    return this.#strings.strlcat(addressOf(target), this.#source(source), sizeOf(size));
  }

  /**
   * 0 if both strings are the same, else -1 or 1, by the first bytes that differ.
   *
   * Context: any. Linux: strcmp.
   *
   * @raw
   */
  strcmp(left: Ptr<u8>, right: Ptr<u8> | string): number {
    return this.#strings.compare(this.#source(left), this.#source(right), Infinity);
  }

  /**
   * The same for at most `max` bytes.
   *
   * Context: any. Linux: strncmp.
   *
   * @raw
   */
  strncmp(left: Ptr<u8>, right: Ptr<u8> | string, max: number): number {
    return this.#strings.compare(this.#source(left), this.#source(right), sizeOf(max));
  }

  /**
   * Where the byte `value` first is in a string; NULL if it is nowhere. 0 finds the end.
   *
   * Context: any. Linux: strchr.
   *
   * @raw
   */
  strchr(text: Ptr<u8>, value: number): Ptr<u8> {
    return pointerTo(this.#strings.strchr(addressOf(text), intOf(value)));
  }

  /**
   * Where it is last.
   *
   * Context: any. Linux: strrchr.
   *
   * @raw
   */
  strrchr(text: Ptr<u8>, value: number): Ptr<u8> {
    return pointerTo(this.#strings.strrchr(addressOf(text), intOf(value)));
  }

  /**
   * Where `needle` first begins in a string; NULL if nowhere.
   *
   * Context: any. Linux: strstr.
   *
   * @raw
   */
  strstr(text: Ptr<u8>, needle: Ptr<u8> | string): Ptr<u8> {
    return pointerTo(this.#strings.strstr(addressOf(text), this.#source(needle)));
  }

  /**
   * Stores a text as UTF-8 with a NUL behind it, in one piece. Returns how many bytes it has
   * without the NUL. C would say memcpy(target, "…", sizeof "…").
   *
   * Context: any.
   *
   * @symbol none
   * @raw
   */
  write_text(target: Ptr<u8>, text: string): number {
    const bytes = encodeUtf8(String(text));
    const withEnd = new Uint8Array(bytes.length + 1);
    withEnd.set(bytes);
    this.#charge(withEnd.length);
    this.#strings.store(addressOf(target), withEnd);
    return bytes.length;
  }

  /**
   * The string behind a pointer as a text: up to its NUL, at most `max` bytes. What is no UTF-8
   * reads as U+FFFD.
   *
   * Context: any.
   *
   * @symbol none
   * @raw
   */
  read_text(source: Ptr<u8>, max: number): string {
    const pointer = addressOf(source);
    return decodeUtf8(this.#strings.load(pointer, this.#strings.strnlen(pointer, sizeOf(max))));
  }

  #copy(fn: string, target: VoidPtr, source: VoidPtr, size: number): VoidPtr {
    const bytes = this.#charge(size);
    this.#strings.copy(fn, addressOf(target), addressOf(source), bytes);
    return target;
  }

  #source(text: unknown): Source {
    if (typeof text === 'string') return literal(encodeUtf8(text));
    return this.#strings.at(addressOf(text));
  }

  /** A size from a driver. What is more than all memory faults before it takes so long. */
  #charge(size: unknown): number {
    const bytes = sizeOf(size);
    const { runtime } = this.#context;
    runtime.budget -= COST.COPY_64 * Math.ceil(Math.min(bytes, BYTES_MAX) / 64);
    return bytes;
  }

  get #strings() {
    return this.#context.services.raw.strings;
  }
}

const BYTES_MAX = 0x1000_0000;
