// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * `npm run catalogue [-- [--json] [TEXT]]`: a line for each mistake (whose id contains TEXT), and a
 * total for each suite. The status is 0 when every suite is as good as it must be.
 */
import { LEFT_OUT, loadEntries } from './entries.ts';
import { allEntries, runEntries, scoreOf, type SuiteScore } from './score.ts';
import type { Verdict } from './run-case.ts';

export function main(args: readonly string[]): number {
  const isJson = args.includes('--json');
  const filter = args.find((word) => !word.startsWith('--')) ?? '';
  const tell = (verdict: Verdict): void => console.log(lineOf(verdict));
  const entries = allEntries().filter(({ id }) => id.includes(filter));
  const verdicts = runEntries(entries, isJson ? undefined : tell);
  const scores = scoreOf(verdicts);
  console.log(isJson ? JSON.stringify(verdicts, undefined, 2) : tableOf(scores));
  if (!isJson) for (const line of leftOut(filter)) console.log(line);
  return scores.every(({ isGood }) => isGood) ? 0 : 1;
}

function lineOf({ id, verdict, headline, reason }: Verdict): string {
  return `${verdict}  ${id}: ${reason ?? headline ?? 'silent, as it must be'}`;
}

/** What is not run of the suites, and why. */
function leftOut(filter: string): string[] {
  const entries = loadEntries().filter(({ id }) => id.includes(filter));
  return LEFT_OUT.flatMap(({ ids, why }) => {
    const count = entries.filter(({ id }) => ids.test(id)).length;
    return count === 0 ? [] : [`${count} left out: ${why}`];
  });
}

function tableOf(scores: readonly SuiteScore[]): string {
  const rows = scores.map(
    ({ suite, passed, total, isGood }) =>
      `| ${suite} | ${passed} of ${total}${isGood ? '' : ', too few'} |`,
  );
  const passed = scores.reduce((sum, score) => sum + score.passed, 0);
  const total = scores.reduce((sum, score) => sum + score.total, 0);
  return [
    '| mistakes that Linux tests its detectors with | caught |',
    '| --- | --- |',
    ...rows,
    `| **all** | **${passed} of ${total}** |`,
  ].join('\n');
}
