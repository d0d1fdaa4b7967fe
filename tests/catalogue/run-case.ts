// SPDX-License-Identifier: GPL-2.0-or-later
/** Runs a case: broken, repaired, and broken where nobody looks. */
import type { BugCase } from './bug-case.ts';
import { writeDriver, type DriverSource, type Variant } from './driver-source.ts';
import type { Entry } from './entries.ts';
import { judgeReports, judgeSilence, reportsOf } from './judge.ts';
import { build, observe, type Observation } from './observe.ts';

/** What became of an entry of the catalogue. */
export interface Verdict {
  readonly id: string;
  readonly suite: string;
  /** `skip`: it could not be run, which counts as failed. */
  readonly verdict: 'pass' | 'fail' | 'skip';
  /** What the kernel said first, if anything. */
  readonly headline: string | null;
  /** Why it did not pass. */
  readonly reason: string | null;
}

export function runCase(entry: Entry, bug: BugCase | undefined): Verdict {
  const { id, suite } = entry;
  if (bug === undefined) {
    return { id, suite, verdict: 'skip', headline: null, reason: 'there is no driver for it' };
  }
  const driver = make(bug, 'broken');
  if ('errors' in driver) {
    const reason = `does not build: ${driver.errors[0]}`;
    return { id, suite, verdict: 'skip', headline: null, reason };
  }
  const broken = load(bug, driver, bug.setting.on);
  const headline = headlineOf(entry, broken.seen);
  const wrong =
    entry.expect === 'report'
      ? judgeReporting(bug, entry, broken)
      : [...judgeSilence(bug, broken.source, broken.seen), ...judgeStatus(bug, broken.seen)];
  const verdict = wrong.length === 0 ? 'pass' : 'fail';
  return { id, suite, verdict, headline, reason: wrong.join('; ') || null };
}

/** The one that the catalogue is about; what else was said only if that was not. */
function headlineOf({ title_match: titles }: Entry, seen: Observation): string | null {
  const all = reportsOf(seen).flatMap(({ headlines }) => headlines);
  const wanted = new RegExp(`^(?:${titles[0] ?? '(?!)'})`);
  return all.find((line) => wanted.test(line)) ?? all[0] ?? null;
}

interface Driver {
  readonly source: DriverSource;
  readonly ko: Uint8Array;
}

interface Run extends Driver {
  readonly seen: Observation;
}

function judgeReporting(bug: BugCase, entry: Entry, broken: Run): string[] {
  const { source, seen } = broken;
  const wrong = [...judgeReports(bug, entry, source, seen), ...judgeStatus(bug, seen)];
  const twin = make(bug, 'repaired');
  if ('errors' in twin) return [...wrong, `the twin does not build: ${twin.errors[0]}`];
  const repaired = load(bug, twin, bug.setting.on);
  const silence = judgeSilence({ ...bug, prints: [], besides: [] }, repaired.source, repaired.seen);
  const noise = [...silence, ...judgeStatus({ ...bug, status: 0 }, repaired.seen)];
  wrong.push(...noise.map((reason) => `the twin: ${reason}`));
  const { off } = bug.setting;
  if (off === undefined) return wrong;
  const blind = load(bug, broken, off);
  if (judgeReports(bug, entry, blind.source, blind.seen).length === 0) {
    wrong.push(`passes with ${off}`);
  } else if (seen.places.size > 0 && blind.seen.places.size === 0) {
    wrong.push(`does not even begin with ${off}`);
  }
  return wrong;
}

function judgeStatus({ status = 0 }: BugCase, seen: Observation): string[] {
  if (seen.status === status) return [];
  return [`the script ended with ${seen.status ?? 'nothing'} in place of ${status}`];
}

function make(bug: BugCase, variant: Variant): Driver | { readonly errors: readonly string[] } {
  const source = writeDriver(bug, variant);
  const built = build(source.text);
  return 'errors' in built ? built : { source, ko: built.ko };
}

function load({ script }: BugCase, { source, ko }: Driver, cmdline: string): Run {
  return { source, ko, seen: observe(ko, cmdline, script) };
}
