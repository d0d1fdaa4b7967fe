// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Files whose content is a text that is made when it is asked for.
 *
 * A reader sees one text from its start to its end, however it slices its reads; reading from the
 * start again makes it anew.
 *
 * Linux: fs/seq_file.c (single_open).
 */
import { finished } from '../lib/coroutine.ts';
import { decodeUtf8, encodeUtf8 } from '../lib/utf8.ts';
import { type MaySleep, type Sleeping, WOULD_BLOCK } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import type { IoMemory } from '../mm/io-memory.ts';
import type { FileOperations, OpenFile } from './open-file.ts';
import { fixedSizeLlseek } from './read-write.ts';
import { getBytes } from './user-int.ts';

export interface SeqContent {
  /** The whole content. Without it reading is EINVAL. */
  show?(): string | Uint8Array;
  /** Takes one write: the number of bytes used up, or a negative errno. */
  store?(bytes: Uint8Array, pos: number): number;
}

/** What a program writes into such a file fits into a page. */
const STORE_BYTES_MAX = 4096;

export class SeqFile implements FileOperations {
  readonly #content: SeqContent;

  constructor(content: SeqContent) {
    this.#content = content;
  }

  read(file: OpenFile, memory: IoMemory, address: number, count: number, pos: number): number {
    let bytes = file.private as Uint8Array | undefined;
    if (bytes === undefined || pos === 0) {
      if (this.#content.show === undefined) return -ERRNO.EINVAL;
      const shown = this.#content.show();
      bytes = typeof shown === 'string' ? encodeUtf8(shown) : shown;
      file.private = bytes;
    }
    return copyOut(bytes, memory, address, count, pos);
  }

  write(_file: OpenFile, memory: IoMemory, address: number, count: number, pos: number): number {
    if (this.#content.store === undefined) return -ERRNO.EINVAL;
    const bytes = getBytes(memory, address, Math.min(count, STORE_BYTES_MAX));
    return bytes === undefined ? -ERRNO.EFAULT : this.#content.store(bytes, pos);
  }

  llseek(file: OpenFile, offset: number, whence: number): number {
    return fixedSizeLlseek(file, offset, whence, 0);
  }
}

/** A file whose text is made by code that may sleep: a driver's. */
export class SleepingSeqFile implements FileOperations {
  readonly #show: () => Sleeping<string | number>;

  /** `show` answers the whole content, or a negative errno. */
  constructor(show: () => Sleeping<string | number>) {
    this.#show = show;
  }

  read(file: OpenFile, memory: IoMemory, address: number, count: number, pos: number): number {
    const bytes = file.private as Uint8Array | undefined;
    if (bytes === undefined || pos === 0) return WOULD_BLOCK;
    return copyOut(bytes, memory, address, count, pos);
  }

  *readBlocking(
    file: OpenFile,
    memory: IoMemory,
    address: number,
    count: number,
    pos: number,
  ): Sleeping<number> {
    const shown = yield* this.#show();
    if (typeof shown === 'number') return shown;
    const bytes = encodeUtf8(shown);
    file.private = bytes;
    return copyOut(bytes, memory, address, count, pos);
  }

  /** Linux: proc_reg_write, of what has no function for it. */
  write(): number {
    return -ERRNO.EIO;
  }

  llseek(file: OpenFile, offset: number, whence: number): number {
    return fixedSizeLlseek(file, offset, whence, 0);
  }
}

/** A file of one value, of which another is taken by code that may sleep. */
export class AttributeFile implements FileOperations {
  readonly #seq: SeqFile;
  readonly #store: (text: string) => MaySleep<number>;

  /** `store` is given what was written, without its newline: 0 or a negative errno. */
  constructor(show: (() => string) | undefined, store: (text: string) => MaySleep<number>) {
    this.#seq = new SeqFile(show === undefined ? {} : { show: () => `${show()}\n` });
    this.#store = store;
  }

  read(file: OpenFile, memory: IoMemory, address: number, count: number, pos: number): number {
    return this.#seq.read(file, memory, address, count, pos);
  }

  write(): number {
    return WOULD_BLOCK;
  }

  *writeBlocking(
    _file: OpenFile,
    memory: IoMemory,
    address: number,
    count: number,
  ): Sleeping<number> {
    const bytes = getBytes(memory, address, Math.min(count, STORE_BYTES_MAX));
    if (bytes === undefined) return -ERRNO.EFAULT;
    const text = decodeUtf8(bytes);
    const errno = yield* finished(this.#store(text.endsWith('\n') ? text.slice(0, -1) : text));
    return errno < 0 ? errno : count;
  }

  llseek(file: OpenFile, offset: number, whence: number): number {
    return fixedSizeLlseek(file, offset, whence, 0);
  }
}

function copyOut(
  bytes: Uint8Array,
  memory: IoMemory,
  address: number,
  count: number,
  pos: number,
): number {
  const length = Math.min(count, bytes.length - pos);
  if (length <= 0) return 0;
  return memory.copyTo(address, bytes, pos, length) || -ERRNO.EFAULT;
}
