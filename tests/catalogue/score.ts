// SPDX-License-Identifier: GPL-2.0-or-later
/** All verdicts, and how many of each suite are good. */
import { CASES } from './cases/index.ts';
import { entriesToRun, type Entry } from './entries.ts';
import { CaseRunner, type Verdict } from './run-case.ts';

/** In a suite of fewer cases than this all must pass. */
const SMALL_SUITE = 20;
const WANTED_SHARE = 0.95;

export interface SuiteScore {
  readonly suite: string;
  readonly passed: number;
  readonly total: number;
  readonly isGood: boolean;
}

/** All entries of the catalogue that are run. */
export function allEntries(): Entry[] {
  return entriesToRun((id) => CASES.has(id));
}

/** At most so many of each suite, from all over it. */
export function sampleEntries(perSuite: number): Entry[] {
  const entries = allEntries();
  return [...new Set(entries.map(({ suite }) => suite))].flatMap((suite) => {
    const all = entries.filter((entry) => entry.suite === suite);
    const step = Math.ceil(all.length / perSuite);
    return all.filter((_, index) => index % step === 0);
  });
}

/** Runs these, telling each verdict as it is known. */
export function runEntries(
  entries: readonly Entry[],
  tell?: (verdict: Verdict) => void,
): Verdict[] {
  const bundles = new Set(entries.map(({ id }) => CASES.get(id)?.bundle));
  // Those of a bundle that are not run are built, too: what is declared for all must be used.
  const runner = new CaseRunner([...CASES.values()].filter(({ bundle }) => bundles.has(bundle)));
  return entries.map((entry) => {
    const verdict = runner.run(entry, CASES.get(entry.id));
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
