// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Whether a run shows what its case must show. Every doubt is a reason to fail: a report more or
 * less, another line, address, size or kind, an allocation that the trace does not know.
 */
import type { BugCase } from './bug-case.ts';
import { MODULE, NAMES_ADDRESS, type DriverSource, type Mark } from './driver-source.ts';
import type { Entry } from './entries.ts';
import { parseAddress, type Observation } from './observe.ts';
import { findReports, type Report, type StackName } from './reports.ts';

/** One thing that must be reported. */
interface Expected {
  readonly mark: Mark;
  readonly what: Access | Free | Trap | Spoilt | Leak;
}
interface Access {
  readonly kind: 'Read' | 'Write';
  readonly sizeBytes: number;
  readonly place: string;
}
interface Free {
  readonly kind: 'Free';
  readonly place: string;
}
interface Trap {
  readonly kind: 'trap' | 'line';
}
interface Spoilt {
  readonly kind: 'object';
  readonly place: string;
}
interface Leak {
  readonly kind: 'leak';
  readonly sizeBytes: number;
  readonly place: string;
}

/** Reasons against a run that must report; none when it is as it must be. */
export function judgeReports(
  bug: BugCase,
  entry: Entry,
  source: DriverSource,
  seen: Observation,
): string[] {
  const expected = expectationsOf(source);
  const wrong = [...judgeRun(bug, source, seen)];
  const reports = withoutExpected(reportsOf(seen, entry), bug.besides ?? [], wrong);
  if (expected.length === 0) wrong.push('the driver says of no line that it is bad');
  if (reports.length !== expected.length) {
    const heads = reports.map(({ headlines }) => headlines[0]).join('; ');
    wrong.push(`${reports.length} reports in place of ${expected.length} (${heads})`);
  }
  expected.forEach((each, index) => {
    const report = reports[index];
    if (report === undefined) return;
    const judge = new ReportJudge(report, source, seen, each);
    const { title_match: titles } = entry;
    judge.title(titles.length === 1 ? titles[0] : titles[index]);
    judge.what();
    judge.stacks();
    const texts = bug.says?.length === 1 ? bug.says[0] : bug.says?.[index];
    judge.says(texts ?? []);
    wrong.push(...judge.wrong.map((reason) => `report ${index + 1}: ${reason}`));
  });
  for (const mark of source.marks) {
    if (mark.kind !== 'WAS' && mark.kind !== 'AT') continue;
    if (reports.some((report) => hasPlace(report, mark, seen))) continue;
    wrong.push(`no report has line ${mark.line} ${mark.kind} ${mark.words.join(' ')}`);
  }
  return wrong;
}

/** Whether a report says of this line of the driver's what the mark says. */
function hasPlace(report: Report, { kind, words, line }: Mark, { places }: Observation): boolean {
  const text = expand(words.join(' '), places);
  if (kind === 'AT') {
    const pattern = wildcard(`${text}* [${MODULE}] *:${line}`);
    return report.lines.some((each) => pattern.test(each.trim()));
  }
  const heading = wildcard(text);
  return report.places.some(
    (stack) =>
      heading.test(stack.heading.trim()) &&
      stack.frames.find(({ module }) => module === MODULE)?.line === line,
  );
}

/** Reasons against a run that must be silent. */
export function judgeSilence(
  bug: BugCase,
  entry: Entry,
  source: DriverSource,
  seen: Observation,
): string[] {
  const wrong: string[] = [];
  const reports = withoutExpected(reportsOf(seen, entry), bug.besides ?? [], wrong);
  wrong.push(...reports.map(({ headlines }) => `reported ${headlines[0]}`));
  for (const letter of ALARMS) {
    if (seen.taints.has(letter)) wrong.push(`tainted with ${letter}`);
  }
  return [...wrong, ...judgeRun(bug, source, seen)];
}

/** Taints of something that went wrong. */
const ALARMS = ['B', 'D', 'W', 'L'] as const;

/** Those that any detector makes, and what the entry is about. */
export function reportsOf({ log, output }: Observation, { title_match }: Entry): Report[] {
  const titles = title_match.map((title) => new RegExp(`^(?:${title})`));
  return findReports([...log, ...output], titles);
}

/** Takes away those that belong to a case's set-up; `wrong` gets those that are missing. */
function withoutExpected(
  reports: readonly Report[],
  headlines: readonly string[],
  wrong: string[],
): Report[] {
  const rest = [...reports];
  for (const headline of headlines) {
    const pattern = wildcard(headline);
    const at = rest.findIndex((report) => report.headlines.some((line) => pattern.test(line)));
    if (at < 0) wrong.push(`"${headline}" is missing`);
    else rest.splice(at, 1);
  }
  return rest;
}

/** Reasons to believe that the driver did not do what it is there to do. */
function judgeRun(bug: BugCase, source: DriverSource, seen: Observation): string[] {
  const wrong: string[] = [];
  for (const { kind, words, line } of source.marks) {
    const name = words[0] ?? '';
    const place = seen.places.get(name);
    if (place === undefined) {
      if (NAMES_ADDRESS.has(kind)) wrong.push(`line ${line} never ran: ${name} is nowhere`);
      continue;
    }
    const isOurs = kind === 'ALLOC' || kind === 'LEAK';
    if (isOurs && !seen.allocated.has(place)) wrong.push(`the trace has no allocation of ${name}`);
    if (kind === 'FREE' && !seen.freed.has(place)) wrong.push(`the trace has no free of ${name}`);
  }
  if (bug.copies !== undefined) {
    const wanted = bug.copies.map(
      ([place, bytes]) => `${expand(`{${place}}`, seen.places)} ${bytes}`,
    );
    const found = seen.copies.map(([address, bytes]) => `${formatAddress(address)} ${bytes}`);
    if (found.join() !== wanted.join()) {
      wrong.push(`the trace has copies ${found.join()} in place of ${wanted.join()}`);
    }
  }
  if (bug.takes !== undefined) {
    const names = new Set(bug.takes.map(lockOf));
    const found = seen.takes.filter((take) => names.has(lockOf(take)));
    if (found.join() !== bug.takes.join()) {
      wrong.push(`the trace has locks ${found.join()} in place of ${bug.takes.join()}`);
    }
  }
  for (const letter of bug.taints ?? '') {
    if (!seen.taints.has(letter)) wrong.push(`not tainted with ${letter}`);
  }
  let from = 0;
  const lines = [...seen.printed, ...seen.output];
  for (const text of bug.prints ?? []) {
    const at = lines.indexOf(expand(text, seen.places), from);
    if (at < 0) wrong.push(`"${text}" was not printed`);
    else from = at + 1;
  }
  return wrong;
}

/** `&box->lock` of `task &box->lock`. */
function lockOf(take: string): string {
  return take.slice(take.indexOf(' ') + 1);
}

function expectationsOf({ marks }: DriverSource): Expected[] {
  return marks.flatMap((mark): Expected[] => {
    if (mark.kind === 'LEAK') {
      const [place = '', sizeBytes] = mark.words;
      return [{ mark, what: { kind: 'leak', place, sizeBytes: Number(sizeBytes) } }];
    }
    if (mark.kind !== 'BAD') return [];
    return mark.words.map((word) => ({ mark, what: parseWhat(word) }));
  });
}

function parseWhat(word: string): Access | Free | Trap | Spoilt {
  if (word === 'trap' || word === 'line') return { kind: word };
  const [how = '', place = ''] = word.split('@');
  if (how === 'object') return { kind: 'object', place };
  if (how === 'free') return { kind: 'Free', place };
  const kind = how.startsWith('W') ? 'Write' : 'Read';
  return { kind, sizeBytes: Number(how.slice(1)), place };
}

/** `p`, `p+8` or `p-1` as a name and a distance. */
function splitPlace(place: string): { readonly name: string; readonly offset: number } {
  const [, name = place, offset = '0'] = /^(\w+)([+-]\d+)?$/.exec(place) ?? [];
  return { name, offset: Number(offset) };
}

function expand(text: string, places: ReadonlyMap<string, number>): string {
  return text.replaceAll(/\{([^}]+)\}/g, (whole, place: string) => {
    const { name, offset } = splitPlace(place);
    const address = name === 'NULL' ? 0 : places.get(name);
    return address === undefined ? whole : formatAddress(address + offset);
  });
}

function formatAddress(address: number): string {
  const digits = address.toString(16);
  return address >= 0x8000_0000_0000 ? `ffff${digits}` : digits.padStart(16, '0');
}

const ACCESS = /^(Read|Write) of size (\d+) at addr ([0-9a-f]{16}) by task \S+\/\d+$/;
const FREE = /^(Free) of addr ([0-9a-f]{16}) by task \S+\/\d+$/;
const LOCATED = /located (\d+) bytes (inside of|to the (?:right|left) of)$/;
const REGION = /^ (?:allocated |freed )?(\d+)-byte region \[([0-9a-f]{16}), ([0-9a-f]{16})\)$/;
const LEAK = /^unreferenced object (?:\(percpu\) )?0x([0-9a-f]{12,16}) \(size (\d+)\):$/;

class ReportJudge {
  readonly wrong: string[] = [];
  readonly #report: Report;
  readonly #source: DriverSource;
  readonly #seen: Observation;
  readonly #expected: Expected;

  constructor(report: Report, source: DriverSource, seen: Observation, expected: Expected) {
    this.#report = report;
    this.#source = source;
    this.#seen = seen;
    this.#expected = expected;
  }

  title(pattern: string | undefined): void {
    const wanted = new RegExp(`^(?:${pattern ?? '(?!)'})`);
    const { headlines } = this.#report;
    if (!headlines.some((line) => wanted.test(line))) {
      this.wrong.push(`"${headlines.join('", "')}" in place of ${pattern}`);
    }
  }

  /** Kind, size and address, and the object that they are in. */
  what(): void {
    const { what } = this.#expected;
    switch (what.kind) {
      case 'line':
      case 'trap':
      case 'object':
        return;
      case 'leak':
        this.#line(LEAK, [formatAddress(this.#addressOf(what.place)), String(what.sizeBytes)]);
        return;
      case 'Free':
        this.#line(FREE, ['Free', formatAddress(this.#addressOf(what.place))]);
        break;
      case 'Read':
      case 'Write': {
        const address = formatAddress(this.#addressOf(what.place));
        this.#line(ACCESS, [what.kind, String(what.sizeBytes), address]);
      }
    }
    this.#object(what.place);
  }

  /** The driver's lines: on top who did it, below who allocated and who freed. */
  stacks(): void {
    const { mark, what } = this.#expected;
    if (what.kind === 'line') return;
    if (what.kind === 'leak') return this.#top('leak', mark.line);
    this.#top('trace', mark.line);
    if (!('place' in what)) return;
    const { name, offset } = splitPlace(what.place);
    // What lies before an object belongs to its neighbour, of which the case knows nothing.
    if (offset < 0) return;
    const allocation = this.#markOf('ALLOC', name);
    this.#top('allocated', allocation?.line);
    const isFreed = allocation !== undefined && this.#isFreed(name);
    this.#top('freed', isFreed ? this.#markOf('FREE', name)?.line : undefined);
    const work = this.#markOf('WORK', name);
    this.#top('work', work?.line);
  }

  says(texts: readonly string[]): void {
    for (const text of texts) {
      const wanted = expand(text, this.#seen.places);
      const pattern = wildcard(wanted);
      const isSaid = this.#report.lines.some((line) => pattern.test(line));
      if (!isSaid) this.wrong.push(`says nowhere "${wanted}"`);
    }
  }

  /** The object that the address belongs to, as large as was asked for. Only KASAN says it. */
  #object(place: string): void {
    const { name, offset } = splitPlace(place);
    const allocation = this.#markOf('ALLOC', name);
    if (allocation === undefined || offset < 0) return;
    const isFreed = this.#isFreed(name);
    const sizeBytes = isFreed ? this.#cacheBytes() : Number(allocation.words[1]);
    const start = this.#addressOf(name);
    const region = [String(sizeBytes), formatAddress(start), formatAddress(start + sizeBytes)];
    this.#line(REGION, region);
    const isInside = offset < sizeBytes;
    const where = isInside ? [String(offset), 'inside of'] : [String(offset - sizeBytes), RIGHT];
    this.#line(LOCATED, where);
    // An access that begins inside of an object is bad from where that ends.
    const isAllBad = isFreed || this.#expected.what.kind === 'Free';
    this.#caret(start + (isAllBad ? offset : Math.max(offset, sizeBytes)));
  }

  /** The mark in the dump of the shadow: below the granule of the first bad byte. */
  #caret(firstBad: number): void {
    const { lines } = this.#report;
    const at = lines.findIndex((line) => /^ +\^$/.test(line));
    const [head = '', row = ''] = /^>([0-9a-f]{16}): /.exec(lines[at - 1] ?? '') ?? [];
    const granule = ((lines[at]?.length ?? 0) - 1 - head.length) / COLUMNS_PER_GRANULE;
    const marked = parseAddress(row) + granule * GRANULE_BYTES;
    const wanted = firstBad - (firstBad % GRANULE_BYTES);
    if (marked !== wanted) this.wrong.push(`marks ${formatAddress(marked)} as bad`);
  }

  #isFreed(name: string): boolean {
    const free = this.#markOf('FREE', name);
    return free !== undefined && free.line < this.#expected.mark.line;
  }

  /** Of a freed object nobody knows any more how much was asked for. */
  #cacheBytes(): number {
    const pattern = /^ which belongs to the cache \S+ of size (\d+)$/;
    const found = this.#report.lines.map((line) => pattern.exec(line)).find((m) => m !== null);
    return Number(found?.[1]);
  }

  #line(pattern: RegExp, wanted: readonly string[]): void {
    const found = this.#report.lines.map((line) => pattern.exec(line)).find((m) => m !== null);
    const values = found?.slice(1) ?? [];
    const isSame = values.length === wanted.length && values.every((v, n) => same(v, wanted[n]));
    if (!isSame) this.wrong.push(`"${found?.[0] ?? pattern.source}" lacks ${wanted.join(', ')}`);
  }

  /** The innermost frame of the driver's; undefined where there must be no such stack. */
  #top(name: StackName, line: number | undefined): void {
    const stack = this.#report.stacks.get(name);
    if (line === undefined) {
      if (stack !== undefined) this.wrong.push(`has a stack "${name}" of what never was`);
      return;
    }
    const top = stack?.find(({ module }) => module === MODULE);
    if (top?.line !== line) {
      this.wrong.push(`its stack "${name}" has line ${top?.line ?? 'of nobody'}, not ${line}`);
    }
  }

  #markOf(kind: Mark['kind'], name: string): Mark | undefined {
    return this.#source.marks.find((mark) => mark.kind === kind && mark.words[0] === name);
  }

  #addressOf(place: string): number {
    const { name, offset } = splitPlace(place);
    return (this.#seen.places.get(name) ?? Number.NaN) + offset;
  }
}

const RIGHT = 'to the right of';
const GRANULE_BYTES = 8;
/** Two digits and a blank. */
const COLUMNS_PER_GRANULE = 3;

/** A whole line, in which `*` stands for anything. */
function wildcard(text: string): RegExp {
  const parts = text.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`);
}

/** Addresses may be printed with or without the digits of their sign. */
function same(found: string, wanted: string | undefined): boolean {
  if (found === wanted) return true;
  const isAddress = /^[0-9a-f]{12,16}$/;
  return (
    wanted !== undefined &&
    isAddress.test(found) &&
    isAddress.test(wanted) &&
    parseAddress(found) === parseAddress(wanted)
  );
}
