// SPDX-License-Identifier: GPL-2.0-or-later
/** The catalogue's mistakes, made by drivers. To see what is not caught: `npm run catalogue`. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test, vi } from 'vitest';

import { SETTING, type BugCase } from './bug-case.ts';
import { CASES } from './cases/index.ts';
import { writeBundle } from './driver-source.ts';
import { loadEntries, type Entry } from './entries.ts';
import { CaseRunner, type Verdict } from './run-case.ts';
import { allEntries, runEntries, sampleEntries, scoreOf } from './score.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 600_000 });

/** All of it takes a minute, and is what `npm run catalogue` is for. */
const PER_SUITE = 2;

describe('the mistakes that Linux tests its detectors with', () => {
  let verdicts: readonly Verdict[] = [];
  beforeAll(() => {
    verdicts = runEntries(sampleEntries(PER_SUITE));
  });

  test('are caught, in each suite', () => {
    const failed = verdicts.filter(({ verdict }) => verdict !== 'pass');
    expect(verdicts.length).toBeGreaterThan(PER_SUITE * 8);
    expect(failed).toEqual([]);
  });

  test('each have a driver, and no driver is without its mistake', () => {
    const ids = allEntries().map(({ id }) => id);
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

function runCase(entry: Entry, bug: BugCase | undefined): Verdict {
  return new CaseRunner().run(entry, bug);
}

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

  test('makes one driver of a bundle, and judges each case by its own lines', () => {
    const functions = '  function hello(): void { println("hello"); }';
    const first = { ...GOOD, bundle: 'planted' };
    const second = { ...first, id: 'planted/second', functions, body: `  hello();\n${GOOD.body}` };
    const bundle = [first, second];
    const sources = writeBundle(bundle, 'broken');
    expect(new Set([...sources.values()].map(({ text }) => text)).size).toBe(1);
    const runner = new CaseRunner(bundle);
    const verdicts = bundle.map((bug) => runner.run({ ...ENTRY, id: bug.id }, bug));
    expect(verdicts.map(({ verdict, reason }) => reason ?? verdict)).toEqual(['pass', 'pass']);
    const wrong = { ...second, body: second.body.replace('W1@p+20', 'W1@p+21') };
    const judged = new CaseRunner([first, wrong]).run({ ...ENTRY, id: wrong.id }, wrong);
    expect(judged.reason).toContain('lacks Write, 1');
  });

  test('gives the script a program, and CPUs', () => {
    const program = `import { printf } from "libc";
export function main(): number { printf("tried\\n"); return 3; }`;
    const script = 'insmod driver.ko; nproc --all; ./try';
    const bug = { ...GOOD, program, script, status: 3, cpus: 2, prints: ['2', 'tried'] };
    expect(runCase(SILENT, { ...bug, body: ALLOCATION }).reason).toBeNull();
    expect(runCase(SILENT, { ...bug, body: ALLOCATION, status: 'hangs' }).verdict).toBe('fail');
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
