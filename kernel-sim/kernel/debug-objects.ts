// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Objects that somebody will come back to: an armed timer, a work item or a callback of RCU that
 * waits for its turn. To give such an object's memory back, to set it up anew or to hand it in
 * twice is reported at once, with the way there, and mended: otherwise it is found when it is due,
 * if at all.
 *
 * Linux: lib/debugobjects.c, and the fix-ups of kernel/time/timer.c, hrtimer.c and workqueue.c.
 */
import type { Warner } from './warner.ts';

/** A kind of such objects. */
export interface ObjectType {
  /** Linux's name of the struct: `timer_list`. */
  readonly name: string;
  /** Address of the function that will be called, for kinds of which Linux tells it. */
  hint?(object: number): number;
  /** Nobody comes back to it any more. */
  forget?(object: number): void;
}

export interface DebugObjectsParts {
  /** `debug_objects=off`. */
  readonly isOn: boolean;
  readonly warner: () => Warner;
  readonly formatPointer: (pointer: number) => string;
  readonly nameOf: (func: number) => string;
}

interface Tracked {
  readonly type: ObjectType;
  isActive: boolean;
}

const PAGE_SIZE = 4096;
/** After so many reports it is silent. */
const REPORTS_MAX = 5;

export class DebugObjects {
  readonly #parts: DebugObjectsParts;
  /** By the page in which they begin, so that giving memory back is quick. */
  readonly #byPage = new Map<number, Map<number, Tracked>>();
  #reports = 0;

  constructor(parts: DebugObjectsParts) {
    this.#parts = parts;
  }

  /** It is set up. Linux: debug_object_init. */
  init(type: ObjectType, object: number): void {
    if (!this.#parts.isOn) return;
    const known = this.#find(object);
    if (known?.isActive === true) {
      this.#report('init active', known.type, object);
      known.type.forget?.(object);
    }
    this.#track(type, object, false);
  }

  /** It must have been set up before it is used. Linux: debug_object_assert_init. */
  assertInit(type: ObjectType, object: number): void {
    if (!this.#parts.isOn || this.#find(object) !== undefined) return;
    this.#report('assert_init not available', type, object);
    this.init(type, object);
  }

  /**
   * Somebody will come back to it. False if somebody was to already, which is reported. Linux:
   * debug_object_activate.
   */
  activate(type: ObjectType, object: number): boolean {
    if (!this.#parts.isOn) return true;
    if (this.#find(object)?.isActive === true) {
      this.#report('activate active', type, object);
      return false;
    }
    this.#track(type, object, true);
    return true;
  }

  /** Somebody has, or never will. Linux: debug_object_deactivate. */
  deactivate(object: number): void {
    const known = this.#find(object);
    if (known !== undefined) known.isActive = false;
  }

  /** Memory is given back. Linux: debug_check_no_obj_freed. */
  freed(start: number, sizeBytes: number): void {
    if (this.#byPage.size === 0) return;
    for (let page = pageOf(start); page <= pageOf(start + sizeBytes - 1); page++) {
      const objects = this.#byPage.get(page);
      if (objects === undefined) continue;
      for (const [object, { type, isActive }] of objects) {
        if (object < start || object >= start + sizeBytes) continue;
        if (isActive) {
          this.#report('free active', type, object);
          type.forget?.(object);
        }
        objects.delete(object);
      }
      if (objects.size === 0) this.#byPage.delete(page);
    }
  }

  #track(type: ObjectType, object: number, isActive: boolean): void {
    const page = pageOf(object);
    let objects = this.#byPage.get(page);
    if (objects === undefined) this.#byPage.set(page, (objects = new Map()));
    objects.set(object, { type, isActive });
  }

  #find(object: number): Tracked | undefined {
    return this.#byPage.get(pageOf(object))?.get(object);
  }

  /** Linux: debug_print_object. */
  #report(what: string, type: ObjectType, object: number): void {
    if (this.#reports++ >= REPORTS_MAX) return;
    const { warner, formatPointer, nameOf } = this.#parts;
    const func = type.hint?.(object) ?? 0;
    warner().warn(
      `ODEBUG: ${what} (active state 0) object: ${formatPointer(object)} object type: ` +
        `${type.name} hint: ${func === 0 ? '0x0' : nameOf(func)}`,
    );
  }
}

function pageOf(pointer: number): number {
  return Math.floor(pointer / PAGE_SIZE);
}
