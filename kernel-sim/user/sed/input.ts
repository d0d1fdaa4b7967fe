// SPDX-License-Identifier: GPL-2.0-or-later
/** sed's input: the lines of all files as one stream, or of each by itself. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { decodeUtf8 } from '../../lib/utf8.ts';
import type { Libc } from '../libc/libc.ts';
import type { LineReader } from '../libc/stdio.ts';
import { complain, errorText } from '../support/command.ts';
import { isDirectory } from '../support/files.ts';

export interface InputLine {
  readonly text: string;
  /** The file's last line may lack its newline; so does what is printed then. */
  readonly terminated: boolean;
  readonly file: string;
}

/** A file that is not there, and one that cannot be read. */
const INPUT_ERROR = 2;
const PANIC = 4;

export class Input {
  readonly #c: Libc;
  readonly #files: readonly string[];
  readonly #separator: number;
  /** In place: each file has a last line. */
  readonly #isSeparate: boolean;
  #index = 0;
  #reader: LineReader | undefined;
  #fd = -1;
  #ahead: InputLine | undefined;
  /** What the exit status will be. */
  status = 0;

  constructor(c: Libc, files: readonly string[], separator: number, isSeparate: boolean) {
    this.#c = c;
    this.#files = files;
    this.#separator = separator;
    this.#isSeparate = isSeparate;
  }

  *next(): Sleeping<InputLine | undefined> {
    const line = this.#ahead ?? (yield* this.#read());
    this.#ahead = undefined;
    return line;
  }

  /** Whether the line that `next` gave was the last. */
  *isLast(line: InputLine): Sleeping<boolean> {
    this.#ahead ??= yield* this.#read();
    return this.#ahead === undefined || (this.#isSeparate && this.#ahead.file !== line.file);
  }

  *#read(): Sleeping<InputLine | undefined> {
    for (;;) {
      if (this.#reader === undefined && !(yield* this.#openNext())) return undefined;
      const bytes = yield* this.#reader?.next_bytes(this.#separator) ?? nothing();
      if (typeof bytes === 'object') {
        const terminated = this.#reader?.terminated !== false;
        return { text: decodeUtf8(bytes), terminated, file: this.#files[this.#index - 1] ?? '-' };
      }
      if (this.#fd > 0) yield* this.#c.close(this.#fd);
      this.#reader = undefined;
    }
  }

  *#openNext(): Sleeping<boolean> {
    const c = this.#c;
    while (this.#index < this.#files.length) {
      const file = this.#files[this.#index++] ?? '-';
      if (file === '-' && !this.#isSeparate) {
        this.#fd = 0;
        this.#reader = c.lines(0);
        return true;
      }
      const fd = yield* c.open(file);
      if (fd >= 0 && !isDirectory(yield* c.fstat(fd))) {
        this.#fd = fd;
        this.#reader = c.lines(fd);
        return true;
      }
      this.status = fd < 0 ? INPUT_ERROR : PANIC;
      if (fd < 0) yield* complain(c, `can't read ${file}: ${errorText(fd)}`);
      else {
        yield* c.close(fd);
        if (this.#isSeparate) yield* complain(c, `couldn't edit ${file}: not a regular file`);
        else yield* complain(c, `read error on ${file}: ${errorText(-ERRNO.EISDIR)}`);
      }
    }
    return false;
  }
}

function* nothing(): Sleeping<undefined> {
  return undefined;
}
