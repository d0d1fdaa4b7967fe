// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Read-copy-update: memory that is freed when nobody can look at it any more.
 *
 * @subpath kernel/raw
 */
import { threadPath } from '../kernel/module/sites.ts';
import type { ObjectType } from '../kernel/debug-objects.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import type { ApiContext } from './context.ts';
import type { NullPtr, Ptr, VoidPtr } from './raw-pointer.ts';
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

/** Linux: rcuhead_debug_descr. */
const RCU_HEAD: ObjectType = { name: 'rcu_head' };
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
   * Begins a read section in which no softirq is served on this CPU.
   *
   * Context: any. Linux: rcu_read_lock_bh.
   *
   * @symbol none
   * @raw
   */
  rcu_read_lock_bh(): void {
    this.#context.services.rcu.readLockBh();
  }

  /**
   * Ends what `rcu_read_lock_bh` began.
   *
   * Context: that of its begin. Linux: rcu_read_unlock_bh.
   *
   * @symbol __local_bh_enable_ip
   * @raw
   */
  rcu_read_unlock_bh(): void {
    this.#context.services.rcu.readUnlockBh();
  }

  /**
   * Begins a read section in which this task keeps its CPU.
   *
   * Context: any. Linux: rcu_read_lock_sched.
   *
   * @symbol none
   * @raw
   */
  rcu_read_lock_sched(): void {
    this.#context.services.rcu.readLockSched();
  }

  /**
   * Ends what `rcu_read_lock_sched` began.
   *
   * Context: that of its begin. Linux: rcu_read_unlock_sched.
   *
   * @symbol none
   * @raw
   */
  rcu_read_unlock_sched(): void {
    this.#context.services.rcu.readUnlockSched();
  }

  /**
   * True in a read section of `rcu_read_lock`; always where lockdep does not watch.
   *
   * Context: any. Linux: rcu_read_lock_held.
   *
   * @raw
   */
  rcu_read_lock_held(): boolean {
    return this.#context.services.rcuUsage.isHeld('rcu');
  }

  /**
   * True where softirqs are held off; always where lockdep does not watch.
   *
   * Context: any. Linux: rcu_read_lock_bh_held.
   *
   * @raw
   */
  rcu_read_lock_bh_held(): boolean {
    return this.#context.services.rcuUsage.isHeld('bh');
  }

  /**
   * True where this task keeps its CPU; always where lockdep does not watch.
   *
   * Context: any. Linux: rcu_read_lock_sched_held.
   *
   * @raw
   */
  rcu_read_lock_sched_held(): boolean {
    return this.#context.services.rcuUsage.isHeld('sched');
  }

  /**
   * The pointer that lies at `place`, for a reader: `rcu_dereference(addr_of(p.$.next))`.
   *
   * Context: a read section. Linux: rcu_dereference.
   *
   * @symbol none
   * @raw
   */
  rcu_dereference<T>(place: Ptr<Ptr<T>>): Ptr<T> {
    return this.#dereference(place, this.rcu_read_lock_held(), 'check');
  }

  /**
   * The same, for readers and for who meets `condition`: has the lock of those who change it.
   *
   * Context: any. Linux: rcu_dereference_check.
   *
   * @symbol none
   * @raw
   */
  rcu_dereference_check<T>(place: Ptr<Ptr<T>>, condition: boolean): Ptr<T> {
    const isRight = condition || this.rcu_read_lock_held();
    return this.#dereference(place, isRight, 'check');
  }

  /**
   * The same, in a section of `rcu_read_lock_bh`.
   *
   * Context: a read section. Linux: rcu_dereference_bh.
   *
   * @symbol none
   * @raw
   */
  rcu_dereference_bh<T>(place: Ptr<Ptr<T>>): Ptr<T> {
    return this.#dereference(place, this.rcu_read_lock_bh_held(), 'check');
  }

  /**
   * The same, in a section of `rcu_read_lock_sched`.
   *
   * Context: a read section. Linux: rcu_dereference_sched.
   *
   * @symbol none
   * @raw
   */
  rcu_dereference_sched<T>(place: Ptr<Ptr<T>>): Ptr<T> {
    return this.#dereference(place, this.rcu_read_lock_sched_held(), 'check');
  }

  /**
   * The pointer at `place`, for those who keep it from changing: `condition` says how.
   *
   * Context: any. Linux: rcu_dereference_protected.
   *
   * @symbol none
   * @raw
   */
  rcu_dereference_protected<T>(place: Ptr<Ptr<T>>, condition: boolean): Ptr<T> {
    return this.#dereference(place, condition, 'protected');
  }

  /**
   * The pointer at `place`, to be compared, not followed.
   *
   * Context: any. Linux: rcu_access_pointer.
   *
   * @symbol none
   * @raw
   */
  rcu_access_pointer<T>(place: Ptr<Ptr<T>>): Ptr<T> {
    return pointerTo(this.#context.services.slabs.ram.loadPointer(addressOf(place)));
  }

  /**
   * Lets readers see `value` at `place`, with all that was written to it before.
   *
   * Context: any. Linux: rcu_assign_pointer.
   *
   * @symbol none
   * @raw
   */
  rcu_assign_pointer<T>(place: Ptr<Ptr<T>>, value: Ptr<T> | NullPtr): void {
    const { scheduler, slabs } = this.#context.services;
    const at = addressOf(place);
    scheduler.happens.release(at);
    slabs.ram.storePointer(at, addressOf(value));
  }

  /**
   * Stores a pointer that no reader can see yet, or NULL.
   *
   * Context: any. Linux: RCU_INIT_POINTER.
   *
   * @symbol none
   * @raw
   */
  RCU_INIT_POINTER<T>(place: Ptr<Ptr<T>>, value: Ptr<T> | NullPtr): void {
    this.#context.services.slabs.ram.storePointer(addressOf(place), addressOf(value));
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
    const { debugObjects } = services;
    if (!debugObjects.activate(RCU_HEAD, at)) {
      this.#queuedTwice(at, place);
      return;
    }
    services.slabs.recordAuxStack(at);
    memory.storePointer(at, 0);
    memory.storePointer(place, runtime.addressOf(func));
    // Memory is asked again when it is called: somebody may have written there since.
    const fetch = (): number => {
      debugObjects.deactivate(at);
      return memory.loadPointer(place);
    };
    const call = function* (): Sleeping<void> {
      yield* services.functions().call(PATH, fetch, pointerTo(at));
    };
    services.rcu.call(call, at);
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
    rcu.call(() => slabs.kfree(at), 0, at);
  }

  /**
   * Waits until all who read now are done.
   *
   * Context: process. Linux: synchronize_rcu.
   *
   * @raw
   */
  *synchronize_rcu(): Sleeping<void> {
    const { rcu, rcuUsage } = this.#context.services;
    rcuUsage.checkSynchronize();
    yield* rcu.synchronize();
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

  #dereference<T>(place: Ptr<Ptr<T>>, isRight: boolean, how: string): Ptr<T> {
    const { rcuUsage, scheduler, slabs } = this.#context.services;
    const at = addressOf(place);
    rcuUsage.check(isRight, `suspicious rcu_dereference_${how}() usage`);
    const value = slabs.ram.loadPointer(at);
    scheduler.happens.acquire(at);
    return pointerTo(value);
  }

  /** Linux: __call_rcu_common. */
  #queuedTwice(at: number, place: number): void {
    const { memory, services } = this.#context;
    const { ram } = services.slabs;
    const object = ram.formatPointer(at);
    const func = ram.formatPointer(memory.loadPointer(place));
    services.printk.err(`rcu: call_rcu(): Double-freed CB ${object}->0x${func}()!!!`);
    services.rcu.replace(at, () => services.debugObjects.deactivate(at));
  }
}
