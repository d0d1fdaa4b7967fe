// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Misc devices: `miscdev` of `kernel/fs`.
 *
 * @subpath kernel/fs
 */
import { errnoValue } from '../kernel/module/errno-value.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import type { ApiContext } from './context.ts';
import { DriverFile } from './driver-file.ts';
import { propertyOf } from './driver-object.ts';
import type { FileClass, FileClassWith, FileOperations } from './file.ts';

/** What chmod(2) may set. */
const MODE_MASK = 0o777;
const DEFAULT_MODE = 0o600;
/** A name is one component of a path. */
const NAME_LENGTH_MAX = 63;

/**
 * A registered misc device. Dropping it removes /dev/NAME; who has the device open keeps it.
 *
 * @public
 * @in miscdev
 */
export class Registration {
  readonly #context: ApiContext;
  readonly #name: string;
  readonly #minor: number;
  readonly #data: readonly unknown[];
  #isRegistered = true;

  /** @internal */
  constructor(context: ApiContext, name: string, minor: number, data: readonly unknown[]) {
    this.#context = context;
    this.#name = name;
    this.#minor = minor;
    this.#data = data;
  }

  /** Its minor number; the major one is 10. */
  get minor(): number {
    return this.#minor;
  }

  /** Context: process. Linux: misc_deregister. */
  *[Symbol.dispose](): Sleeping<void> {
    if (!this.#isRegistered) return;
    this.#isRegistered = false;
    const { miscDevices, runtime } = this.#context.services;
    miscDevices().deregister(this.#name);
    for (const value of this.#data) yield* runtime.dropSwitching(value);
  }
}

/** @namespace */
export class MiscdevApi {
  readonly #context: ApiContext;

  constructor(context: ApiContext) {
    this.#context = context;
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
   */
  register<F extends FileOperations>(name: string, fileClass: FileClass<F>): Registration;
  /**
   * The same for files that need data of the module: it is kept here and lent to each `open`.
   *
   * Context: process. Linux: misc_register.
   *
   * @param data handed over; dropped when the registration is
   * @throws EINVAL a name that /dev cannot have
   * @throws EEXIST the name is taken
   */
  register<F extends FileOperations, D>(
    name: string,
    fileClass: FileClassWith<F, D>,
    data: D,
  ): Registration;
  register(name: string, fileClass: object, ...data: readonly unknown[]): Registration {
    const text = String(name);
    if (!isName(text)) throw errnoValue(ERRNO.EINVAL);
    const mode = Number(propertyOf(fileClass, 'mode') ?? DEFAULT_MODE) & MODE_MASK;
    const ops = new DriverFile(this.#context, fileClass, data);
    const minor = this.#context.services.miscDevices().register(text, ops, { mode });
    if (minor < 0) throw errnoValue(minor);
    return new Registration(this.#context, text, minor, data);
  }
}

function isName(text: string): boolean {
  if (text === '' || text === '.' || text === '..' || text.length > NAME_LENGTH_MAX) return false;
  return !text.includes('/') && !text.includes('\0');
}
