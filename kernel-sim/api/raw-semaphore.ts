// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Counting semaphores: so many may pass, and others wait.
 *
 * @subpath kernel/raw
 */
import { NS_PER_JIFFY } from '../kernel/jiffies.ts';
import { WAIT } from '../kernel/locking/lock-sleep.ts';
import type { Semaphores } from '../kernel/locking/semaphore.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import type { ApiContext } from './context.ts';
import type { ListHeadFields, RawListApi } from './raw-list.ts';
import type { Ptr } from './raw-pointer.ts';
import { addressOf, intOf, pointerTo, sizeOf, staticAt } from './raw-value.ts';
import type { ScalarKind, Struct, StructClass } from './uapi-types.ts';
import type { UapiApi } from './uapi.ts';

/**
 * The fields of `semaphore`: how many may still pass, who waits, and who passed last.
 *
 * @public
 */
export type SemaphoreFields = {
  readonly lock: ScalarKind<'u32'>;
  readonly count: ScalarKind<'u32'>;
  readonly wait_list: StructClass<ListHeadFields>;
  readonly last_holder: ScalarKind<'usize'>;
};

/**
 * A semaphore. Linux: struct semaphore.
 *
 * @public
 */
export type semaphore = Struct<SemaphoreFields>;

/** @exports */
export class RawSemaphoreApi {
  readonly #context: ApiContext;

  /** As a field: `free: semaphore`. Linux: struct semaphore. */
  readonly semaphore: StructClass<SemaphoreFields>;

  constructor(context: ApiContext, uapi: UapiApi, lists: RawListApi) {
    this.#context = context;
    this.semaphore = uapi.struct<SemaphoreFields>({
      lock: uapi.u32,
      count: uapi.u32,
      wait_list: lists.list_head,
      last_holder: uapi.usize,
    });
  }

  /**
   * A semaphore among the variables of the module, which `count` may pass:
   * `const slots = DEFINE_SEMAPHORE(4);` at the top level of a file.
   *
   * Context: none, since it is there when the module is. Linux: DEFINE_SEMAPHORE.
   *
   * @symbol none
   * @static
   */
  DEFINE_SEMAPHORE(count: number): Ptr<semaphore>;
  DEFINE_SEMAPHORE(count: number, at?: number): Ptr<semaphore> {
    const address = staticAt(at);
    this.#semaphores.initialise(address, intOf(count));
    return pointerTo(address);
  }

  /**
   * Makes memory a semaphore that `count` may pass.
   *
   * Context: any; nobody may wait for it. Linux: sema_init.
   *
   * @symbol none
   * @raw
   */
  sema_init(sem: Ptr<semaphore>, count: number): void {
    this.#semaphores.initialise(addressOf(sem), intOf(count));
  }

  /**
   * Passes, sleeping until that can be. Signals do not end the wait.
   *
   * Context: process. Linux: down.
   *
   * @symbol down
   * @raw
   */
  *down(sem: Ptr<semaphore>): Sleeping<void> {
    yield* this.#semaphores.down(addressOf(sem), WAIT.UNINTERRUPTIBLE);
  }

  /**
   * The same, but a signal ends the wait: 0, or -EINTR.
   *
   * Context: process. Linux: down_interruptible.
   *
   * @symbol down_interruptible
   * @raw
   */
  *down_interruptible(sem: Ptr<semaphore>): Sleeping<number> {
    return yield* this.#semaphores.down(addressOf(sem), WAIT.INTERRUPTIBLE);
  }

  /**
   * The same, but a signal that kills ends the wait: 0, or -EINTR.
   *
   * Context: process. Linux: down_killable.
   *
   * @symbol down_killable
   * @raw
   */
  *down_killable(sem: Ptr<semaphore>): Sleeping<number> {
    return yield* this.#semaphores.down(addressOf(sem), WAIT.KILLABLE);
  }

  /**
   * The same for so many jiffies at most: 0, or -ETIME.
   *
   * Context: process. Linux: down_timeout.
   *
   * @symbol down_timeout
   * @raw
   */
  *down_timeout(sem: Ptr<semaphore>, timeout: number): Sleeping<number> {
    const timeoutNs = sizeOf(timeout) * NS_PER_JIFFY;
    return yield* this.#semaphores.down(addressOf(sem), WAIT.UNINTERRUPTIBLE, timeoutNs);
  }

  /**
   * Passes if that can be done at once. 0 if so, else 1: the other way round than other locks.
   *
   * Context: any. Linux: down_trylock.
   *
   * @symbol down_trylock
   * @raw
   */
  down_trylock(sem: Ptr<semaphore>): number {
    return this.#semaphores.tryDown(addressOf(sem)) ? 0 : 1;
  }

  /**
   * Lets one more pass. Anybody may.
   *
   * Context: any. Linux: up.
   *
   * @symbol up
   * @raw
   */
  up(sem: Ptr<semaphore>): void {
    this.#semaphores.up(addressOf(sem));
  }

  get #semaphores(): Semaphores {
    return this.#context.services.semaphores;
  }
}
