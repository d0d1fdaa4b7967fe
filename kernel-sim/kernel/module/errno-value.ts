// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * `Errno`: the values that a driver throws for an expected failure, `Err(ENODEV)` in Rust.
 *
 * One frozen instance per error number. Whatever else passes through a driver's function is a
 * panic.
 */
import { ERRNO, type ErrnoName, errnoName, strerror } from '../../uapi/errno.ts';

export class ErrnoValue {
  readonly #number: number;

  constructor(number: number) {
    this.#number = number;
    Object.freeze(this);
  }

  /** The positive error number if `thrown` is one of ours, however it was disguised; else 0. */
  static numberOf(thrown: unknown): number {
    return typeof thrown === 'object' && thrown !== null && #number in thrown ? thrown.#number : 0;
  }

  get number(): number {
    return this.#number;
  }

  toString(): string {
    return errnoName(this.#number) ?? strerror(this.#number);
  }
}

const VALUES: ReadonlyMap<number, ErrnoValue> = new Map(
  Object.values(ERRNO).map((number) => [number, new ErrnoValue(number)]),
);

/** The value for an error number, positive or negated as kernel functions return it. */
export function errnoValue(number: number): ErrnoValue {
  const positive = Math.abs(number);
  return VALUES.get(positive) ?? new ErrnoValue(positive);
}

export type ErrnoValues = { readonly [Name in ErrnoName]: ErrnoValue };

/** By name: what a driver imports as `Errno`. */
export const ERRNO_VALUES: ErrnoValues = Object.freeze(
  Object.fromEntries(Object.entries(ERRNO).map(([name, number]) => [name, errnoValue(number)])),
) as ErrnoValues;
