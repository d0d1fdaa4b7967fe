// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Character devices: `chrdev` of `kernel/fs`.
 *
 * @subpath kernel/fs
 */
import { errnoValue } from '../kernel/module/errno-value.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import type { ApiContext } from './context.ts';
import { DriverFile } from './driver-file.ts';
import type { FileClass, FileClassWith, FileOperations } from './file.ts';

/**
 * A registered device. Dropping it gives the number back; who has the device open keeps it.
 *
 * @public
 * @in chrdev
 */
export class Registration {
  readonly #context: ApiContext;
  readonly #ops: DriverFile;
  readonly #major: number;
  readonly #data: readonly unknown[];
  #isRegistered = true;

  /** @internal */
  constructor(context: ApiContext, ops: DriverFile, major: number, data: readonly unknown[]) {
    this.#context = context;
    this.#ops = ops;
    this.#major = major;
    this.#data = data;
  }

  /** The number that mknod(1) wants. */
  get major(): number {
    return this.#major;
  }

  /**
   * Context: process. Linux: unregister_chrdev.
   *
   * @symbol __unregister_chrdev
   */
  *[Symbol.dispose](): Sleeping<void> {
    if (!this.#isRegistered) return;
    this.#isRegistered = false;
    const { charDevices, runtime } = this.#context.services;
    charDevices.unregister(this.#major, this.#ops);
    for (const value of this.#data) yield* runtime.dropSwitching(value);
  }
}

/** @namespace */
export class ChrdevApi {
  readonly #context: ApiContext;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * Registers a character device under a free major number, with 256 minors.
   *
   * Context: process. Linux: register_chrdev.
   *
   * @symbol __register_chrdev
   * @param name as /proc/devices shows it
   * @param fileClass the kernel makes an instance for each open file
   * @throws EINVAL an empty name
   * @throws EBUSY every dynamic major is taken
   */
  register<F extends FileOperations>(name: string, fileClass: FileClass<F>): Registration;
  /**
   * The same for files that need data of the module: it is kept here and lent to each `open`.
   *
   * Context: process. Linux: register_chrdev.
   *
   * @symbol __register_chrdev
   * @param data handed over; dropped when the registration is
   * @throws EINVAL an empty name
   * @throws EBUSY every dynamic major is taken
   */
  register<F extends FileOperations, D>(
    name: string,
    fileClass: FileClassWith<F, D>,
    data: D,
  ): Registration;
  register(name: string, fileClass: object, ...data: readonly unknown[]): Registration {
    const text = String(name);
    if (text === '') throw errnoValue(ERRNO.EINVAL);
    const ops = new DriverFile(this.#context, fileClass, data);
    const { charDevices } = this.#context.services;
    const major = charDevices.register(0, text, ops);
    if (major < 0) throw errnoValue(major);
    return new Registration(this.#context, ops, major, data);
  }
}
