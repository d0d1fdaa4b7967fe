// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Counting semaphores: so many may pass, and others sleep until somebody comes back. Who gives back
 * need not be who took. What is given back while somebody waits goes to who has waited longest.
 *
 * Linux: kernel/locking/semaphore.c. Lockdep knows nothing of them, as on Linux: nobody owns them.
 */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { COST } from '../../uapi/costs.ts';
import { ERRNO } from '../../uapi/errno.ts';
import type { Task } from '../sched/task.ts';
import { type LockLayout, lockLayout } from './layouts.ts';
import type { LockDependencies } from './lock-dependencies.ts';
import { sleepFor, type Wait, wantsToGiveUp } from './lock-sleep.ts';

interface Waiter {
  readonly task: Task;
  isUp: boolean;
}

export class Semaphores {
  readonly layout: LockLayout;
  readonly #deps: LockDependencies;
  readonly #count: number;
  readonly #lastHolder: number;
  readonly #waitList: number;
  readonly #queues = new Map<number, Waiter[]>();

  constructor(deps: LockDependencies) {
    this.#deps = deps;
    this.layout = lockLayout('semaphore', deps.ram.board);
    this.#count = this.layout.at('count');
    this.#lastHolder = this.layout.at('last_holder');
    this.#waitList = this.layout.at('wait_list');
  }

  /** Makes memory a semaphore that `count` may pass. Linux: sema_init. */
  initialise(at: number, count: number): void {
    const { ram } = this.#deps;
    ram.memset(at, 0, this.layout.sizeBytes);
    ram.store32(at + this.#count, count >>> 0);
    const list = at + this.#waitList;
    ram.storePointer(list, list);
    ram.storePointer(list + ram.board.pointerBytes, list);
  }

  /** Passes if that can be done at once. Context: any. Linux: down_trylock, where 0 is success. */
  tryDown(at: number): boolean {
    const { ram, execution } = this.#deps;
    execution.budget -= COST.LOCK;
    const count = ram.load32(at + this.#count);
    if (count === 0) return false;
    ram.store32(at + this.#count, count - 1);
    this.#passed(at);
    return true;
  }

  /**
   * Passes, sleeping until that can be. Context: task that may sleep. Linux: down,
   * down_interruptible, down_killable, down_timeout.
   *
   * @param timeoutNs - how long at most
   * @returns 0, -EINTR when a signal that `wait` heeds came, or -ETIME
   */
  *down(at: number, wait: Wait, timeoutNs = Infinity): Sleeping<number> {
    const { scheduler, sim } = this.#deps;
    scheduler.mightSleep();
    yield* scheduler.reschedule();
    if (this.tryDown(at)) return 0;
    const { current: task, blockers } = scheduler;
    const self: Waiter = { task, isUp: false };
    const queue = this.#queues.get(at) ?? [];
    queue.push(self);
    this.#queues.set(at, queue);
    const endNs = sim.now() + timeoutNs;
    const timer =
      timeoutNs === Infinity ? undefined : sim.events.schedule(endNs, () => scheduler.wake(task));
    blockers.begin('semaphore', at, 'semaphore', () => this.#holders(at));
    try {
      while (!self.isUp) {
        if (wantsToGiveUp(task, wait)) return -ERRNO.EINTR;
        if (sim.now() >= endNs) return -ERRNO.ETIME;
        yield* sleepFor(scheduler, wait, '__down_common');
      }
      this.#passed(at);
      return 0;
    } finally {
      blockers.end();
      if (timer !== undefined) sim.events.cancel(timer);
      this.#leave(at, self);
    }
  }

  /** Lets one more pass. Context: any. Linux: up. */
  up(at: number): void {
    const { ram, scheduler, debug } = this.#deps;
    scheduler.happens.release(at);
    if (ram.loadPointer(at + this.#lastHolder) === debug.self) {
      ram.storePointer(at + this.#lastHolder, 0);
    }
    const first = this.#queues.get(at)?.find(({ isUp }) => !isUp);
    if (first === undefined) {
      ram.store32(at + this.#count, (ram.load32(at + this.#count) + 1) >>> 0);
      return;
    }
    first.isUp = true;
    scheduler.wake(first.task);
  }

  #passed(at: number): void {
    const { ram, debug, scheduler } = this.#deps;
    ram.storePointer(at + this.#lastHolder, debug.self);
    scheduler.happens.acquire(at);
  }

  /** The last one that passed and has not come back. */
  #holders(at: number): readonly Task[] {
    const { ram, taskAt } = this.#deps;
    const holder = taskAt(ram.loadPointer(at + this.#lastHolder));
    return holder === undefined ? [] : [holder];
  }

  #leave(at: number, self: Waiter): void {
    const queue = this.#queues.get(at);
    if (queue === undefined) return;
    queue.splice(queue.indexOf(self), 1);
    if (queue.length === 0) this.#queues.delete(at);
  }
}
