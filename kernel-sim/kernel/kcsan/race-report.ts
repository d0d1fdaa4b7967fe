// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What the log says of a data race.
 *
 * Linux: kernel/kcsan/report.c, kernel/kcsan/permissive.h.
 */
import type { ReportLine } from '../die/reporter.ts';
import { formatFrame, formatSymbol, type Frame, type SiteRegistry } from '../module/sites.ts';
import { ACCESS, type Access, describeKind, type Race, type ValueChange } from './access.ts';

/** Linux: CONFIG_KCSAN_REPORT_ONCE_IN_MS. */
const ONCE_IN_NS = 3_000_000_000;
export const RACE_RULE = '='.repeat(66);

export interface RaceReporterParts {
  readonly sites: SiteRegistry;
  readonly now: () => number;
  readonly formatPointer: (pointer: number) => string;
  /** Prints the lines, who runs, and the rule below. */
  readonly print: (lines: readonly ReportLine[]) => void;
  readonly isStrict: boolean;
  readonly isPermissive: boolean;
}

export class RaceReporter {
  readonly #parts: RaceReporterParts;
  /** When each pair of places was told last. */
  readonly #told = new Map<string, number>();

  constructor(parts: RaceReporterParts) {
    this.#parts = parts;
  }

  report(race: Race): void {
    const { sites, now, print } = this.#parts;
    const all = [race.access, race.earlier].map((access) => ({
      access,
      frames: access.sites.map((site) => sites.resolve(site)),
    }));
    const known = all.filter(({ access }) => (access.kind & ACCESS.UNKNOWN) === 0);
    const [first, second] = known;
    if (
      first === undefined ||
      this.#isHidden(
        race,
        known.map(({ frames }) => nameOf(frames)),
      )
    ) {
      return;
    }
    const pair = known.map(({ access }) => access.sites[0] ?? 0).toSorted((a, b) => a - b);
    const key = pair.join('/');
    if (now() < (this.#told.get(key) ?? -Infinity) + ONCE_IN_NS) return;
    this.#told.set(key, now());
    const lines: ReportLine[] = [RACE_RULE, this.#title(first, second), ''];
    if (second === undefined) {
      lines.push(`race at unknown origin, with ${this.#describe(first.access)}:`);
      lines.push(...traceOf(first.frames));
    } else {
      lines.push(`${this.#describe(first.access)}:`, ...traceOf(first.frames), '');
      lines.push(`${this.#describe(second.access)}:`, ...traceOf(second.frames));
    }
    lines.push('');
    if (race.change !== undefined && race.change.before !== race.change.after) {
      lines.push(`value changed: ${formatChange(race.change)}`, '');
    }
    lines.push('Reported by Kernel Concurrency Sanitizer on:');
    print(lines);
  }

  #title(first: Side, second: Side | undefined): ReportLine {
    const [frame] = first.frames;
    const isAssert = ((first.access.kind | (second?.access.kind ?? 0)) & ACCESS.ASSERT) !== 0;
    const what = isAssert ? 'assert: race' : 'data-race';
    const where =
      second === undefined
        ? frame === undefined
          ? '0x0'
          : formatSymbol(frame)
        : [first, second]
            .map(({ frames }) => nameOf(frames))
            .toSorted((a, b) => (a < b ? -1 : Number(a > b)))
            .join(' / ');
    const text = `BUG: KCSAN: ${what} in ${where}`;
    return frame === undefined ? text : { text, frame };
  }

  #describe(access: Access): string {
    const { kind, pointer, sizeBytes, pid, cpu, isInterrupt } = access;
    const by = isInterrupt ? `interrupt on cpu ${cpu}` : `task ${pid} on cpu ${cpu}`;
    const at = this.#parts.formatPointer(pointer);
    return `${describeKind(kind)} to 0x${at} of ${sizeBytes} bytes by ${by}`;
  }

  /** Linux: skip_report, kcsan_ignore_data_race. */
  #isHidden({ access, earlier, change }: Race, names: readonly string[]): boolean {
    const { isStrict, isPermissive } = this.#parts;
    if (((access.kind | earlier.kind) & ACCESS.ASSERT) !== 0 || change === undefined) return false;
    if (isStrict) return false;
    if (change.before === change.after) return !names.some((name) => /rcu_|_s?rcu/u.test(name));
    const isRead = [access, earlier].some(({ kind }) => (kind & ~ACCESS.UNKNOWN) === 0);
    return isPermissive && isRead && isOneBit(change);
  }
}

interface Side {
  readonly access: Access;
  readonly frames: readonly Frame[];
}

/** One bit of many, as of flags; what is 0 or 1 may well be a state. */
function isOneBit({ before, after }: ValueChange): boolean {
  const difference = before ^ after;
  if ((difference & (difference - 1n)) !== 0n) return false;
  return !((before === 0n || after === 0n) && difference === 1n);
}

function nameOf(frames: readonly Frame[]): string {
  return frames[0]?.name ?? '0x0';
}

function traceOf(frames: readonly Frame[]): ReportLine[] {
  return frames.map((frame) => ({ text: ` ${formatFrame(frame)}`, frame }));
}

function formatChange({ sizeBytes, before, after }: ValueChange): string {
  const [from, to] = [before, after].map(
    (it) => `0x${it.toString(16).padStart(2 * sizeBytes, '0')}`,
  );
  return `${from} -> ${to}`;
}
