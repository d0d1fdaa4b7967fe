// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Methods of drivers' objects whose addresses memory holds: of what a timer, a work item, a thread
 * or an interrupt line calls. Beside the address memory has the place of what calls (a timer_list,
 * a dev_id), and for that place we know whose method it is.
 */
export interface BoundMethod {
  /** Of the method in its module's text, as the caller's memory holds it. */
  readonly address: number;
  /** Calls the method. A coroutine where it is one. */
  readonly run: (...values: readonly unknown[]) => unknown;
}

export class BoundMethods {
  readonly #byPlace = new Map<unknown, BoundMethod>();

  bind(place: number, method: BoundMethod): void {
    this.#byPlace.set(place, method);
  }

  forget(place: number): void {
    this.#byPlace.delete(place);
  }

  /** The method that is meant by `address` when it is called for `place`. */
  at(place: unknown, address: number): BoundMethod['run'] | undefined {
    const method = this.#byPlace.get(place);
    return method?.address === address ? method.run : undefined;
  }
}
