// SPDX-License-Identifier: GPL-2.0-or-later
/** Tasks as rows of a table: what is shown of each, in which order, and what a filter leaves. */
import type { CpuView, TaskView } from '../../../kernel-sim/machine-types.ts';

export type SortKey =
  | 'pid'
  | 'name'
  | 'user'
  | 'state'
  | 'cpu'
  | 'nice'
  | 'usage'
  | 'memory'
  | 'waits'
  | 'command';

export interface TaskOrder {
  readonly key: SortKey;
  readonly isDescending: boolean;
}

export interface TaskFilter {
  readonly text: string;
  readonly withKernelThreads: boolean;
  /** Children stand under their parents, and the order holds among siblings. */
  readonly isTree: boolean;
}

export interface TaskRow {
  readonly task: TaskView;
  readonly user: string;
  /** The state in words. */
  readonly state: string;
  /** Share of one CPU over the last second, 0 to 1. */
  readonly usage: number;
  readonly isKernelThread: boolean;
  readonly command: string;
  /** Generations below the first that is shown. */
  readonly depth: number;
}

/** As the machine's /etc/passwd has them. */
const USERS: Readonly<Record<number, string>> = { 0: 'root', 1000: 'user', 65_534: 'nobody' };

const STATE_WORDS: Readonly<Record<TaskView['state'], string>> = {
  R: 'runnable',
  S: 'sleeping',
  D: 'blocked',
  Z: 'zombie',
  T: 'stopped',
  I: 'idle',
};

const INIT_PID = 1;

export function toRow(task: TaskView, cpus: readonly CpuView[], usage: number): TaskRow {
  const isRunning = task.state === 'R' && cpus[task.cpu]?.running === task.pid;
  const isKernelThread = task.commandLine === '' && task.state !== 'Z' && task.pid !== INIT_PID;
  return {
    task,
    user: USERS[task.uid] ?? String(task.uid),
    state: isRunning ? 'running' : STATE_WORDS[task.state],
    usage,
    isKernelThread,
    command: isKernelThread ? `[${task.name}]` : task.commandLine || task.name,
    depth: 0,
  };
}

export function arrangeRows(
  rows: readonly TaskRow[],
  filter: TaskFilter,
  order: TaskOrder,
): readonly TaskRow[] {
  const wanted = filter.text.trim().toLowerCase();
  const shown = rows
    .filter(
      (row) =>
        (filter.withKernelThreads || !row.isKernelThread) &&
        (wanted === '' || textOf(row).includes(wanted)),
    )
    .toSorted((a, b) => compare(a, b, order.key) * (order.isDescending ? -1 : 1));
  return filter.isTree ? asTree(shown) : shown;
}

/** Who shows no parent is a root; the order within a family is that of `rows`. */
function asTree(rows: readonly TaskRow[]): readonly TaskRow[] {
  const pids = new Set(rows.map(({ task }) => task.pid));
  const children = new Map<number, TaskRow[]>();
  for (const row of rows) {
    const { pid, ppid } = row.task;
    const parent = pids.has(ppid) && ppid !== pid ? ppid : 0;
    children.set(parent, [...(children.get(parent) ?? []), row]);
  }
  const tree: TaskRow[] = [];
  const addFamily = (parent: number, depth: number): void => {
    for (const row of children.get(parent) ?? []) {
      tree.push({ ...row, depth });
      addFamily(row.task.pid, depth + 1);
    }
  };
  addFamily(0, 0);
  return tree;
}

function textOf({ task, user, state, command }: TaskRow): string {
  return `${task.pid} ${task.name} ${user} ${state} ${task.waitChannel} ${command}`.toLowerCase();
}

function compare(a: TaskRow, b: TaskRow, key: SortKey): number {
  const one = valueOf(a, key);
  const other = valueOf(b, key);
  if (one === other) return a.task.pid - b.task.pid;
  return one < other ? -1 : 1;
}

function valueOf(row: TaskRow, key: SortKey): number | string {
  const { task } = row;
  switch (key) {
    case 'pid':
      return task.pid;
    case 'name':
      return task.name;
    case 'user':
      return row.user;
    case 'state':
      return row.state;
    case 'cpu':
      return task.cpu;
    case 'nice':
      return task.nice;
    case 'usage':
      return row.usage;
    case 'memory':
      return task.rssBytes;
    case 'waits':
      return task.waitChannel;
    case 'command':
      return row.command;
  }
}

/** What a person types to signal a task: its own user may, others only as root. */
export function killCommand(task: Pick<TaskView, 'pid' | 'uid'>, signal: string): string {
  return `${task.uid === USER_ID ? '' : 'sudo '}kill -${signal} ${task.pid}`;
}

const USER_ID = 1000;
