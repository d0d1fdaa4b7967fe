// SPDX-License-Identifier: GPL-2.0-or-later
/** The tasks: who runs, who waits and for what, and signals for them. */
import { ListTree, Search } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';

import { machineNowNs } from '../../store/machine-slice.ts';
import { taskUsage } from '../../store/usage.ts';
import { usePlayground, useSelection } from '../../store/use-playground.ts';
import { Button } from '../../widgets/button.tsx';
import {
  arrangeRows,
  killCommand,
  toRow,
  type TaskFilter,
  type TaskOrder,
  type TaskRow,
} from './task-rows.ts';
import { TaskTable } from './task-table.tsx';

/** Often enough to follow, seldom enough to read. */
const READ_EVERY_MS = 500;
const ICON = { size: 14, strokeWidth: 1.5, 'aria-hidden': true } as const;

const SIGNALS = [
  ['TERM', 'Ask to end'],
  ['KILL', 'End'],
  ['STOP', 'Stop'],
  ['CONT', 'Continue'],
] as const;

export function TasksPanel() {
  const all = useTaskRows();
  const [filter, setFilter] = useState<TaskFilter>({
    text: '',
    withKernelThreads: true,
    isTree: false,
  });
  const [order, setOrder] = useState<TaskOrder>({ key: 'pid', isDescending: false });
  const [chosen, setChosen] = useState<number>();
  const rows = useMemo(() => arrangeRows(all, filter, order), [all, filter, order]);
  const row = rows.find(({ task }) => task.pid === chosen);
  if (all.length === 0) return <p className="empty">Tasks appear when the kernel has booted.</p>;
  const change = (part: Partial<TaskFilter>): void => setFilter({ ...filter, ...part });
  return (
    <div className="tasks">
      <div className="filters">
        <button
          type="button"
          className="filter toggle"
          aria-pressed={filter.isTree}
          onClick={() => change({ isTree: !filter.isTree })}
        >
          <ListTree {...ICON} />
          Families
        </button>
        <button
          type="button"
          className="filter toggle"
          aria-pressed={filter.withKernelThreads}
          onClick={() => change({ withKernelThreads: !filter.withKernelThreads })}
        >
          Kernel threads
        </button>
        <label className="filter-text">
          <Search {...ICON} />
          <input
            value={filter.text}
            onChange={(event) => change({ text: event.target.value })}
            placeholder="Filter"
            aria-label="Show only tasks with this text"
            spellCheck={false}
          />
        </label>
        <span className="filter-count">
          {rows.length === all.length ? `${all.length} tasks` : `${rows.length} of ${all.length}`}
        </span>
      </div>
      {rows.length === 0 ? (
        <p className="empty">No task passes this filter.</p>
      ) : (
        <TaskTable
          rows={rows}
          order={order}
          onOrder={setOrder}
          chosen={chosen}
          onChoose={setChosen}
        />
      )}
      <Signals row={row} />
    </div>
  );
}

function Signals({ row }: { readonly row: TaskRow | undefined }) {
  const { typist } = usePlayground();
  return (
    <div className="task-signals" role="toolbar" aria-label="Signals">
      <span className="quiet">
        {row === undefined ? (
          'Choose a task to signal it. The command is typed into a shell.'
        ) : (
          <span className="mono">{killCommand(row.task, 'TERM')}</span>
        )}
      </span>
      {row !== undefined &&
        SIGNALS.map(([signal, words]) => (
          <Button
            key={signal}
            label={`${words}: ${killCommand(row.task, signal)}`}
            onPress={() => void typist.typeAside(killCommand(row.task, signal))}
          >
            {words}
            <span className="mono quiet">{signal}</span>
          </Button>
        ))}
    </div>
  );
}

/** Read at a steady pace, whatever the pace of the snapshots. */
function useTaskRows(): readonly TaskRow[] {
  const { store } = usePlayground();
  const isThere = useSelection((state) => state.snapshot !== undefined);
  const [rows, setRows] = useState<readonly TaskRow[]>([]);
  useEffect(() => {
    const read = (): void => {
      const state = store.getState();
      const { snapshot, samples } = state;
      if (snapshot === undefined) return;
      const nowNs = machineNowNs(state, performance.now());
      setRows(
        snapshot.tasks.map((task) =>
          toRow(task, snapshot.cpus, taskUsage(samples, nowNs, task.pid)),
        ),
      );
    };
    read();
    const timer = setInterval(read, READ_EVERY_MS);
    return () => clearInterval(timer);
  }, [store]);
  return isThere ? rows : NONE;
}

const NONE: readonly TaskRow[] = [];
