// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Arrays that are no allocations: on the kernel stack, and among a module's variables.
 *
 * @subpath kernel/raw
 */
import type { ApiContext } from './context.ts';
import type { VoidPtr } from './raw-pointer.ts';
import { pointerTo, sizeOf } from './raw-value.ts';

/** @exports */
export class RawStackApi {
  readonly #context: ApiContext;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * An array of `size` bytes on the kernel stack, with whatever was there before. It ends with the
   * function that calls. The stack has 16 KiB for everybody on it.
   *
   * Context: any. Linux: u8 buffer[size].
   *
   * @symbol none
   * @frame
   */
  stack_buffer(size: number): VoidPtr {
    return pointerTo(this.#context.runtime.stackBuffer(sizeOf(size)));
  }

  /**
   * An array of `size` bytes among the variables of the module, zeroed. Stands at the top level of
   * a file: `const table: Ptr<u8> = global_buffer(256);`, with a size that is known when the module
   * is built.
   *
   * Context: none, since it is there when the module is. Linux: static u8 table[size].
   *
   * @symbol none
   * @static
   */
  global_buffer(size: number): VoidPtr {
    throw new TypeError(`${size} bytes at the top level are placed when the module is built`);
  }
}
