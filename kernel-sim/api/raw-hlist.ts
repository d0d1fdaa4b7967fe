// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Hashed lists: the head is one pointer, for tables of many lists. Each entry knows the pointer
 * that leads to it.
 *
 * @subpath kernel/raw
 */
import type { Lists } from '../kernel/list.ts';
import type { ApiContext } from './context.ts';
import type { Ptr } from './raw-pointer.ts';
import { addressOf } from './raw-value.ts';
import type { PointerKind, Struct, StructClass } from './uapi-types.ts';
import type { UapiApi } from './uapi.ts';

/**
 * The fields of `hlist_node`: the next entry or NULL, and where the pointer to this one lies.
 *
 * @public
 */
export type HlistNodeFields = {
  readonly next: PointerKind<hlist_node>;
  readonly pprev: PointerKind<Ptr<hlist_node>>;
};

/**
 * An entry's place in a hashed list. Linux: struct hlist_node.
 *
 * @public
 */
export type hlist_node = Struct<HlistNodeFields>;

/**
 * The field of `hlist_head`: the first entry, or NULL.
 *
 * @public
 */
export type HlistHeadFields = { readonly first: PointerKind<hlist_node> };

/**
 * The head of a hashed list: NULL when it is empty. Linux: struct hlist_head.
 *
 * @public
 */
export type hlist_head = Struct<HlistHeadFields>;

/** @exports */
export class RawHlistApi {
  readonly #context: ApiContext;

  /** As a field: `node: hlist_node`. Linux: struct hlist_node. */
  readonly hlist_node: StructClass<HlistNodeFields>;

  /** As a field: `table: array(hlist_head, 16)`. Linux: struct hlist_head. */
  readonly hlist_head: StructClass<HlistHeadFields>;

  constructor(context: ApiContext, uapi: UapiApi) {
    this.#context = context;
    this.hlist_node = uapi.struct<HlistNodeFields>({ next: uapi.ptr(), pprev: uapi.ptr() });
    this.hlist_head = uapi.struct<HlistHeadFields>({ first: uapi.ptr() });
  }

  /**
   * Makes a list empty.
   *
   * Context: any. Linux: INIT_HLIST_HEAD.
   *
   * @symbol none
   * @raw
   */
  INIT_HLIST_HEAD(head: Ptr<hlist_head>): void {
    this.#lists.setNext(addressOf(head), 0);
  }

  /**
   * Makes an entry one that is on no list.
   *
   * Context: any. Linux: INIT_HLIST_NODE.
   *
   * @symbol none
   * @raw
   */
  INIT_HLIST_NODE(node: Ptr<hlist_node>): void {
    const at = addressOf(node);
    this.#lists.setNext(at, 0);
    this.#lists.setPrev(at, 0);
  }

  /**
   * Puts an entry first.
   *
   * Context: any. Linux: hlist_add_head.
   *
   * @symbol none
   * @raw
   */
  hlist_add_head(node: Ptr<hlist_node>, head: Ptr<hlist_head>): void {
    this.#lists.addToHash(addressOf(node), addressOf(head));
  }

  /**
   * Takes an entry out of its list. Its links lead nowhere afterwards.
   *
   * Context: any. Linux: hlist_del.
   *
   * @symbol none
   * @raw
   */
  hlist_del(node: Ptr<hlist_node>): void {
    this.#lists.deleteFromHash(addressOf(node));
  }

  /**
   * Takes an entry out of its list, if it is on one, and leaves it as one that is on none.
   *
   * Context: any. Linux: hlist_del_init.
   *
   * @symbol none
   * @raw
   */
  hlist_del_init(node: Ptr<hlist_node>): void {
    const at = addressOf(node);
    if (this.#lists.prev(at) === 0) return;
    this.#lists.unlinkFromHash(at);
    this.INIT_HLIST_NODE(node);
  }

  /**
   * True if nothing is on the list.
   *
   * Context: any. Linux: hlist_empty.
   *
   * @symbol none
   * @raw
   */
  hlist_empty(head: Ptr<hlist_head>): boolean {
    return this.#lists.next(addressOf(head)) === 0;
  }

  /**
   * True if the entry is on no list.
   *
   * Context: any. Linux: hlist_unhashed.
   *
   * @symbol none
   * @raw
   */
  hlist_unhashed(node: Ptr<hlist_node>): boolean {
    return this.#lists.prev(addressOf(node)) === 0;
  }

  get #lists(): Lists {
    return this.#context.services.raw.lists;
  }
}
