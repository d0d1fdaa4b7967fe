// SPDX-License-Identifier: GPL-2.0-or-later
/** The table of tasks: sorts by its headings, moves by arrow keys, draws only rows in sight. */
import { ChevronDown, ChevronUp } from 'lucide-react';
import { useLayoutEffect, useRef, useState, type KeyboardEvent } from 'react';

import { StateGlyph, type StateName } from '../../widgets/state-glyph.tsx';
import type { SortKey, TaskOrder, TaskRow } from './task-rows.ts';

const ROW_HEIGHT = 24;
const OVERSCAN_ROWS = 10;
const INDENT = 14;

interface Column {
  readonly key: SortKey;
  readonly label: string;
  readonly isFigure?: boolean;
  readonly show: (row: TaskRow) => React.ReactNode;
}

const GLYPHS: Readonly<Record<string, StateName>> = {
  running: 'running',
  runnable: 'runnable',
  blocked: 'blocked',
  stopped: 'blocked',
  zombie: 'error',
};

const COLUMNS: readonly Column[] = [
  { key: 'pid', label: 'PID', isFigure: true, show: ({ task }) => task.pid },
  {
    key: 'name',
    label: 'Name',
    show: ({ task, depth }) => <strong style={{ paddingLeft: depth * INDENT }}>{task.name}</strong>,
  },
  { key: 'user', label: 'User', show: ({ user }) => user },
  {
    key: 'state',
    label: 'State',
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
    show: ({ task }) => <span className="task-text">{task.waitChannel}</span>,
  },
  { key: 'usage', label: '% CPU', isFigure: true, show: ({ usage }) => percent(usage) },
  {
    key: 'memory',
    label: 'Memory',
    isFigure: true,
    show: ({ task }) => (task.rssBytes === 0 ? '' : `${task.rssBytes / 1024} K`),
  },
  { key: 'cpu', label: 'CPU', isFigure: true, show: ({ task }) => task.cpu },
  { key: 'nice', label: 'Nice', isFigure: true, show: ({ task }) => niceOf(task) },
  { key: 'command', label: 'Command', show: ({ command }) => command },
];

interface TaskTableProps {
  readonly rows: readonly TaskRow[];
  readonly order: TaskOrder;
  readonly onOrder: (order: TaskOrder) => void;
  readonly chosen: number | undefined;
  readonly onChoose: (pid: number) => void;
}

export function TaskTable({ rows, order, onOrder, chosen, onChoose }: TaskTableProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const [range, setRange] = useState({ first: 0, last: 60 });
  const measure = (): void => {
    const box = scroller.current;
    if (box === null) return;
    const first = Math.max(0, Math.floor(box.scrollTop / ROW_HEIGHT) - OVERSCAN_ROWS);
    const last = Math.ceil((box.scrollTop + box.clientHeight) / ROW_HEIGHT) + OVERSCAN_ROWS;
    setRange((old) => (old.first === first && old.last === last ? old : { first, last }));
  };
  useLayoutEffect(measure, [rows.length]);
  const move = (event: KeyboardEvent): void => {
    const at = rows.findIndex(({ task }) => task.pid === chosen);
    const to = neighbour(event.key, at, rows.length);
    const row = to === undefined ? undefined : rows[to];
    if (row === undefined || to === undefined) return;
    event.preventDefault();
    onChoose(row.task.pid);
    const box = scroller.current;
    if (box === null) return;
    const top = to * ROW_HEIGHT;
    if (top < box.scrollTop) box.scrollTop = top;
    const bottom = top + 2 * ROW_HEIGHT;
    if (bottom > box.scrollTop + box.clientHeight) box.scrollTop = bottom - box.clientHeight;
  };
  return (
    <div
      ref={scroller}
      className="task-table"
      role="grid"
      aria-label="Tasks"
      aria-rowcount={rows.length + 1}
      aria-activedescendant={chosen === undefined ? undefined : `task-${chosen}`}
      tabIndex={0}
      onScroll={measure}
      onKeyDown={move}
    >
      <div className="task-row head" role="row">
        {COLUMNS.map((column) => (
          <Heading key={column.key} column={column} order={order} onOrder={onOrder} />
        ))}
      </div>
      <div style={{ height: rows.length * ROW_HEIGHT }} role="presentation">
        <div style={{ transform: `translateY(${range.first * ROW_HEIGHT}px)` }} role="presentation">
          {rows.slice(range.first, range.last).map((row) => (
            // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the grid has them
            <div
              key={row.task.pid}
              id={`task-${row.task.pid}`}
              className="task-row"
              role="row"
              tabIndex={-1}
              aria-selected={row.task.pid === chosen}
              onClick={() => onChoose(row.task.pid)}
            >
              {COLUMNS.map(({ key, isFigure, show }) => (
                <span
                  key={key}
                  role="gridcell"
                  className={`task-cell ${key}${isFigure === true ? ' figure' : ''}`}
                >
                  {show(row)}
                </span>
              ))}
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}

interface HeadingProps {
  readonly column: Column;
  readonly order: TaskOrder;
  readonly onOrder: (order: TaskOrder) => void;
}

function Heading({ column: { key, label, isFigure }, order, onOrder }: HeadingProps) {
  const isSorted = order.key === key;
  const Arrow = order.isDescending ? ChevronDown : ChevronUp;
  return (
    <span
      role="columnheader"
      className={`task-cell ${key}${isFigure === true ? ' figure' : ''}`}
      aria-sort={isSorted ? (order.isDescending ? 'descending' : 'ascending') : 'none'}
    >
      <button
        type="button"
        onClick={() =>
          // What is largest is asked for first, of figures that measure something.
          onOrder({
            key,
            isDescending: isSorted ? !order.isDescending : key === 'usage' || key === 'memory',
          })
        }
      >
        {label}
        {isSorted && <Arrow size={12} strokeWidth={1.75} aria-hidden />}
      </button>
    </span>
  );
}

function neighbour(key: string, at: number, count: number): number | undefined {
  switch (key) {
    case 'ArrowDown':
      return Math.min(at + 1, count - 1);
    case 'ArrowUp':
      return Math.max(at - 1, 0);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return undefined;
  }
}

function percent(share: number): string {
  return (share * 100).toFixed(1);
}

/** Real-time tasks have a priority instead. */
function niceOf({ policy, nice, priority }: TaskRow['task']): string {
  return policy === 'FIFO' || policy === 'RR' ? `${policy} ${-1 - priority}` : String(nice);
}
