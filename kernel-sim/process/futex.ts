// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Futexes: threads that sleep until somebody says that a word of memory has changed.
 *
 * The kernel keeps nothing but the queues of those that sleep, by the word that they sleep on. A
 * word of private memory belongs to its address space; a word of shared memory to what is mapped
 * there, so that processes which map it at different addresses meet.
 *
 * Linux: kernel/futex/. Differs: no PI futexes, no robust lists.
 */
import type { Scheduler } from '../kernel/sched/scheduler.ts';
import type { Task } from '../kernel/sched/task.ts';
import { type AddressSpace, FAULT } from '../mm/address-space.ts';
import type { Sim } from '../sim/sim.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { FUTEX_BITSET_MATCH_ANY } from '../uapi/futex.ts';

/** One that sleeps. A requeue moves it to another word's queue. */
interface Waiter {
  readonly task: Task;
  readonly bitset: number;
  queue: Queue;
  isWoken: boolean;
}

/** Those that sleep on one word, in order of arrival. */
interface Queue {
  readonly owner: object;
  readonly offset: number;
  readonly waiters: Set<Waiter>;
}

export class Futexes {
  readonly #sim: Sim;
  readonly #scheduler: Scheduler;
  /** By the owner of the memory and the byte in it. */
  readonly #queues = new Map<object, Map<number, Queue>>();

  constructor(sim: Sim, scheduler: Scheduler) {
    this.#sim = sim;
    this.#scheduler = scheduler;
  }

  /** How many sleep, anywhere. */
  get waiterCount(): number {
    let count = 0;
    for (const words of this.#queues.values()) {
      for (const { waiters } of words.values()) count += waiters.size;
    }
    return count;
  }

  /**
   * FUTEX_WAIT: sleeps while the word is `value`, at most until `endNs`. Context: task. Answers 0,
   * -EAGAIN, -EFAULT, -EINTR or -ETIMEDOUT.
   */
  *wait(
    space: AddressSpace,
    address: number,
    value: number,
    options: { readonly endNs: number; readonly bitset: number },
  ): Sleeping<number> {
    const found = space.load32(address);
    if (found === FAULT) return -ERRNO.EFAULT;
    if (found !== value >>> 0) return -ERRNO.EAGAIN;
    const queue = this.#queue(space, address);
    const task = this.#scheduler.current;
    const waiter = { task, bitset: options.bitset, queue, isWoken: false };
    queue.waiters.add(waiter);
    const answer = yield* this.#sleep(waiter, options.endNs);
    this.#remove(waiter);
    return answer;
  }

  *#sleep(waiter: Waiter, endNs: number): Sleeping<number> {
    const { task } = waiter;
    const scheduler = this.#scheduler;
    const timer =
      endNs === Infinity ? undefined : this.#sim.events.schedule(endNs, () => scheduler.wake(task));
    let answer = 0;
    while (!waiter.isWoken) {
      if (this.#sim.now() >= endNs) answer = -ERRNO.ETIMEDOUT;
      else if (task.deliverable !== 0) answer = -ERRNO.EINTR;
      if (answer !== 0) break;
      yield* scheduler.sleep('S', 'futex_wait_queue');
    }
    if (timer !== undefined) this.#sim.events.cancel(timer);
    return answer;
  }

  /** FUTEX_WAKE_BITSET: wakes up to `count` that sleep on the word. Returns how many. */
  wake(
    space: AddressSpace,
    address: number,
    count: number,
    bitset = FUTEX_BITSET_MATCH_ANY,
  ): number {
    let woken = 0;
    for (const waiter of this.#find(space, address)?.waiters ?? []) {
      if (woken >= count) break;
      if ((waiter.bitset & bitset) === 0) continue;
      this.#wake(waiter);
      woken++;
    }
    return woken;
  }

  /** FUTEX_REQUEUE: wakes some, and lets others sleep on the word at `target`. How many in all. */
  requeue(
    space: AddressSpace,
    address: number,
    target: number,
    limits: { readonly wake: number; readonly move: number },
  ): number {
    let count = 0;
    const to = this.#queue(space, target);
    for (const waiter of this.#find(space, address)?.waiters ?? []) {
      if (count >= limits.wake + limits.move) break;
      count++;
      if (count <= limits.wake) this.#wake(waiter);
      else if (waiter.queue !== to) {
        this.#remove(waiter);
        waiter.queue = to;
        to.waiters.add(waiter);
      }
    }
    this.#forgetIfEmpty(to);
    return count;
  }

  #wake(waiter: Waiter): void {
    waiter.isWoken = true;
    this.#remove(waiter);
    this.#scheduler.wake(waiter.task);
  }

  #remove(waiter: Waiter): void {
    waiter.queue.waiters.delete(waiter);
    this.#forgetIfEmpty(waiter.queue);
  }

  #queue(space: AddressSpace, address: number): Queue {
    const { owner, offset } = space.wordKey(address);
    let words = this.#queues.get(owner);
    if (words === undefined) this.#queues.set(owner, (words = new Map<number, Queue>()));
    let queue = words.get(offset);
    if (queue === undefined) words.set(offset, (queue = { owner, offset, waiters: new Set() }));
    return queue;
  }

  #find(space: AddressSpace, address: number): Queue | undefined {
    const { owner, offset } = space.wordKey(address);
    return this.#queues.get(owner)?.get(offset);
  }

  #forgetIfEmpty(queue: Queue): void {
    const words = this.#queues.get(queue.owner);
    if (queue.waiters.size > 0 || words?.get(queue.offset) !== queue) return;
    words.delete(queue.offset);
    if (words.size === 0) this.#queues.delete(queue.owner);
  }
}
