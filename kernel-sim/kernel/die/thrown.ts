// SPDX-License-Identifier: GPL-2.0-or-later
/** What a driver threw, for reports: the same in every engine, without running its code. */
import { ErrnoValue, errnoValue } from '../module/errno-value.ts';

/**
 * True for what `1n / 0n` throws. Engines word it differently, and each says "division" or
 * "divisor"; no other RangeError does.
 */
export function isDivisionByZero(thrown: unknown): boolean {
  const message = engineMessage(thrown, RangeError.prototype);
  return message !== undefined && /divis/iu.test(message);
}

/** Names of what engines throw by themselves: their messages differ from engine to engine. */
const ENGINE_ERRORS: ReadonlyMap<unknown, string> = new Map<unknown, string>([
  [TypeError.prototype, 'TypeError'],
  [RangeError.prototype, 'RangeError'],
  [ReferenceError.prototype, 'ReferenceError'],
  [SyntaxError.prototype, 'SyntaxError'],
  [EvalError.prototype, 'EvalError'],
  [URIError.prototype, 'URIError'],
]);

/** What was thrown, in words that are the same in every engine, without running its code. */
export function describeThrown(thrown: unknown): string {
  if (typeof thrown === 'string') return thrown;
  const errno = ErrnoValue.numberOf(thrown);
  if (errno !== 0) return `Errno.${errnoValue(errno).toString()} was thrown where nothing can fail`;
  if (typeof thrown !== 'object' || thrown === null) {
    return typeof thrown === 'function' ? 'a function was thrown' : String(thrown);
  }
  try {
    const prototype: unknown = Object.getPrototypeOf(thrown);
    const engine = ENGINE_ERRORS.get(prototype);
    if (engine !== undefined) return engine;
    const message = engineMessage(thrown, Error.prototype);
    if (message !== undefined) return `Error: ${message}`;
  } catch {
    // Only an exotic object can get here; there is nothing to say of it.
  }
  return 'an object was thrown';
}

/** The text of an error of just that kind. */
function engineMessage(thrown: unknown, prototype: object): string | undefined {
  if (typeof thrown !== 'object' || thrown === null) return undefined;
  try {
    if (Object.getPrototypeOf(thrown) !== prototype) return undefined;
    const message: unknown = Object.getOwnPropertyDescriptor(thrown, 'message')?.value;
    return typeof message === 'string' ? message : undefined;
  } catch {
    return undefined;
  }
}
