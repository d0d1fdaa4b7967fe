// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Who changes something that the kernel's own code shares does so one at a time, although each may
 * sleep meanwhile: interfaces while one is opened, a bus while devices come and go.
 *
 * Who dies with it keeps it, as in Linux: then nobody changes anything any more.
 *
 * Linux: rtnl_lock (net/core/rtnetlink.c), usb_lock_device (drivers/usb/core/usb.c).
 */
import type { Sleeping } from '../../uapi/coroutine.ts';
import type { Scheduler } from './scheduler.ts';
import { WaitQueue } from './wait-queue.ts';

export class KernelMutex {
  readonly #queue: WaitQueue;
  #isHeld = false;

  /** `name` is what `ps` shows of those who wait: `rtnl_lock`. */
  constructor(scheduler: Scheduler, name: string) {
    this.#queue = new WaitQueue(scheduler, name);
  }

  /** Runs `body` when nobody else runs one. Not from within one. Context: process. */
  *run<T>(body: Sleeping<T>): Sleeping<T> {
    while (this.#isHeld) yield* this.#queue.sleep();
    this.#isHeld = true;
    const result = yield* body;
    this.#isHeld = false;
    this.#queue.wakeOne();
    return result;
  }
}
