// SPDX-License-Identifier: GPL-2.0-or-later
// Made by scripts/generate-api.mjs. Do not edit.

declare const borrow: unique symbol;

declare class ErrnoValue {
  #nominal;
  private constructor();

  get number(): number;

  toString(): string;
}

/**
 * A class that is a module: `init` makes the value that the kernel owns until the module is
 * unloaded.
 */
export interface ModuleClass<M extends object> {
  /**
   * Called when the module is loaded. Linux: module_init.
   *
   * @context process
   * @throws any Errno, which insmod then prints
   */
  init(): M;
}

/** What modinfo(8) prints of a module. */
export interface ModuleInfo {
  /** The name in lsmod; the name of the `.ko` unless told. */
  readonly name?: string;

  /**
   * `GPL`, `GPL v2`, `Dual MIT/GPL`, …; anything that is not free taints the kernel.
   */
  readonly license: string;

  /** One sentence. */
  readonly description?: string;

  /** `Name <address>`. */
  readonly author?: string;
}

/** What a module's main file exports as its default. */
export class ModuleDefinition {
  #nominal;
  private constructor();
}

/**
 * Error numbers to throw: `throw Errno.ENODEV` is Rust's `Err(ENODEV)`. Any other exception is a
 * panic, and cannot be caught.
 */
export const Errno: {
  readonly EPERM: ErrnoValue;
  readonly ENOENT: ErrnoValue;
  readonly ESRCH: ErrnoValue;
  readonly EINTR: ErrnoValue;
  readonly EIO: ErrnoValue;
  readonly ENXIO: ErrnoValue;
  readonly E2BIG: ErrnoValue;
  readonly ENOEXEC: ErrnoValue;
  readonly EBADF: ErrnoValue;
  readonly ECHILD: ErrnoValue;
  readonly EAGAIN: ErrnoValue;
  readonly ENOMEM: ErrnoValue;
  readonly EACCES: ErrnoValue;
  readonly EFAULT: ErrnoValue;
  readonly ENOTBLK: ErrnoValue;
  readonly EBUSY: ErrnoValue;
  readonly EEXIST: ErrnoValue;
  readonly EXDEV: ErrnoValue;
  readonly ENODEV: ErrnoValue;
  readonly ENOTDIR: ErrnoValue;
  readonly EISDIR: ErrnoValue;
  readonly EINVAL: ErrnoValue;
  readonly ENFILE: ErrnoValue;
  readonly EMFILE: ErrnoValue;
  readonly ENOTTY: ErrnoValue;
  readonly ETXTBSY: ErrnoValue;
  readonly EFBIG: ErrnoValue;
  readonly ENOSPC: ErrnoValue;
  readonly ESPIPE: ErrnoValue;
  readonly EROFS: ErrnoValue;
  readonly EMLINK: ErrnoValue;
  readonly EPIPE: ErrnoValue;
  readonly EDOM: ErrnoValue;
  readonly ERANGE: ErrnoValue;
  readonly EDEADLK: ErrnoValue;
  readonly ENAMETOOLONG: ErrnoValue;
  readonly ENOLCK: ErrnoValue;
  readonly ENOSYS: ErrnoValue;
  readonly ENOTEMPTY: ErrnoValue;
  readonly ELOOP: ErrnoValue;
  readonly ENODATA: ErrnoValue;
  readonly ETIME: ErrnoValue;
  readonly EPROTO: ErrnoValue;
  readonly EBADMSG: ErrnoValue;
  readonly EOVERFLOW: ErrnoValue;
  readonly EILSEQ: ErrnoValue;
  readonly EOPNOTSUPP: ErrnoValue;
  readonly ETIMEDOUT: ErrnoValue;
  readonly EALREADY: ErrnoValue;
  readonly EINPROGRESS: ErrnoValue;
  readonly ECANCELED: ErrnoValue;
};

/**
 * Makes a class into a module. The result is the default export of the module's main file.
 *
 * @param moduleClass its static `init` makes the value that the kernel owns
 * @param info literals only: they are read when the module is built
 */
export function module<M extends object>(moduleClass: ModuleClass<M>, info: ModuleInfo): ModuleDefinition;

/**
 * Writes a line into the kernel log, at level "info". A line is cut at 992 bytes.
 *
 * Context: any. Linux: pr_info, printk.
 */
export function println(text: string): void;

/**
 * Drops an owned value now: its dispose runs, then its owned fields are dropped.
 *
 * Context: any in which its dispose may run.
 */
export function drop<T>(value: T): void;

/** A value that is lent for reading: others may read it too. */
export type Ref<T> = T & { readonly [borrow]?: 'shared' | 'mut' };

/** A value that is lent to one user alone, who may change it. */
export type Mut<T> = T & { readonly [borrow]?: 'mut' };

/** A receiver that the call uses up. */
export type Own<T> = T & { readonly [borrow]?: 'own' };

export {};
