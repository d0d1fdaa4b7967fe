// SPDX-License-Identifier: GPL-2.0-or-later
/** Breaks long lines of the log, so that nothing of them is out of sight. */
import { explanationsOf } from '../../lib/report-terms.ts';
import type { LogRow } from './log-rows.ts';

/** A line of the log, or a further part of one. */
export interface WrappedRow {
  readonly row: LogRow;
  /** 0 for the part that has the time, the subsystem and the source. */
  readonly part: number;
  readonly text: string;
}

/** Columns of the glyph of a severity, and of the gap before the source. */
const GLYPH_COLUMNS = 3;
const GAP_COLUMNS = 2;
/** Narrower than this, breaking would help nobody. */
const COLUMNS_MIN = 16;

/** `columns`: how many characters of text fit beside the time and the subsystem. */
export function wrapRows(rows: readonly LogRow[], columns: number): readonly WrappedRow[] {
  return rows.flatMap((row) => {
    const { source } = row.line;
    const place = source === undefined ? '' : `${source.file}:${source.line}`;
    const link = place === '' ? 0 : place.length + GAP_COLUMNS;
    const room = columns - (row.severity === undefined ? 0 : GLYPH_COLUMNS);
    // A report's line ends with the place that its link names.
    const isTwice = place !== '' && row.text.endsWith(` ${place}`);
    const text = isTwice ? row.text.slice(0, -place.length - 1) : row.text;
    return breakText(text, Math.max(COLUMNS_MIN, room - link), Math.max(COLUMNS_MIN, room)).map(
      (piece, part) => ({ row, part, text: piece }),
    );
  });
}

/** Between words, but not within what explains itself as one. */
function breakText(text: string, firstRoom: number, laterRoom: number): readonly string[] {
  if (text.length <= firstRoom) return [text];
  const terms = explanationsOf(text);
  const isWithin = (at: number): boolean =>
    terms.some(({ start, length }) => start < at && at < start + length);
  const parts: string[] = [];
  let rest = 0;
  let room = firstRoom;
  while (text.length - rest > room) {
    let end = text.lastIndexOf(' ', rest + room);
    while (end > rest && isWithin(end)) end = text.lastIndexOf(' ', end - 1);
    const isWord = end > rest;
    if (!isWord) end = rest + room;
    parts.push(text.slice(rest, end));
    rest = isWord ? end + 1 : end;
    room = laterRoom;
  }
  return [...parts, text.slice(rest)];
}
