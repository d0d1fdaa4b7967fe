// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Our shell and tools against recordings of Debian's. To see what differs: `npm run conformance`.
 */
import { describe, expect, test } from 'vitest';

import { installedTools, isCovered, listedOptions, loadSkips, usedWords } from './coverage.ts';
import { loadGroups, replay } from './replay.ts';
import { loadKnownFailures, measure, shareOf, tableInReadme, tableOf } from './score.ts';

const WANTED_SHARE = 0.95;

describe('scripts recorded on Debian 12', () => {
  const score = measure();

  test('fail only where known-failures.json says so', () => {
    const failures = score.comparisons.filter(({ isSame }) => !isSame);
    const found = failures.map(({ group, recorded }) => `${group}: ${recorded.script}`);
    const known = loadKnownFailures().map(({ group, script }) => `${group}: ${script}`);
    expect(found.toSorted()).toEqual(known.toSorted());
  });

  test('are done alike, nearly all', () => {
    expect(shareOf(score)).toBeGreaterThanOrEqual(WANTED_SHARE);
  });

  test('have their score in the README (`npm run conformance -- --write`)', () => {
    expect(tableInReadme()).toBe(tableOf(score));
  });

  test('would not pass with another answer', () => {
    const records = [
      { script: 'echo a', stdout: 'b\n', stderr: '', status: 0 },
      { script: 'echo a >&2', stdout: '', stderr: 'b\n', status: 0 },
      { script: 'exit 3', stdout: '', stderr: '', status: 4 },
      { script: 'sleep 1000', stdout: '', stderr: '', status: 0 },
      { script: 'echo a', stdout: 'a\n', stderr: '', status: 0 },
    ];
    const verdicts = replay({ name: 'planted', fixture: '', records }).map(({ isSame }) => isSame);
    expect(verdicts).toEqual([false, false, false, false, true]);
  });
});

describe('the options that --help lists', () => {
  const skips = loadSkips();
  const used = usedWords(loadGroups());
  const skippedTools = new Set(
    skips.filter((skip) => skip.option === undefined).map((skip) => skip.tool),
  );
  // Programs without any script are named by `npm run conformance`.
  const recorded = installedTools().filter((tool) => used.has(tool) && !skippedTools.has(tool));
  const listed = listedOptions(recorded);

  test('each occur in a recorded script, or skips.json says why not', () => {
    const missing = listed.filter((option) => {
      const isSkipped = skips.some(
        (skip) => skip.tool === option.tool && skip.option === option.names[0],
      );
      return !isSkipped && !isCovered(option, used.get(option.tool));
    });
    expect(missing.map(({ tool, names }) => `${tool} ${names.join(', ')}`)).toEqual([]);
  });

  test('include no skip that is no longer needed', () => {
    const needless = skips.filter(({ tool, option }) => {
      const found = listed.find((it) => it.tool === tool && it.names[0] === option);
      return found !== undefined && isCovered(found, used.get(tool));
    });
    expect(needless).toEqual([]);
  });

  test('are noticed when no script uses them', () => {
    const option = { tool: 'cat', names: ['-n', '--number'] };
    expect(isCovered(option, new Set(['-A', 'file', '--numb', '--no']))).toBe(false);
    expect(isCovered(option, new Set(['-An']))).toBe(true);
  });
});
