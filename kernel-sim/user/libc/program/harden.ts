// SPDX-License-Identifier: GPL-2.0-or-later
/** Closes what programs can reach of our classes: one program changes nothing for the next. */

/** Freezes prototypes, their functions, and what coroutines made by them inherit from. */
export function harden(...classes: readonly { readonly prototype: object }[]): void {
  for (const it of classes) {
    for (const descriptor of Object.values(Object.getOwnPropertyDescriptors(it.prototype))) {
      // Its value, or its getter and setter.
      for (const part of Object.values(descriptor) as unknown[]) freezeFunction(part);
    }
    Object.freeze(it.prototype);
  }
}

/** A function or accessor, with the prototype that a generator function has. */
export function freezeFunction(value: unknown): void {
  if (typeof value !== 'function') return;
  const { prototype } = value as { readonly prototype?: unknown };
  if (typeof prototype === 'object' && prototype !== null) Object.freeze(prototype);
  Object.freeze(value);
}
