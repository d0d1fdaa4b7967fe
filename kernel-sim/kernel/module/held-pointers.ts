// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Numbers that an object of a driver holds, and those that it leads to hold: fields, elements and
 * entries. Any may be a pointer.
 *
 * Linux: a driver's structures lie in memory, and kmemleak reads them there. Differs: what a class
 * keeps under a #name, or a closure in its variables, nobody sees from outside.
 */

/** Runs no code of the driver: neither its accessors nor its iterators. */
export function* numbersHeldBy(root: unknown): Generator<number> {
  const seen = new Set<object>();
  const open: unknown[] = [root];
  for (let value = open.pop(); value !== undefined || open.length > 0; value = open.pop()) {
    if (typeof value === 'number') yield value;
    if (typeof value !== 'object' || value === null || seen.has(value)) continue;
    seen.add(value);
    // Its numbers are bytes, and millions of them.
    if (ArrayBuffer.isView(value)) continue;
    const isArray = Array.isArray(value);
    for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(value))) {
      if (!isArray || name !== 'length') open.push(descriptor.value);
    }
    // The intrinsics are frozen: these are the engine's own.
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Map.prototype) {
      const entries = Map.prototype.entries.call(value as Map<unknown, unknown>);
      for (const entry of entries) open.push(...entry);
    } else if (prototype === Set.prototype) {
      open.push(...Set.prototype.values.call(value as Set<unknown>));
    }
  }
}
