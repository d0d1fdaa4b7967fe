// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What must not be: warnings that go on, bugs that do not, and errors in the place of pointers.
 *
 * @subpath kernel/raw
 */
import type { ApiContext } from './context.ts';
import type { Ptr, VoidPtr } from './raw-pointer.ts';
import { addressOf, errorPointer, intOf, pointerTo } from './raw-value.ts';

/** Linux: MAX_ERRNO. */
const ERRNO_MAX = 4095;

/** @exports */
export class RawBugApi {
  readonly #context: ApiContext;
  /** Where a warning has been given that is given once. */
  readonly #warned = new Set<number>();

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * Reports, with the way here, that something is wrong; goes on. Returns `condition`.
   *
   * Context: any. Linux: WARN.
   *
   * @symbol none
   */
  WARN(condition: boolean, text: string): boolean {
    if (condition) this.#warn(String(text));
    return condition;
  }

  /**
   * The same without a text.
   *
   * Context: any. Linux: WARN_ON.
   *
   * @symbol none
   */
  WARN_ON(condition: boolean): boolean {
    if (condition) this.#warn();
    return condition;
  }

  /**
   * Reports the first time only. Returns `condition`.
   *
   * Context: any. Linux: WARN_ONCE.
   *
   * @symbol none
   */
  WARN_ONCE(condition: boolean, text: string): boolean {
    if (condition && this.#isFirst()) this.#warn(String(text));
    return condition;
  }

  /**
   * The same without a text.
   *
   * Context: any. Linux: WARN_ON_ONCE.
   *
   * @symbol none
   */
  WARN_ON_ONCE(condition: boolean): boolean {
    if (condition && this.#isFirst()) this.#warn();
    return condition;
  }

  /**
   * Reports that nothing can go on here, and ends the task.
   *
   * Context: any. Linux: BUG.
   *
   * @symbol none
   */
  BUG(): never {
    throw this.#context.services.raw.warner.bug();
  }

  /**
   * The same if `condition` is true.
   *
   * Context: any. Linux: BUG_ON.
   *
   * @symbol none
   */
  BUG_ON(condition: boolean): void {
    if (condition) this.BUG();
  }

  /**
   * Ends the machine.
   *
   * Context: any. Linux: panic.
   */
  panic(text: string): never {
    throw this.#context.services.raw.warner.stopMachine(String(text));
  }

  /**
   * A negative errno in the place of a pointer.
   *
   * Context: any. Linux: ERR_PTR.
   *
   * @symbol none
   */
  ERR_PTR(error: number): VoidPtr {
    return pointerTo(errorPointer(this.#context, intOf(error)));
  }

  /**
   * The negative errno that stands in the place of a pointer.
   *
   * Context: any. Linux: PTR_ERR.
   *
   * @symbol none
   */
  PTR_ERR(pointer: VoidPtr): number {
    return intOf(addressOf(pointer) - errorPointer(this.#context, 0));
  }

  /**
   * True if an errno stands in the place of the pointer.
   *
   * Context: any. Linux: IS_ERR.
   *
   * @symbol none
   */
  IS_ERR(pointer: VoidPtr): boolean {
    const above = errorPointer(this.#context, 0) - addressOf(pointer);
    return above > 0 && above <= ERRNO_MAX;
  }

  /**
   * The same, or NULL.
   *
   * Context: any. Linux: IS_ERR_OR_NULL.
   *
   * @symbol none
   */
  IS_ERR_OR_NULL(pointer: VoidPtr): boolean {
    return addressOf(pointer) === 0 || this.IS_ERR(pointer);
  }

  /**
   * The negative errno, or 0 for any other pointer.
   *
   * Context: any. Linux: PTR_ERR_OR_ZERO.
   *
   * @symbol none
   */
  PTR_ERR_OR_ZERO(pointer: VoidPtr): number {
    return this.IS_ERR(pointer) ? this.PTR_ERR(pointer) : 0;
  }

  /**
   * The same pointer, but FORTIFY does not know any more what it leads to.
   *
   * Context: any. Linux: OPTIMIZER_HIDE_VAR.
   *
   * @symbol none
   */
  OPTIMIZER_HIDE_VAR<T>(pointer: Ptr<T>): Ptr<T> {
    this.#context.services.raw.sizes.forget(addressOf(pointer));
    return pointer;
  }

  #warn(text?: string): void {
    this.#context.services.raw.warner.warn(text);
  }

  /** Each place of a driver has one warning to give. Linux: the flag of its __bug_table entry. */
  #isFirst(): boolean {
    const { runtime } = this.#context;
    const site = runtime.stack[runtime.sp - 2] ?? 0;
    const isFirst = !this.#warned.has(site);
    this.#warned.add(site);
    return isFirst;
  }
}
