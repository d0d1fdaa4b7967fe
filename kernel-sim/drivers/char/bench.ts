// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * /dev/bench: the table at which the machine stands, and whoever plugs things into it.
 *
 * A line that is written is one thing that a hand does: `plug lan9512`, `plug loopback 2`,
 * `unplug 1`. Reading tells what is in each port.
 *
 * Linux has nothing like it: there one gets up.
 */
import type { FileOperations, OpenFile } from '../../fs/open-file.ts';
import { decodeUtf8, encodeUtf8 } from '../../lib/utf8.ts';
import type { IoMemory } from '../../mm/io-memory.ts';
import { ERRNO } from '../../uapi/errno.ts';

const LINE_BYTES_MAX = 64;

/** What a hand can do. Answers are 0 or negative errnos. Context: process. */
export interface Bench {
  plug(name: string, port?: number): number;
  unplug(port?: number): number;
  /** What is where. */
  readonly listing: string;
}

export class BenchFile implements FileOperations {
  readonly #bench: Bench;

  constructor(bench: Bench) {
    this.#bench = bench;
  }

  write(_file: OpenFile, memory: IoMemory, address: number, count: number): number {
    if (count > LINE_BYTES_MAX) return -ERRNO.EINVAL;
    const bytes = new Uint8Array(count);
    if (memory.copyFrom(address, bytes, 0, count) < count) return -ERRNO.EFAULT;
    const [verb, ...words] = decodeUtf8(bytes).trim().split(/\s+/u);
    const errno = this.#do(verb ?? '', words);
    return errno < 0 ? errno : count;
  }

  read(_file: OpenFile, memory: IoMemory, address: number, count: number, pos: number): number {
    const bytes = encodeUtf8(this.#bench.listing).subarray(pos);
    const moved = memory.copyTo(address, bytes, 0, Math.min(count, bytes.length));
    return moved === 0 && count > 0 && bytes.length > 0 ? -ERRNO.EFAULT : moved;
  }

  #do(verb: string, words: readonly string[]): number {
    const [name = '', place] = verb === 'plug' ? words : ['', words[0]];
    const wordsMax = verb === 'plug' ? 2 : 1;
    if (words.length > wordsMax || (place !== undefined && !/^[0-9]+$/u.test(place))) {
      return -ERRNO.EINVAL;
    }
    const port = place === undefined ? undefined : Number(place);
    if (verb === 'plug') return this.#bench.plug(name, port);
    return verb === 'unplug' ? this.#bench.unplug(port) : -ERRNO.EINVAL;
  }
}
