// SPDX-License-Identifier: GPL-2.0-or-later
/** The score: how many scripts do what Debian's tools do. README.md has it in a table. */
import { readFileSync, writeFileSync } from 'node:fs';

import { loadSkips } from './coverage.ts';
import { loadGroups, replay, type Comparison } from './replay.ts';

/** A failed script that we know of. */
export interface KnownFailure {
  readonly group: string;
  readonly script: string;
  readonly reason: string;
}

export interface Score {
  readonly comparisons: readonly Comparison[];
  /** Scripts that nobody could record; they count as failed. */
  readonly skipped: number;
}

const README = new URL('../../README.md', import.meta.url);
const README_PART = /(<!-- conformance -->\n)[\s\S]*?\n?(<!-- \/conformance -->)/;

export function measure(): Score {
  return {
    comparisons: loadGroups().flatMap((group) => replay(group)),
    skipped: loadSkips().length,
  };
}

export function loadKnownFailures(): KnownFailure[] {
  const text = readFileSync(new URL('known-failures.json', import.meta.url), 'utf8');
  return JSON.parse(text) as KnownFailure[];
}

/** Between 0 and 1. */
export function shareOf(score: Score): number {
  const passed = score.comparisons.filter(({ isSame }) => isSame).length;
  return passed / (score.comparisons.length + score.skipped);
}

/** The table, a row per group. */
export function tableOf(score: Score): string {
  const rows = new Map<string, { passed: number; total: number }>();
  for (const { group, isSame } of score.comparisons) {
    const row = rows.get(group) ?? { passed: 0, total: 0 };
    rows.set(group, { passed: row.passed + (isSame ? 1 : 0), total: row.total + 1 });
  }
  if (score.skipped > 0) rows.set('not recorded', { passed: 0, total: score.skipped });
  const passed = [...rows.values()].reduce((sum, row) => sum + row.passed, 0);
  const total = [...rows.values()].reduce((sum, row) => sum + row.total, 0);
  const lines = Array.from(rows, ([name, row]) => `| ${name} | ${row.passed} of ${row.total} |`);
  const share = (Math.floor(shareOf(score) * 1000) / 10).toFixed(1);
  return [
    '| scripts recorded on Debian 12 | done alike |',
    '| --- | --- |',
    ...lines,
    `| **all** | **${passed} of ${total}, ${share} %** |`,
  ].join('\n');
}

/** What the README has in place of `tableOf`. */
export function tableInReadme(): string {
  const part = README_PART.exec(readFileSync(README, 'utf8'))?.[0] ?? '';
  return part.split('\n').slice(1, -1).join('\n');
}

export function writeReadme(score: Score): void {
  const text = readFileSync(README, 'utf8');
  writeFileSync(README, text.replace(README_PART, `$1${tableOf(score)}\n$2`));
}
