// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Linked lists through memory: circular ones whose links lie in what is listed, and hashed ones
 * whose heads are one pointer. Before it changes anything, an operation looks whether the links
 * around it lead to each other; if not it says so and changes nothing.
 *
 * Every link is loaded and stored as the sanitizer sees it, and may be anything.
 *
 * Linux: include/linux/list.h, lib/list_debug.c. As with CONFIG_BUG_ON_DATA_CORRUPTION off, which
 * is the default, corruption is a WARN. With `list_debug=off` nothing is looked at.
 */
import { listPoison } from '../hw/ram/pointer-words.ts';
import type { Ram } from '../hw/ram/ram.ts';
import type { Warner } from './warner.ts';

export class Lists {
  readonly poison1: number;
  readonly poison2: number;
  readonly #ram: Ram;
  readonly #warner: Warner;
  readonly #isOn: boolean;
  /** Where the second pointer lies: `prev` of a list_head, `pprev` of an hlist_node. */
  readonly #second: number;

  constructor(ram: Ram, warner: Warner, isOn: boolean) {
    this.#ram = ram;
    this.#warner = warner;
    this.#isOn = isOn;
    this.#second = ram.board.pointerBytes;
    const poison = listPoison(ram.board);
    this.poison1 = poison.next;
    this.poison2 = poison.prev;
  }

  next(entry: number): number {
    return this.#ram.loadPointer(entry);
  }

  prev(entry: number): number {
    return this.#ram.loadPointer(entry + this.#second);
  }

  setNext(entry: number, value: number): void {
    this.#ram.storePointer(entry, value);
  }

  setPrev(entry: number, value: number): void {
    this.#ram.storePointer(entry + this.#second, value);
  }

  /** Linux: INIT_LIST_HEAD. */
  initialise(head: number): void {
    this.setNext(head, head);
    this.setPrev(head, head);
  }

  /** Puts `entry` between two neighbours. Linux: __list_add. */
  addBetween(entry: number, prev: number, next: number): void {
    if (this.#isOn && !this.#isAddValid(entry, prev, next)) return;
    this.setPrev(next, entry);
    this.setNext(entry, next);
    this.setPrev(entry, prev);
    this.setNext(prev, entry);
  }

  /** Joins the neighbours of `entry`; its own links stay. Linux: __list_del_entry. */
  unlink(entry: number): void {
    if (this.#isOn && !this.#isDelValid(entry)) return;
    this.join(this.prev(entry), this.next(entry));
  }

  /** Linux: __list_del. */
  join(prev: number, next: number): void {
    this.setPrev(next, prev);
    this.setNext(prev, next);
  }

  /** Takes `entry` out; what follows its links afterwards faults. Linux: list_del. */
  delete(entry: number): void {
    this.unlink(entry);
    this.setNext(entry, this.poison1);
    this.setPrev(entry, this.poison2);
  }

  /** Takes `entry` out from under readers, who may go on from it. Linux: list_del_rcu. */
  deleteRcu(entry: number): void {
    this.unlink(entry);
    this.setPrev(entry, this.poison2);
  }

  /** Puts `entry` where `old` is; its links stay. Linux: list_replace. */
  replace(old: number, entry: number): void {
    const next = this.next(old);
    this.setNext(entry, next);
    this.setPrev(next, entry);
    const prev = this.prev(old);
    this.setPrev(entry, prev);
    this.setNext(prev, entry);
  }

  /** Linux: list_empty. */
  isEmpty(head: number): boolean {
    return this.next(head) === head;
  }

  /** Puts what `list` heads between two neighbours; it stays as it was. Linux: __list_splice. */
  splice(list: number, prev: number, next: number): void {
    const first = this.next(list);
    const last = this.prev(list);
    this.setPrev(first, prev);
    this.setNext(prev, first);
    this.setNext(last, next);
    this.setPrev(next, last);
  }

  /** Linux: hlist_add_head. */
  addToHash(node: number, head: number): void {
    const first = this.next(head);
    this.setNext(node, first);
    if (first !== 0) this.setPrev(first, node);
    this.setNext(head, node);
    this.setPrev(node, head);
  }

  /** Takes a node out of its hashed list; its own links stay. Linux: __hlist_del. */
  unlinkFromHash(node: number): void {
    const next = this.next(node);
    const owner = this.prev(node);
    this.setNext(owner, next);
    if (next !== 0) this.setPrev(next, owner);
  }

  /** Linux: hlist_del. */
  deleteFromHash(node: number): void {
    this.unlinkFromHash(node);
    this.setNext(node, this.poison1);
    this.setPrev(node, this.poison2);
  }

  /** Linux: __list_add_valid_or_report. */
  #isAddValid(entry: number, prev: number, next: number): boolean {
    const hex = (pointer: number): string => this.#ram.formatPointer(pointer);
    const head = 'list_add corruption.';
    if (prev === 0) return this.#corrupt(`${head} prev is NULL.`);
    if (next === 0) return this.#corrupt(`${head} next is NULL.`);
    const back = this.prev(next);
    if (back !== prev) {
      const what = `next->prev should be prev (${hex(prev)}), but was ${hex(back)}.`;
      return this.#corrupt(`${head} ${what} (next=${hex(next)}).`);
    }
    const forth = this.next(prev);
    if (forth !== next) {
      const what = `prev->next should be next (${hex(next)}), but was ${hex(forth)}.`;
      return this.#corrupt(`${head} ${what} (prev=${hex(prev)}).`);
    }
    if (entry !== prev && entry !== next) return true;
    const links = `new=${hex(entry)}, prev=${hex(prev)}, next=${hex(next)}.`;
    return this.#corrupt(`list_add double add: ${links}`);
  }

  /** Linux: __list_del_entry_valid_or_report. */
  #isDelValid(entry: number): boolean {
    const hex = (pointer: number): string => this.#ram.formatPointer(pointer);
    // Nothing is spelt out before something is wrong: lists are hot.
    const at = (): string => `list_del corruption, ${hex(entry)}`;
    const prev = this.prev(entry);
    const next = this.next(entry);
    if (next === 0) return this.#corrupt(`${at()}->next is NULL`);
    if (prev === 0) return this.#corrupt(`${at()}->prev is NULL`);
    if (next === this.poison1) {
      return this.#corrupt(`${at()}->next is LIST_POISON1 (${hex(next)})`);
    }
    if (prev === this.poison2) {
      return this.#corrupt(`${at()}->prev is LIST_POISON2 (${hex(prev)})`);
    }
    const should = (): string => `should be ${hex(entry)}, but was`;
    const forth = this.next(prev);
    if (forth !== entry) {
      const what = `prev->next ${should()} ${hex(forth)}. (prev=${hex(prev)})`;
      return this.#corrupt(`list_del corruption. ${what}`);
    }
    const back = this.prev(next);
    if (back === entry) return true;
    const what = `next->prev ${should()} ${hex(back)}. (next=${hex(next)})`;
    return this.#corrupt(`list_del corruption. ${what}`);
  }

  #corrupt(text: string): false {
    this.#warner.warn(text);
    return false;
  }
}
