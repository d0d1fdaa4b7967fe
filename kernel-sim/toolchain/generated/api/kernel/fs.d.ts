// SPDX-License-Identifier: GPL-2.0-or-later
// Made by scripts/generate-api.mjs. Do not edit.

import type { Ref } from "kernel";
import type { VmArea } from "kernel/mm";
import type { VoidPtr } from "kernel/raw";

/**
 * One open file: who opened it has a position in it, and flags.
 *
 * @lent
 */
export class File {
  #nominal;
  private constructor();

  /** Where this read or write begins, in bytes. It advances by what was copied. */
  get pos(): number;

  /** Opened with O_NONBLOCK: what cannot be done at once is EAGAIN. */
  get nonblocking(): boolean;

  /** Minor number of the device file that was opened. */
  get minor(): number;
}

/**
 * What a character device does with one open file. The kernel makes an instance at open(2) and
 * drops it when the last descriptor is closed; two programs that share a file may call at once.
 *
 * An operation that is left out is EINVAL for its caller. Linux: struct file_operations.
 */
export interface FileOperations {
  /**
   * Fills the caller's buffer. What was written is what read(2) returns; nothing written is the
   * end.
   *
   * @context process
   */
  read?(this: Ref<this>, file: File, out: UserSliceWriter): void;

  /**
   * Takes the caller's bytes. What was read is what write(2) returns.
   *
   * @context process
   */
  write?(this: Ref<this>, file: File, input: UserSliceReader): void;

  /**
   * What read and write do not say. The number that it returns is what ioctl(2) returns, 0 for
   * none; a command that is not known is `throw Errno.ENOTTY`.
   *
   * @context process
   */
  ioctl?(this: Ref<this>, file: File, request: IoctlRequest): number | void;

  /**
   * lseek(2): returns the new position. Without it the file cannot seek, but pread(2) and pwrite(2)
   * can name any position.
   *
   * @context process
   * @param whence 0 from the start, 1 from where it is, 2 from the end
   */
  llseek?(this: Ref<this>, file: File, offset: number, whence: number): number;

  /**
   * mmap(2): puts pages into the area. Without it the device cannot be mapped: ENODEV.
   *
   * @context process
   */
  mmap?(this: Ref<this>, file: File, area: VmArea): void;
}

/** A class whose instances are open files of a device. */
export interface FileClass<F extends FileOperations> {
  /** Permissions of the /dev/NAME that a misc device gets; 0o600 without it. */
  readonly mode?: number;

  /**
   * Called by open(2). What it throws is what open(2) fails with.
   *
   * @context process
   */
  open(file: File): F;
}

/** The same for a class that is lent what was registered with it. */
export interface FileClassWith<F extends FileOperations, D> {
  /** Permissions of the /dev/NAME that a misc device gets; 0o600 without it. */
  readonly mode?: number;

  /**
   * Called by open(2) with the data that was given to `register`.
   *
   * @context process
   */
  open(data: Ref<D>, file: File): F;
}

/** Character devices. */
export namespace chrdev {
  /**
   * A registered device. Dropping it gives the number back; who has the device open keeps it.
   */
  export class Registration {
    #nominal;
    private constructor();

    /** The number that mknod(1) wants. */
    get major(): number;

    /**
     * Context: process. Linux: unregister_chrdev.
     *
     * @sleeps
     * @symbol __unregister_chrdev
     */
    [Symbol.dispose](): void;
  }

  /**
   * Registers a character device under a free major number, with 256 minors.
   *
   * Context: process. Linux: register_chrdev.
   *
   * @param name as /proc/devices shows it
   * @param fileClass the kernel makes an instance for each open file
   * @throws EINVAL an empty name
   * @throws EBUSY every dynamic major is taken
   * @symbol __register_chrdev
   */
  export function register<F extends FileOperations>(name: string, fileClass: FileClass<F>): Registration;

  /**
   * The same for files that need data of the module: it is kept here and lent to each `open`.
   *
   * Context: process. Linux: register_chrdev.
   *
   * @param data handed over; dropped when the registration is
   * @throws EINVAL an empty name
   * @throws EBUSY every dynamic major is taken
   * @symbol __register_chrdev
   */
  export function register<F extends FileOperations, D>(name: string, fileClass: FileClassWith<F, D>, data: D): Registration;
}

/** Devices that need no major number of their own. */
export namespace miscdev {
  /**
   * A registered misc device. Dropping it removes /dev/NAME; who has the device open keeps it.
   */
  export class Registration {
    #nominal;
    private constructor();

    /** Its minor number; the major one is 10. */
    get minor(): number;

    /**
     * Context: process. Linux: misc_deregister.
     *
     * @sleeps
     * @symbol misc_deregister
     */
    [Symbol.dispose](): void;
  }

  /**
   * Registers a device and makes /dev/NAME for it, with the permissions that the class's static
   * `mode` says, 0600 without it.
   *
   * Context: process. Linux: misc_register.
   *
   * @param fileClass the kernel makes an instance for each open file
   * @throws EINVAL a name that /dev cannot have
   * @throws EEXIST the name is taken
   * @symbol misc_register
   */
  export function register<F extends FileOperations>(name: string, fileClass: FileClass<F>): Registration;

  /**
   * The same for files that need data of the module: it is kept here and lent to each `open`.
   *
   * Context: process. Linux: misc_register.
   *
   * @param data handed over; dropped when the registration is
   * @throws EINVAL a name that /dev cannot have
   * @throws EEXIST the name is taken
   * @symbol misc_register
   */
  export function register<F extends FileOperations, D>(name: string, fileClass: FileClassWith<F, D>, data: D): Registration;
}

/**
 * One call of ioctl(2).
 *
 * @lent
 */
export class IoctlRequest {
  #nominal;
  private constructor();

  /** The whole number, made by `_IO`, `_IOR`, `_IOW` or `_IOWR`. */
  get command(): number;

  /**
   * The third argument: a number, or an address, which is for `reader` and `writer`.
   */
  get argument(): number;

  /**
   * The structure that the caller's argument points to, as long as the command's number says; empty
   * for a command that brings nothing. Each of its bytes can be read once.
   */
  get reader(): UserSliceReader;

  /** The same to be filled; empty for a command that asks for nothing. */
  get writer(): UserSliceWriter;
}

/**
 * The buffer that a read(2) fills.
 *
 * @lent
 */
export class UserSliceWriter {
  #nominal;
  private constructor();

  /** How many bytes still fit. */
  get remaining(): number;

  /** How many bytes have been written: what read(2) returns. */
  get written(): number;

  /**
   * The caller's address of the next byte, for raw code: `copy_to_user`, `put_user`.
   */
  get user_pointer(): VoidPtr;

  /** Takes `count` bytes as written, since raw code has copied them. */
  skip(count: number): void;

  /**
   * Copies bytes out, as many as fit, and returns how many that were.
   *
   * Context: process. Linux: copy_to_user.
   *
   * @throws EFAULT the caller's buffer is not there
   * @symbol _copy_to_user
   */
  write(bytes: Uint8Array): number;

  /**
   * Copies a text out as UTF-8, as much as fits, from its byte `start` on.
   *
   * Context: process.
   *
   * @throws EFAULT the caller's buffer is not there
   * @symbol _copy_to_user
   */
  write_text(text: string, start?: number): number;

  /**
   * Copies a struct out, all of its bytes with those between its fields.
   *
   * Context: process. Linux: copy_to_user.
   *
   * @throws EFAULT it does not fit, or the caller's buffer is not there
   * @symbol _copy_to_user
   */
  write_struct(value: Readonly<object>): void;

  /**
   * Fills the rest of the buffer with an endless repetition of `text`, taken up at byte `pos` of
   * it.
   *
   * Context: process.
   *
   * @throws EINVAL an empty text
   * @throws EFAULT the caller's buffer is not there
   * @symbol _copy_to_user
   */
  write_repeated(text: string, pos: number): number;
}

/**
 * The bytes that a write(2) brings. Each can be read once, so what was checked is what is used.
 *
 * @lent
 */
export class UserSliceReader {
  #nominal;
  private constructor();

  /** How many bytes have not been read yet. */
  get remaining(): number;

  /** How many bytes have been read or skipped: what write(2) returns. */
  get consumed(): number;

  /**
   * The caller's address of the next byte, for raw code: `copy_from_user`, `get_user`.
   */
  get user_pointer(): VoidPtr;

  /**
   * The next `count` bytes, or fewer at the end.
   *
   * Context: process. Linux: copy_from_user.
   *
   * @throws EINVAL a negative count
   * @throws EFAULT the caller's buffer is not there
   * @symbol _copy_from_user
   */
  read(count: number): Uint8Array;

  /**
   * All bytes that are left.
   *
   * Context: process.
   *
   * @throws EFAULT the caller's buffer is not there
   * @symbol _copy_from_user
   */
  read_all(): Uint8Array;

  /**
   * The next bytes as a struct of class `type`: `input.read_struct(Request)`.
   *
   * Context: process. Linux: copy_from_user.
   *
   * @throws EFAULT there are not so many, or the caller's buffer is not there
   * @symbol _copy_from_user
   */
  read_struct<T extends object>(type: abstract new (...args: never) => T): T;

  /** Takes `count` bytes as read without looking at them. */
  skip(count: number): void;
}

export {};
