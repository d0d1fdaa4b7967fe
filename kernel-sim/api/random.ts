// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * `kernel/random`: random bytes. They repeat with the run, as everything does.
 *
 * @subpath kernel/random
 */
import { errnoValue } from '../kernel/module/errno-value.ts';
import { ERRNO } from '../uapi/errno.ts';
import type { ApiContext } from './context.ts';

/** More at once would be more than memory holds. */
const COUNT_MAX = 32 * 1024 * 1024;

/** @exports */
export class RandomApi {
  readonly #context: ApiContext;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * Fresh random bytes.
   *
   * Context: any. Linux: get_random_bytes.
   *
   * @throws EINVAL `count` is negative or huge
   */
  get_random_bytes(count: number): Uint8Array {
    if (!(count >= 0 && count <= COUNT_MAX)) throw errnoValue(ERRNO.EINVAL);
    return this.#context.services.entropy().bytes(Math.trunc(count));
  }

  /** Stirs bytes into what comes next. Context: any. Linux: add_device_randomness. */
  add_device_randomness(bytes: Uint8Array): void {
    this.#context.services.entropy().add(bytes);
  }
}
