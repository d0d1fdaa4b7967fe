// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Linked lists that readers walk while somebody changes them.
 *
 * Who changes one holds a lock; an entry that was taken out is freed when the readers are done.
 *
 * @subpath kernel/raw
 */
import type { Lists } from '../kernel/list.ts';
import { COST } from '../uapi/costs.ts';
import type { ApiContext } from './context.ts';
import { type EntryClass, type list_head, offsetOf } from './raw-list.ts';
import type { Ptr } from './raw-pointer.ts';
import { addressOf, pointerTo } from './raw-value.ts';

/** @exports */
export class RawRcuListApi {
  readonly #context: ApiContext;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * Puts an entry behind the head, where readers find it complete.
   *
   * Context: any, with the list's lock. Linux: list_add_rcu.
   *
   * @symbol none
   * @raw
   */
  list_add_rcu(entry: Ptr<list_head>, head: Ptr<list_head>): void {
    const at = addressOf(head);
    this.#add(addressOf(entry), at, this.#lists.next(at));
  }

  /**
   * Puts an entry before the head: it is the last one.
   *
   * Context: any, with the list's lock. Linux: list_add_tail_rcu.
   *
   * @symbol none
   * @raw
   */
  list_add_tail_rcu(entry: Ptr<list_head>, head: Ptr<list_head>): void {
    const at = addressOf(head);
    this.#add(addressOf(entry), this.#lists.prev(at), at);
  }

  /**
   * Takes an entry out. Readers that are at it go on from it, so it must be freed after a grace
   * period only.
   *
   * Context: any, with the list's lock. Linux: list_del_rcu.
   *
   * @symbol none
   * @raw
   */
  list_del_rcu(entry: Ptr<list_head>): void {
    this.#lists.deleteRcu(addressOf(entry));
  }

  /**
   * Calls `each` with the entries, in order, until it answers false. `condition` says that whoever
   * changes the list is kept from it, for those who are no readers.
   *
   * Context: a read section. Linux: list_for_each_entry_rcu.
   *
   * @symbol none
   * @raw
   */
  list_for_each_entry_rcu<T extends object>(
    head: Ptr<list_head>,
    type: EntryClass<T>,
    field: keyof T & string,
    each: (pos: Ptr<T>) => boolean | void,
    condition?: boolean,
  ): void {
    const { runtime, services } = this.#context;
    const { rcuUsage, scheduler } = services;
    const isRight = condition === true || rcuUsage.isHeld('any');
    rcuUsage.check(isRight, 'RCU-list traversed in non-reader section!');
    const at = addressOf(head);
    const offset = offsetOf(type, field);
    for (let entry = this.#lists.next(at); entry !== at; entry = this.#lists.next(entry)) {
      scheduler.happens.acquire(entry);
      if (runtime.sync(each(pointerTo(entry - offset))) === false) return;
      // A list that leads into itself has no end: the watchdog must see who walks it.
      runtime.budget -= COST.BACK_EDGE;
      if (runtime.budget < 0) runtime.overrun();
    }
  }

  #add(entry: number, prev: number, next: number): void {
    this.#context.services.scheduler.happens.release(entry);
    this.#lists.addBetween(entry, prev, next);
  }

  get #lists(): Lists {
    return this.#context.services.raw.lists;
  }
}
