// SPDX-License-Identifier: GPL-2.0-or-later
/** The events that are in sight as a table. */
import { logTime } from '../../lib/log-time.ts';
import { usePlayground } from '../../store/use-playground.ts';
import { DataGrid, type GridColumn } from '../../widgets/data-grid.tsx';
import { eventWords } from './event-words.ts';
import { taskName, type TimelineData } from './timeline-data.ts';
import type { Viewport } from './viewport.ts';

interface EventTableProps {
  readonly data: TimelineData;
  readonly view: Viewport;
  readonly chosen: number | undefined;
  readonly onChoose: (event: number) => void;
}

export function EventTable({ data, view, chosen, onChoose }: EventTableProps) {
  const rows = eventsIn(data, view);
  return (
    <DataGrid
      id="timeline-events"
      label="Events"
      columns={COLUMNS}
      rows={rows}
      keyOf={({ event }) => event + data.first}
      chosen={chosen === undefined ? undefined : chosen + data.first}
      onChoose={({ event }) => onChoose(event)}
    />
  );
}

interface EventRow {
  readonly data: TimelineData;
  readonly event: number;
}

const COLUMNS: readonly GridColumn<EventRow>[] = [
  {
    key: 'time',
    label: 'Time',
    width: 92,
    isFigure: true,
    show: ({ data, event }) => logTime(data.timesNs[event] ?? 0),
  },
  {
    key: 'cpu',
    label: 'CPU',
    width: 44,
    isFigure: true,
    show: ({ data, event }) => data.cpuIds[event],
  },
  {
    key: 'task',
    label: 'Task',
    width: 120,
    show: ({ data, event }) => taskName(data, data.pids[event] ?? 0),
  },
  {
    key: 'what',
    label: 'What happened',
    width: 180,
    grows: true,
    show: ({ data, event }) => eventWords(data, event),
  },
  {
    key: 'source',
    label: 'Source',
    width: 150,
    show: (row) => <EventSource {...row} />,
  },
];

export function EventSource({ data, event }: EventRow) {
  const playground = usePlayground();
  const source = data.places.get(data.sites[event] ?? 0)?.source;
  if (source === undefined) return null;
  return (
    <button
      type="button"
      className="link mono"
      onClick={() => playground.openSource(source.module, source.file, source.line)}
    >
      {source.file}:{source.line}
    </button>
  );
}

/** Events are nearly in order: each is looked at. */
function eventsIn(data: TimelineData, { startNs, endNs }: Viewport): readonly EventRow[] {
  const events: EventRow[] = [];
  for (const [event, timeNs] of data.timesNs.entries()) {
    if (timeNs >= startNs && timeNs <= endNs) events.push({ data, event });
  }
  return events;
}
