// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * /sys/kernel/debug: what only somebody who debugs the kernel looks at, and so only root.
 *
 * A file is registered as in any file system of this kind (pseudo-fs.ts), or stands for one value
 * of a type: those are read and written as text.
 *
 * Linux: fs/debugfs/inode.c, fs/debugfs/file.c, simple_attr_write of fs/libfs.c.
 */
import { parseBool, parseInteger } from '../../lib/kstrto.ts';
import { decodeUtf8 } from '../../lib/utf8.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { PseudoFs } from '../pseudo-fs.ts';
import type { WallClock } from '../timespec.ts';

/** A value somewhere in the kernel. */
export interface DebugValue<T> {
  get(): T;
  set(value: T): void;
}

/** Permission bits of the root, and of directories in it. */
const ROOT_MODE = 0o700;
const DIRECTORY_MODE = 0o755;
const FILE_MODE = 0o600;
/** A number is written in so many characters. Linux: simple_attr.set_buf. */
const NUMBER_CHARS_MAX = 23;

/** What a number may be before it is cut to its type. */
interface Range {
  readonly min: bigint;
  readonly max: bigint;
}

const UNSIGNED: Range = { min: 0n, max: 2n ** 64n - 1n };
const SIGNED: Range = { min: -(2n ** 63n), max: 2n ** 63n - 1n };

export class DebugFs extends PseudoFs {
  constructor(wallClock: WallClock, device: number) {
    const directoryMode = DIRECTORY_MODE;
    super(wallClock, { type: 'debugfs', device, hasFixedNames: false, directoryMode });
    this.root.inode.mode = (this.root.inode.mode & ~0o777) | ROOT_MODE;
  }

  /** An `unsigned long`, up to 2^53. Linux: debugfs_create_ulong. */
  createUlong(path: string, value: DebugValue<number>): void {
    this.#number(path, value, UNSIGNED, (number) => Number(number));
  }

  /** Keeps the low 32 bits of what is written. Linux: debugfs_create_u32. */
  createU32(path: string, value: DebugValue<number>): void {
    this.#number(path, value, UNSIGNED, (number) => Number(BigInt.asUintN(32, number)));
  }

  /** A signed number; keeps the low 32 bits. Linux: debugfs_create_atomic_t. */
  createAtomic(path: string, value: DebugValue<number>): void {
    this.#number(path, value, SIGNED, (number) => Number(BigInt.asIntN(32, number)));
  }

  /** `Y` or `N`. A write that says neither changes nothing. Linux: debugfs_create_bool. */
  createBool(path: string, value: DebugValue<boolean>): void {
    this.register(path, {
      mode: FILE_MODE,
      show: () => (value.get() ? 'Y\n' : 'N\n'),
      store: (bytes) => {
        const said = parseBool(decodeUtf8(bytes));
        if (said !== undefined) value.set(said);
        return bytes.length;
      },
    });
  }

  #number(
    path: string,
    value: DebugValue<number>,
    range: Range,
    kept: (number: bigint) => number,
  ): void {
    this.register(path, {
      mode: FILE_MODE,
      show: () => `${value.get()}\n`,
      store: (bytes) => {
        const number = parseInteger(decodeUtf8(bytes.subarray(0, NUMBER_CHARS_MAX)));
        if (number === undefined) return -ERRNO.EINVAL;
        if (number < range.min) return range.min === 0n ? -ERRNO.EINVAL : -ERRNO.ERANGE;
        if (number > range.max) return -ERRNO.ERANGE;
        value.set(kept(number));
        return bytes.length;
      },
    });
  }
}
