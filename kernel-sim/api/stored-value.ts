// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * How values of drivers lie in memory that they own: scalars and structs as their bytes, a driver's
 * own objects as as many words as they have fields.
 *
 * The engine keeps the objects themselves, so their words only say what they own: a field that
 * holds a KBox has its pointer there, others are zero.
 */
import type { Allocation } from './allocation.ts';
import type { ApiContext } from './context.ts';
import type { MemoryType } from './memory-types.ts';

/** The value that lay in memory, as one with bytes of its own. */
export function copyOut(
  context: ApiContext,
  type: MemoryType,
  memory: Allocation,
  offset: number,
): unknown {
  const { kind } = type.shape;
  if (kind !== 'struct' && kind !== 'bits' && kind !== 'array') return type.read(memory, offset);
  return context.classes.fromBytes(type, memory.loadBytes(offset, type.sizeBytes));
}

/** How many bytes stand for an object. */
export function objectBytes(context: ApiContext, value: unknown): number {
  return Math.max(1, fieldsOf(context, value).length) * pointerBytes(context);
}

/** Writes what an object owns; as much of it as there is room for. */
export function writeObject(
  context: ApiContext,
  memory: Allocation,
  offset: number,
  sizeBytes: number,
  value: unknown,
): void {
  const width = pointerBytes(context);
  const fields = fieldsOf(context, value);
  for (let at = 0; at < sizeBytes; at += width) {
    const field: unknown = fields[at / width];
    const owned =
      typeof field === 'object' && field !== null ? context.allocations.get(field) : undefined;
    memory.storePointer(offset + at, owned?.pointer ?? 0);
  }
}

/** A value of the API is one field, itself; so is what has none. */
function fieldsOf(context: ApiContext, value: unknown): readonly unknown[] {
  if (typeof value !== 'object' || value === null || context.allocations.has(value)) return [value];
  return Object.values(Object.getOwnPropertyDescriptors(value)).map((it) => it.value as unknown);
}

function pointerBytes(context: ApiContext): number {
  return context.services.slabs.ram.board.pointerBytes;
}
