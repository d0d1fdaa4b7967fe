// SPDX-License-Identifier: GPL-2.0-or-later
/** The catalogue's mistakes, made by drivers. To see what is not caught: `npm run catalogue`. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test, vi } from 'vitest';

import { SETTING, type BugCase } from './bug-case.ts';
import { CASES } from './cases/index.ts';
import { entriesToRun, loadEntries, type Entry } from './entries.ts';
import { runCase, type Verdict } from './run-case.ts';
import { runCatalogue, scoreOf } from './score.ts';

// All of it takes about a minute on a machine that does nothing else.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 600_000 });

describe('the mistakes that Linux tests its detectors with', () => {
  let verdicts: readonly Verdict[] = [];
  beforeAll(() => {
    verdicts = runCatalogue();
  });

  test('are caught, in each suite', () => {
    const failed = verdicts.filter(({ verdict }) => verdict !== 'pass');
    const bad = scoreOf(verdicts).filter(({ isGood }) => !isGood);
    expect({ bad, failed: bad.length > 0 ? failed : [] }).toEqual({ bad: [], failed: [] });
  });

  test('each have a driver, and no driver is without its mistake', () => {
    const ids = entriesToRun().map(({ id }) => id);
    expect([...CASES.keys()].toSorted()).toEqual(ids.toSorted());
  });
});

describe('the kernel', () => {
  const KERNEL = join(import.meta.dirname, '../../kernel-sim');
  /** Names that are not those of functions of Linux, or words. */
  const names = loadEntries()
    .map(({ id }) => id.slice(id.indexOf('/') + 1))
    .filter((name) => name.split(/[_-]/).length > 3);

  test('knows none of them by name', () => {
    expect(names.length).toBeGreaterThan(100);
    const known = readdirSync(KERNEL, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts') && !path.includes('generated'))
      .flatMap((path) => {
        const text = readFileSync(join(KERNEL, path), 'utf8');
        return names.filter((name) => text.includes(name)).map((name) => `${path}: ${name}`);
      });
    expect(known).toEqual([]);
  });
});

const ENTRY: Entry = {
  id: 'planted/planted',
  suite: 'planted',
  what_it_does: '',
  detector: 'KASAN',
  expect: 'report',
  applicable: true,
  family: 'planted',
  title_match: ['BUG: KASAN: slab-out-of-bounds in .+?'],
};
const SILENT: Entry = { ...ENTRY, expect: 'no-report', title_match: [] };
const ALLOCATION = '  const p: Ptr<u8> = kmalloc(20, GFP_KERNEL); // ALLOC p 20';
const GOOD: BugCase = {
  id: ENTRY.id,
  body: `${ALLOCATION}\n- p[20] = 1; // BAD W1@p+20\n+ p[19] = 1;\n  kfree(p);`,
  setting: SETTING.KASAN,
};

/** What the runner says of the good case with something put in place of something else. */
function replaced(from: string, to: string, more: Partial<BugCase> = {}): Verdict {
  const body = GOOD.body.replace(from, to);
  return runCase(ENTRY, { ...GOOD, body, ...more });
}

describe('the runner', () => {
  test('accepts a mistake that is reported', () => {
    expect(runCase(ENTRY, GOOD)).toEqual({
      id: ENTRY.id,
      suite: ENTRY.suite,
      verdict: 'pass',
      headline: expect.stringMatching(/^BUG: KASAN: slab-out-of-bounds in run\+0x/) as string,
      reason: null,
    });
  });

  test.each<[string, string, string, string]>([
    ['another address', 'W1@p+20', 'W1@p+21', 'lacks Write, 1'],
    ['another size', 'W1@p+20', 'W2@p+20', 'lacks Write, 2'],
    ['another kind', 'W1@p+20', 'R1@p+20', 'lacks Read, 1'],
    ['another line', ' // BAD W1@p+20\n', '\n- p[0] = 1; // BAD W1@p+20\n', 'its stack "trace"'],
    [
      'another allocation',
      ALLOCATION,
      `${ALLOCATION.replace(/ \/\/.*/u, '')}\n  p[0] = 1; // ALLOC p 20`,
      'its stack "allocated"',
    ],
    ['more reports', 'W1@p+20', 'W1@p+20 W1@p+20', '1 reports in place of 2'],
    ['fewer reports', ' // BAD W1@p+20\n', ' // BAD W1@p+20\n- p[21] = 1;\n', '2 reports'],
  ])('refuses %s than was said', (_what, from, to, reason) => {
    const verdict = replaced(from, to);
    expect(verdict.verdict).toBe('fail');
    expect(verdict.reason).toContain(reason);
  });

  test('refuses another kind of bug', () => {
    const title_match = ['BUG: KASAN: slab-use-after-free in .+?'];
    expect(runCase({ ...ENTRY, title_match }, GOOD).verdict).toBe('fail');
  });

  test('refuses a twin that is not repaired, or never runs', () => {
    expect(replaced('p[19] = 1', 'p[22] = 1').reason).toMatch(/the twin: reported BUG: KASAN/u);
    const skips = replaced(ALLOCATION, `+ if (NULL === NULL) return;\n${ALLOCATION}`);
    expect(skips.reason).toContain('the twin: line');
  });

  test('refuses a detector that cannot be switched off', () => {
    const setting = { on: 'kasan_multi_shot', off: 'kasan_multi_shot' };
    expect(replaced('', '', { setting }).reason).toBe('passes with kasan_multi_shot');
  });

  test('refuses silence of what never ran', () => {
    const body = `${ALLOCATION}\n  kfree(p); // FREE p`;
    expect(runCase(SILENT, { ...GOOD, body }).verdict).toBe('pass');
    const never = { ...GOOD, body: `  if (NULL === NULL) return;\n${body}` };
    expect(runCase(SILENT, never).reason).toContain('never ran');
    const leak = { ...GOOD, body: `${ALLOCATION}\n  // FREE p` };
    expect(runCase(SILENT, leak).reason).toContain('the trace has no free of p');
  });

  test('refuses silence where there was a report', () => {
    const body = `${ALLOCATION}\n  p[20] = 1;\n  kfree(p);`;
    expect(runCase(SILENT, { ...GOOD, body }).reason).toContain('reported BUG: KASAN');
  });

  test('lists what it cannot run, and counts it as failed', () => {
    const missing = runCase(ENTRY, undefined);
    expect(missing).toMatchObject({ verdict: 'skip', reason: 'there is no driver for it' });
    const broken = replaced('kfree(p)', 'no_such_function(p)');
    expect(broken).toMatchObject({ verdict: 'skip' });
    expect(broken.reason).toContain('does not build: TS2304');
    expect(scoreOf([missing])).toEqual([{ suite: 'planted', passed: 0, total: 1, isGood: false }]);
  });

  test('counts 95 % of a large suite as good, and all of a small one', () => {
    const verdicts = (total: number, failed: number): Verdict[] =>
      Array.from({ length: total }, (_, n) => ({
        ...runless,
        verdict: n < failed ? 'fail' : 'pass',
      }));
    const runless = { id: 'x', suite: 'x', headline: null, reason: null };
    const isGood = (total: number, failed: number): boolean | undefined =>
      scoreOf(verdicts(total, failed))[0]?.isGood;
    expect([isGood(20, 1), isGood(20, 2), isGood(19, 1), isGood(19, 0)]).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });
});
