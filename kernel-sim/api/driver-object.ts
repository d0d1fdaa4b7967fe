// SPDX-License-Identifier: GPL-2.0-or-later
/** Methods of objects and classes that a driver handed over. */

/** Taken before drivers come: their realm has no Reflect (init/freeze-intrinsics.ts). */
const { apply } = Reflect;

export type Method = (...args: unknown[]) => unknown;

/** Calls a method of a driver's. Context: inside of a call into the driver. */
export function applyMethod(method: Method, receiver: unknown, args: readonly unknown[]): unknown {
  return apply(method, receiver, args);
}

/** A method of a driver's object or class, found without running a getter of it. */
export function methodOf(owner: unknown, name: string | symbol): Method | undefined {
  for (
    let at: unknown = owner;
    (typeof at === 'object' && at !== null) || typeof at === 'function';
    at = Object.getPrototypeOf(at)
  ) {
    const value: unknown = Object.getOwnPropertyDescriptor(at, name)?.value;
    if (typeof value === 'function') return value as Method;
  }
  return undefined;
}

/** A data property of a driver's object or class itself, found without running its code. */
export function propertyOf(owner: object, name: string): unknown {
  return Object.getOwnPropertyDescriptor(owner, name)?.value;
}
