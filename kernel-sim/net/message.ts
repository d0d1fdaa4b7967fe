// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What one send or receive moves: pieces of memory, an address, and control messages.
 *
 * A protocol takes bytes out of it (`take`) or puts bytes into it (`put`); both go on where the
 * last one stopped, and move fewer bytes than asked only where the memory faults or ends.
 *
 * Linux: struct msghdr and its iov_iter.
 */
import type { IoMemory } from '../mm/io-memory.ts';
import type { SockAddress } from './sock-address.ts';

/** Data beside the data: struct cmsghdr. */
export interface ControlMessage {
  readonly level: number;
  readonly type: number;
  readonly data: Uint8Array;
  /** What goes along and is no bytes, such as open files. */
  readonly attachment?: unknown;
}

/** A piece of memory. */
export interface Segment {
  readonly address: number;
  readonly length: number;
}

export class Message {
  /** Where to (a send that names somebody), or who sent it (set by a receive). */
  name: SockAddress | undefined = undefined;
  /** Sent along, or received along, in order. */
  control: ControlMessage[] = [];
  /** Set by a receive: MSG.TRUNC, MSG.OOB, MSG.ERRQUEUE, … */
  flags = 0;
  /** Bytes that are left of all pieces. */
  remaining = 0;
  readonly #memory: IoMemory;
  readonly #segments: readonly Segment[];
  #index = 0;
  /** Of the piece at #index, what has been moved. */
  #moved = 0;

  constructor(memory: IoMemory, segments: readonly Segment[]) {
    this.#memory = memory;
    this.#segments = segments;
    for (const { length } of segments) this.remaining += length;
  }

  /** One piece, as read(2) and write(2) have it. */
  static of(memory: IoMemory, address: number, length: number): Message {
    return new Message(memory, [{ address, length }]);
  }

  /** target[offset … + count] = the next bytes. Answers how many. Linux: copy_from_iter. */
  take(target: Uint8Array, offset: number, count: number): number {
    return this.#each(count, (address, done, length) =>
      this.#memory.copyFrom(address, target, offset + done, length),
    );
  }

  /** The next bytes = source[offset … + count]. Answers how many. Linux: copy_to_iter. */
  put(source: Uint8Array, offset: number, count: number): number {
    return this.#each(count, (address, done, length) =>
      this.#memory.copyTo(address, source, offset + done, length),
    );
  }

  /** All that is left, for who needs it whole; undefined where memory faults. */
  takeAll(): Uint8Array | undefined {
    const bytes = new Uint8Array(this.remaining);
    return this.take(bytes, 0, bytes.length) === bytes.length ? bytes : undefined;
  }

  #each(count: number, move: (address: number, done: number, length: number) => number): number {
    let done = 0;
    while (done < count) {
      const segment = this.#segments[this.#index];
      if (segment === undefined) break;
      const length = Math.min(count - done, segment.length - this.#moved);
      const moved = length === 0 ? 0 : move(segment.address + this.#moved, done, length);
      done += moved;
      this.#moved += moved;
      if (moved < length) break;
      if (this.#moved < segment.length) continue;
      this.#index++;
      this.#moved = 0;
    }
    this.remaining -= done;
    return done;
  }
}
