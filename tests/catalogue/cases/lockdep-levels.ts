// SPDX-License-Identifier: GPL-2.0-or-later
/** What may be waited for in which context: the wait types of lib/locking-selftest.c. */
import type { BugCase } from '../bug-case.ts';
import { lines } from './accesses.ts';
import { handler, INTERRUPT, INTERRUPT_FIELDS } from './lockdep-handlers.ts';

/** What is entered, and how high the number of what is waited for in it may be. */
interface Outer {
  readonly allows: number;
  /** The section, or the handler's kind. */
  readonly section: readonly [enter: string, leave: string] | 'hardirq' | 'softirq';
  /** Of the handler. */
  readonly flags?: string;
  /** The lock that is held in there, as the trace and reports have it. */
  readonly lock?: string;
}

interface Inner {
  readonly needs: number;
  readonly section: readonly [enter: string, leave: string];
  readonly lock: string;
}

function section(verb: string, field: string): readonly [string, string] {
  const [take, drop] = [`${verb}_lock`, `${verb}_unlock`];
  return [`${take}(addr_of(locks.$.${field}))`, `${drop}(addr_of(locks.$.${field}))`];
}

const MUTEX_RANK = 4;
const RCU = ['rcu_read_lock()', 'rcu_read_unlock()'] as const;
const RCU_BH = ['rcu_read_lock_bh()', 'rcu_read_unlock_bh()'] as const;
const RCU_SCHED = ['rcu_read_lock_sched()', 'rcu_read_unlock_sched()'] as const;

/** Under RCU a spinlock may sleep, a mutex may not. */
// prettier-ignore
const OUTERS: Readonly<Record<string, Outer>> = {
  HARDIRQ: { allows: 3, section: 'hardirq', flags: '0' },
  NOTTHREADED_HARDIRQ: { allows: 2, section: 'hardirq', flags: 'IRQF_NO_THREAD' },
  SOFTIRQ: { allows: 3, section: 'softirq' },
  RCU: { allows: 3, section: RCU, lock: 'rcu_read_lock' },
  RCU_BH: { allows: 3, section: RCU_BH, lock: 'rcu_read_lock_bh' },
  RCU_SCHED: { allows: 2, section: RCU_SCHED, lock: 'rcu_read_lock_sched' },
  RAW_SPINLOCK: { allows: 2, section: section('raw_spin', 'raw'), lock: '&locks->raw' },
  SPINLOCK: { allows: 3, section: section('spin', 'spin'), lock: '&locks->spin' },
  MUTEX: { allows: MUTEX_RANK, section: section('mutex', 'mutex'), lock: '&locks->mutex' },
};

const INNERS: Readonly<Record<string, Inner>> = {
  RCU: { needs: 0, section: RCU, lock: 'rcu_read_lock' },
  RAW_SPINLOCK: { needs: 2, section: section('raw_spin', 'raw2'), lock: '&locks->raw2' },
  SPINLOCK: { needs: 3, section: section('spin', 'spin2'), lock: '&locks->spin2' },
  MUTEX: { needs: MUTEX_RANK, section: section('mutex', 'mutex2'), lock: '&locks->mutex2' },
};

const TOP = `
  class Locks extends struct({
    raw: raw_spinlock_t,
    raw2: raw_spinlock_t,
    spin: spinlock_t,
    spin2: spinlock_t,
    mutex: mutex,
    mutex2: mutex,
    ${INTERRUPT_FIELDS},
  }) {}
  function makeLocks(): Ptr<Locks> {
    "use unsafe";
    const locks: Ptr<Locks> = kzalloc(Locks.size, GFP_KERNEL);
    raw_spin_lock_init(addr_of(locks.$.raw));
    raw_spin_lock_init(addr_of(locks.$.raw2));
    spin_lock_init(addr_of(locks.$.spin));
    spin_lock_init(addr_of(locks.$.spin2));
    mutex_init(addr_of(locks.$.mutex));
    mutex_init(addr_of(locks.$.mutex2));
    return locks;
  }
  ${INTERRUPT.hard}
  ${INTERRUPT.soft}
- type Spinner = (locks: Ptr<Locks>) => void;
- function relax(): void {
-   "use unsafe";
-   cpu_relax();
- }
- function trust(what: unknown): Spinner {
-   "use unsafe";
-   return what === null ? relax : (what as Spinner);
- }`;

/** What may not sleep is reported by another detector, too. */
const SETTING = { on: 'atomic_sleep=off', off: 'atomic_sleep=off lockdep=off' } as const;

function caseOf(
  outerName: string,
  outer: Outer,
  innerName: string,
  { needs, section: [enter, leave], lock }: Inner,
): BugCase {
  const isBad = needs > outer.allows;
  const side = isBad ? '-' : ' ';
  const sleeps = isBad && needs === MUTEX_RANK && typeof outer.section === 'string';
  const name = `${outerName}_${innerName}`;
  const inner = [
    `${side} ${enter};${isBad ? ` // BAD trap // AT *(${lock})*, at:` : ''}`,
    `${side} ${leave};`,
  ];
  const called = sleeps ? [`- trust(sleep_${name})(locks);`] : inner;
  const [functions, body] = wrap(outer, `handle_${name}`, called, isBad);
  const where = typeof outer.section === 'string' ? outer.section : 'task';
  return {
    id: `lockdep/wait_context.${outerName}.${innerName}`,
    bundle: 'lockdep-levels',
    top: TOP,
    functions: lines(...(sleeps ? sleeper(name, inner) : []), ...functions),
    body: lines(
      '  const locks = makeLocks(); // PLACE locks',
      ...body,
      '  kfree(locks);',
      '  println("done");',
    ),
    takes: [...(outer.lock === undefined ? [] : [outer.lock]), lock].map((it) => `${where} ${it}`),
    prints: ['done'],
    setting: SETTING,
  };
}

/** The compiler knows that handlers may not sleep. A cast hides it, as casts in C do. */
function sleeper(name: string, inner: readonly string[]): readonly string[] {
  return [
    `- function sleep_${name}(locks: Ptr<Locks>): void {`,
    '-   "use unsafe";',
    ...inner,
    '- }',
  ];
}

/** A function of its own if there must be one, and what is called. */
function wrap(
  { section: around, flags, lock }: Outer,
  name: string,
  inner: readonly string[],
  isBad: boolean,
): readonly [functions: readonly string[], body: readonly string[]] {
  switch (around) {
    case 'hardirq':
      return [handler('hard', name, inner), [`  interrupt(${name}, ${flags}, locks);`]];
    case 'softirq':
      return [handler('soft', name, inner), [`  interruptSoftly(${name}, locks);`]];
    default: {
      const [enter, leave] = around;
      const remark = isBad ? ` // AT  #0: *(${lock})*, at:` : '';
      return [[], [`  ${enter};${remark}`, ...inner, `  ${leave};`]];
    }
  }
}

export const LEVEL_CASES: readonly BugCase[] = Object.entries(OUTERS).flatMap(
  ([outerName, outer]) =>
    Object.entries(INNERS).map(([innerName, inner]) => caseOf(outerName, outer, innerName, inner)),
);
