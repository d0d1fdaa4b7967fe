// SPDX-License-Identifier: GPL-2.0-or-later
/** What -c counts: the table that strace prints at its end. */

interface Row {
  readonly name: string;
  calls: number;
  errors: number;
  nanoseconds: number;
}

const NS_PER_US = 1000;
const NS_PER_S = 1_000_000_000;
const RULE = '------ ----------- ----------- --------- --------- ----------------';

export class Summary {
  readonly #rows = new Map<string, Row>();

  count(name: string, nanoseconds: number, hasFailed: boolean): void {
    const row = this.#rows.get(name) ?? { name, calls: 0, errors: 0, nanoseconds: 0 };
    row.calls += 1;
    row.errors += hasFailed ? 1 : 0;
    row.nanoseconds += nanoseconds;
    this.#rows.set(name, row);
  }

  text(sortBy: string): string {
    const rows = [...this.#rows.values()];
    if (rows.length === 0) return '';
    rows.sort((a, b) => compare(a, b, sortBy));
    const total: Row = { name: 'total', calls: 0, errors: 0, nanoseconds: 0 };
    for (const row of rows) {
      total.calls += row.calls;
      total.errors += row.errors;
      total.nanoseconds += row.nanoseconds;
    }
    return [
      '% time     seconds  usecs/call     calls    errors syscall',
      RULE,
      ...rows.map((row) => line(row, total.nanoseconds)),
      RULE,
      line(total, total.nanoseconds, 100),
      '',
    ].join('\n');
  }
}

function compare(a: Row, b: Row, sortBy: string): number {
  switch (sortBy) {
    case 'calls':
      return b.calls - a.calls;
    case 'errors':
      return b.errors - a.errors;
    case 'name':
      return a.name < b.name ? -1 : 1;
    case 'time':
      return b.nanoseconds - a.nanoseconds;
    default:
      return 0;
  }
}

function line(row: Row, totalNs: number, share?: number): string {
  const percent = share ?? (totalNs === 0 ? 0 : (100 * row.nanoseconds) / totalNs);
  return [
    percent.toFixed(2).padStart(6),
    (row.nanoseconds / NS_PER_S).toFixed(6).padStart(11),
    String(Math.floor(row.nanoseconds / row.calls / NS_PER_US)).padStart(11),
    String(row.calls).padStart(9),
    (row.errors === 0 ? '' : String(row.errors)).padStart(9),
    row.name,
  ].join(' ');
}
