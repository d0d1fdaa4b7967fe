// SPDX-License-Identifier: GPL-2.0-or-later
/** What /proc/lock_stat says. Linux: seq_stats of kernel/locking/lockdep_proc.c. */
import { formatFrame, type SiteRegistry } from '../../module/sites.ts';
import type { LockClass } from './lock-class.ts';
import type { LockStatistics, LockTimes } from './lock-stat.ts';
import type { Lockdep } from './lockdep.ts';

const NAME_WIDTH = 40;
/** Names are cut: room is needed for `-W`. */
const NAME_MAX = 37;
const WIDTH = 14;
const TITLES = [
  'con-bounces',
  'contentions',
  'waittime-min',
  'waittime-max',
  'waittime-total',
  'waittime-avg',
  'acq-bounces',
  'acquisitions',
  'holdtime-min',
  'holdtime-max',
  'holdtime-total',
  'holdtime-avg',
] as const;
const RULE_WIDTH = NAME_WIDTH + 1 + TITLES.length * (WIDTH + 1);
/** How many places a class tells of. Linux: LOCKSTAT_POINTS. */
const POINTS_MAX = 4;
/** Width of a place's address. */
const ADDRESS_WIDTH = 29;
const ADDRESS_DIGITS = 16;
const NS_PER_US = 1000;

/** How long locks were waited for and held, those that were fought over most first. */
export function lockStatText(lockdep: Lockdep, sites: SiteRegistry): string {
  const rule = '-'.repeat(RULE_WIDTH);
  const byContention = lockdep.classes.toSorted(
    (a, b) => waits(b.statistics) - waits(a.statistics) || a.id - b.id,
  );
  const lines = [
    'lock_stat version 0.4',
    ...(lockdep.isReporting ? [] : [DISABLED]),
    rule,
    [`class name`.padStart(NAME_WIDTH), ...TITLES.map(wide)].join(' '),
    rule,
    '',
    ...byContention.flatMap((each) => rowsOf(each, sites)),
  ];
  return `${lines.join('\n')}\n`;
}

const DISABLED = '*WARNING* lock debugging disabled!! - possibly due to a lockdep warning';

function rowsOf(lockClass: LockClass, sites: SiteRegistry): string[] {
  const { statistics } = lockClass;
  const { writers, readers } = statistics;
  const name = shortName(lockClass);
  const isShared = readers.hold.count > 0;
  const rows: string[] = [];
  if (writers.hold.count > 0) rows.push(timesRow(isShared ? `${name}-W` : name, writers));
  if (isShared) rows.push(timesRow(`${name}-R`, readers));
  if (waits(statistics) === 0) return rows;
  const rule = '-'.repeat(name.length + (isShared ? 2 : 0)).padStart(NAME_WIDTH);
  for (const points of [statistics.contentionPoints, statistics.contendingPoints]) {
    const first = [...points].slice(0, POINTS_MAX);
    if (first.length > 0) rows.push(rule);
    for (const [site, count] of first) {
      const address = `[<${site.toString(16).padStart(ADDRESS_DIGITS, '0')}>]`;
      const place = formatFrame(sites.resolve(site));
      const words = [name.padStart(NAME_WIDTH), wide(count), address.padStart(ADDRESS_WIDTH)];
      rows.push([...words, place].join(' '));
    }
  }
  if (statistics.contendingPoints.size > 0) rows.push('', '.'.repeat(RULE_WIDTH), '');
  return rows;
}

function timesRow(title: string, side: LockStatistics['writers']): string {
  const { wait, hold, bounces, contendedBounces } = side;
  const values = [contendedBounces, ...timesOf(wait), bounces, ...timesOf(hold)];
  return `${title.padStart(NAME_WIDTH)}:${values.map(wide).join(' ')}`;
}

/** Count, shortest, longest, all, and average, in microseconds. */
function timesOf({ count, minNs, maxNs, totalNs }: LockTimes): (number | string)[] {
  const averageNs = count === 0 ? 0 : Math.trunc(totalNs / count);
  return [count, ...[minNs, maxNs, totalNs, averageNs].map(microseconds)];
}

function microseconds(ns: number): string {
  const rounded = ns + 5;
  const hundredths = Math.trunc((rounded % NS_PER_US) / 10);
  return `${Math.trunc(rounded / NS_PER_US)}.${String(hundredths).padStart(2, '0')}`;
}

/** The class's name, with its version and level, but cut. */
function shortName({ key, name }: LockClass): string {
  const suffix = name.slice(key.name.length);
  return key.name.slice(0, NAME_MAX - suffix.length) + suffix;
}

function waits({ writers, readers }: LockStatistics): number {
  return writers.wait.count + readers.wait.count;
}

function wide(value: number | string): string {
  return String(value).padStart(WIDTH);
}
