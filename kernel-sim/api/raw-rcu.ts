// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Read-copy-update: memory that is freed when nobody can look at it any more.
 *
 * @subpath kernel/raw
 */
import { threadPath } from '../kernel/module/sites.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import type { ApiContext } from './context.ts';
import type { Ptr, VoidPtr } from './raw-pointer.ts';
import { addressOf, pointerTo } from './raw-value.ts';
import type { FunctionKind, PointerKind, Struct, StructClass } from './uapi-types.ts';
import type { UapiApi } from './uapi.ts';

/**
 * What runs after a grace period, where nothing may sleep. Usually it frees what holds the head.
 *
 * @public
 */
export interface RcuCallback {
  /**
   * Called once, with the head that was given to `call_rcu`.
   *
   * @raw
   */
  (head: Ptr<rcu_head>): void;
}

/**
 * The fields of `rcu_head`.
 *
 * @public
 */
export type RcuHeadFields = {
  readonly next: PointerKind<rcu_head>;
  readonly func: FunctionKind<RcuCallback>;
};

/**
 * What a struct needs to be freed after a grace period. Linux: struct rcu_head.
 *
 * @public
 */
export type rcu_head = Struct<RcuHeadFields>;

const PATH = threadPath('smpboot_thread_fn', 'rcu_cpu_kthread', 'rcu_core', 'rcu_do_batch');

/** @exports */
export class RawRcuApi {
  readonly #context: ApiContext;

  /** As a field: `rcu: rcu_head`. Linux: struct rcu_head. */
  readonly rcu_head: StructClass<RcuHeadFields>;

  constructor(context: ApiContext, uapi: UapiApi) {
    this.#context = context;
    this.rcu_head = uapi.struct<RcuHeadFields>({
      next: uapi.ptr<rcu_head>(),
      func: uapi.func<RcuCallback>(),
    });
  }

  /**
   * Begins a read section: what can be reached now stays until `rcu_read_unlock`. Sections nest;
   * nothing in them may sleep.
   *
   * Context: any. Linux: rcu_read_lock.
   *
   * @symbol __rcu_read_lock
   * @raw
   */
  rcu_read_lock(): void {
    this.#context.services.rcu.readLock();
  }

  /**
   * Ends a read section.
   *
   * Context: that of its begin. Linux: rcu_read_unlock.
   *
   * @symbol __rcu_read_unlock
   * @raw
   */
  rcu_read_unlock(): void {
    this.#context.services.rcu.readUnlock();
  }

  /**
   * Has `func` called with `head` when all who read now are done.
   *
   * Context: any. Linux: call_rcu.
   *
   * @raw
   */
  call_rcu(head: Ptr<rcu_head>, func: RcuCallback): void {
    const { memory, runtime, services } = this.#context;
    const { board } = services.slabs.ram;
    const at = addressOf(head);
    const place = at + board.pointerBytes;
    services.slabs.recordAuxStack(at);
    memory.storePointer(at, 0);
    memory.storePointer(place, runtime.addressOf(func));
    // Memory is asked again when it is called: somebody may have written there since.
    const fetch = (): number => memory.loadPointer(place);
    services.rcu.call(() => services.functions().call(PATH, fetch, pointerTo(at)));
  }

  /**
   * Frees an object of kmalloc's when all who read now are done.
   *
   * Context: any. Linux: kfree_rcu_mightsleep, without the sleep.
   *
   * @symbol kvfree_call_rcu
   * @raw
   */
  kfree_rcu(pointer: VoidPtr): void {
    const { slabs, rcu } = this.#context.services;
    const at = addressOf(pointer);
    if (at === 0) return;
    slabs.recordAuxStack(at);
    rcu.call(() => slabs.kfree(at));
  }

  /**
   * Waits until all who read now are done.
   *
   * Context: process. Linux: synchronize_rcu.
   *
   * @raw
   */
  *synchronize_rcu(): Sleeping<void> {
    yield* this.#context.services.rcu.synchronize();
  }

  /**
   * Waits until all callbacks of before have run: a module that gave some has to, before it goes.
   *
   * Context: process. Linux: rcu_barrier.
   *
   * @raw
   */
  *rcu_barrier(): Sleeping<void> {
    yield* this.#context.services.rcu.barrier();
  }
}
