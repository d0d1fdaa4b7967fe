// SPDX-License-Identifier: GPL-2.0-or-later
/** Telling coroutines from other values. */
import type { Sleeping } from '../uapi/coroutine.ts';

const generatorPrototype: object = Object.getPrototypeOf(
  Object.getPrototypeOf((function* () {})()),
) as object;

/** True for a suspended coroutine of ours: any generator object. */
export function isCoroutine(value: unknown): value is Sleeping<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.prototype.isPrototypeOf.call(generatorPrototype, value)
  );
}
