// SPDX-License-Identifier: GPL-2.0-or-later
/** Whether what the kernel's worker says of memory has the shape of a `MemoryView`. */
import type { MemoryView } from '../../kernel-sim/machine-types.ts';
import {
  hasShape,
  isBytes,
  isCount,
  isFields,
  isFlag,
  isListOf,
  isNumber,
  isText,
  listOf,
  optional,
  type Guard,
  type Shape,
} from './guards.ts';

/** More objects than fit into the largest machine. */
const OBJECTS_MAX = 16 * 1024 * 1024;
const OWNERS_MAX = 256;

const EVENT_KINDS: ReadonlySet<unknown> = new Set(['allocated', 'freed', 'accessed']);

const isEventKind: Guard<unknown> = (value): value is string => EVENT_KINDS.has(value);

const SOURCE: Shape = { module: isText, file: isText, line: isCount };
// What a driver used as an address or a size may be any number.
const ACCESS: Shape = {
  kind: isText,
  address: isNumber,
  sizeBytes: isNumber,
  isWrite: isFlag,
  logSequence: isCount,
};
const EVENT: Shape = {
  kind: isEventKind,
  timeNs: isCount,
  cpu: isCount,
  pid: isCount,
  task: isText,
  where: isText,
  source: optional(SOURCE),
  access: optional(ACCESS),
};
const CACHE: Shape = {
  name: isText,
  objectBytes: isCount,
  slotBytes: isCount,
  slabs: isCount,
  objects: isCount,
  allocated: isCount,
  quarantined: isCount,
};
const isOptionalText: Guard<unknown> = (value): value is string | undefined =>
  value === undefined || isText(value);
const FIELD: Shape = {
  name: isText,
  offset: isCount,
  sizeBytes: isCount,
  kind: isText,
  cache: isOptionalText,
  symbol: isOptionalText,
};
const TYPE: Shape = { name: isText, sizeBytes: isCount, fields: listOf(FIELD) };
const OBJECT: Shape = {
  address: isCount,
  cache: isText,
  slab: isCount,
  index: isCount,
  objectBytes: isCount,
  requestedBytes: isCount,
  state: isCount,
  bytes: isBytes,
  shadow: isBytes,
  events: listOf(EVENT),
  type: optional(TYPE),
};
const isCounts: Guard<unknown> = (value): value is number[] => isListOf(value, isCount);
const isLarge: Guard<unknown> = (value): value is object =>
  hasShape(value, { count: isCount, bytes: isCount });
const isVmalloc = listOf({ address: isCount, sizeBytes: isCount, pages: isCount, caller: isText });
const LEAK_KINDS: ReadonlySet<unknown> = new Set(['slab', 'vmalloc', 'percpu']);
const LEAK: Shape = {
  address: isCount,
  sizeBytes: isCount,
  kind: (value): value is string => LEAK_KINDS.has(value),
  pid: isCount,
  task: isText,
  where: isText,
  source: optional(SOURCE),
};
const OTHER: Shape = {
  totalBytes: isCount,
  freeBytes: isCount,
  freeBlocks: isCounts,
  large: isLarge,
  vmalloc: isVmalloc,
};

/** The fields of a `bad-memory` happening. */
export const BAD_MEMORY: Shape = {
  task: isText,
  access: (value): value is object => hasShape(value, ACCESS),
  source: optional(SOURCE),
  object: optional({
    sizeBytes: isCount,
    offset: isNumber,
    freed: optional({ task: isText, agoNs: isCount }),
  }),
};

export function isMemoryView(value: unknown): value is MemoryView {
  if (!isFields(value)) return false;
  const { nowNs, pointerBytes, caches, objects, object, leaks, other } = value as Record<
    string,
    unknown
  >;
  return (
    isCount(nowNs) &&
    (pointerBytes === 4 || pointerBytes === 8) &&
    listOf(CACHE)(caches) &&
    (objects === undefined || isObjects(objects)) &&
    (object === undefined || hasShape(object, OBJECT)) &&
    listOf(LEAK)(leaks) &&
    hasShape(other, OTHER)
  );
}

/** The arrays must fit each other: nobody looks beyond their ends later. */
function isObjects(value: unknown): boolean {
  if (!isFields(value)) return false;
  const { cache, slotBytes, objectOffset, slabs, counts, states, owner, owners } = value as Record<
    string,
    unknown
  >;
  return (
    isText(cache) &&
    isCount(slotBytes) &&
    isCount(objectOffset) &&
    slabs instanceof Float64Array &&
    slabs.every(isCount) &&
    counts instanceof Uint16Array &&
    counts.length === slabs.length &&
    states instanceof Uint8Array &&
    states.length <= OBJECTS_MAX &&
    states.length === counts.reduce((sum, count) => sum + count, 0) &&
    owner instanceof Uint8Array &&
    owner.length === states.length &&
    isListOf(owners, isText) &&
    owners.length > 0 &&
    owners.length <= OWNERS_MAX &&
    owner.every((index) => index < owners.length)
  );
}
