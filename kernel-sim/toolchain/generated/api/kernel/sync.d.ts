// SPDX-License-Identifier: GPL-2.0-or-later
// Made by scripts/generate-api.mjs. Do not edit.

import type { Mut, Ref } from "kernel";

/**
 * True or false, read and written at once. Each change is ordered as a full barrier is. Linux:
 * an atomic_t of 0 or 1.
 */
export class AtomicBool {
  #nominal;
  private constructor();

  /**
   * A new switch.
   *
   * Context: any. Linux: ATOMIC_INIT.
   *
   * @throws ENOMEM no memory for it
   * @symbol atomic_bool_new
   */
  static new(value: boolean): AtomicBool;

  /**
   * The value now. Context: any. Linux: atomic_read.
   *
   * @symbol atomic_read
   */
  load(this: Ref<AtomicBool>): boolean;

  /**
   * Sets the value. Context: any. Linux: atomic_set.
   *
   * @symbol atomic_set
   */
  store(this: Ref<AtomicBool>, value: boolean): void;

  /**
   * Sets the value, and returns what was there before: of several who set it, one is the first.
   *
   * Context: any. Linux: atomic_xchg.
   *
   * @symbol atomic_xchg
   */
  swap(this: Ref<AtomicBool>, value: boolean): boolean;

  /**
   * Sets the value if it is `expected`. Returns what was there: `expected` if it was set.
   *
   * Context: any. Linux: atomic_cmpxchg.
   *
   * @symbol atomic_cmpxchg
   */
  compare_exchange(this: Ref<AtomicBool>, expected: boolean, value: boolean): boolean;

  /**
   * Context: any.
   *
   * @symbol atomic_bool_drop
   */
  [Symbol.dispose](): void;
}

/**
 * An unsigned integer of 64 bits that is read, changed and written at once. It wraps. Each change
 * is ordered as a full barrier is. Linux: atomic64_t.
 */
export class AtomicU64 {
  #nominal;
  private constructor();

  /**
   * A new number: `AtomicU64.new(0n)`.
   *
   * Context: any. Linux: ATOMIC64_INIT.
   *
   * @throws ENOMEM no memory for it
   * @symbol atomic_u64_new
   */
  static new(value: bigint): AtomicU64;

  /**
   * The value now. Context: any. Linux: atomic64_read.
   *
   * @symbol atomic64_read
   */
  load(this: Ref<AtomicU64>): bigint;

  /**
   * Sets the value. Context: any. Linux: atomic64_set.
   *
   * @symbol atomic64_set
   */
  store(this: Ref<AtomicU64>, value: bigint): void;

  /**
   * Adds, and returns what was there before. Context: any. Linux: atomic64_fetch_add.
   *
   * @symbol atomic64_fetch_add
   */
  fetch_add(this: Ref<AtomicU64>, value: bigint): bigint;

  /**
   * Adds. Context: any. Linux: atomic64_add.
   *
   * @symbol atomic64_add
   */
  add(this: Ref<AtomicU64>, value: bigint): void;

  /**
   * Subtracts. Context: any. Linux: atomic64_sub.
   *
   * @symbol atomic64_sub
   */
  sub(this: Ref<AtomicU64>, value: bigint): void;

  /**
   * Sets the value, and returns what was there before. Context: any. Linux: atomic64_xchg.
   *
   * @symbol atomic64_xchg
   */
  swap(this: Ref<AtomicU64>, value: bigint): bigint;

  /**
   * Sets the value if it is `expected`. Returns what was there: `expected` if it was set.
   *
   * Context: any. Linux: atomic64_cmpxchg.
   *
   * @symbol atomic64_cmpxchg
   */
  compare_exchange(this: Ref<AtomicU64>, expected: bigint, value: bigint): bigint;

  /**
   * Context: any.
   *
   * @symbol atomic_u64_drop
   */
  [Symbol.dispose](): void;
}

/**
 * An unsigned integer of 32 bits that is read, changed and written at once. It wraps. Each change
 * is ordered as a full barrier is. Linux: atomic_t.
 */
export class AtomicU32 {
  #nominal;
  private constructor();

  /**
   * A new number.
   *
   * Context: any. Linux: ATOMIC_INIT.
   *
   * @throws ENOMEM no memory for it
   * @symbol atomic_u32_new
   */
  static new(value: number): AtomicU32;

  /**
   * The value now. Context: any. Linux: atomic_read.
   *
   * @symbol atomic_read
   */
  load(this: Ref<AtomicU32>): number;

  /**
   * Sets the value. Context: any. Linux: atomic_set.
   *
   * @symbol atomic_set
   */
  store(this: Ref<AtomicU32>, value: number): void;

  /**
   * Adds, and returns what was there before. Context: any. Linux: atomic_fetch_add.
   *
   * @symbol atomic_fetch_add
   */
  fetch_add(this: Ref<AtomicU32>, value: number): number;

  /**
   * Adds. Context: any. Linux: atomic_add.
   *
   * @symbol atomic_add
   */
  add(this: Ref<AtomicU32>, value: number): void;

  /**
   * Subtracts. Context: any. Linux: atomic_sub.
   *
   * @symbol atomic_sub
   */
  sub(this: Ref<AtomicU32>, value: number): void;

  /**
   * Sets the value, and returns what was there before. Context: any. Linux: atomic_xchg.
   *
   * @symbol atomic_xchg
   */
  swap(this: Ref<AtomicU32>, value: number): number;

  /**
   * Sets the value if it is `expected`. Returns what was there: `expected` if it was set.
   *
   * Context: any. Linux: atomic_cmpxchg.
   *
   * @symbol atomic_cmpxchg
   */
  compare_exchange(this: Ref<AtomicU32>, expected: number, value: number): number;

  /**
   * Context: any.
   *
   * @symbol atomic_u32_drop
   */
  [Symbol.dispose](): void;
}

/**
 * What tasks wait for until somebody says that it is done, also when that was before they came.
 *
 * Linux: struct completion.
 */
export class Completion {
  #nominal;
  private constructor();

  /**
   * One of which nothing is done.
   *
   * Context: any. Linux: init_completion.
   *
   * @throws ENOMEM no memory for it
   */
  static new(): Completion;

  /**
   * Lets one who waits, or the next who will, go on. Context: any. Linux: complete.
   *
   * @switches
   * @symbol complete
   */
  complete(this: Ref<Completion>): void;

  /**
   * Lets everybody go on, also those who come later. Context: any. Linux: complete_all.
   *
   * @switches
   * @symbol complete_all
   */
  complete_all(this: Ref<Completion>): void;

  /**
   * Waits until it is done; signals do not end the wait.
   *
   * Context: process. Linux: wait_for_completion.
   *
   * @sleeps
   * @symbol wait_for_completion
   */
  wait_for_completion(this: Ref<Completion>): void;

  /**
   * The same, but a signal ends the wait.
   *
   * Context: process. Linux: wait_for_completion_interruptible.
   *
   * @throws EINTR a signal came first
   * @sleeps
   * @symbol wait_for_completion_interruptible
   */
  wait_for_completion_interruptible(this: Ref<Completion>): void;

  /**
   * The same for no longer than `milliseconds`, rounded up to ticks of 4 ms. False when the time is
   * over and it is not done.
   *
   * Context: process. Linux: wait_for_completion_timeout.
   *
   * @sleeps
   * @symbol wait_for_completion_timeout
   */
  wait_for_completion_timeout(this: Ref<Completion>, milliseconds: number): boolean;

  /**
   * Takes what is done, if something is, without waiting.
   *
   * Context: any. Linux: try_wait_for_completion.
   *
   * @symbol try_wait_for_completion
   */
  try_wait_for_completion(this: Ref<Completion>): boolean;

  /**
   * True if nobody would have to wait. Context: any. Linux: completion_done.
   *
   * @symbol completion_done
   */
  completion_done(this: Ref<Completion>): boolean;

  /**
   * Nothing is done again. Nobody may wait for it.
   *
   * Context: any. Linux: reinit_completion.
   */
  reinit(this: Ref<Completion>): void;

  /**
   * Context: process.
   *
   * @symbol completion_drop
   */
  [Symbol.dispose](): void;
}

/**
 * Where tasks wait until data behind a lock is as they want it. Whoever changes the data notifies.
 *
 * A wait may end without a reason, and another may have come first: the condition stands in a loop,
 * `while (data.value.used === 0) readable.wait(data);`.
 *
 * Linux: wait_queue_head_t; Rust-for-Linux: CondVar.
 */
export class CondVar {
  #nominal;
  private constructor();

  /**
   * One at which nobody waits.
   *
   * Context: any. Linux: init_waitqueue_head.
   *
   * @throws ENOMEM no memory for it
   * @symbol __init_waitqueue_head
   */
  static new(): CondVar;

  /**
   * Gives the lock of `guard` back, sleeps until notified, and takes it again. Signals do not end
   * the wait.
   *
   * Context: process. Linux: prepare_to_wait_exclusive and schedule.
   *
   * @param guard of a Mutex or a Spinlock; the only lock that is held
   * @sleeps
   * @symbol prepare_to_wait_exclusive
   */
  wait<T>(this: Ref<CondVar>, guard: Mut<Guard<T>>): void;

  /**
   * The same, but a signal ends the wait. The lock is held then, too.
   *
   * Context: process. Linux: prepare_to_wait_exclusive and schedule.
   *
   * @param guard of a Mutex or a Spinlock; the only lock that is held
   * @throws EINTR a signal came first
   * @sleeps
   * @symbol prepare_to_wait_exclusive
   */
  wait_interruptible<T>(this: Ref<CondVar>, guard: Mut<Guard<T>>): void;

  /**
   * As `wait`, for no longer than `milliseconds`, rounded up to ticks of 4 ms. False when the time
   * is over.
   *
   * Context: process. Linux: prepare_to_wait_exclusive and schedule_timeout.
   *
   * @param guard of a Mutex or a Spinlock; the only lock that is held
   * @sleeps
   * @symbol prepare_to_wait_exclusive
   */
  wait_timeout<T>(this: Ref<CondVar>, guard: Mut<Guard<T>>, milliseconds: number): boolean;

  /**
   * Lets the task go on that has waited longest. Context: any. Linux: wake_up.
   *
   * @switches
   * @symbol wake_up
   */
  notify_one(this: Ref<CondVar>): void;

  /**
   * Lets all that wait go on. Context: any. Linux: wake_up_all.
   *
   * @switches
   * @symbol wake_up_all
   */
  notify_all(this: Ref<CondVar>): void;

  /**
   * Context: process. Nobody can wait any more.
   *
   * @symbol cond_var_drop
   */
  [Symbol.dispose](): void;
}

/** A lock that is held, and the way to its data. Dropping it gives the lock back. */
export class Guard<T> {
  #nominal;
  private constructor();

  /** The data. It must not be kept past the guard. */
  get value(): T;

  /** Puts other data in its place. */
  set value(value: T);

  /**
   * Context: that in which the lock was taken.
   *
   * @switches
   * @symbol guard_drop
   */
  [Symbol.dispose](): void;
}

/**
 * A lock that is held to read, with others who do. Dropping it gives the lock back.
 */
export class ReadGuard<T> {
  #nominal;
  private constructor();

  /** The data, which must not be changed, nor kept past the guard. */
  get value(): Readonly<T>;

  /**
   * Context: that in which the lock was taken.
   *
   * @switches
   * @symbol read_guard_drop
   */
  [Symbol.dispose](): void;
}

/**
 * Data behind a lock that is waited for asleep. Tasks get it in the order in which they came.
 *
 * A constant of a module's top level lies in the module's own memory, and goes with the module.
 * Linux: struct mutex.
 */
export class Mutex<T> {
  #nominal;
  private constructor();

  /**
   * Puts `value` behind a new mutex.
   *
   * Context: any. Linux: mutex_init.
   *
   * @throws ENOMEM no memory for it
   * @lock_init
   * @symbol mutex_init
   */
  static new<T>(value: T): Mutex<T>;

  /**
   * Takes the lock, sleeping until it is free. Signals do not end the wait.
   *
   * Context: process. Who holds it already waits for ever. Linux: mutex_lock.
   *
   * @sleeps
   * @symbol mutex_lock
   */
  lock(this: Ref<Mutex<T>>): Guard<T>;

  /**
   * The same, but a signal ends the wait.
   *
   * Context: process. Linux: mutex_lock_interruptible.
   *
   * @throws EINTR a signal came first
   * @sleeps
   * @symbol mutex_lock_interruptible
   */
  lock_interruptible(this: Ref<Mutex<T>>): Guard<T>;

  /**
   * Takes the lock if it is free; null if not. Context: process. Linux: mutex_trylock.
   *
   * @symbol mutex_trylock
   */
  try_lock(this: Ref<Mutex<T>>): Guard<T> | null;

  /**
   * Drops the data. Context: process.
   *
   * @sleeps
   * @symbol mutex_drop
   */
  [Symbol.dispose](): void;
}

/**
 * One value for each CPU: what all change often, such as a counter, without waiting for each other.
 *
 * Linux: alloc_percpu.
 */
export class PerCpu<T> {
  #nominal;
  private constructor();

  /**
   * Makes a value for each CPU: `PerCpu.new(() => 0)`.
   *
   * Context: process; may sleep. Linux: alloc_percpu.
   *
   * @may_sleep
   * @throws ENOMEM no memory for it
   * @symbol pcpu_alloc_noprof
   */
  static new<T>(init: (cpu: number) => T): PerCpu<T>;

  /**
   * The running CPU's value. Until the guard is dropped the task keeps its CPU, and must not sleep.
   * An interrupt handler that changes the value, too, may still come in between.
   *
   * Context: any. Linux: get_cpu_ptr.
   */
  get(this: Ref<PerCpu<T>>): Guard<T>;

  /**
   * Calls `look` with each CPU's value in turn: to add them up. Others go on changing theirs.
   *
   * Context: any. Linux: for_each_possible_cpu.
   *
   * @switches
   */
  for_each(this: Ref<PerCpu<T>>, look: (value: Readonly<T>, cpu: number) => void): void;

  /**
   * Drops the values. Context: process. Linux: free_percpu.
   *
   * @sleeps
   * @symbol free_percpu
   */
  [Symbol.dispose](): void;
}

/**
 * Data that many may read at once, or one may change. It is waited for without sleeping, and who
 * holds it must not sleep. Linux: rwlock_t.
 */
export class RwLock<T> {
  #nominal;
  private constructor();

  /**
   * Puts `value` behind a new lock.
   *
   * Context: any. Linux: rwlock_init.
   *
   * @throws ENOMEM no memory for it
   * @lock_init
   * @symbol rwlock_init
   */
  static new<T>(value: T): RwLock<T>;

  /**
   * Takes the lock to read, with others who read, spinning until nobody writes.
   *
   * Context: any. Linux: read_lock.
   *
   * @switches
   * @symbol read_lock
   */
  read(this: Ref<RwLock<T>>): ReadGuard<T>;

  /**
   * The same with softirqs off until the guard is dropped.
   *
   * Context: any. Linux: read_lock_bh.
   *
   * @switches
   * @symbol read_lock_bh
   */
  read_bh(this: Ref<RwLock<T>>): ReadGuard<T>;

  /**
   * The same with interrupts off until the guard is dropped, which puts them back as they were.
   *
   * Context: any. Linux: read_lock_irqsave.
   *
   * @switches
   * @symbol read_lock_irqsave
   */
  read_irqsave(this: Ref<RwLock<T>>): ReadGuard<T>;

  /**
   * Takes the lock to write, alone, spinning until that can be.
   *
   * Context: any. Linux: write_lock.
   *
   * @switches
   * @symbol write_lock
   */
  write(this: Ref<RwLock<T>>): Guard<T>;

  /**
   * The same with softirqs off until the guard is dropped.
   *
   * Context: any. Linux: write_lock_bh.
   *
   * @switches
   * @symbol write_lock_bh
   */
  write_bh(this: Ref<RwLock<T>>): Guard<T>;

  /**
   * The same with interrupts off until the guard is dropped, which puts them back as they were.
   *
   * Context: any. Linux: write_lock_irqsave.
   *
   * @switches
   * @symbol write_lock_irqsave
   */
  write_irqsave(this: Ref<RwLock<T>>): Guard<T>;

  /**
   * Drops the data. Context: process.
   *
   * @sleeps
   * @symbol rw_lock_drop
   */
  [Symbol.dispose](): void;
}

/**
 * Data that many may read at once, or one may change. It is waited for asleep. Linux: struct
 * rw_semaphore.
 */
export class RwSemaphore<T> {
  #nominal;
  private constructor();

  /**
   * Puts `value` behind a new lock.
   *
   * Context: any. Linux: init_rwsem.
   *
   * @throws ENOMEM no memory for it
   * @lock_init
   * @symbol init_rwsem
   */
  static new<T>(value: T): RwSemaphore<T>;

  /**
   * Takes the lock to read, with others who read, sleeping until nobody writes.
   *
   * Context: process. Linux: down_read.
   *
   * @sleeps
   * @symbol down_read
   */
  read(this: Ref<RwSemaphore<T>>): ReadGuard<T>;

  /**
   * The same if that can be done at once; null if not.
   *
   * Context: process. Linux: down_read_trylock.
   *
   * @symbol down_read_trylock
   */
  try_read(this: Ref<RwSemaphore<T>>): ReadGuard<T> | null;

  /**
   * Takes the lock to write, alone, sleeping until that can be.
   *
   * Context: process. Linux: down_write.
   *
   * @sleeps
   * @symbol down_write
   */
  write(this: Ref<RwSemaphore<T>>): Guard<T>;

  /**
   * The same if that can be done at once; null if not.
   *
   * Context: process. Linux: down_write_trylock.
   *
   * @symbol down_write_trylock
   */
  try_write(this: Ref<RwSemaphore<T>>): Guard<T> | null;

  /**
   * Drops the data. Context: process.
   *
   * @sleeps
   * @symbol rw_semaphore_drop
   */
  [Symbol.dispose](): void;
}

/**
 * So many may pass, and others sleep until one comes back. Linux: struct semaphore.
 */
export class Semaphore {
  #nominal;
  private constructor();

  /**
   * A semaphore that `count` may pass.
   *
   * Context: any. Linux: sema_init.
   *
   * @throws ENOMEM no memory for it
   * @symbol sema_init
   */
  static new(count: number): Semaphore;

  /**
   * Passes, sleeping until that can be. Context: process. Linux: down.
   *
   * @sleeps
   * @symbol down
   */
  down(this: Ref<Semaphore>): void;

  /**
   * The same, but a signal ends the wait.
   *
   * Context: process. Linux: down_interruptible.
   *
   * @throws EINTR a signal came first
   * @sleeps
   * @symbol down_interruptible
   */
  down_interruptible(this: Ref<Semaphore>): void;

  /**
   * Passes if that can be done at once. True if so. Context: any. Linux: down_trylock.
   *
   * @symbol down_trylock
   */
  try_down(this: Ref<Semaphore>): boolean;

  /**
   * Lets one more pass. Context: any. Linux: up.
   *
   * @symbol up
   */
  up(this: Ref<Semaphore>): void;

  /**
   * Context: process.
   *
   * @symbol semaphore_drop
   */
  [Symbol.dispose](): void;
}

/**
 * Plain data that is read often and written seldom, such as the time. Who reads takes no lock, and
 * reads again if somebody wrote meanwhile. Writers keep each other out as at a `Spinlock`.
 *
 * Linux: seqlock_t.
 */
export class SeqLock<T> {
  #nominal;
  private constructor();

  /**
   * Puts `value` behind a new lock.
   *
   * Context: any. Linux: seqlock_init.
   *
   * @throws ENOMEM no memory for it
   * @lock_init
   * @symbol seqlock_init
   */
  static new<T>(value: T): SeqLock<T>;

  /**
   * Calls `look` with the data, again and again until nobody wrote meanwhile, and returns what it
   * returned last. What it sees may be half old and half new until then, so it only reads and
   * computes.
   *
   * Context: any; whoever interrupts a writer takes `write_irqsave` there. Linux: read_seqbegin,
   * read_seqretry.
   *
   * @switches
   */
  read<R>(this: Ref<SeqLock<T>>, look: (value: Readonly<T>) => R): R;

  /**
   * Takes the lock to write, spinning until it is free. Context: any. Linux: write_seqlock.
   *
   * @switches
   * @symbol write_seqlock
   */
  write(this: Ref<SeqLock<T>>): Guard<T>;

  /**
   * The same with softirqs off until the guard is dropped: for data that a timer writes, too.
   *
   * Context: any but hardirq. Linux: write_seqlock_bh.
   *
   * @switches
   * @symbol write_seqlock_bh
   */
  write_bh(this: Ref<SeqLock<T>>): Guard<T>;

  /**
   * The same with interrupts off until the guard is dropped, which puts them back as they were: for
   * data that an interrupt handler reads or writes, too.
   *
   * Context: any. Linux: write_seqlock_irqsave.
   *
   * @switches
   * @symbol write_seqlock_irqsave
   */
  write_irqsave(this: Ref<SeqLock<T>>): Guard<T>;

  /**
   * Drops the data. Context: process.
   *
   * @sleeps
   * @symbol seq_lock_drop
   */
  [Symbol.dispose](): void;
}

/**
 * Data behind a lock that is waited for without sleeping: for what is held a moment, and for what
 * interrupt handlers share. Who holds it keeps its CPU, and must not sleep.
 *
 * A constant of a module's top level lies in the module's own memory, and goes with the module.
 * Linux: spinlock_t.
 */
export class Spinlock<T> {
  #nominal;
  private constructor();

  /**
   * Puts `value` behind a new spinlock.
   *
   * Context: any. Linux: spin_lock_init.
   *
   * @throws ENOMEM no memory for it
   * @lock_init
   * @symbol spin_lock_init
   */
  static new<T>(value: T): Spinlock<T>;

  /**
   * Takes the lock, spinning until it is free.
   *
   * Context: any. Who holds it already spins until the watchdog ends it. Linux: spin_lock.
   *
   * @switches
   * @symbol spin_lock
   */
  lock(this: Ref<Spinlock<T>>): Guard<T>;

  /**
   * The same with softirqs off until the guard is dropped: for data that a timer, a tasklet or a
   * network function takes, too.
   *
   * Context: any but hardirq. Linux: spin_lock_bh.
   *
   * @switches
   * @symbol spin_lock_bh
   */
  lock_bh(this: Ref<Spinlock<T>>): Guard<T>;

  /**
   * The same with interrupts off; they are on when the guard is dropped, however they were.
   *
   * Context: any with interrupts on. Linux: spin_lock_irq.
   *
   * @switches
   * @symbol spin_lock_irq
   */
  lock_irq(this: Ref<Spinlock<T>>): Guard<T>;

  /**
   * The same with interrupts off until the guard is dropped, which puts them back as they were: for
   * data that an interrupt handler takes, too.
   *
   * Context: any. Linux: spin_lock_irqsave.
   *
   * @switches
   * @symbol spin_lock_irqsave
   */
  lock_irqsave(this: Ref<Spinlock<T>>): Guard<T>;

  /**
   * Takes the lock if it is free; null if not. Context: any. Linux: spin_trylock.
   *
   * @symbol spin_trylock
   */
  try_lock(this: Ref<Spinlock<T>>): Guard<T> | null;

  /**
   * Drops the data. Context: process.
   *
   * @sleeps
   * @symbol spinlock_drop
   */
  [Symbol.dispose](): void;
}

export {};
