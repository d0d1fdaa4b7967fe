// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Files whose content is a text that is made when it is asked for.
 *
 * A reader sees one text from its start to its end, however it slices its reads; reading from the
 * start again makes it anew.
 *
 * Linux: fs/seq_file.c (single_open).
 */
import { encodeUtf8 } from '../lib/utf8.ts';
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
    const length = Math.min(count, bytes.length - pos);
    if (length <= 0) return 0;
    const moved = memory.copyTo(address, bytes, pos, length);
    return moved === 0 ? -ERRNO.EFAULT : moved;
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
