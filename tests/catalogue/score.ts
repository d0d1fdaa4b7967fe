// SPDX-License-Identifier: GPL-2.0-or-later
/** All verdicts, and how many of each suite are good. */
import { CASES } from './cases/index.ts';
import { entriesToRun } from './entries.ts';
import { runCase, type Verdict } from './run-case.ts';

/** In a suite of fewer cases than this all must pass. */
const SMALL_SUITE = 20;
const WANTED_SHARE = 0.95;

export interface SuiteScore {
  readonly suite: string;
  readonly passed: number;
  readonly total: number;
  readonly isGood: boolean;
}

/** Runs those whose id contains `filter`, telling each verdict as it is known. */
export function runCatalogue(filter = '', tell?: (verdict: Verdict) => void): Verdict[] {
  return entriesToRun()
    .filter(({ id }) => id.includes(filter))
    .map((entry) => {
      const verdict = runCase(entry, CASES.get(entry.id));
      tell?.(verdict);
      return verdict;
    });
}

export function scoreOf(verdicts: readonly Verdict[]): SuiteScore[] {
  const suites = [...new Set(verdicts.map(({ suite }) => suite))];
  return suites.map((suite) => {
    const all = verdicts.filter((verdict) => verdict.suite === suite);
    const total = all.length;
    const passed = all.filter(({ verdict }) => verdict === 'pass').length;
    const wanted = total < SMALL_SUITE ? total : Math.ceil(total * WANTED_SHARE);
    return { suite, passed, total, isGood: passed >= wanted };
  });
}
