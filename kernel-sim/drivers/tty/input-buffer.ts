// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What was typed and not read yet: whole lines, and behind them the one that is being edited.
 *
 * Linux: the read_buf, read_flags, canon_head and read_head of n_tty. Differs: the end of each line
 * is kept as a position, so an end-of-file key needs no byte of its own.
 */

/** A line of 4095 bytes and its newline. Linux: N_TTY_BUF_SIZE. */
export const INPUT_BYTES_MAX = 4096;

export class InputBuffer {
  readonly #bytes = new Uint8Array(INPUT_BYTES_MAX);
  /** Unread bytes start here and end at `#end`. */
  #start = 0;
  #end = 0;
  /** Where the line under edit begins: at or after `#start`. */
  #lineStart = 0;
  /** Ends of whole lines, in order: positions in `#bytes`. */
  #lineEnds: number[] = [];

  get room(): number {
    return INPUT_BYTES_MAX - (this.#end - this.#start);
  }

  /** Bytes that a raw read could take. */
  get readable(): number {
    return this.#end - this.#start;
  }

  get hasLine(): boolean {
    return this.#lineEnds.length > 0;
  }

  /** Nothing of the line under edit has been typed. */
  get isLineEmpty(): boolean {
    return this.#end === this.#lineStart;
  }

  /** Bytes that FIONREAD counts: in canonical mode those of whole lines alone. */
  available(isCanonical: boolean): number {
    return isCanonical ? this.#lineStart - this.#start : this.readable;
  }

  /** Appends a byte: to the line under edit, or to what is readable at once. */
  push(byte: number, isCanonical: boolean): void {
    if (this.#end === this.#bytes.length) this.#compact();
    this.#bytes[this.#end++] = byte;
    if (!isCanonical) this.#lineStart = this.#end;
  }

  /** What has been typed becomes a line. */
  endLine(): void {
    this.#lineEnds.push(this.#end);
    this.#lineStart = this.#end;
  }

  /** ^D: what has been typed becomes readable without a newline; nothing typed is end of file. */
  endWithoutByte(): void {
    this.endLine();
  }

  /** The last byte of the line under edit, or undefined. `back` counts from the end, from 0. */
  peek(back: number): number | undefined {
    const at = this.#end - 1 - back;
    return at < this.#lineStart ? undefined : this.#bytes[at];
  }

  /** How many bytes the line under edit has. */
  get lineLength(): number {
    return this.#end - this.#lineStart;
  }

  /** Takes bytes off the end of the line under edit. */
  drop(count: number): void {
    this.#end -= count;
  }

  /**
   * The next piece that a canonical read may return: up to `count` bytes, never past a line's end.
   * Valid until the next change.
   */
  line(count: number): Uint8Array {
    const end = this.#lineEnds[0] ?? this.#start;
    return this.#bytes.subarray(this.#start, Math.min(end, this.#start + count));
  }

  raw(count: number): Uint8Array {
    return this.#bytes.subarray(this.#start, Math.min(this.#end, this.#start + count));
  }

  /** Forgets what has been read. A line that is read to its end is gone, ^D and all. */
  consume(count: number): void {
    this.#start += count;
    if (this.#lineEnds[0] === this.#start) this.#lineEnds.shift();
    if (this.#lineStart < this.#start) this.#lineStart = this.#start;
    if (this.#start === this.#end && this.#lineEnds.length === 0) this.clear();
  }

  clear(): void {
    this.#start = 0;
    this.#end = 0;
    this.#lineStart = 0;
    this.#lineEnds = [];
  }

  /** The mode has changed: all that is here is readable, as one line if canonical. */
  release(isCanonical: boolean): void {
    this.#lineEnds = isCanonical && this.readable > 0 ? [this.#end] : [];
    this.#lineStart = this.#end;
  }

  #compact(): void {
    const shift = this.#start;
    this.#bytes.copyWithin(0, shift, this.#end);
    this.#start = 0;
    this.#end -= shift;
    this.#lineStart -= shift;
    this.#lineEnds = this.#lineEnds.map((end) => end - shift);
  }
}
