// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Semaphores of drivers.
 *
 * @subpath kernel/sync
 */
import { WAIT } from '../kernel/locking/lock-sleep.ts';
import { errnoValue } from '../kernel/module/errno-value.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import type { ApiContext } from './context.ts';
import { LockMemory } from './guard.ts';
import type { Ref } from './ownership.ts';

/**
 * So many may pass, and others sleep until one comes back. Linux: struct semaphore.
 *
 * @public
 */
export class Semaphore {
  readonly #context: ApiContext;
  readonly #memory: LockMemory;

  /** @internal */
  constructor(context: ApiContext, count: number) {
    const { semaphores } = context.services;
    this.#context = context;
    this.#memory = new LockMemory(context, semaphores.layout.sizeBytes);
    semaphores.initialise(this.#memory.pointer, count);
  }

  /** Passes, sleeping until that can be. Context: process. Linux: down. */
  *down(this: Ref<Semaphore>): Sleeping<void> {
    const { semaphores } = this.#context.services;
    yield* semaphores.down(this.#memory.pointer, WAIT.UNINTERRUPTIBLE);
  }

  /**
   * The same, but a signal ends the wait.
   *
   * Context: process. Linux: down_interruptible.
   *
   * @throws EINTR a signal came first
   */
  *down_interruptible(this: Ref<Semaphore>): Sleeping<void> {
    const { semaphores } = this.#context.services;
    const errno = yield* semaphores.down(this.#memory.pointer, WAIT.INTERRUPTIBLE);
    if (errno < 0) throw errnoValue(errno);
  }

  /** Passes if that can be done at once. True if so. Context: any. Linux: down_trylock. */
  try_down(this: Ref<Semaphore>): boolean {
    return this.#context.services.semaphores.tryDown(this.#memory.pointer);
  }

  /** Lets one more pass. Context: any. Linux: up. */
  up(this: Ref<Semaphore>): void {
    this.#context.services.semaphores.up(this.#memory.pointer);
  }

  /** Context: process. */
  [Symbol.dispose](): void {
    this.#memory.free(this.#context.services.semaphores.layout.sizeBytes);
  }
}

/** @statics Semaphore */
export class SemaphoreStatics {
  readonly #context: ApiContext;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * A semaphore that `count` may pass.
   *
   * Context: any. Linux: sema_init.
   *
   * @throws ENOMEM no memory for it
   */
  new(count: number): Semaphore {
    return new Semaphore(this.#context, Number(count) >>> 0);
  }
}
