// SPDX-License-Identifier: GPL-2.0-or-later
// Made by scripts/generate-api.mjs. Do not edit.

import type { Ref } from "kernel";
import type { UserSliceReader, UserSliceWriter } from "kernel/fs";

/** Files below /proc/sys. */
export namespace sysctl {
  /**
   * What a driver does itself with reads and writes of a file. An operation that is left out is
   * EINVAL for its caller. Linux: a proc_handler of one's own.
   */
  export interface Handler {
    /**
     * Fills the caller's buffer. What was written is what read(2) returns; nothing written is the
     * end, so a text is written at `pos` 0 only.
     *
     * @context process
     */
    read?(this: Ref<this>, out: UserSliceWriter, pos: number): void;

    /**
     * Takes the caller's bytes. What was read is what write(2) returns.
     *
     * @context process
     */
    write?(this: Ref<this>, input: UserSliceReader, pos: number): void;
  }

  /**
   * The least and the greatest value that a number may have. When a program writes anything else, it
   * gets EINVAL, and the value stays.
   */
  export interface Range {
    /** Linux: extra1. */
    readonly min?: number;

    /** Linux: extra2. */
    readonly max?: number;
  }

  /** What a file begins with: its kind, its first value and its bounds. */
  export class Value<T> {
    #nominal;
    private constructor();
  }

  /**
   * A registered file. Dropping it takes the file away, and waits for whoever is just reading or
   * writing it; who still has it open gets ENOENT.
   */
  export class Registration<T> {
    #nominal;
    private constructor();

    /**
     * The value as it is now. Context: any.
     *
     * @symbol registration_get
     */
    get(this: Ref<Registration<T>>): T;

    /**
     * Changes the value.
     *
     * Context: any.
     *
     * @throws EINVAL it is out of bounds, or too long
     * @symbol registration_set
     */
    set(this: Ref<Registration<T>>, value: T): void;

    /**
     * Context: process. Linux: unregister_sysctl_table.
     *
     * @sleeps
     * @symbol unregister_sysctl_table
     */
    [Symbol.dispose](): void;
  }

  /**
   * A registered file with a handler of the driver's own. Dropping it takes the file away, waits
   * for whoever is inside the handler, and drops the handler.
   */
  export class HandlerRegistration {
    #nominal;
    private constructor();

    /**
     * Context: process. Linux: unregister_sysctl_table.
     *
     * @sleeps
     * @symbol unregister_sysctl_table
     */
    [Symbol.dispose](): void;
  }

  /**
   * A signed integer of 32 bits. A program may write it in decimal, as `0x…` or as `0…`.
   *
   * Linux: proc_dointvec_minmax.
   *
   * @symbol proc_dointvec_minmax
   */
  export function int(initial: number, range?: Range): Value<number>;

  /**
   * An unsigned integer of 32 bits. Linux: proc_douintvec_minmax.
   *
   * @symbol proc_douintvec_minmax
   */
  export function uint(initial: number, range?: Range): Value<number>;

  /**
   * An unsigned integer of 8 bits. Linux: proc_dou8vec_minmax.
   *
   * @symbol proc_dou8vec_minmax
   */
  export function u8(initial: number, range?: Range): Value<number>;

  /**
   * An unsigned integer of the machine's word size, up to 2^53 - 1 where that is 64 bits.
   *
   * Linux: proc_doulongvec_minmax.
   *
   * @symbol proc_doulongvec_minmax
   */
  export function ulong(initial: number, range?: Range): Value<number>;

  /**
   * A switch: reads as 0 or 1. A program may write just these, with blanks around them.
   *
   * Linux: proc_dobool, bounded to 0 and 1.
   *
   * @symbol proc_dobool
   */
  export function bool(initial: boolean): Value<boolean>;

  /**
   * A text of at most `max_bytes` bytes of UTF-8. What a program writes ends at its first line
   * break; what is too long is cut.
   *
   * Linux: proc_dostring.
   *
   * @symbol proc_dostring
   */
  export function string(initial: string, max_bytes: number): Value<string>;

  /**
   * Makes the file `/proc/sys/PATH/NAME`, with the directories that it needs.
   *
   * Context: process. Linux: register_sysctl.
   *
   * @param path such as `rust/example`
   * @param mode permission bits, such as 0o644; they bind root, too
   * @throws EEXIST there is such a file
   * @throws EINVAL the name, the mode or the first value cannot be
   * @throws ENOTDIR a part of the path is a file
   * @throws ENOMEM no memory
   * @symbol register_sysctl
   */
  export function register<T>(path: string, name: string, value: Value<T>, mode: number): Registration<T>;

  /**
   * The same for a file that the driver serves itself.
   *
   * Context: process. Linux: register_sysctl.
   *
   * @param handler handed over; dropped with the registration
   * @throws EEXIST there is such a file
   * @throws EINVAL the name or the mode cannot be
   * @throws ENOTDIR a part of the path is a file
   * @symbol register_sysctl
   */
  export function register_handler(path: string, name: string, handler: Handler, mode: number): HandlerRegistration;
}

export {};
