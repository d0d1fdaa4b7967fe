// SPDX-License-Identifier: GPL-2.0-or-later
/** Runs a case: broken, repaired, and broken where nobody looks. */
import type { BugCase } from './bug-case.ts';
import {
  MODULE,
  writeBundle,
  writeDriver,
  type DriverSource,
  type Variant,
} from './driver-source.ts';
import type { Entry } from './entries.ts';
import { judgeReports, judgeSilence, reportsOf } from './judge.ts';
import { build, observe, type Built, type Observation } from './observe.ts';

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

/**
 * `others` are the cases that run besides, of which those of one bundle share a driver. It is built
 * once, for the first of them.
 */
export class CaseRunner {
  readonly #others: readonly BugCase[];
  readonly #files = new Map<string, Built>();

  constructor(others: readonly BugCase[] = []) {
    this.#others = others;
  }

  run(entry: Entry, bug: BugCase | undefined): Verdict {
    const { id, suite } = entry;
    if (bug === undefined) {
      return { id, suite, verdict: 'skip', headline: null, reason: 'there is no driver for it' };
    }
    const driver = this.#make(bug, 'broken');
    if ('errors' in driver) {
      const reason = `does not build: ${driver.errors[0]}`;
      return { id, suite, verdict: 'skip', headline: null, reason };
    }
    const broken = load(bug, driver, bug.setting.on);
    const headline = headlineOf(entry, broken.seen);
    const wrong =
      entry.expect === 'report'
        ? this.#judgeReporting(bug, entry, broken)
        : judgeSilence(bug, entry, broken.source, broken.seen);
    wrong.push(...judgeStatus(bug, broken.seen));
    const verdict = wrong.length === 0 ? 'pass' : 'fail';
    return { id, suite, verdict, headline, reason: wrong.join('; ') || null };
  }

  #judgeReporting(bug: BugCase, entry: Entry, broken: Run): string[] {
    const { source, seen } = broken;
    const wrong = judgeReports(bug, entry, source, seen);
    if (bug.hasTwin !== false) wrong.push(...this.#judgeTwin(bug, entry));
    const { off, offScript } = bug.setting;
    if (off === undefined) return wrong;
    const blind = load(bug, broken, off, offScript);
    const how = offScript ?? off;
    if (judgeReports(bug, entry, blind.source, blind.seen).length === 0) {
      wrong.push(`passes with ${how}`);
    } else if (seen.places.size > 0 && blind.seen.places.size === 0) {
      wrong.push(`does not even begin with ${how}`);
    }
    return wrong;
  }

  #judgeTwin(bug: BugCase, entry: Entry): string[] {
    const twin = this.#make(bug, 'repaired');
    if ('errors' in twin) return [`the twin does not build: ${twin.errors[0]}`];
    const { source, seen } = load(bug, twin, bug.setting.on);
    // What it does in place of the mistake is its own.
    const { takes: _, ...rest } = bug;
    const silent = { ...rest, prints: [], besides: [], taints: '', status: 0 };
    const noise = [...judgeSilence(silent, entry, source, seen), ...judgeStatus(silent, seen)];
    return noise.map((reason) => `the twin: ${reason}`);
  }

  #make(bug: BugCase, variant: Variant): Driver | { readonly errors: readonly string[] } {
    const source = this.#write(bug, variant);
    const built = this.#build(source.text, 'module', bug.provider);
    if ('errors' in built) return built;
    if (bug.program === undefined) return { source, ko: built.file, program: undefined };
    const program = this.#build(bug.program, 'program');
    return 'errors' in program ? program : { source, ko: built.file, program: program.file };
  }

  #write(bug: BugCase, variant: Variant): DriverSource {
    if (bug.bundle === undefined) return writeDriver(bug, variant);
    const bundle = this.#others.filter((other) => other.bundle === bug.bundle);
    const all = bundle.includes(bug) ? bundle : [bug];
    return writeBundle(all, variant).get(bug.id)!;
  }

  #build(text: string, target: 'module' | 'program', provider?: string): Built {
    const known = this.#files.get(text);
    if (known !== undefined) return known;
    const built = build(text, target, provider);
    this.#files.set(text, built);
    return built;
  }
}

/** The one that the catalogue is about; what else was said only if that was not. */
function headlineOf(entry: Entry, seen: Observation): string | null {
  const all = reportsOf(seen, entry).flatMap(({ headlines }) => headlines);
  const wanted = new RegExp(`^(?:${entry.title_match[0] ?? '(?!)'})`);
  return all.find((line) => wanted.test(line)) ?? all[0] ?? null;
}

interface Driver {
  readonly source: DriverSource;
  readonly ko: Uint8Array;
  readonly program: Uint8Array | undefined;
}

interface Run extends Driver {
  readonly seen: Observation;
}

function judgeStatus({ status = 0 }: BugCase, seen: Observation): string[] {
  if (seen.status === (status === 'hangs' ? undefined : status)) return [];
  return [`the script ended with ${seen.status ?? 'nothing'} in place of ${status}`];
}

const LOAD = `insmod ${MODULE}.ko`;
const PATIENCE_S = 60;

function load(bug: BugCase, { source, ko, program }: Driver, cmdline: string, first = ''): Run {
  const { script = LOAD, cpus = 1, patienceSeconds = PATIENCE_S } = bug;
  const seen = observe(ko, {
    cmdline,
    script: `${first}\n${script.replaceAll(LOAD, `${LOAD} ${source.parameters}`)}`,
    cpus,
    program,
    patienceNs: patienceSeconds * 1_000_000_000,
  });
  return { source, ko, program, seen };
}
