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
export interface ModuleClass<M extends object, P extends ParamTable = NoParams> {
  /**
   * Called when the module is loaded. Linux: module_init.
   *
   * @context process
   * @param params the module's parameters, as insmod set them
   * @throws any Errno, which insmod then prints
   */
  init(params: Params<P>): M;
}

/** What modinfo(8) prints of a module. */
export interface ModuleInfo<P extends ParamTable = NoParams> {
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

  /** `1.0`, … */
  readonly version?: string;

  /** A constant table of parameters, made by `param`. */
  readonly params?: P;

  /** A constant table of the USB devices that it is for: modprobe finds it by them. */
  readonly usb_ids?: readonly { readonly vendor?: number; readonly product?: number }[];
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
  readonly ENOMSG: ErrnoValue;
  readonly EIDRM: ErrnoValue;
  readonly ECHRNG: ErrnoValue;
  readonly EL2NSYNC: ErrnoValue;
  readonly EL3HLT: ErrnoValue;
  readonly EL3RST: ErrnoValue;
  readonly ELNRNG: ErrnoValue;
  readonly EUNATCH: ErrnoValue;
  readonly ENOCSI: ErrnoValue;
  readonly EL2HLT: ErrnoValue;
  readonly EBADE: ErrnoValue;
  readonly EBADR: ErrnoValue;
  readonly EXFULL: ErrnoValue;
  readonly ENOANO: ErrnoValue;
  readonly EBADRQC: ErrnoValue;
  readonly EBADSLT: ErrnoValue;
  readonly EBFONT: ErrnoValue;
  readonly ENOSTR: ErrnoValue;
  readonly ENODATA: ErrnoValue;
  readonly ETIME: ErrnoValue;
  readonly ENOSR: ErrnoValue;
  readonly ENONET: ErrnoValue;
  readonly ENOPKG: ErrnoValue;
  readonly EREMOTE: ErrnoValue;
  readonly ENOLINK: ErrnoValue;
  readonly EADV: ErrnoValue;
  readonly ESRMNT: ErrnoValue;
  readonly ECOMM: ErrnoValue;
  readonly EPROTO: ErrnoValue;
  readonly EMULTIHOP: ErrnoValue;
  readonly EDOTDOT: ErrnoValue;
  readonly EBADMSG: ErrnoValue;
  readonly EOVERFLOW: ErrnoValue;
  readonly ENOTUNIQ: ErrnoValue;
  readonly EBADFD: ErrnoValue;
  readonly EREMCHG: ErrnoValue;
  readonly ELIBACC: ErrnoValue;
  readonly ELIBBAD: ErrnoValue;
  readonly ELIBSCN: ErrnoValue;
  readonly ELIBMAX: ErrnoValue;
  readonly ELIBEXEC: ErrnoValue;
  readonly EILSEQ: ErrnoValue;
  readonly ERESTART: ErrnoValue;
  readonly ESTRPIPE: ErrnoValue;
  readonly EUSERS: ErrnoValue;
  readonly ENOTSOCK: ErrnoValue;
  readonly EDESTADDRREQ: ErrnoValue;
  readonly EMSGSIZE: ErrnoValue;
  readonly EPROTOTYPE: ErrnoValue;
  readonly ENOPROTOOPT: ErrnoValue;
  readonly EPROTONOSUPPORT: ErrnoValue;
  readonly ESOCKTNOSUPPORT: ErrnoValue;
  readonly EOPNOTSUPP: ErrnoValue;
  readonly EPFNOSUPPORT: ErrnoValue;
  readonly EAFNOSUPPORT: ErrnoValue;
  readonly EADDRINUSE: ErrnoValue;
  readonly EADDRNOTAVAIL: ErrnoValue;
  readonly ENETDOWN: ErrnoValue;
  readonly ENETUNREACH: ErrnoValue;
  readonly ENETRESET: ErrnoValue;
  readonly ECONNABORTED: ErrnoValue;
  readonly ECONNRESET: ErrnoValue;
  readonly ENOBUFS: ErrnoValue;
  readonly EISCONN: ErrnoValue;
  readonly ENOTCONN: ErrnoValue;
  readonly ESHUTDOWN: ErrnoValue;
  readonly ETOOMANYREFS: ErrnoValue;
  readonly ETIMEDOUT: ErrnoValue;
  readonly ECONNREFUSED: ErrnoValue;
  readonly EHOSTDOWN: ErrnoValue;
  readonly EHOSTUNREACH: ErrnoValue;
  readonly EALREADY: ErrnoValue;
  readonly EINPROGRESS: ErrnoValue;
  readonly ESTALE: ErrnoValue;
  readonly EUCLEAN: ErrnoValue;
  readonly ENOTNAM: ErrnoValue;
  readonly ENAVAIL: ErrnoValue;
  readonly EISNAM: ErrnoValue;
  readonly EREMOTEIO: ErrnoValue;
  readonly EDQUOT: ErrnoValue;
  readonly ENOMEDIUM: ErrnoValue;
  readonly EMEDIUMTYPE: ErrnoValue;
  readonly ECANCELED: ErrnoValue;
  readonly ENOKEY: ErrnoValue;
  readonly EKEYEXPIRED: ErrnoValue;
  readonly EKEYREVOKED: ErrnoValue;
  readonly EKEYREJECTED: ErrnoValue;
  readonly EOWNERDEAD: ErrnoValue;
  readonly ENOTRECOVERABLE: ErrnoValue;
  readonly ERFKILL: ErrnoValue;
};

/** Makes parameters: `const params = { size: param.int(4096, "in bytes") };`. */
export namespace param {
  /**
   * A whole number from -2^31 to 2^31-1.
   *
   * @param initial a constant
   * @param description for `modinfo -p`
   * @param mode permission bits of its file in /sys/module/NAME/parameters, 0o444 unless told; 0
   *   for no file
   */
  export function int(initial: number, description: string, mode?: number): Param<number>;

  /** A whole number from 0 to 2^32-1. */
  export function uint(initial: number, description: string, mode?: number): Param<number>;

  /** A whole number from -2^15 to 2^15-1. */
  export function short(initial: number, description: string, mode?: number): Param<number>;

  /** A whole number from 0 to 2^16-1. */
  export function ushort(initial: number, description: string, mode?: number): Param<number>;

  /** A whole number as wide as a pointer. Above 2^53 its lowest bits are lost. */
  export function long(initial: number, description: string, mode?: number): Param<number>;

  /**
   * A whole number from 0, as wide as a pointer. Above 2^53 its lowest bits are lost.
   */
  export function ulong(initial: number, description: string, mode?: number): Param<number>;

  /** A whole number from 0 to 255. */
  export function byte(initial: number, description: string, mode?: number): Param<number>;

  /** `y`, `1` or the bare name for true, `n` or `0` for false. */
  export function bool(initial: boolean, description: string, mode?: number): Param<boolean>;

  /** The opposite: `nofoo=1` makes `foo` false. */
  export function invbool(initial: boolean, description: string, mode?: number): Param<boolean>;

  /** A text of at most 1023 bytes. */
  export function charp(initial: string, description: string, mode?: number): Param<string>;
}

/**
 * Makes a class into a module. The result is the default export of the module's main file.
 *
 * @param moduleClass its static `init` makes the value that the kernel owns
 * @param info literals only: they are read when the module is built
 */
export function module<M extends object, P extends ParamTable = NoParams>(moduleClass: ModuleClass<M, P>, info: ModuleInfo<P>): ModuleDefinition;

/**
 * Writes a line into the kernel log, at level "info". A line is cut at 992 bytes.
 *
 * Context: any. Linux: pr_info, printk.
 *
 * @symbol _printk
 */
export function println(text: string): void;

/**
 * Drops an owned value now: its dispose runs, then its owned fields are dropped.
 *
 * Context: any in which its dispose may run.
 */
export function drop<T>(value: T): void;

/**
 * Lets other modules call `fn`, an exported function of this file: they import it from it. Stands
 * at the top level of the file.
 *
 * Context: none, since it is read when the module is built. Linux: EXPORT_SYMBOL.
 */
export function export_symbol(fn: object): void;

/**
 * The same for modules whose license is compatible with the GPL. Linux: EXPORT_SYMBOL_GPL.
 */
export function export_symbol_gpl(fn: object): void;

/** A value that is lent for reading: others may read it too. */
export type Ref<T> = T & { readonly [borrow]?: 'shared' | 'mut' };

/** A value that is lent to one user alone, who may change it. */
export type Mut<T> = T & { readonly [borrow]?: 'mut' };

/** A receiver that the call uses up. */
export type Own<T> = T & { readonly [borrow]?: 'own' };

/**
 * One parameter of a module. `initial` is what it is unless `insmod` is told otherwise.
 *
 * Linux: module_param, MODULE_PARM_DESC.
 */
export class Param<T> {
  #nominal;
  private constructor();

  /** What it is when nobody says otherwise. */
  readonly initial: T;
}

/** A module's parameters by name, as `module` is given them. */
export type ParamTable = Readonly<Record<string, Param<unknown>>>;

/** The table of a module without parameters. */
export type NoParams = Readonly<Record<string, never>>;

/**
 * What `init` is given: the value of each parameter when it is asked for. One that may be written
 * (`mode` 0o644) can change between two looks.
 */
export type Params<P extends ParamTable> = {
  readonly [Name in keyof P]: P[Name] extends Param<infer T> ? T : never;
};

export {};
