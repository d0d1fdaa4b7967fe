// SPDX-License-Identifier: GPL-2.0-or-later
/** The columns of the table of tasks. */
import { DataGrid, type GridColumn } from '../../widgets/data-grid.tsx';
import { StateGlyph, type StateName } from '../../widgets/state-glyph.tsx';
import type { SortKey, TaskOrder, TaskRow } from './task-rows.ts';

const INDENT = 14;

const GLYPHS: Readonly<Record<string, StateName>> = {
  running: 'running',
  runnable: 'runnable',
  blocked: 'blocked',
  stopped: 'blocked',
  zombie: 'error',
};

const COLUMNS: readonly GridColumn<TaskRow, SortKey>[] = [
  { key: 'pid', label: 'PID', width: 52, isFigure: true, show: ({ task }) => task.pid },
  {
    key: 'name',
    label: 'Name',
    width: 116,
    show: ({ task, depth }) => <strong style={{ paddingLeft: depth * INDENT }}>{task.name}</strong>,
  },
  { key: 'user', label: 'User', width: 56, isMinor: true, show: ({ user }) => user },
  {
    key: 'state',
    label: 'State',
    width: 96,
    show: ({ state }) => (
      <>
        <StateGlyph state={GLYPHS[state] ?? 'sleeping'} />
        {state}
      </>
    ),
  },
  {
    key: 'waits',
    label: 'Waits in',
    width: 118,
    show: ({ task }) => <span className="grid-text">{task.waitChannel}</span>,
  },
  {
    key: 'usage',
    label: '% CPU',
    width: 62,
    isFigure: true,
    isLargestFirst: true,
    show: ({ usage }) => percent(usage),
  },
  {
    key: 'memory',
    label: 'Memory',
    width: 72,
    isFigure: true,
    isMinor: true,
    isLargestFirst: true,
    show: ({ task }) => (task.rssBytes === 0 ? '' : `${task.rssBytes / 1024} K`),
  },
  {
    key: 'cpu',
    label: 'CPU',
    width: 48,
    isFigure: true,
    isMinor: true,
    show: ({ task }) => task.cpu,
  },
  {
    key: 'nice',
    label: 'Nice',
    width: 62,
    isFigure: true,
    isMinor: true,
    show: ({ task }) => niceOf(task),
  },
  { key: 'command', label: 'Command', width: 96, grows: true, show: ({ command }) => command },
];

interface TaskTableProps {
  readonly rows: readonly TaskRow[];
  readonly order: TaskOrder;
  readonly onOrder: (order: TaskOrder) => void;
  readonly chosen: number | undefined;
  readonly onChoose: (pid: number) => void;
}

export function TaskTable({ onChoose, ...rest }: TaskTableProps) {
  return (
    <DataGrid
      {...rest}
      label="Tasks"
      id="task"
      columns={COLUMNS}
      keyOf={({ task }) => task.pid}
      onChoose={({ task }) => onChoose(task.pid)}
    />
  );
}

function percent(share: number): string {
  return (share * 100).toFixed(1);
}

/** Real-time tasks have a priority instead. */
function niceOf({ policy, nice, priority }: TaskRow['task']): string {
  return policy === 'FIFO' || policy === 'RR' ? `${policy} ${-1 - priority}` : String(nice);
}
