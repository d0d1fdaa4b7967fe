// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Memory that a read or write moves bytes to or from: a process's, or a buffer of the kernel's own.
 *
 * Linux: the iov_iter (ITER_UBUF, ITER_KVEC). Each method moves as much as it can and returns how
 * many bytes it moved: fewer than asked means that the next address faults. None of them sleeps.
 * They charge COST.COPY_64 per started 64 bytes to the clock that they were made with.
 */
export interface IoMemory {
  /** memory[address…] = source[sourceOffset … + count]. */
  copyTo(address: number, source: Uint8Array, sourceOffset: number, count: number): number;
  /** target[targetOffset…] = memory[address … + count]. */
  copyFrom(address: number, target: Uint8Array, targetOffset: number, count: number): number;
  /** memory[address … + count] = value. */
  fill(address: number, value: number, count: number): number;
}

/** A buffer of the kernel's own; addresses are offsets in it. */
export class KernelBuffer implements IoMemory {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  copyTo(address: number, source: Uint8Array, sourceOffset: number, count: number): number {
    const moved = this.#reach(address, count);
    if (moved > 0) this.bytes.set(source.subarray(sourceOffset, sourceOffset + moved), address);
    return moved;
  }

  copyFrom(address: number, target: Uint8Array, targetOffset: number, count: number): number {
    const moved = this.#reach(address, count);
    target.set(this.bytes.subarray(address, address + moved), targetOffset);
    return moved;
  }

  fill(address: number, value: number, count: number): number {
    const moved = this.#reach(address, count);
    this.bytes.fill(value, address, address + moved);
    return moved;
  }

  /** How many of `count` bytes from `address` on are here. */
  #reach(address: number, count: number): number {
    return address < 0 ? 0 : Math.max(0, Math.min(count, this.bytes.length - address));
  }
}
