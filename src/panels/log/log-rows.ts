// SPDX-License-Identifier: GPL-2.0-or-later
/** Lines of the kernel's log as rows: who says it, how bad it is, and what a filter leaves. */
import type { LogLine } from '../../../kernel-sim/machine-types.ts';

export type LevelFilter = 'all' | 'warnings' | 'errors';

const ERROR_LEVEL = 3;
const WARNING_LEVEL = 4;
/** `kasan: …`, `usb 1-1: …`: the subsystem as Linux prints it before the text. */
const PREFIX = /^([A-Za-z][\w.-]*(?: [\d-][\w.:-]*)?): (?=\S)/;

const NAME_MAX = 14;

export interface LogRow {
  readonly line: LogLine;
  readonly subsystem: string;
  readonly text: string;
  /** Said once for lines that belong together: a report's first. */
  readonly severity: 'error' | 'warning' | undefined;
}

/** Lines of one report follow each other faster than anything else prints. */
const REPORT_GAP_NS = 100_000;

export function toRows(log: readonly LogLine[]): readonly LogRow[] {
  return log.map((line, index) => {
    const before = log[index - 1];
    const severity = severityOf(line);
    const isContinued =
      before !== undefined &&
      severityOf(before) === severity &&
      line.timeNs - before.timeNs <= REPORT_GAP_NS;
    return { line, ...split(line), severity: isContinued ? undefined : severity };
  });
}

/** In a report, `RIP: 0010:…` is part of the text; elsewhere a capital begins a name (SLUB). */
function split(line: LogLine): { readonly subsystem: string; readonly text: string } {
  const prefix = PREFIX.exec(line.text)?.[0];
  const name = prefix?.slice(0, -2) ?? '';
  const isName = name.length <= NAME_MAX && (line.level > ERROR_LEVEL || /^[a-z]/.test(name));
  if (prefix !== undefined && isName) {
    return { subsystem: name, text: line.text.slice(prefix.length) };
  }
  return { subsystem: line.source?.module ?? '', text: line.text };
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

function severityOf(line: LogLine): 'error' | 'warning' | undefined {
  if (line.level <= ERROR_LEVEL) return 'error';
  return line.level === WARNING_LEVEL ? 'warning' : undefined;
}
