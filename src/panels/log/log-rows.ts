// SPDX-License-Identifier: GPL-2.0-or-later
/** Lines of the kernel's log as rows: who says it, how bad it is, and what a filter leaves. */
import type { LogLine } from '../../../kernel-sim/machine-types.ts';

export type LevelFilter = 'all' | 'warnings' | 'errors';

const ERROR_LEVEL = 3;
const WARNING_LEVEL = 4;
/** `kasan: …`, `usb 1-1: …`: the subsystem as Linux prints it before the text. */
const PREFIX = /^([A-Za-z][\w.-]*(?: [\d-][\w.:-]*)?): (?=\S)/;

export interface LogRow {
  readonly line: LogLine;
  readonly subsystem: string;
  readonly text: string;
}

export function toRow(line: LogLine): LogRow {
  const prefix = PREFIX.exec(line.text);
  if (prefix?.[1] !== undefined && prefix[1].length <= 14) {
    return { line, subsystem: prefix[1], text: line.text.slice(prefix[0].length) };
  }
  return { line, subsystem: line.source?.module ?? '', text: line.text };
}

export function subsystemsOf(rows: readonly LogRow[]): readonly string[] {
  return [...new Set(rows.map(({ subsystem }) => subsystem))].filter(Boolean).toSorted();
}

export interface LogFilter {
  readonly level: LevelFilter;
  /** Empty: all. */
  readonly subsystem: string;
  readonly text: string;
}

export function filterRows(rows: readonly LogRow[], filter: LogFilter): readonly LogRow[] {
  const wanted = filter.text.trim().toLowerCase();
  const maxLevel = { all: 7, warnings: WARNING_LEVEL, errors: ERROR_LEVEL }[filter.level];
  return rows.filter(
    ({ line, subsystem }) =>
      line.level <= maxLevel &&
      (filter.subsystem === '' || filter.subsystem === subsystem) &&
      (wanted === '' || line.text.toLowerCase().includes(wanted)),
  );
}

export function severityOf(line: LogLine): 'error' | 'warning' | undefined {
  if (line.level <= ERROR_LEVEL) return 'error';
  return line.level === WARNING_LEVEL ? 'warning' : undefined;
}

/** Seconds since boot, as dmesg prints them. */
export function logTime(timeNs: number): string {
  const micros = Math.floor(timeNs / 1000);
  return `${Math.floor(micros / 1e6)}.${String(micros % 1e6).padStart(6, '0')}`;
}
