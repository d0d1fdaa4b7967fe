// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * bug-catalogue.jsonl: one mistake a line, from the tests that Linux has for its own detectors, and
 * what Linux says of it.
 */
import { readFileSync } from 'node:fs';

/** A line of the catalogue, as far as the runner reads it. */
export interface Entry {
  readonly id: string;
  readonly suite: string;
  readonly what_it_does: string;
  readonly detector: string;
  readonly expect: 'report' | 'no-report';
  /** Whether the mistake exists where drivers are TypeScript. */
  readonly applicable: boolean;
  readonly family: string;
  /** Regular expressions of the headlines, in order; one stands for all reports of the case. */
  readonly title_match: readonly string[];
}

/** Suites that are run whole. */
const SUITES: ReadonlySet<string> = new Set([
  'kasan',
  'kasan-extra',
  'slub',
  'slub-extra',
  'kmemleak',
  'kmemleak-extra',
  'usercopy',
  'fortify',
  'list-debug',
  'mm-oops',
  'lockdep',
  'lockdep-extra',
  'kcsan',
  'rcu',
  'lockup-hung',
  'atomic-context',
  'driver-model',
]);
/** What no driver can do, since the kernel has no such thing. */
export const LEFT_OUT: readonly { readonly ids: RegExp; readonly why: string }[] = [
  { ids: /^rcu\/srcu_deadlock$/, why: 'there is no SRCU' },
  { ids: /^lockdep\/.*\.rtmutex$/, why: 'there are no mutexes that inherit priorities' },
  { ids: /^lockdep\/fs_reclaim_/, why: 'no memory is reclaimed by way of file systems' },
];
/** Families that are run of a suite whose rest waits for other parts of the kernel. */
const FAMILIES: ReadonlySet<string> = new Set(['lkdtm:refcount', 'lkdtm:usercopy', 'lkdtm:list']);

/** All of the file, in its order. */
export function loadEntries(): Entry[] {
  const text = readFileSync(new URL('bug-catalogue.jsonl', import.meta.url), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line, withOption) as Entry);
}

/**
 * What a report of a semaphore says of its waiters: the catalogue has both texts in one, of which
 * a kernel prints `list empty` or `list not empty`.
 */
const LIST_STATE = String.raw`list \[not \]empty`;

function withOption(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? value.replace(LIST_STATE, 'list (?:not )?empty') : value;
}

/** What must be caught, and what is caught of suites that are not whole yet. */
export function entriesToRun(hasCase: (id: string) => boolean): Entry[] {
  return loadEntries().filter(
    ({ id, applicable, suite, family }) =>
      applicable &&
      LEFT_OUT.every(({ ids }) => !ids.test(id)) &&
      (SUITES.has(suite) || FAMILIES.has(family) || hasCase(id)),
  );
}
