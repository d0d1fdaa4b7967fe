// SPDX-License-Identifier: GPL-2.0-or-later
/** Telling coroutines from other values. */
import type { MaySleep, Sleeping } from '../uapi/coroutine.ts';

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

/** What a function answers in the end that may be done at once. */
export function* finished<T>(answer: MaySleep<T>): Sleeping<T> {
  return isCoroutine(answer) ? yield* answer : answer;
}

/** `then` of what a function answers that may be done at once. */
export function after<T, R>(answer: MaySleep<T>, then: (value: T) => R): MaySleep<R> {
  return isCoroutine(answer) ? afterwards(answer, then) : then(answer);
}

function* afterwards<T, R>(rest: Sleeping<T>, then: (value: T) => R): Sleeping<R> {
  return then(yield* rest);
}
