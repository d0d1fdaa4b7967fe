// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Receiving by being asked.
 *
 * @subpath kernel/net
 */
import type { Napi as CoreNapi } from '../net/core/napi.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import { NetDevice } from './net-device.ts';
import type { Ref } from './ownership.ts';

/**
 * Has a device's `poll` called soon, and again as long as there is more than it may bring in at
 * once. Interrupt handlers schedule it; it stands beside what they share with the driver.
 *
 * Linux: struct napi_struct.
 *
 * @public
 */
export class Napi {
  #napi: CoreNapi | undefined;
  #isEnabled = false;

  /** It may be scheduled from now on. Context: process. Linux: netif_napi_add, napi_enable. */
  enable(this: Ref<Napi>, dev: NetDevice): void {
    this.#napi ??= NetDevice.makeNapi(dev);
    this.#isEnabled = true;
    this.#napi.enable();
  }

  /**
   * It is not polled any more when this returns. Context: process. Linux: napi_disable.
   *
   * @symbol napi_disable
   */
  *disable(this: Ref<Napi>): Sleeping<void> {
    if (this.#napi === undefined || !this.#isEnabled) return;
    this.#isEnabled = false;
    yield* this.#napi.disable();
  }

  /**
   * Has `poll` called soon, unless it will be anyway. Context: any. Linux: napi_schedule.
   *
   * @symbol __napi_schedule
   */
  schedule(this: Ref<Napi>): void {
    this.#napi?.schedule();
  }

  /**
   * Nothing more has come: the device may interrupt again. Context: `poll`. Linux:
   * napi_complete_done.
   *
   * @symbol napi_complete_done
   */
  complete(this: Ref<Napi>): void {
    this.#napi?.complete();
  }
}

/** @statics Napi */
export class NapiStatics {
  /**
   * One that is not enabled yet.
   *
   * @symbol none
   */
  new(): Napi {
    return new Napi();
  }
}
