// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What /proc/lockdep, /proc/lockdep_chains, /proc/lockdep_stats and /proc/lock_stat say.
 *
 * Linux: kernel/locking/lockdep_proc.c.
 */
import type { SiteRegistry } from '../../module/sites.ts';
import { formatFrame } from '../../module/sites.ts';
import type { ChainNode } from './chains.ts';
import type { LockClass } from './lock-class.ts';
import type { LockTimes } from './lock-stat.ts';
import { CLASSES_MAX } from './lock-table.ts';
import type { Lockdep } from './lockdep.ts';
import { named } from './reports.ts';
import { ENABLED_IRQ, USED_IN_IRQ } from './usage.ts';

/** Linux: MAX_LOCKDEP_ENTRIES and MAX_LOCKDEP_CHAINS. */
const ENTRIES_MAX = 32_768;
const CHAINS_MAX = 65_536;
const NAME_WIDTH = 40;
const COLUMN_WIDTH = 15;
const RULE_WIDTH = 170;
const NS_PER_US = 1000;
const CONTEXTS = ['{No irq}', '{Softirq}', '{Hardirq}', '{Hardirq,Softirq}'] as const;
/** Linux's stand for the address of a key. */
const KEY_DIGITS = 16;

/** All classes, and after each those that were taken under it. */
export function classesText({ classes }: Lockdep): string {
  const lines = ['all lock classes:'];
  for (const each of classes) {
    const { after, before } = each;
    const counts = `FD:${wide(reach(each, 'after'), 5)} BD:${wide(reach(each, 'before'), 5)}`;
    lines.push(`${keyOf(each)} OPS:${wide(each.ops, 8)} ${counts} ${each.usage}:${named(each)}`);
    const neighbours = after.filter(({ distance }) => distance === 1);
    for (const { to } of neighbours) lines.push(` -> [${keyOf(to)}] ${to.name}`);
    if (before.length + after.length > 0) lines.push('');
  }
  return `${lines.join('\n')}\n`;
}

/** The orders of locks that were found to be fine. */
export function chainsText(lockdep: Lockdep): string {
  const lines = ['all lock chains:'];
  for (const chain of lockdep.chains()) {
    lines.push(`irq_context: ${CONTEXTS[chain.irqContext] ?? ''}`);
    for (const each of chain.classes) lines.push(`[${keyOf(each)}] ${each.name}`);
    lines.push('');
  }
  return `${lines.join('\n')}\n`;
}

export function statsText(lockdep: Lockdep): string {
  const { classes, dependencies } = lockdep;
  const chains = [...lockdep.chains()];
  const unused = classes.filter(({ usageMask }) => usageMask === 0).length;
  const having = (mask: number): number =>
    classes.filter(({ usageMask }) => (usageMask & mask) !== 0).length;
  const row = (words: string, value: number, max?: number): string =>
    ` ${`${words}:`.padEnd(31)}${wide(value, 11)}${max === undefined ? '' : ` [max: ${max}]`}`;
  const rows = [
    row('lock-classes', classes.length, CLASSES_MAX),
    row('direct dependencies', dependencies.length, ENTRIES_MAX),
    row('indirect dependencies', sum(classes.map((each) => reach(each, 'after') - 1))),
    row('dependency chains', chains.length, CHAINS_MAX),
    row('in-hardirq chains', chains.filter(({ irqContext }) => irqContext >= 2).length),
    row('in-softirq chains', chains.filter(({ irqContext }) => irqContext === 1).length),
    row('in-process chains', chains.filter(({ irqContext }) => irqContext === 0).length),
    row('combined max dependencies', sum(chains.map(depthOf))),
    row('hardirq-safe locks', having(USED_IN_IRQ & 0x0f)),
    row('hardirq-unsafe locks', having(ENABLED_IRQ & 0x0f)),
    row('softirq-safe locks', having(USED_IN_IRQ & 0xf0)),
    row('softirq-unsafe locks', having(ENABLED_IRQ & 0xf0)),
    row('irq-safe locks', having(USED_IN_IRQ)),
    row('irq-unsafe locks', having(ENABLED_IRQ)),
    row('uncategorized locks', classes.length - having(USED_IN_IRQ | ENABLED_IRQ)),
    row('unused locks', unused),
    row('max locking depth', Math.max(0, ...chains.map(depthOf))),
    row('debug_locks', Number(lockdep.isReporting)),
  ];
  return `${rows.join('\n')}\n`;
}

/** How long locks were waited for and held, those that were fought over most first. */
export function lockStatText(lockdep: Lockdep, sites: SiteRegistry): string {
  const titles = [
    'con-bounces contentions waittime-min waittime-max waittime-total waittime-avg acq-bounces',
    'acquisitions holdtime-min holdtime-max holdtime-total holdtime-avg',
  ].flatMap((words) => words.split(' '));
  const dashes = '-'.repeat(RULE_WIDTH);
  const columns = titles.map((title) => title.padStart(COLUMN_WIDTH)).join('');
  const lines = ['lock_stat version 0.4', dashes, `${' '.repeat(NAME_WIDTH)} ${columns}`, dashes];
  const used = lockdep.classes.filter(({ statistics }) => statistics.acquisitions > 0);
  const byContention = used.toSorted(
    (a, b) => b.statistics.contentions - a.statistics.contentions || a.id - b.id,
  );
  for (const each of byContention) lines.push('', ...statRows(each, sites));
  return `${lines.join('\n')}\n`;
}

function statRows({ name, statistics }: LockClass, sites: SiteRegistry): string[] {
  const { writeWait, readWait, writeHold, readHold } = statistics;
  const { contendedBounces, bounces } = statistics;
  const row = (title: string, wait: LockTimes, hold: LockTimes): string =>
    `${title.padStart(NAME_WIDTH)}:` +
    [contendedBounces, ...timesOf(wait), bounces, ...timesOf(hold)]
      .map((value) => String(value).padStart(COLUMN_WIDTH))
      .join('');
  const isShared = readHold.count > 0;
  const rows = isShared
    ? [row(`${name}-W`, writeWait, writeHold), row(`${name}-R`, readWait, readHold)]
    : [row(name, writeWait, writeHold)];
  for (const points of [statistics.contentionPoints, statistics.contendingPoints]) {
    if (points.size === 0) continue;
    rows.push(`${' '.repeat(NAME_WIDTH)}-${'-'.repeat(name.length)}`);
    for (const [site, count] of points) {
      const at = formatFrame(sites.resolve(site));
      rows.push(`${name.padStart(NAME_WIDTH)} ${String(count).padStart(14)}          ${at}`);
    }
  }
  return rows;
}

/** Count, shortest, longest, all, and average, in microseconds. */
function timesOf({ count, minNs, maxNs, totalNs }: LockTimes): string[] {
  const average = count === 0 ? 0 : totalNs / count;
  const times = [minNs, maxNs, totalNs, average].map((ns) => (ns / NS_PER_US).toFixed(2));
  return [String(count), ...times];
}

/** Classes that can be reached, and the class itself. */
function reach(from: LockClass, direction: 'after' | 'before'): number {
  const seen = new Set<LockClass>([from]);
  for (const each of seen) {
    for (const { from: above, to } of each[direction]) seen.add(direction === 'after' ? to : above);
  }
  return seen.size;
}

function keyOf({ key, subclass }: LockClass): string {
  return (8 * key.handle + subclass).toString(16).padStart(KEY_DIGITS, '0');
}

function depthOf(chain: ChainNode): number {
  return chain.classes.length;
}

function wide(value: number, width: number): string {
  return String(value).padStart(width);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
