// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Open files, as the driver behind them sees them.
 *
 * @subpath kernel/fs
 */
import type { OpenFile } from '../fs/open-file.ts';
import { minor } from '../uapi/fs.ts';
import type { IoctlRequest } from './ioctl.ts';
import type { VmArea } from './mm.ts';
import type { Ref } from './ownership.ts';
import type { UserSliceReader, UserSliceWriter } from './user-slice.ts';

/**
 * One open file: who opened it has a position in it, and flags.
 *
 * @public
 * @lent
 */
export class File {
  readonly #file: OpenFile;
  readonly #pos: number;

  /** @internal */
  constructor(file: OpenFile, pos: number) {
    this.#file = file;
    this.#pos = pos;
  }

  /** Where this read or write begins, in bytes. It advances by what was copied. */
  get pos(): number {
    return this.#pos;
  }

  /** Opened with O_NONBLOCK: what cannot be done at once is EAGAIN. */
  get nonblocking(): boolean {
    return this.#file.isNonblocking;
  }

  /** Minor number of the device file that was opened. */
  get minor(): number {
    return minor(this.#file.inode.rdev);
  }
}

/**
 * What a character device does with one open file. The kernel makes an instance at open(2) and
 * drops it when the last descriptor is closed; two programs that share a file may call at once.
 *
 * An operation that is left out is EINVAL for its caller. Linux: struct file_operations.
 *
 * @public
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

/**
 * A class whose instances are open files of a device.
 *
 * @public
 */
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

/**
 * The same for a class that is lent what was registered with it.
 *
 * @public
 */
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
