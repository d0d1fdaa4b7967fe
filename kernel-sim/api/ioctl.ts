// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What an ioctl(2) asks of a driver.
 *
 * @subpath kernel/fs
 */
import type { IoMemory } from '../mm/io-memory.ts';
import { IOC, iocDirection, iocSize } from '../uapi/ioctl.ts';
import type { StructClasses } from './struct-class.ts';
import { UserSliceReader, UserSliceWriter } from './user-slice.ts';

/**
 * One call of ioctl(2).
 *
 * @public
 * @lent
 */
export class IoctlRequest {
  readonly #classes: StructClasses;
  readonly #memory: IoMemory;
  readonly #command: number;
  readonly #argument: number;
  #reader: UserSliceReader | undefined;
  #writer: UserSliceWriter | undefined;

  /** @internal */
  constructor(classes: StructClasses, memory: IoMemory, command: number, argument: number) {
    this.#classes = classes;
    this.#memory = memory;
    this.#command = command >>> 0;
    this.#argument = argument;
  }

  /** The whole number, made by `_IO`, `_IOR`, `_IOW` or `_IOWR`. */
  get command(): number {
    return this.#command;
  }

  /** The third argument: a number, or an address, which is for `reader` and `writer`. */
  get argument(): number {
    return this.#argument;
  }

  /**
   * The structure that the caller's argument points to, as long as the command's number says; empty
   * for a command that brings nothing. Each of its bytes can be read once.
   */
  get reader(): UserSliceReader {
    const length = (iocDirection(this.#command) & IOC.WRITE) === 0 ? 0 : iocSize(this.#command);
    this.#reader ??= new UserSliceReader(this.#classes, this.#memory, this.#argument, length);
    return this.#reader;
  }

  /** The same to be filled; empty for a command that asks for nothing. */
  get writer(): UserSliceWriter {
    const length = (iocDirection(this.#command) & IOC.READ) === 0 ? 0 : iocSize(this.#command);
    this.#writer ??= new UserSliceWriter(this.#classes, this.#memory, this.#argument, length);
    return this.#writer;
  }
}
