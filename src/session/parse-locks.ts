// SPDX-License-Identifier: GPL-2.0-or-later
/** Whether what the kernel's worker says of locks has the shape of a `LocksView`. */
import type { LocksView } from '../../kernel-sim/machine-types.ts';
import {
  hasShape,
  isCount,
  isFlag,
  isText,
  listOf,
  optional,
  type Guard,
  type Shape,
} from './guards.ts';

const SOURCE: Shape = { module: isText, file: isText, line: isCount };
const isPlace: Guard<unknown> = (value): value is object =>
  hasShape(value, { where: isText, source: optional(SOURCE) });
const HOLD: Shape = { pid: isCount, sinceNs: isCount, at: isPlace, isShared: isFlag };
const LOCK: Shape = {
  address: isCount,
  lockClass: isCount,
  holders: listOf(HOLD),
  waiters: listOf(HOLD),
};
const TASK: Shape = { pid: isCount, name: isText, cpu: isCount };
const CLASS: Shape = {
  id: isCount,
  name: isText,
  spins: isFlag,
  usage: isText,
  acquisitions: isCount,
  contentions: isCount,
  waitNs: isCount,
  maxWaitNs: isCount,
};
const ORDER: Shape = {
  from: isCount,
  to: isCount,
  fromAt: isPlace,
  toAt: isPlace,
  task: isText,
  pid: isCount,
  timeNs: isCount,
  isReported: isFlag,
};
const isPointerBytes: Guard<unknown> = (value): value is 4 | 8 => value === 4 || value === 8;
const VIEW: Shape = {
  nowNs: isCount,
  pointerBytes: isPointerBytes,
  isChecking: isFlag,
  isTiming: isFlag,
  locks: listOf(LOCK),
  tasks: listOf(TASK),
  classes: listOf(CLASS),
  orders: listOf(ORDER),
};

/** Whoever is named by a number must be there, once: nobody asks again later. */
export function isLocksView(value: unknown): value is LocksView {
  if (!hasShape(value, VIEW)) return false;
  const { locks, tasks, classes, orders } = value as LocksView;
  const classIds = new Set(classes.map(({ id }) => id));
  const pids = new Set(tasks.map(({ pid }) => pid));
  const addresses = new Set(locks.map(({ address }) => address));
  return (
    classIds.size === classes.length &&
    pids.size === tasks.length &&
    addresses.size === locks.length &&
    orders.every(({ from, to }) => classIds.has(from) && classIds.has(to)) &&
    locks.every(
      ({ lockClass, holders, waiters }) =>
        classIds.has(lockClass) && [...holders, ...waiters].every(({ pid }) => pids.has(pid)),
    )
  );
}
