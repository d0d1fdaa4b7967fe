// SPDX-License-Identifier: GPL-2.0-or-later
/** The kernel's log, as `dmesg` has it, with a link to the line of source that printed. */
import { Box, ListFilter, Search } from 'lucide-react';
import { useLayoutEffect, useMemo, useRef, useState } from 'react';

import { logTime } from '../../lib/log-time.ts';
import { usePageWidth } from '../../lib/use-width.ts';
import { usePlayground, useSelection } from '../../store/use-playground.ts';
import { Menu } from '../../widgets/menu.tsx';
import { StateGlyph } from '../../widgets/state-glyph.tsx';
import { VirtualRows } from '../../widgets/virtual-rows.tsx';
import { LogWords } from './log-words.tsx';
import { filterRows, subsystemsOf, toRows, type LevelFilter, type LogFilter } from './log-rows.ts';
import { wrapRows, type WrappedRow } from './wrap-rows.ts';

const ROW_HEIGHT = 22;
/** Reports are printed as errors, or worse. */
const REPORT_LEVEL = 3;
const LEVELS: Readonly<Record<LevelFilter, string>> = {
  all: 'All levels',
  warnings: 'Warnings and errors',
  errors: 'Errors',
};

export function LogPanel() {
  const log = useSelection((state) => state.log);
  const marked = useSelection((state) => state.mark?.logSequence);
  const [filter, setFilter] = useState<LogFilter>({ level: 'all', subsystem: '', text: '' });
  const all = useMemo(() => toRows(log), [log]);
  const rows = useMemo(() => filterRows(all, filter), [all, filter]);
  const { pane, columns } = useTextColumns();
  const wrapped = useMemo(() => wrapRows(rows, columns), [rows, columns]);

  return (
    <div className="log" ref={pane}>
      <Filters
        filter={filter}
        onChange={(change) => setFilter({ ...filter, ...change })}
        subsystems={subsystemsOf(all)}
        shown={rows.length}
        total={log.length}
      />
      {rows.length === 0 ? (
        <p className="empty">
          {log.length === 0
            ? 'The kernel has printed nothing yet.'
            : 'No line of the log passes these filters.'}
        </p>
      ) : (
        <VirtualRows
          rows={wrapped}
          rowHeight={ROW_HEIGHT}
          keyOf={keyOf}
          label="Kernel log"
          lookAt={marked === undefined ? undefined : `${marked}.0`}
          render={(it) => <Line wrapped={it} isMarked={it.row.line.sequence === marked} />}
        />
      )}
    </div>
  );
}

function keyOf({ row, part }: WrappedRow): string {
  return `${row.line.sequence}.${part}`;
}

/** How many characters of text fit beside the time and the subsystem. */
function useTextColumns() {
  const pane = useRef<HTMLDivElement>(null);
  const [columns, setColumns] = useState(WIDE_COLUMNS);
  const width = usePageWidth();
  useLayoutEffect(() => {
    const box = pane.current;
    if (box === null) return undefined;
    const measure = (): void => {
      const subsystem = width === 'phone' ? 0 : SUBSYSTEM_COLUMNS;
      const room = box.clientWidth - PADDING_PIXELS;
      setColumns(Math.floor(room / COLUMN_PIXELS) - TIME_COLUMNS - subsystem);
    };
    const observer = new ResizeObserver(measure);
    observer.observe(box);
    return () => observer.disconnect();
  }, [width]);
  return { pane, columns };
}

/** As the sheet of styles has them: type, gaps, edges, and a bar to scroll by. */
const COLUMN_PIXELS = 7.2;
const PADDING_PIXELS = 24 + 16 + 15;
const TIME_COLUMNS = 9;
const SUBSYSTEM_COLUMNS = 11;
const WIDE_COLUMNS = 1000;

const ICON = { size: 14, strokeWidth: 1.5, 'aria-hidden': true } as const;

interface FiltersProps {
  readonly filter: LogFilter;
  readonly onChange: (change: Partial<LogFilter>) => void;
  readonly subsystems: readonly string[];
  readonly shown: number;
  readonly total: number;
}

function Filters({ filter, onChange, subsystems, shown, total }: FiltersProps) {
  const { level, subsystem, text } = filter;
  return (
    <div className="filters">
      <Menu
        label="Levels shown"
        className="filter"
        trigger={
          <>
            <ListFilter {...ICON} />
            {LEVELS[level]}
          </>
        }
        groups={[
          {
            choices: Object.entries(LEVELS).map(([id, label]) => ({
              id,
              label,
              isChosen: id === level,
            })),
          },
        ]}
        onChoose={(id) => onChange({ level: id as LevelFilter })}
      />
      <Menu
        label="Modules and subsystems shown"
        className="filter"
        trigger={
          <>
            <Box {...ICON} />
            {subsystem === '' ? 'All modules' : subsystem}
          </>
        }
        groups={[
          { choices: [{ id: '', label: 'All modules', isChosen: subsystem === '' }] },
          {
            title: 'Only',
            choices: subsystems.map((id) => ({
              id,
              label: id,
              isMono: true,
              isChosen: id === subsystem,
            })),
          },
        ]}
        onChoose={(id) => onChange({ subsystem: id })}
      />
      <label className="filter-text">
        <Search {...ICON} />
        <input
          value={text}
          onChange={(event) => onChange({ text: event.target.value })}
          placeholder="Filter"
          aria-label="Show only lines with this text"
          spellCheck={false}
        />
      </label>
      <span className="filter-count">
        {shown === total ? `${total} lines` : `${shown} of ${total}`}
      </span>
    </div>
  );
}

interface LineProps {
  readonly wrapped: WrappedRow;
  readonly isMarked: boolean;
}

function Line({ wrapped, isMarked }: LineProps) {
  const playground = usePlayground();
  const { row, part, text } = wrapped;
  const { line, subsystem, severity } = row;
  const isFirst = part === 0;
  const { source } = line;
  return (
    <div className={isMarked ? 'log-row marked' : 'log-row'}>
      <span className="log-time">{isFirst && logTime(line.timeNs)}</span>
      <span className="log-subsystem" title={subsystem}>
        {isFirst && subsystem}
      </span>
      <span className="log-text">
        {severity !== undefined && isFirst && <StateGlyph state={severity} label={severity} />}
        <span className={severity !== undefined && !isFirst ? 'log-words indented' : 'log-words'}>
          <LogWords text={text} logSequence={line.sequence} isReport={line.level <= REPORT_LEVEL} />
        </span>
      </span>
      {source !== undefined && isFirst && (
        <button
          type="button"
          className="link mono"
          onClick={() => playground.openSource(source.module, source.file, source.line)}
        >
          {source.file}:{source.line}
        </button>
      )}
    </div>
  );
}
