// SPDX-License-Identifier: GPL-2.0-or-later
/** `npm run conformance`: prints the score and each script that differs. */
import { installedTools, loadSkips, usedWords } from './coverage.ts';
import { loadGroups, type Comparison, type Outcome } from './replay.ts';
import { loadKnownFailures, measure, tableOf, writeReadme } from './score.ts';

export function main(args: readonly string[]): void {
  const score = measure();
  const known = new Set(loadKnownFailures().map(({ group, script }) => `${group}\n${script}`));
  for (const comparison of score.comparisons) {
    if (comparison.isSame) continue;
    const isKnown = known.has(`${comparison.group}\n${comparison.recorded.script}`);
    console.log(isKnown ? `known: ${nameOf(comparison)}` : describeFailure(comparison));
  }
  const used = usedWords(loadGroups());
  const skipped = new Set(loadSkips().map(({ tool }) => tool));
  const silent = installedTools().filter((tool) => !used.has(tool) && !skipped.has(tool));
  if (silent.length > 0) console.log(`programs without a script: ${silent.join(' ')}`);
  console.log(tableOf(score));
  if (args.includes('--write')) writeReadme(score);
}

function nameOf({ group, recorded }: Comparison): string {
  return `${group}: ${recorded.script}`;
}

function describeFailure(comparison: Comparison): string {
  const { recorded, ours } = comparison;
  return `${nameOf(comparison)}\n  Debian: ${show(recorded)}\n  here:   ${show(ours)}\n`;
}

function show({ stdout, stderr, status }: Outcome): string {
  return JSON.stringify([stdout, stderr, status]);
}
