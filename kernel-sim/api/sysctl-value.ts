// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Values that a driver shows below /proc/sys: how each kind lies in memory.
 *
 * @subpath kernel/sysctl
 */
import type { CtlTable } from '../kernel/sysctl/ctl-table.ts';
import { procDobool, procDostring } from '../kernel/sysctl/handlers.ts';
import { decodeUtf8, encodeUtf8 } from '../lib/utf8.ts';
import { ERRNO } from '../uapi/errno.ts';

/**
 * The least and the greatest value that a number may have. When a program writes anything else, it
 * gets EINVAL, and the value stays.
 *
 * @public
 * @in sysctl
 */
export interface Range {
  /** Linux: extra1. */
  readonly min?: number;
  /** Linux: extra2. */
  readonly max?: number;
}

/** How values of one kind lie in memory, and who turns them into text. */
export interface Kind<T> {
  readonly sizeBytes: number;
  readonly handler: CtlTable['handler'];
  load(table: CtlTable): T;
  /** False when `value` cannot be one of this kind, or is out of bounds. */
  store(table: CtlTable, value: T): boolean;
  readonly min?: number;
  readonly max?: number;
}

/**
 * What a file begins with: its kind, its first value and its bounds.
 *
 * @public
 * @in sysctl
 */
export class Value<T> {
  readonly #kind: Kind<T>;
  readonly #initial: T;

  /** @internal */
  constructor(kind: Kind<T>, initial: T) {
    this.#kind = kind;
    this.#initial = initial;
  }

  /** @internal */
  static kindOf<T>(value: Value<T>): Kind<T> {
    return value.#kind;
  }

  /** @internal */
  static initialOf<T>(value: Value<T>): T {
    return value.#initial;
  }
}

export interface Limits {
  readonly min: number;
  readonly max: number;
}

export const INT32: Limits = { min: -0x8000_0000, max: 0x7fff_ffff };
export const UINT32: Limits = { min: 0, max: 0xffff_ffff };
export const UINT8: Limits = { min: 0, max: 0xff };
/** What a driver could not hold exactly is not let in. */
export const ULONG64: Limits = { min: 0, max: Number.MAX_SAFE_INTEGER };

/** Whole numbers of `sizeBytes` bytes. */
export function integers(
  sizeBytes: number,
  handler: CtlTable['handler'],
  range: Range,
  limits: Limits,
): Kind<number> {
  const min = Math.max(limits.min, range.min ?? limits.min);
  const max = Math.min(limits.max, range.max ?? limits.max);
  return {
    sizeBytes,
    handler,
    min,
    max,
    load({ ram, data }) {
      if (sizeBytes === 1) return ram.load8(data);
      if (sizeBytes === 8) return Number(ram.load64(data));
      return limits.min < 0 ? ram.load32(data) | 0 : ram.load32(data);
    },
    store({ ram, data }, value) {
      if (!Number.isInteger(value) || value < min || value > max) return false;
      if (sizeBytes === 1) ram.store8(data, value);
      else if (sizeBytes === 8) ram.store64(data, BigInt(value));
      else ram.store32(data, value >>> 0);
      return true;
    },
  };
}

export const BOOL: Kind<boolean> = {
  sizeBytes: 1,
  min: 0,
  max: 1,
  handler(table, transfer) {
    // A vector's rest would be taken and ignored: a switch is one word or nothing.
    const wanted = transfer.length;
    const before = table.ram.load8(table.data);
    const errno = procDobool(table, transfer);
    if (errno === 0 && transfer.isWrite && transfer.length < wanted) {
      table.ram.store8(table.data, before);
      return -ERRNO.EINVAL;
    }
    return errno;
  },
  load: ({ ram, data }) => ram.load8(data) !== 0,
  store({ ram, data }, value) {
    ram.store8(data, value ? 1 : 0);
    return true;
  },
};

/** Texts of at most `maxBytes` bytes. */
export function text(maxBytes: number): Kind<string> {
  const sizeBytes = Math.max(0, Math.trunc(maxBytes)) + 1;
  return {
    sizeBytes,
    handler: procDostring,
    load({ ram, data }) {
      const bytes: number[] = [];
      for (let at = 0; at < sizeBytes - 1; at++) {
        const byte = ram.load8(data + at);
        if (byte === 0) break;
        bytes.push(byte);
      }
      return decodeUtf8(Uint8Array.from(bytes));
    },
    store({ ram, data }, value) {
      const bytes = encodeUtf8(String(value));
      if (bytes.length >= sizeBytes || bytes.includes(0)) return false;
      for (const [at, byte] of bytes.entries()) ram.store8(data + at, byte);
      ram.store8(data + bytes.length, 0);
      return true;
    },
  };
}
