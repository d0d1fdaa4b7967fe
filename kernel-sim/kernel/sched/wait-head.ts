// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Wait queues of drivers: lists in memory of those who wait, each entry on the kernel stack of its
 * task or wherever the driver has put it. What memory says is what is done: a head that was freed
 * is reported, one that was never initialised leads nowhere.
 *
 * A waiter tests its condition, sleeps, and tests again; whoever changes it wakes afterwards.
 *
 * Linux: include/linux/wait.h, kernel/sched/wait.c. wait-queue.ts is what the kernel itself uses.
 */
import type { Ram } from '../../hw/ram/ram.ts';
import { finished } from '../../lib/coroutine.ts';
import type { MaySwitch, Sleeping, Switching } from '../../uapi/coroutine.ts';
import type { Lists } from '../list.ts';
import type { DriverRuntime } from '../module/runtime.ts';
import type { Scheduler } from './scheduler.ts';
import type { Task } from './task.ts';
import { MAX_SCHEDULE_TIMEOUT, type Sleepers, TASK_STATE } from './task-state.ts';

/** Flag of an entry: a wake-up that is for one ends with it. Linux: WQ_FLAG_EXCLUSIVE. */
const EXCLUSIVE = 1;
/** What `ps -o wchan` shows of those who wait: on Linux the driver's function, which it inlines. */
const WAIT_CHANNEL = 'wait_event';
/** What a wait that a signal ended answers. */
export const ERESTARTSYS = 512;

/** Where the fields of the structs lie: api/raw-wait.ts describes them to drivers. */
interface WaitLayout {
  /** Of `struct wait_queue_head`: behind its lock. */
  readonly list: number;
  readonly headBytes: number;
  /** Of `struct wait_queue_entry`. */
  readonly privateAt: number;
  readonly func: number;
  readonly entry: number;
  readonly entryBytes: number;
}

function layoutOf(pointerBytes: number): WaitLayout {
  const list = spinlockBytes(pointerBytes);
  return {
    list,
    headBytes: list + 2 * pointerBytes,
    privateAt: pointerBytes,
    func: 2 * pointerBytes,
    entry: 3 * pointerBytes,
    entryBytes: 5 * pointerBytes,
  };
}

/** Of a spinlock_t with what debugging needs of it. */
function spinlockBytes(pointerBytes: number): number {
  return pointerBytes === 8 ? 32 : 20;
}

export interface WaitHeadsParts {
  readonly ram: Ram;
  readonly lists: Lists;
  readonly scheduler: Scheduler;
  readonly sleepers: Sleepers;
  readonly runtime: DriverRuntime;
  /** Where a task's task_struct lies. */
  readonly pointerOf: (task: Task) => number;
  /** The kernel's own functions for entries, by their addresses. */
  readonly functions: { readonly plain: number; readonly autoremove: number };
}

/** How somebody waits. */
export interface Wait {
  readonly state: number;
  readonly isExclusive?: boolean;
  readonly jiffies?: number;
}

/** Asked before and after each sleep. It may be a coroutine, since a driver's function may. */
export type WaitCondition = () => unknown;

export class WaitHeads {
  readonly #parts: WaitHeadsParts;
  readonly layout: WaitLayout;
  /** Who waits or has waited, by the pointers that entries hold. */
  readonly #tasks = new Map<number, Task>();

  constructor(parts: WaitHeadsParts) {
    this.#parts = parts;
    this.layout = layoutOf(parts.ram.board.pointerBytes);
  }

  /** Makes memory into a queue on which nobody waits. Linux: init_waitqueue_head. */
  initialise(head: number): void {
    const { ram, lists } = this.#parts;
    ram.memset(head, 0, this.layout.list);
    lists.initialise(head + this.layout.list);
  }

  /** Linux: waitqueue_active. */
  isActive(head: number): boolean {
    return !this.#parts.lists.isEmpty(head + this.layout.list);
  }

  /** Makes an entry for the running task. Linux: init_wait, DEFINE_WAIT. */
  initialiseEntry(entry: number, func = this.#parts.functions.autoremove): void {
    const { ram, lists, scheduler, pointerOf } = this.#parts;
    const { privateAt, func: funcAt, entry: links } = this.layout;
    const task = scheduler.current;
    const pointer = pointerOf(task);
    this.#tasks.set(pointer, task);
    ram.store32(entry, 0);
    ram.storePointer(entry + privateAt, pointer);
    ram.storePointer(entry + funcAt, func);
    lists.initialise(entry + links);
  }

  /** Linux: init_waitqueue_entry. */
  initialiseEntryFor(entry: number, task: number): void {
    this.initialiseEntry(entry, this.#parts.functions.plain);
    this.#parts.ram.storePointer(entry + this.layout.privateAt, task);
  }

  /** Exclusive ones go to the end, the others to the front. Linux: add_wait_queue. */
  add(head: number, entry: number, isExclusive: boolean): void {
    const { ram, lists } = this.#parts;
    const flags = ram.load32(entry);
    ram.store32(entry, isExclusive ? flags | EXCLUSIVE : flags & ~EXCLUSIVE);
    const list = head + this.layout.list;
    const links = entry + this.layout.entry;
    if (isExclusive) lists.addBetween(links, lists.prev(list), list);
    else lists.addBetween(links, list, lists.next(list));
  }

  /** Linux: remove_wait_queue. */
  remove(entry: number): void {
    this.#parts.lists.delete(entry + this.layout.entry);
  }

  /** Puts an entry on the queue, unless it is, and says that its task will sleep. */
  prepare(head: number, entry: number, state: number, isExclusive: boolean): void {
    const { lists, sleepers, scheduler } = this.#parts;
    scheduler.happens.acquire(head);
    if (lists.isEmpty(entry + this.layout.entry)) this.add(head, entry, isExclusive);
    sleepers.setState(state);
  }

  /** The task goes on. Linux: finish_wait. */
  finish(entry: number): void {
    const { lists, sleepers } = this.#parts;
    sleepers.setState(TASK_STATE.TASK_RUNNING);
    const links = entry + this.layout.entry;
    if (lists.isEmpty(links)) return;
    lists.unlink(links);
    lists.initialise(links);
  }

  /**
   * Sleeps until `condition` holds. Context: task that may sleep. Linux: wait_event and its family.
   *
   * @returns the jiffies that are left, at least 1; 0 when they are over and it does not hold;
   *   -ERESTARTSYS for a signal
   */
  *waitEvent(head: number, wait: Wait, condition: WaitCondition): Sleeping<number> {
    const { scheduler, runtime } = this.#parts;
    scheduler.mightSleep();
    if (yield* this.#holds(condition)) return wait.jiffies ?? 1;
    // Room of the caller's: on Linux all of this is inlined there.
    const frame = runtime.enter(0, 0);
    const entry = runtime.stackBuffer(this.layout.entryBytes);
    this.initialiseEntry(entry);
    const left = yield* this.#wait(head, entry, wait, condition);
    runtime.leave(frame);
    return left;
  }

  /**
   * Sleeps once, whatever holds then: until woken, or for so many jiffies. `release` gives back
   * what guards the condition, and is called when no wake-up can be missed any more. Context: task.
   *
   * @returns the jiffies that are left, 0 when they are over; -ERESTARTSYS for a signal
   */
  *waitOnce(head: number, wait: Wait, release: () => MaySwitch<void>): Sleeping<number> {
    const { runtime, sleepers } = this.#parts;
    const frame = runtime.enter(0, 0);
    const entry = runtime.stackBuffer(this.layout.entryBytes);
    this.initialiseEntry(entry);
    this.prepare(head, entry, wait.state, wait.isExclusive === true);
    yield* finished(release());
    const jiffies = wait.jiffies ?? MAX_SCHEDULE_TIMEOUT;
    const left = yield* sleepers.scheduleTimeout(jiffies, WAIT_CHANNEL);
    this.finish(entry);
    runtime.leave(frame);
    return sleepers.interruptedIn(wait.state) === 0 ? left : -ERESTARTSYS;
  }

  *#wait(head: number, entry: number, wait: Wait, condition: WaitCondition): Sleeping<number> {
    const { sleepers } = this.#parts;
    let left = wait.jiffies ?? MAX_SCHEDULE_TIMEOUT;
    for (;;) {
      this.prepare(head, entry, wait.state, wait.isExclusive === true);
      const error = sleepers.interruptedIn(wait.state);
      if (yield* this.#holds(condition)) break;
      if (error !== 0) {
        left = -ERESTARTSYS;
        break;
      }
      if (left === 0) {
        this.finish(entry);
        return 0;
      }
      left = yield* sleepers.scheduleTimeout(left, WAIT_CHANNEL);
    }
    this.finish(entry);
    return left === 0 ? 1 : left;
  }

  *#holds(condition: WaitCondition): Sleeping<boolean> {
    return Boolean(yield* this.#parts.runtime.maybe(condition()));
  }

  /**
   * Wakes those who sleep in a state of `mode`: all that are not exclusive, and so many exclusive
   * ones; 0 for all. Context: any. Linux: __wake_up.
   */
  *wake(head: number, mode: number, exclusive: number, key = 0): Switching<number> {
    const { lists, ram, scheduler } = this.#parts;
    scheduler.happens.release(head);
    const list = head + this.layout.list;
    let left = exclusive;
    let woken = 0;
    let at = lists.next(list);
    while (at !== list) {
      // The entry may take itself out, and be gone when it has.
      const next = lists.next(at);
      const entry = at - this.layout.entry;
      const flags = ram.load32(entry);
      const answer = yield* this.#wakeEntry(entry, mode, key);
      if (answer < 0) break;
      if (answer > 0) woken++;
      if (answer > 0 && (flags & EXCLUSIVE) !== 0 && --left === 0) break;
      at = next;
    }
    return woken;
  }

  *#wakeEntry(entry: number, mode: number, key: number): Switching<number> {
    const { ram, lists, sleepers, runtime, functions } = this.#parts;
    const func = ram.loadPointer(entry + this.layout.func);
    if (func !== functions.plain && func !== functions.autoremove) {
      const answer = yield* runtime.maybe(runtime.callPointer(func, entry, mode, 0, key));
      return Number(answer) | 0;
    }
    const pointer = ram.loadPointer(entry + this.layout.privateAt);
    const task = this.#tasks.get(pointer);
    // Whoever it was, its task_struct is looked at first.
    if (task === undefined) ram.load32(pointer);
    if (task === undefined || !sleepers.wake(task, mode)) return 0;
    if (func === functions.autoremove) {
      lists.unlink(entry + this.layout.entry);
      lists.initialise(entry + this.layout.entry);
    }
    return 1;
  }
}
