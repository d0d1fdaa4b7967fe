// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * How locks lie in memory. The same whether somebody checks them or not, so that a driver's structs
 * do not change with the command line. `dep_key` names the lock's class to lockdep; 0 says that the
 * lock was never initialised, or that somebody wrote zeroes over it.
 *
 * Linux: spinlock_types_raw.h, rwlock_types.h, mutex_types.h, rwsem.h, semaphore.h, seqlock_types.h
 * with CONFIG_DEBUG_SPINLOCK, CONFIG_DEBUG_MUTEXES and CONFIG_DEBUG_LOCK_ALLOC, where a key stands
 * for a whole lockdep_map.
 */
import { layOut, type LayoutTarget, type Shape, type StructShape } from '../../uapi/layout.ts';

const U32: Shape = { kind: 'scalar', name: 'u32' };
/** An unsigned long. */
const WORD: Shape = { kind: 'scalar', name: 'usize' };
const POINTER: Shape = { kind: 'pointer' };

const WAIT_LIST = struct({ next: POINTER, prev: POINTER });
const SEQCOUNT = struct({ sequence: U32, dep_key: WORD });

export const SPINLOCK_SHAPE = struct({
  val: U32,
  magic: U32,
  owner_cpu: U32,
  owner: POINTER,
  dep_key: WORD,
});

export const LOCK_SHAPES = {
  spinlock_t: SPINLOCK_SHAPE,
  rwlock_t: struct({
    cnts: U32,
    wait_lock: U32,
    magic: U32,
    owner_cpu: U32,
    owner: POINTER,
    dep_key: WORD,
  }),
  mutex: struct({
    owner: WORD,
    wait_lock: U32,
    osq: U32,
    wait_list: WAIT_LIST,
    magic: POINTER,
    dep_key: WORD,
  }),
  rw_semaphore: struct({
    count: WORD,
    owner: WORD,
    osq: U32,
    wait_lock: U32,
    wait_list: WAIT_LIST,
    magic: POINTER,
    dep_key: WORD,
  }),
  semaphore: struct({ lock: U32, count: U32, wait_list: WAIT_LIST, last_holder: WORD }),
  seqcount_t: SEQCOUNT,
  seqlock_t: struct({ seqcount: SEQCOUNT, lock: SPINLOCK_SHAPE }),
} as const satisfies Record<string, StructShape>;

export type LockTypeName = keyof typeof LOCK_SHAPES;

/** Where the parts of a lock lie, by name, those within a part as `wait_list.next`. */
export interface LockLayout {
  readonly sizeBytes: number;
  /** The offset of a part that is there. */
  at(name: string): number;
}

export function lockLayout(name: LockTypeName, target: LayoutTarget): LockLayout {
  const offsets = new Map<string, number>();
  const visit = (shape: StructShape, prefix: string, start: number): number => {
    const { fields, sizeBytes } = layOut(shape, target);
    for (const field of fields) {
      offsets.set(prefix + field.name, start + field.offset);
      if (field.shape.kind !== 'struct') continue;
      visit(field.shape, `${prefix}${field.name}.`, start + field.offset);
    }
    return sizeBytes;
  };
  const sizeBytes = visit(LOCK_SHAPES[name], '', 0);
  return {
    sizeBytes,
    at(part) {
      const offset = offsets.get(part);
      if (offset === undefined) throw new Error(`${name} has no ${part}`);
      return offset;
    },
  };
}

function struct(fields: Readonly<Record<string, Shape>>): StructShape {
  return { kind: 'struct', fields: Object.entries(fields) };
}
