// SPDX-License-Identifier: GPL-2.0-or-later
/** In what order classes of locks were taken, and whether two orders contradict each other. */
import type { LockOrderView, LocksView } from '../../../kernel-sim/machine-types.ts';

export function orderId({ from, to }: LockOrderView): string {
  return `${from}>${to}`;
}

/**
 * Orders that lead from a class back to it, the one that was seen first at the front; none where
 * all agree. The shortest such circle, and of two that are as short the one that was closed first.
 */
export function circleOf(orders: readonly LockOrderView[]): readonly LockOrderView[] {
  const after = new Map<number, LockOrderView[]>();
  for (const each of orders) after.set(each.from, [...(after.get(each.from) ?? []), each]);
  let shortest: readonly LockOrderView[] = [];
  for (const first of orders) {
    const back = pathBetween(after, first.to, first.from);
    if (back === undefined) continue;
    if (shortest.length === 0 || back.length + 1 < shortest.length) shortest = [first, ...back];
  }
  return shortest;
}

/** The fewest orders from one class to another: none from a class to itself. */
function pathBetween(
  after: ReadonlyMap<number, readonly LockOrderView[]>,
  start: number,
  end: number,
): readonly LockOrderView[] | undefined {
  const by = new Map<number, LockOrderView | undefined>([[start, undefined]]);
  const queue = [start];
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    if (at === end) return wayTo(by, end);
    for (const order of after.get(at) ?? []) {
      if (by.has(order.to)) continue;
      by.set(order.to, order);
      queue.push(order.to);
    }
  }
  return undefined;
}

function wayTo(
  by: ReadonlyMap<number, LockOrderView | undefined>,
  end: number,
): readonly LockOrderView[] {
  const way: LockOrderView[] = [];
  for (let step = by.get(end); step !== undefined; step = by.get(step.from)) way.unshift(step);
  return way;
}

/** What the graph means, in a sentence. */
export function orderWords(circle: readonly LockOrderView[], isStuck: boolean): string {
  if (circle.length === 0) {
    return 'All orders agree: whoever keeps to them never waits in a circle.';
  }
  if (circle.length === 1) return 'Somebody who had a lock of this class asked for another of it.';
  if (isStuck) return 'These orders have met: see who waits for whom.';
  return (
    'These orders contradict each other. Nobody is stuck yet: when tasks meet in the middle, ' +
    'each waits for the other for ever.'
  );
}

/** A name for people, where a class may have gone in the meantime. */
export function className({ classes }: LocksView, id: number): string {
  return classes.find((each) => each.id === id)?.name ?? `class ${id}`;
}
