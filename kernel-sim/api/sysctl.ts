// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * `kernel/sysctl`: values of a driver as files below /proc/sys.
 *
 * @subpath kernel/sysctl
 */
import type { CtlHeader } from '../fs/procfs/proc-sysctl.ts';
import { errnoValue } from '../kernel/module/errno-value.ts';
import type { CtlTable } from '../kernel/sysctl/ctl-table.ts';
import {
  procDointvecMinmax,
  procDou8vecMinmax,
  procDouintvecMinmax,
  procDoulongvecMinmax,
} from '../kernel/sysctl/handlers.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import type { ApiContext } from './context.ts';
import type { Ref } from './ownership.ts';
import { driverOps, type Handler } from './sysctl-handler.ts';
import {
  BOOL,
  INT32,
  integers,
  type Kind,
  type Range,
  text,
  UINT8,
  UINT32,
  ULONG64,
  Value,
} from './sysctl-value.ts';

/**
 * A registered file. Dropping it takes the file away, and waits for whoever is just reading or
 * writing it; who still has it open gets ENOENT.
 *
 * @public
 * @in sysctl
 */
export class Registration<T> {
  readonly #context: ApiContext;
  readonly #kind: Kind<T>;
  readonly #header: CtlHeader;
  #isRegistered = true;

  /** @internal */
  constructor(context: ApiContext, kind: Kind<T>, header: CtlHeader) {
    this.#context = context;
    this.#kind = kind;
    this.#header = header;
  }

  /** The value as it is now. Context: any. */
  get(this: Ref<Registration<T>>): T {
    return this.#kind.load(this.#header.table);
  }

  /**
   * Changes the value.
   *
   * Context: any.
   *
   * @throws EINVAL it is out of bounds, or too long
   */
  set(this: Ref<Registration<T>>, value: T): void {
    if (!this.#kind.store(this.#header.table, value)) throw errnoValue(ERRNO.EINVAL);
  }

  /** Context: process. Linux: unregister_sysctl_table. */
  *[Symbol.dispose](): Sleeping<void> {
    if (!this.#isRegistered) return;
    this.#isRegistered = false;
    const { sysctl, slabs } = this.#context.services;
    yield* sysctl.unregister(this.#header);
    slabs.kfree(this.#header.table.data);
  }
}

/**
 * A registered file with a handler of the driver's own. Dropping it takes the file away, waits
 * for whoever is inside the handler, and drops the handler.
 *
 * @public
 * @in sysctl
 */
export class HandlerRegistration {
  readonly #context: ApiContext;
  readonly #header: CtlHeader;
  readonly #handler: Handler;
  #isRegistered = true;

  /** @internal */
  constructor(context: ApiContext, header: CtlHeader, handler: Handler) {
    this.#context = context;
    this.#header = header;
    this.#handler = handler;
  }

  /** Context: process. Linux: unregister_sysctl_table. */
  *[Symbol.dispose](): Sleeping<void> {
    if (!this.#isRegistered) return;
    this.#isRegistered = false;
    const { sysctl, runtime, scheduler } = this.#context.services;
    yield* sysctl.unregister(this.#header);
    scheduler.happens.acquire(this.#handler);
    yield* runtime.dropSwitching(this.#handler);
  }
}

/** @namespace */
export class SysctlNamespace {
  readonly #context: ApiContext;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * A signed integer of 32 bits. A program may write it in decimal, as `0x…` or as `0…`.
   *
   * Linux: proc_dointvec_minmax.
   */
  int(initial: number, range: Range = {}): Value<number> {
    return new Value(integers(4, procDointvecMinmax, range, INT32), initial);
  }

  /** An unsigned integer of 32 bits. Linux: proc_douintvec_minmax. */
  uint(initial: number, range: Range = {}): Value<number> {
    return new Value(integers(4, procDouintvecMinmax, range, UINT32), initial);
  }

  /** An unsigned integer of 8 bits. Linux: proc_dou8vec_minmax. */
  u8(initial: number, range: Range = {}): Value<number> {
    return new Value(integers(1, procDou8vecMinmax, range, UINT8), initial);
  }

  /**
   * An unsigned integer of the machine's word size, up to 2^53 - 1 where that is 64 bits.
   *
   * Linux: proc_doulongvec_minmax.
   */
  ulong(initial: number, range: Range = {}): Value<number> {
    const { board } = this.#context.services.slabs.ram;
    const isWide = board.pointerBytes === 8;
    const limits = isWide ? ULONG64 : UINT32;
    const bounds = { max: limits.max, ...range };
    return new Value(integers(board.pointerBytes, procDoulongvecMinmax, bounds, limits), initial);
  }

  /**
   * A switch: reads as 0 or 1. A program may write just these, with blanks around them.
   *
   * Linux: proc_dobool, bounded to 0 and 1.
   */
  bool(initial: boolean): Value<boolean> {
    return new Value(BOOL, initial);
  }

  /**
   * A text of at most `max_bytes` bytes of UTF-8. What a program writes ends at its first line
   * break; what is too long is cut.
   *
   * Linux: proc_dostring.
   */
  string(initial: string, max_bytes: number): Value<string> {
    return new Value(text(max_bytes), initial);
  }

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
   */
  register<T>(path: string, name: string, value: Value<T>, mode: number): Registration<T> {
    const { slabs, sysctl } = this.#context.services;
    const kind = Value.kindOf(value);
    const data = slabs.kzalloc(kind.sizeBytes);
    if (data === 0) throw errnoValue(ERRNO.ENOMEM);
    slabs.leaks.notLeak(data);
    const { handler, min, max, sizeBytes } = kind;
    const bounds = { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) };
    const place = { name: String(name), mode: Math.trunc(mode), ram: slabs.ram };
    const table: CtlTable = { ...place, data, maxBytes: sizeBytes, handler, ...bounds };
    const header = kind.store(table, Value.initialOf(value))
      ? sysctl.register(String(path), table)
      : -ERRNO.EINVAL;
    if (typeof header !== 'number') return new Registration(this.#context, kind, header);
    slabs.kfree(data);
    throw errnoValue(header);
  }

  /**
   * The same for a file that the driver serves itself.
   *
   * Context: process. Linux: register_sysctl.
   *
   * @param handler handed over; dropped with the registration
   * @throws EEXIST there is such a file
   * @throws EINVAL the name or the mode cannot be
   * @throws ENOTDIR a part of the path is a file
   */
  register_handler(
    path: string,
    name: string,
    handler: Handler,
    mode: number,
  ): HandlerRegistration {
    const { slabs, sysctl } = this.#context.services;
    const place = { name: String(name), mode: Math.trunc(mode), ram: slabs.ram };
    const ops = driverOps(this.#context, handler);
    const header = sysctl.register(String(path), { ...place, data: 0, maxBytes: 0, ...ops });
    if (typeof header === 'number') throw errnoValue(header);
    return new HandlerRegistration(this.#context, header, handler);
  }
}

/** @exports */
export class SysctlApi {
  /** Files below /proc/sys. */
  readonly sysctl: SysctlNamespace;

  constructor(context: ApiContext) {
    this.sysctl = new SysctlNamespace(context);
  }
}
