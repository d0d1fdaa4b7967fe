// SPDX-License-Identifier: GPL-2.0-or-later
/** What is paged: the lines of a file or a pipe, read only as far as somebody has looked. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { utf8Length, decodeUtf8 } from '../../lib/utf8.ts';
import type { Libc } from '../libc/libc.ts';

const CHUNK = 8192;
const NEWLINE = 10;

export class Document {
  readonly name: string;
  readonly #c: Libc;
  readonly #fd: number;
  readonly #squeezes: () => boolean;
  /** Bytes after the last whole line. */
  #rest = new Uint8Array(0);
  readonly lines: string[] = [];
  /** Where each line begins, in bytes; one more entry than there are lines. */
  readonly starts: number[] = [0];
  /** The end of the input has been seen. */
  isWhole = false;
  /** The last line has no newline, and may still grow. */
  #isOpen = false;

  /** What the file system said of a file's size; undefined for a pipe. */
  readonly #statedBytes: number | undefined;

  constructor(
    c: Libc,
    name: string,
    fd: number,
    squeezes: () => boolean = () => false,
    statedBytes?: number,
  ) {
    this.#c = c;
    this.name = name;
    this.#fd = fd;
    this.#squeezes = squeezes;
    this.#statedBytes = statedBytes;
  }

  /** A text that is there already, such as the help. */
  static ofText(c: Libc, name: string, text: string): Document {
    const document = new Document(c, name, -1);
    for (const line of text.trimEnd().split('\n')) document.#add(line, utf8Length(line) + 1);
    document.isWhole = true;
    return document;
  }

  /** Whether the end can be looked for without waiting for somebody to write it. */
  get isFile(): boolean {
    return this.#statedBytes !== undefined;
  }
  /** Bytes in all, as far as that is known. */
  get sizeBytes(): number | undefined {
    return this.isWhole ? this.starts.at(-1) : this.#statedBytes;
  }

  /** Whether the lines that are there reach to the end, whether or not it has been looked for. */
  get isAllRead(): boolean {
    return this.isWhole || this.starts.at(-1) === this.#statedBytes;
  }

  /**
   * Reads on until there are `count` lines or the end comes. A negative errno: the read was cut
   * short (-EINTR) or failed.
   */
  *need(count: number): Sleeping<number> {
    while (!this.isWhole && this.lines.length < count) {
      const bytes = yield* this.#c.read(this.#fd, CHUNK);
      if (typeof bytes === 'number') return bytes;
      this.#take(bytes);
    }
    return 0;
  }

  /** Looks whether more has been written behind the end that was seen. */
  *more(): Sleeping<number> {
    const bytes = yield* this.#c.read(this.#fd, CHUNK);
    if (typeof bytes === 'number') return bytes;
    if (bytes.length > 0) {
      this.isWhole = false;
      this.#take(bytes);
      if (this.#rest.length > 0) this.#close();
    } else this.isWhole = true;
    return bytes.length;
  }

  /** The last line once more as bytes, since what comes now belongs to it. */
  #reopen(): void {
    this.#rest = this.#openBytes;
    this.lines.pop();
    this.starts.pop();
    this.#isOpen = false;
  }
  #openBytes = new Uint8Array(0);

  #take(bytes: Uint8Array): void {
    if (bytes.length === 0) {
      this.isWhole = true;
      if (this.#rest.length > 0) this.#close();
      return;
    }
    if (this.#isOpen) this.#reopen();
    const all = new Uint8Array(this.#rest.length + bytes.length);
    all.set(this.#rest);
    all.set(bytes, this.#rest.length);
    let at = 0;
    for (;;) {
      const end = all.indexOf(NEWLINE, at);
      if (end < 0) break;
      this.#add(decodeUtf8(all, at, end), end + 1 - at);
      at = end + 1;
    }
    this.#rest = all.slice(at);
  }

  #close(): void {
    this.#openBytes = this.#rest;
    this.#add(decodeUtf8(this.#rest), this.#rest.length);
    this.#rest = new Uint8Array(0);
    this.#isOpen = true;
  }

  #add(line: string, bytes: number): void {
    const end = (this.starts.at(-1) ?? 0) + bytes;
    const isSqueezed = line === '' && this.lines.at(-1) === '' && this.#squeezes();
    if (isSqueezed) this.starts[this.starts.length - 1] = end;
    else {
      this.lines.push(line);
      this.starts.push(end);
    }
  }

  *close(): Sleeping<void> {
    if (this.#fd > 0) yield* this.#c.close(this.#fd);
  }
}
