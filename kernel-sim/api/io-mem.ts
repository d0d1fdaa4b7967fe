// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Registers of a device.
 *
 * @subpath kernel/io
 */
import type { ApiContext } from './context.ts';
import type { Ref } from './ownership.ts';

const WORD_BYTES = 4;

/**
 * The registers of a device, mapped. Dropping it unmaps them. Linux: ioremap; Rust-for-Linux:
 * IoMem.
 *
 * @public
 */
export class IoMem {
  readonly #context: ApiContext;
  readonly #pointer: number;
  readonly #sizeBytes: number;
  #isLive = true;

  /** @internal */
  constructor(context: ApiContext, pointer: number, sizeBytes: number) {
    this.#context = context;
    this.#pointer = pointer;
    this.#sizeBytes = sizeBytes;
  }

  /** How many bytes there are. */
  get len(): number {
    return this.#sizeBytes;
  }

  /**
   * Loads a register of 32 bits. An offset that is out of range, or no multiple of four, is a
   * panic. Context: any. Linux: readl.
   *
   * @symbol none
   * @param offset in bytes
   */
  readl(this: Ref<IoMem>, offset: number): number {
    return this.#context.services.io.load32(this.#at(offset));
  }

  /**
   * Stores into a register of 32 bits. What was stored into memory before can be seen by the device
   * then. An offset that is out of range, or no multiple of four, is a panic. Context: any. Linux:
   * writel.
   *
   * @symbol none
   * @param offset in bytes
   */
  writel(this: Ref<IoMem>, value: number, offset: number): void {
    this.#context.services.io.store32(this.#at(offset), value >>> 0);
  }

  /**
   * Context: process. Linux: iounmap.
   *
   * @symbol iounmap
   */
  [Symbol.dispose](): void {
    if (!this.#isLive) return;
    this.#isLive = false;
    this.#context.services.io.unmap(this.#pointer);
  }

  #at(offset: number): number {
    if (!this.#isLive) throw new Error('use of an IoMem that was dropped');
    const isThere = offset >= 0 && offset + WORD_BYTES <= this.#sizeBytes;
    if (isThere && offset % WORD_BYTES === 0) return this.#pointer + offset;
    throw new Error(`no register at offset ${String(offset)} of ${this.#sizeBytes} bytes`);
  }
}
