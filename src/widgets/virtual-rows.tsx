// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A list of rows of one height that draws only those in sight. Stays at its end while one looks
 * at the end, so that new rows are seen, and stays put otherwise.
 */
import { useCallback, useLayoutEffect, useRef, useState, type ReactNode } from 'react';

const OVERSCAN_ROWS = 8;

interface VirtualRowsProps<Row> {
  readonly rows: readonly Row[];
  readonly rowHeight: number;
  readonly keyOf: (row: Row) => string | number;
  readonly render: (row: Row) => ReactNode;
  readonly label: string;
  /** Key of a row to bring into sight when it changes. */
  readonly lookAt?: string | number | undefined;
}

export function VirtualRows<Row>(props: VirtualRowsProps<Row>) {
  const { rows, rowHeight, keyOf, render, label, lookAt } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const [range, setRange] = useState({ first: 0, last: 60 });

  const measure = useCallback(() => {
    const box = scroller.current;
    if (box === null) return;
    isAtEnd.current = box.scrollHeight - box.scrollTop - box.clientHeight < rowHeight;
    const first = Math.max(0, Math.floor(box.scrollTop / rowHeight) - OVERSCAN_ROWS);
    const last = Math.ceil((box.scrollTop + box.clientHeight) / rowHeight) + OVERSCAN_ROWS;
    setRange((old) => (old.first === first && old.last === last ? old : { first, last }));
  }, [rowHeight]);

  useLayoutEffect(() => {
    const box = scroller.current;
    if (box === null) return undefined;
    const observer = new ResizeObserver(() => {
      if (isAtEnd.current) box.scrollTop = box.scrollHeight;
      measure();
    });
    observer.observe(box);
    return () => observer.disconnect();
  }, [measure]);

  useLayoutEffect(() => {
    const box = scroller.current;
    if (box !== null && isAtEnd.current) box.scrollTop = box.scrollHeight;
    measure();
  }, [rows.length, measure]);

  useLayoutEffect(() => {
    const box = scroller.current;
    const index = rows.findIndex((row) => keyOf(row) === lookAt);
    if (box === null || index < 0) return;
    const top = index * rowHeight;
    const isSeen = top >= box.scrollTop && top + rowHeight <= box.scrollTop + box.clientHeight;
    if (!isSeen) box.scrollTop = top - box.clientHeight / 2;
    // oxlint-disable-next-line react/exhaustive-deps -- not for each new row
  }, [lookAt]);

  const shown = rows.slice(range.first, range.last);
  return (
    <div
      ref={scroller}
      className="virtual-rows"
      onScroll={measure}
      role="log"
      aria-live="off"
      aria-label={label}
      tabIndex={0}
    >
      <div style={{ height: rows.length * rowHeight, position: 'relative' }}>
        <div style={{ transform: `translateY(${range.first * rowHeight}px)` }}>
          {shown.map((row) => (
            <div key={keyOf(row)} style={{ height: rowHeight }}>
              {render(row)}
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}
