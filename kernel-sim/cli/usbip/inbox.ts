// SPDX-License-Identifier: GPL-2.0-or-later
/** Bytes that have come, in whatever pieces, until somebody takes them as messages. */

const CAPACITY_BYTES_MIN = 4096;

export class Inbox {
  #bytes = new Uint8Array(CAPACITY_BYTES_MIN);
  #start = 0;
  #end = 0;

  get sizeBytes(): number {
    return this.#end - this.#start;
  }

  /** Copies a piece in. Never holds more than twice what waits, however small the pieces are. */
  push(piece: Uint8Array): void {
    if (this.#end + piece.length > this.#bytes.length) this.#makeRoom(piece.length);
    this.#bytes.set(piece, this.#end);
    this.#end += piece.length;
  }

  /** A look at the next bytes, which holds until the next `push`; undefined when too few came. */
  peek(sizeBytes: number): Uint8Array | undefined {
    if (this.sizeBytes < sizeBytes) return undefined;
    return this.#bytes.subarray(this.#start, this.#start + sizeBytes);
  }

  /** A copy of the next bytes, which are taken out; undefined when too few came. */
  take(sizeBytes: number): Uint8Array | undefined {
    const bytes = this.peek(sizeBytes)?.slice();
    if (bytes === undefined) return undefined;
    this.#start += sizeBytes;
    if (this.#start === this.#end) this.clear();
    return bytes;
  }

  /** Forgets everything, and the memory that it needed. */
  clear(): void {
    this.#start = 0;
    this.#end = 0;
    if (this.#bytes.length > CAPACITY_BYTES_MIN) this.#bytes = new Uint8Array(CAPACITY_BYTES_MIN);
  }

  #makeRoom(moreBytes: number): void {
    const needed = this.sizeBytes + moreBytes;
    let capacity = CAPACITY_BYTES_MIN;
    while (capacity < needed) capacity *= 2;
    const bytes = new Uint8Array(capacity);
    bytes.set(this.#bytes.subarray(this.#start, this.#end));
    this.#end -= this.#start;
    this.#start = 0;
    this.#bytes = bytes;
  }
}
