// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A caller's buffer, as a driver may use it: each byte once, in order, and never past its end.
 *
 * Linux: copy_to_user and copy_from_user; Rust-for-Linux: UserSliceReader and UserSliceWriter.
 *
 * @subpath kernel/fs
 */
import { errnoValue } from '../kernel/module/errno-value.ts';
import { encodeUtf8 } from '../lib/utf8.ts';
import type { IoMemory } from '../mm/io-memory.ts';
import { ERRNO } from '../uapi/errno.ts';
import type { VoidPtr } from './raw-pointer.ts';
import { pointerTo } from './raw-value.ts';
import type { StructClasses } from './struct-class.ts';

/** How much of a repeated pattern is laid out at once. */
const TILE_BYTES = 64 * 1024;

/**
 * The buffer that a read(2) fills.
 *
 * @public
 * @lent
 */
export class UserSliceWriter {
  readonly #memory: IoMemory;
  readonly #address: number;
  readonly #length: number;
  readonly #classes: StructClasses;
  #written = 0;

  /** @internal */
  constructor(classes: StructClasses, memory: IoMemory, address: number, length: number) {
    this.#classes = classes;
    this.#memory = memory;
    this.#address = address;
    this.#length = length;
  }

  /** How many bytes still fit. */
  get remaining(): number {
    return this.#length - this.#written;
  }

  /** How many bytes have been written: what read(2) returns. */
  get written(): number {
    return this.#written;
  }

  /** The caller's address of the next byte, for raw code: `copy_to_user`, `put_user`. */
  get user_pointer(): VoidPtr {
    return pointerTo(this.#address + this.#written);
  }

  /**
   * Takes `count` bytes as written, since raw code has copied them.
   *
   * @symbol none
   */
  skip(count: number): void {
    if (count > 0) this.#written += Math.min(Math.trunc(count), this.remaining);
  }

  /**
   * Copies bytes out, as many as fit, and returns how many that were.
   *
   * Context: process. Linux: copy_to_user.
   *
   * @symbol _copy_to_user
   * @throws EFAULT the caller's buffer is not there
   */
  write(bytes: Uint8Array): number {
    return this.#copy(bytes, 0, Math.min(bytes.length, this.remaining));
  }

  /**
   * Copies a text out as UTF-8, as much as fits, from its byte `start` on.
   *
   * Context: process.
   *
   * @symbol _copy_to_user
   * @throws EFAULT the caller's buffer is not there
   */
  write_text(text: string, start = 0): number {
    const bytes = encodeUtf8(String(text));
    const from = Math.min(Math.max(0, Math.trunc(start)), bytes.length);
    return this.#copy(bytes, from, Math.min(bytes.length - from, this.remaining));
  }

  /**
   * Copies a struct out, all of its bytes with those between its fields.
   *
   * Context: process. Linux: copy_to_user.
   *
   * @symbol _copy_to_user
   * @throws EFAULT it does not fit, or the caller's buffer is not there
   */
  write_struct(value: Readonly<object>): void {
    const bytes = this.#classes.bytesOf(value);
    if (bytes.length > this.remaining) throw errnoValue(ERRNO.EFAULT);
    this.#copy(bytes, 0, bytes.length);
  }

  /**
   * Fills the rest of the buffer with an endless repetition of `text`, taken up at byte `pos` of
   * it.
   *
   * Context: process.
   *
   * @symbol _copy_to_user
   * @throws EINVAL an empty text
   * @throws EFAULT the caller's buffer is not there
   */
  write_repeated(text: string, pos: number): number {
    const pattern = encodeUtf8(String(text));
    if (pattern.length === 0 || !(pos >= 0)) throw errnoValue(ERRNO.EINVAL);
    const tile = tileOf(pattern, this.remaining);
    const start = this.#written;
    let at = Math.trunc(pos) % pattern.length;
    while (this.remaining > 0) {
      const count = Math.min(tile.length - at, this.remaining);
      this.#copy(tile, at, count);
      at = (at + count) % pattern.length;
    }
    return this.#written - start;
  }

  #copy(source: Uint8Array, offset: number, count: number): number {
    const moved = this.#memory.copyTo(this.#address + this.#written, source, offset, count);
    this.#written += moved;
    if (moved < count) throw errnoValue(ERRNO.EFAULT);
    return moved;
  }
}

/** The pattern as often as it fits a tile, or as is needed. */
function tileOf(pattern: Uint8Array, needed: number): Uint8Array {
  const wanted = Math.min(TILE_BYTES, needed + pattern.length);
  const tile = new Uint8Array(Math.max(1, Math.floor(wanted / pattern.length)) * pattern.length);
  tile.set(pattern);
  for (let filled = pattern.length; filled < tile.length; filled *= 2) {
    tile.copyWithin(filled, 0, Math.min(filled, tile.length - filled));
  }
  return tile;
}

/**
 * The bytes that a write(2) brings. Each can be read once, so what was checked is what is used.
 *
 * @public
 * @lent
 */
export class UserSliceReader {
  readonly #memory: IoMemory;
  readonly #address: number;
  readonly #length: number;
  readonly #classes: StructClasses;
  #consumed = 0;

  /** @internal */
  constructor(classes: StructClasses, memory: IoMemory, address: number, length: number) {
    this.#classes = classes;
    this.#memory = memory;
    this.#address = address;
    this.#length = length;
  }

  /** How many bytes have not been read yet. */
  get remaining(): number {
    return this.#length - this.#consumed;
  }

  /** How many bytes have been read or skipped: what write(2) returns. */
  get consumed(): number {
    return this.#consumed;
  }

  /** The caller's address of the next byte, for raw code: `copy_from_user`, `get_user`. */
  get user_pointer(): VoidPtr {
    return pointerTo(this.#address + this.#consumed);
  }

  /**
   * The next `count` bytes, or fewer at the end.
   *
   * Context: process. Linux: copy_from_user.
   *
   * @symbol _copy_from_user
   * @throws EINVAL a negative count
   * @throws EFAULT the caller's buffer is not there
   */
  read(count: number): Uint8Array {
    if (!(count >= 0)) throw errnoValue(ERRNO.EINVAL);
    const bytes = new Uint8Array(Math.min(Math.trunc(count), this.remaining));
    const moved = this.#memory.copyFrom(this.#address + this.#consumed, bytes, 0, bytes.length);
    this.#consumed += moved;
    if (moved < bytes.length) throw errnoValue(ERRNO.EFAULT);
    return bytes;
  }

  /**
   * All bytes that are left.
   *
   * Context: process.
   *
   * @symbol _copy_from_user
   * @throws EFAULT the caller's buffer is not there
   */
  read_all(): Uint8Array {
    return this.read(this.remaining);
  }

  /**
   * The next bytes as a struct of class `type`: `input.read_struct(Request)`.
   *
   * Context: process. Linux: copy_from_user.
   *
   * @symbol _copy_from_user
   * @throws EFAULT there are not so many, or the caller's buffer is not there
   */
  read_struct<T extends object>(type: abstract new (...args: never) => T): T {
    const layout = this.#classes.typeOf(type);
    if (layout.sizeBytes > this.remaining) throw errnoValue(ERRNO.EFAULT);
    return this.#classes.fromBytes(layout, this.read(layout.sizeBytes)) as T;
  }

  /**
   * Takes `count` bytes as read without looking at them.
   *
   * @symbol none
   */
  skip(count: number): void {
    if (count > 0) this.#consumed += Math.min(Math.trunc(count), this.remaining);
  }
}
