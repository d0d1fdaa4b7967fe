// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Linked lists whose links lie in what is listed: `struct({ node: list_head, value: u32 })`.
 *
 * An entry that has been deleted has links that fault. Before it changes anything, adding and
 * deleting look whether the neighbours lead to each other; if not, that is a WARN and nothing is
 * changed.
 *
 * @subpath kernel/raw
 */
import type { Lists } from '../kernel/list.ts';
import { COST } from '../uapi/costs.ts';
import type { ApiContext } from './context.ts';
import type { Ptr } from './raw-pointer.ts';
import { addressOf, pointerTo, sizeOf } from './raw-value.ts';
import type { PointerKind, Struct, StructClass } from './uapi-types.ts';
import type { UapiApi } from './uapi.ts';

/**
 * The fields of `list_head`: the next entry and the one before, or the head.
 *
 * @public
 */
export type ListHeadFields = {
  readonly next: PointerKind<list_head>;
  readonly prev: PointerKind<list_head>;
};

/**
 * The head of a list, or an entry's place in it. An empty list leads to itself. Linux: struct
 * list_head.
 *
 * @public
 */
export type list_head = Struct<ListHeadFields>;

/**
 * A class whose values are entries of lists.
 *
 * @public
 */
export type EntryClass<T> = (abstract new (...args: never) => T) & {
  readonly offsetof: (field: keyof T & string) => number;
};

/** @exports */
export class RawListApi {
  readonly #context: ApiContext;

  /** As a field: `node: list_head`. Linux: struct list_head. */
  readonly list_head: StructClass<ListHeadFields>;

  /** What `next` of a deleted entry leads to: nowhere. Linux: LIST_POISON1. */
  readonly LIST_POISON1: Ptr<list_head>;

  /** What `prev` of a deleted entry leads to: nowhere. Linux: LIST_POISON2. */
  readonly LIST_POISON2: Ptr<list_head>;

  constructor(context: ApiContext, uapi: UapiApi) {
    this.#context = context;
    this.list_head = uapi.struct<ListHeadFields>({ next: uapi.ptr(), prev: uapi.ptr() });
    this.LIST_POISON1 = pointerTo(this.#lists.poison1);
    this.LIST_POISON2 = pointerTo(this.#lists.poison2);
  }

  /**
   * Makes a list empty, or an entry one that is on no list.
   *
   * Context: any. Linux: INIT_LIST_HEAD.
   *
   * @symbol none
   * @raw
   */
  INIT_LIST_HEAD(list: Ptr<list_head>): void {
    this.#lists.initialise(addressOf(list));
  }

  /**
   * Puts an entry behind the head: the last one to come is the first.
   *
   * Context: any. Linux: list_add.
   *
   * @symbol none
   * @raw
   */
  list_add(entry: Ptr<list_head>, head: Ptr<list_head>): void {
    const at = addressOf(head);
    this.#lists.addBetween(addressOf(entry), at, this.#lists.next(at));
  }

  /**
   * Puts an entry before the head, at the end of the list.
   *
   * Context: any. Linux: list_add_tail.
   *
   * @symbol none
   * @raw
   */
  list_add_tail(entry: Ptr<list_head>, head: Ptr<list_head>): void {
    const at = addressOf(head);
    this.#lists.addBetween(addressOf(entry), this.#lists.prev(at), at);
  }

  /**
   * Takes an entry out of its list. Its links lead nowhere afterwards.
   *
   * Context: any. Linux: list_del.
   *
   * @symbol none
   * @raw
   */
  list_del(entry: Ptr<list_head>): void {
    this.#lists.delete(addressOf(entry));
  }

  /**
   * Takes an entry out of its list and leaves it as one that is on none.
   *
   * Context: any. Linux: list_del_init.
   *
   * @symbol none
   * @raw
   */
  list_del_init(entry: Ptr<list_head>): void {
    const at = addressOf(entry);
    this.#lists.unlink(at);
    this.#lists.initialise(at);
  }

  /**
   * Puts `entry` in the place of `old`, whose links stay as they are.
   *
   * Context: any. Linux: list_replace.
   *
   * @symbol none
   * @raw
   */
  list_replace(old: Ptr<list_head>, entry: Ptr<list_head>): void {
    const [from, to] = [addressOf(old), addressOf(entry)];
    this.#lists.replace(from, to);
  }

  /**
   * Takes an entry out of its list and puts it behind a head.
   *
   * Context: any. Linux: list_move.
   *
   * @symbol none
   * @raw
   */
  list_move(entry: Ptr<list_head>, head: Ptr<list_head>): void {
    this.#lists.unlink(addressOf(entry));
    this.list_add(entry, head);
  }

  /**
   * Takes an entry out of its list and puts it at the end of another.
   *
   * Context: any. Linux: list_move_tail.
   *
   * @symbol none
   * @raw
   */
  list_move_tail(entry: Ptr<list_head>, head: Ptr<list_head>): void {
    this.#lists.unlink(addressOf(entry));
    this.list_add_tail(entry, head);
  }

  /**
   * True if nothing is on the list.
   *
   * Context: any. Linux: list_empty.
   *
   * @symbol none
   * @raw
   */
  list_empty(head: Ptr<list_head>): boolean {
    return this.#lists.isEmpty(addressOf(head));
  }

  /**
   * True if one entry is on the list.
   *
   * Context: any. Linux: list_is_singular.
   *
   * @symbol none
   * @raw
   */
  list_is_singular(head: Ptr<list_head>): boolean {
    const at = addressOf(head);
    return !this.#lists.isEmpty(at) && this.#lists.next(at) === this.#lists.prev(at);
  }

  /**
   * True if the entry is the first of the list.
   *
   * Context: any. Linux: list_is_first.
   *
   * @symbol none
   * @raw
   */
  list_is_first(entry: Ptr<list_head>, head: Ptr<list_head>): boolean {
    return this.#lists.prev(addressOf(entry)) === addressOf(head);
  }

  /**
   * True if the entry is the last of the list.
   *
   * Context: any. Linux: list_is_last.
   *
   * @symbol none
   * @raw
   */
  list_is_last(entry: Ptr<list_head>, head: Ptr<list_head>): boolean {
    return this.#lists.next(addressOf(entry)) === addressOf(head);
  }

  /**
   * True if `entry` is the head itself: where a walk ends.
   *
   * Context: any. Linux: list_is_head.
   *
   * @symbol none
   */
  list_is_head(entry: Ptr<list_head>, head: Ptr<list_head>): boolean {
    return addressOf(entry) === addressOf(head);
  }

  /**
   * Puts all that is on `list` behind `head`. `list` is not to be used before it is made empty.
   *
   * Context: any. Linux: list_splice.
   *
   * @symbol none
   * @raw
   */
  list_splice(list: Ptr<list_head>, head: Ptr<list_head>): void {
    const [from, to] = [addressOf(list), addressOf(head)];
    if (!this.#lists.isEmpty(from)) this.#lists.splice(from, to, this.#lists.next(to));
  }

  /**
   * Puts all that is on `list` behind `head`, and makes `list` empty.
   *
   * Context: any. Linux: list_splice_init.
   *
   * @symbol none
   * @raw
   */
  list_splice_init(list: Ptr<list_head>, head: Ptr<list_head>): void {
    const from = addressOf(list);
    if (this.#lists.isEmpty(from)) return;
    this.list_splice(list, head);
    this.#lists.initialise(from);
  }

  /**
   * How many entries are on the list.
   *
   * Context: any. Linux: list_count_nodes.
   *
   * @symbol none
   * @raw
   */
  list_count_nodes(head: Ptr<list_head>): number {
    const at = addressOf(head);
    let count = 0;
    for (let entry = this.#lists.next(at); entry !== at; entry = this.#step(entry)) count++;
    return count;
  }

  /**
   * What the first entry lies in. Of an empty list it is the head, taken for an entry.
   *
   * Context: any. Linux: list_first_entry.
   *
   * @symbol none
   * @raw
   */
  list_first_entry<T extends object>(
    head: Ptr<list_head>,
    type: EntryClass<T>,
    field: keyof T & string,
  ): Ptr<T> {
    return this.#holder(this.#lists.next(addressOf(head)), type, field);
  }

  /**
   * What the last entry lies in.
   *
   * Context: any. Linux: list_last_entry.
   *
   * @symbol none
   * @raw
   */
  list_last_entry<T extends object>(
    head: Ptr<list_head>,
    type: EntryClass<T>,
    field: keyof T & string,
  ): Ptr<T> {
    return this.#holder(this.#lists.prev(addressOf(head)), type, field);
  }

  /**
   * What the entry behind that of `pos` lies in.
   *
   * Context: any. Linux: list_next_entry.
   *
   * @symbol none
   * @raw
   */
  list_next_entry<T extends object>(
    pos: Ptr<T>,
    type: EntryClass<T>,
    field: keyof T & string,
  ): Ptr<T> {
    const entry = addressOf(pos) + offsetOf(type, field);
    return this.#holder(this.#lists.next(entry), type, field);
  }

  /**
   * True if a walk has come around: `pos` is the head, taken for an entry.
   *
   * Context: any. Linux: list_entry_is_head.
   *
   * @symbol none
   */
  list_entry_is_head<T extends object>(
    pos: Ptr<T>,
    head: Ptr<list_head>,
    type: EntryClass<T>,
    field: keyof T & string,
  ): boolean {
    return addressOf(pos) + offsetOf(type, field) === addressOf(head);
  }

  /**
   * Calls `each` with what every entry lies in, from the first to the last, until it answers false.
   * The link to the next one is read behind the call: who frees the entry in it reads freed memory.
   *
   * Context: any. Linux: list_for_each_entry.
   *
   * @symbol none
   * @raw
   */
  list_for_each_entry<T extends object>(
    head: Ptr<list_head>,
    type: EntryClass<T>,
    field: keyof T & string,
    each: (pos: Ptr<T>) => boolean | void,
  ): void {
    const at = addressOf(head);
    for (let entry = this.#lists.next(at); entry !== at; entry = this.#step(entry)) {
      if (this.#call(each, this.#holder(entry, type, field))) return;
    }
  }

  /**
   * The same, but the link to the next one is read before the call, which may free the entry.
   *
   * Context: any. Linux: list_for_each_entry_safe.
   *
   * @symbol none
   * @raw
   */
  list_for_each_entry_safe<T extends object>(
    head: Ptr<list_head>,
    type: EntryClass<T>,
    field: keyof T & string,
    each: (pos: Ptr<T>) => boolean | void,
  ): void {
    const at = addressOf(head);
    let entry = this.#lists.next(at);
    while (entry !== at) {
      const next = this.#step(entry);
      if (this.#call(each, this.#holder(entry, type, field))) return;
      entry = next;
    }
  }

  /** A list that leads into itself has no end: the watchdog must see who walks it. */
  #step(entry: number): number {
    const { runtime } = this.#context;
    runtime.budget -= COST.BACK_EDGE;
    if (runtime.budget < 0) runtime.overrun();
    return this.#lists.next(entry);
  }

  /** True if the driver wants no more. */
  #call<T>(each: (pos: Ptr<T>) => boolean | void, pos: Ptr<T>): boolean {
    return this.#context.runtime.sync(each(pos)) === false;
  }

  #holder<T>(entry: number, type: EntryClass<T>, field: keyof T & string): Ptr<T> {
    return pointerTo(entry - offsetOf(type, field));
  }

  get #lists(): Lists {
    return this.#context.services.raw.lists;
  }
}

/** Linux: offsetof. */
export function offsetOf<T>(type: EntryClass<T>, field: keyof T & string): number {
  return sizeOf(type.offsetof(field));
}
