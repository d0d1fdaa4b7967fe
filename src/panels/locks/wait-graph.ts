// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Who waits for whom: tasks that wait point to locks, and locks to the tasks that have them. A
 * circle of such edges never ends.
 */
import type { LocksView, LockTaskView, LockView } from '../../../kernel-sim/machine-types.ts';

export type WaitNode =
  | { readonly kind: 'task'; readonly id: string; readonly task: LockTaskView }
  | { readonly kind: 'lock'; readonly id: string; readonly lock: LockView };

export interface WaitEdge {
  readonly from: string;
  readonly to: string;
  /** From a task to a lock, or from a lock to a task. */
  readonly kind: 'waits for' | 'held by';
}

export interface WaitGraph {
  readonly nodes: readonly WaitNode[];
  readonly edges: readonly WaitEdge[];
  /** The edges of a circle in their order, from a task on; none where nobody is in one. */
  readonly cycle: readonly WaitEdge[];
}

/** Only what is about waiting: a lock that nobody waits for has nothing to say here. */
export function waitGraph({ locks, tasks }: Pick<LocksView, 'locks' | 'tasks'>): WaitGraph {
  const contended = locks.filter(({ waiters }) => waiters.length > 0);
  const edges = contended.flatMap((lock): WaitEdge[] => [
    ...lock.waiters.map(({ pid }) => edge(taskId(pid), lockId(lock), 'waits for')),
    ...lock.holders.map(({ pid }) => edge(lockId(lock), taskId(pid), 'held by')),
  ]);
  const named = new Set(edges.flatMap(({ from, to }) => [from, to]));
  const nodes = [
    ...tasks.map((task): WaitNode => ({ kind: 'task', id: taskId(task.pid), task })),
    ...contended.map((lock): WaitNode => ({ kind: 'lock', id: lockId(lock), lock })),
  ].filter(({ id }) => named.has(id));
  return { nodes, edges, cycle: cycleOf(contended, edges) };
}

function edge(from: string, to: string, kind: WaitEdge['kind']): WaitEdge {
  return { from, to, kind };
}

function taskId(pid: number): string {
  return `task ${pid}`;
}

function lockId({ address }: LockView): string {
  return `lock ${address}`;
}

/** Begins with the task that has waited longest. */
function cycleOf(contended: readonly LockView[], edges: readonly WaitEdge[]): readonly WaitEdge[] {
  const from = new Map<string, WaitEdge[]>();
  for (const each of edges) from.set(each.from, [...(from.get(each.from) ?? []), each]);
  const starts = contended
    .flatMap(({ waiters }) => waiters)
    .toSorted((a, b) => a.sinceNs - b.sinceNs || a.pid - b.pid);
  const dead = new Set<string>();
  const wayBack = (at: string, start: string, path: readonly WaitEdge[]): readonly WaitEdge[] => {
    for (const next of from.get(at) ?? []) {
      if (next.to === start) return [...path, next];
      if (dead.has(next.to)) continue;
      dead.add(next.to);
      const found = wayBack(next.to, start, [...path, next]);
      if (found.length > 0) return found;
    }
    return [];
  };
  for (const { pid } of starts) {
    dead.clear();
    const found = wayBack(taskId(pid), taskId(pid), []);
    if (found.length > 0) return found;
  }
  return [];
}

export interface Place {
  readonly column: number;
  readonly row: number;
}

/**
 * Where each node stands, in columns and rows: a circle as a ring of two rows, clockwise; whoever
 * waits for somebody else under what is waited for. The same graph has always the same picture.
 */
export function layoutWaits({ nodes, edges, cycle }: WaitGraph): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>();
  const taken = new Set<string>();
  const put = (id: string, column: number, row: number): void => {
    places.set(id, { column, row });
    taken.add(`${column} ${row}`);
  };
  const isFree = (column: number, row: number): boolean => !taken.has(`${column} ${row}`);
  const hang = (roots: readonly string[]): void => {
    const queue = [...roots];
    for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
      const above = places.get(id) ?? { column: 0, row: 0 };
      for (const { from, to } of edges) {
        if (to !== id || places.has(from)) continue;
        // Under a ring, not in it.
        const row = Math.max(above.row + 1, cycle.length > 0 ? 2 : 0);
        put(from, nearestFree(above.column, row, isFree), row);
        queue.push(from);
      }
    }
  };
  const half = cycle.length / 2;
  cycle.forEach(({ from }, index) =>
    index < half ? put(from, index, 0) : put(from, cycle.length - 1 - index, 1),
  );
  hang(cycle.map(({ from }) => from));
  for (const { id } of nodes) {
    const points = edges.some(({ from }) => from === id);
    if (places.has(id) || points) continue;
    const columns = [...places.values()].map(({ column }) => column + 1);
    put(id, Math.max(0, ...columns), 0);
    hang([id]);
  }
  // A second circle, of which the first says enough.
  for (const { id } of nodes) {
    if (places.has(id)) continue;
    const rows = [...places.values()].map(({ row }) => row + 1);
    put(id, 0, Math.max(0, ...rows));
    hang([id]);
  }
  return places;
}

function nearestFree(column: number, row: number, isFree: (c: number, r: number) => boolean) {
  for (let distance = 0; ; distance++) {
    if (isFree(column + distance, row)) return column + distance;
    if (column >= distance && isFree(column - distance, row)) return column - distance;
  }
}
