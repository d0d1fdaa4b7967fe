// SPDX-License-Identifier: GPL-2.0-or-later
/** What values from the kernel's worker may be, and how long: the worker may lie. */

const TEXT_MAX = 4096;
const LIST_MAX = 20_000;
const BYTES_MAX = 64 * 1024 * 1024;

export type Fields = Readonly<Record<string, unknown>>;
export type Guard<T> = (value: unknown) => value is T;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

export function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= TEXT_MAX;
}

export function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

export function isFlag(value: unknown): value is boolean {
  return typeof value === 'boolean';
}

export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

export function isBytes(value: unknown): value is Uint8Array<ArrayBuffer> {
  return value instanceof Uint8Array && value.byteLength <= BYTES_MAX;
}

export function isListOf<T>(value: unknown, isItem: Guard<T>): value is readonly T[] {
  return Array.isArray(value) && value.length <= LIST_MAX && value.every(isItem);
}

/** Fields that an item must have, and of what kind each is. */
export type Shape = Readonly<Record<string, Guard<unknown>>>;

export function hasShape(value: unknown, shape: Shape): boolean {
  return isFields(value) && Object.entries(shape).every(([name, holds]) => holds(value[name]));
}

export function listOf(shape: Shape): Guard<unknown> {
  return (value): value is unknown =>
    isListOf(value, (item): item is unknown => hasShape(item, shape));
}

export function optional(shape: Shape): Guard<unknown> {
  return (value): value is unknown => value === undefined || hasShape(value, shape);
}
