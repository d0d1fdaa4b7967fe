// SPDX-License-Identifier: GPL-2.0-or-later
/** Records of getdents64(2), and the type that each carries. Linux: fs/readdir.c. */
import { encodeUtf8 } from '../lib/utf8.ts';
import { DIRENT64, S } from '../uapi/fs.ts';

const ALIGNMENT = 8;

/** The d_type of a file's mode: its type bits, moved to the right end. */
export function direntType(mode: number): number {
  return (mode & S.IFMT) >> 12;
}

export class DirentWriter {
  /** True once the first record did not fit: EINVAL. */
  isTooSmall = false;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #limit: number;
  #used = 0;

  constructor(limit: number) {
    this.#limit = limit;
    // Nobody needs more per call, however much is offered.
    this.#bytes = new Uint8Array(Math.min(limit, 32 * 1024));
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** False when there is no room. */
  add(name: string, nameBytes: number, inode: number, type: number, nextPos: number): boolean {
    const length = Math.ceil((DIRENT64.name + nameBytes + 1) / ALIGNMENT) * ALIGNMENT;
    const start = this.#used;
    if (start + length > this.#bytes.length) {
      this.isTooSmall = start === 0 && length > this.#limit;
      return false;
    }
    this.#view.setBigUint64(start + DIRENT64.ino, BigInt(inode), true);
    this.#view.setBigInt64(start + DIRENT64.off, BigInt(nextPos), true);
    this.#view.setUint16(start + DIRENT64.reclen, length, true);
    this.#bytes[start + DIRENT64.type] = type;
    this.#bytes.set(encodeUtf8(name), start + DIRENT64.name);
    this.#used = start + length;
    return true;
  }

  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#used);
  }
}
