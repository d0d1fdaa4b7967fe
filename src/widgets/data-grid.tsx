// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A table of rows of one height: draws only those in sight, moves by arrow keys, and sorts by its
 * headings where somebody sorts.
 */
import { ChevronDown, ChevronUp } from 'lucide-react';
import { useLayoutEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';

export const GRID_ROW_HEIGHT = 24;
const OVERSCAN_ROWS = 10;
const SCROLL_BAR = 18;

export interface GridColumn<Row, Key extends string = string> {
  readonly key: Key;
  readonly label: string;
  /** In pixels; the least of them for a column that grows. */
  readonly width: number;
  readonly grows?: boolean;
  /** Right-aligned. */
  readonly isFigure?: boolean;
  /** Left out where there is little room. */
  readonly isMinor?: boolean;
  /** What is largest is asked for first. */
  readonly isLargestFirst?: boolean;
  readonly show: (row: Row) => ReactNode;
}

export interface GridOrder<Key extends string = string> {
  readonly key: Key;
  readonly isDescending: boolean;
}

interface DataGridProps<Row, Key extends string> {
  readonly label: string;
  /** Unique on the page. */
  readonly id: string;
  readonly columns: readonly GridColumn<Row, Key>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string | number;
  readonly order?: GridOrder<Key>;
  readonly onOrder?: (order: GridOrder<Key>) => void;
  readonly chosen?: string | number | undefined;
  readonly onChoose?: (row: Row) => void;
  /** Stays at its end while one looks at the end, so that new rows are seen. */
  readonly followsEnd?: boolean;
  /** Enter: on to what is known of the chosen row. */
  readonly onOpen?: () => void;
}

/** What columns take at least, with a scroll bar beside them. */
export function widthOf(columns: readonly { readonly width: number }[]): number {
  return columns.reduce((sum, { width }) => sum + width, SCROLL_BAR);
}

export function DataGrid<Row, Key extends string>(props: DataGridProps<Row, Key>) {
  const { label, id, columns, rows, keyOf, order, onOrder, chosen, onChoose, onOpen } = props;
  const follows = props.followsEnd === true;
  const at = chosen === undefined ? -1 : rows.findIndex((row) => keyOf(row) === chosen);
  const { scroller, range, measure, lookAt } = useRange(rows.length, follows, at);
  const [focused, setFocused] = useState<string | number>();
  const current = chosen ?? focused;
  const choose = (row: Row): void => {
    setFocused(keyOf(row));
    onChoose?.(row);
  };
  const move = (event: KeyboardEvent): void => {
    // A heading or a link in a row has keys of its own.
    if (event.target !== event.currentTarget) return;
    if (event.key === 'Enter' && chosen !== undefined && onOpen !== undefined) {
      event.preventDefault();
      onOpen();
      return;
    }
    const at = rows.findIndex((row) => keyOf(row) === current);
    const to = neighbour(event.key, at, rows.length);
    const row = to === undefined ? undefined : rows[to];
    if (row === undefined || to === undefined) return;
    event.preventDefault();
    choose(row);
    lookAt(to);
  };
  const isInSight = rows.slice(range.first, range.last).some((row) => keyOf(row) === current);
  return (
    <div
      ref={scroller}
      className="grid"
      role="grid"
      aria-label={label}
      aria-rowcount={rows.length + 1}
      aria-activedescendant={isInSight ? `${id}-${current}` : undefined}
      tabIndex={0}
      onScroll={measure}
      onKeyDown={move}
    >
      <div className="grid-row head" role="row">
        {columns.map((column) => (
          <Heading key={column.key} column={column} order={order} onOrder={onOrder} />
        ))}
      </div>
      <div style={{ height: rows.length * GRID_ROW_HEIGHT }} role="presentation">
        <div
          style={{ transform: `translateY(${range.first * GRID_ROW_HEIGHT}px)` }}
          role="presentation"
        >
          {rows.slice(range.first, range.last).map((row, index) => (
            <GridRow
              key={keyOf(row)}
              id={`${id}-${keyOf(row)}`}
              at={range.first + index}
              row={row}
              columns={columns}
              isChosen={keyOf(row) === current}
              onChoose={choose}
            />
          ))}
        </div>
      </div>
    </div>
  );
}

/** Which of the rows are in sight, as far as anybody can tell. */
function useRange(rows: number, followsEnd: boolean, chosen: number) {
  const scroller = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(followsEnd);
  const chosenAt = useRef(-1);
  useLayoutEffect(() => {
    chosenAt.current = chosen;
  }, [chosen]);
  const [range, setRange] = useState({ first: 0, last: 60 });
  const measure = (): void => {
    const box = scroller.current;
    if (box === null) return;
    const below = box.scrollHeight - box.scrollTop - box.clientHeight;
    isAtEnd.current = followsEnd && below < GRID_ROW_HEIGHT;
    const first = Math.max(0, Math.floor(box.scrollTop / GRID_ROW_HEIGHT) - OVERSCAN_ROWS);
    const last = Math.ceil((box.scrollTop + box.clientHeight) / GRID_ROW_HEIGHT) + OVERSCAN_ROWS;
    setRange((old) => (old.first === first && old.last === last ? old : { first, last }));
  };
  const lookAt = (row: number): void => {
    const box = scroller.current;
    if (box === null) return;
    const top = row * GRID_ROW_HEIGHT;
    if (top < box.scrollTop) box.scrollTop = top;
    // The headings take a row of their own.
    const bottom = top + 2 * GRID_ROW_HEIGHT;
    if (bottom > box.scrollTop + box.clientHeight) box.scrollTop = bottom - box.clientHeight;
  };
  useLayoutEffect(() => {
    const box = scroller.current;
    if (box === null) return undefined;
    let heightBefore = 0;
    const observer = new ResizeObserver(() => {
      const below = box.scrollTop + heightBefore - GRID_ROW_HEIGHT;
      const top = chosenAt.current * GRID_ROW_HEIGHT;
      const wasSeen = top >= box.scrollTop && top < below;
      heightBefore = box.clientHeight;
      // What opens underneath hides rows, but not the one that it is about.
      if (wasSeen) lookAt(chosenAt.current);
      else if (isAtEnd.current) box.scrollTop = box.scrollHeight;
      measure();
    });
    observer.observe(box);
    return () => observer.disconnect();
    // oxlint-disable-next-line react/exhaustive-deps -- one observer for the life of the box
  }, []);
  useLayoutEffect(() => {
    const box = scroller.current;
    if (box !== null && isAtEnd.current) box.scrollTop = box.scrollHeight;
    measure();
    // oxlint-disable-next-line react/exhaustive-deps -- measured anew when there are more rows
  }, [rows]);
  return { scroller, range, measure, lookAt };
}

interface GridRowProps<Row> {
  readonly id: string;
  readonly at: number;
  readonly row: Row;
  readonly columns: readonly GridColumn<Row>[];
  readonly isChosen: boolean;
  readonly onChoose: (row: Row) => void;
}

function GridRow<Row>({ id, at, row, columns, isChosen, onChoose }: GridRowProps<Row>) {
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the grid has them
    <div
      id={id}
      className="grid-row"
      role="row"
      tabIndex={-1}
      aria-rowindex={at + 2}
      aria-selected={isChosen}
      onClick={() => onChoose(row)}
    >
      {columns.map((column) => (
        <span key={column.key} role="gridcell" className={classOf(column)} style={styleOf(column)}>
          {column.show(row)}
        </span>
      ))}
    </div>
  );
}

interface HeadingProps<Row, Key extends string> {
  readonly column: GridColumn<Row, Key>;
  readonly order: GridOrder<Key> | undefined;
  readonly onOrder: ((order: GridOrder<Key>) => void) | undefined;
}

function Heading<Row, Key extends string>({ column, order, onOrder }: HeadingProps<Row, Key>) {
  const { key, label } = column;
  const isSorted = order?.key === key;
  const isDescending = isSorted && order.isDescending;
  const Arrow = isDescending ? ChevronDown : ChevronUp;
  const place = { className: classOf(column), style: styleOf(column) };
  if (onOrder === undefined) {
    return (
      <span role="columnheader" {...place}>
        {label}
      </span>
    );
  }
  return (
    <span
      role="columnheader"
      {...place}
      aria-sort={isSorted ? (isDescending ? 'descending' : 'ascending') : 'none'}
    >
      <button
        type="button"
        onClick={() =>
          onOrder({ key, isDescending: isSorted ? !isDescending : column.isLargestFirst === true })
        }
      >
        {label}
        {isSorted && <Arrow size={12} strokeWidth={1.75} aria-hidden />}
      </button>
    </span>
  );
}

type Placed = Pick<GridColumn<never>, 'width' | 'grows' | 'isFigure' | 'isMinor'>;

function classOf({ isFigure, isMinor }: Placed): string {
  return `grid-cell${isFigure === true ? ' figure' : ''}${isMinor === true ? ' minor' : ''}`;
}

function styleOf({ width, grows }: Placed): React.CSSProperties {
  return grows === true ? { flex: `1 0 ${width}px` } : { width };
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
