// SPDX-License-Identifier: GPL-2.0-or-later
/** The matrix of orders of locks (lockdep-programs.ts), written out as drivers. */
import type { BugCase } from '../bug-case.ts';
import {
  type Block,
  ORDERS,
  type Program,
  STRONG,
  type Take,
  type Verb,
} from './lockdep-programs.ts';

/** As lib/locking-selftest.c: readers of rwlocks pass waiting writers everywhere. */
const SETTING = { on: 'rwlock_recursive', off: 'lockdep=off' } as const;

const ATOMIC_OFF = { on: 'atomic_sleep=off', off: 'atomic_sleep=off lockdep=off' } as const;

interface Kind {
  readonly type: string;
  readonly init: string;
  readonly take: string;
  readonly drop: string;
}

// prettier-ignore
const KINDS: Readonly<Record<Verb, Kind>> = {
  spin: { type: 'spinlock_t', init: 'spin_lock_init', take: 'spin_lock', drop: 'spin_unlock' },
  wlock: { type: 'rwlock_t', init: 'rwlock_init', take: 'write_lock', drop: 'write_unlock' },
  rlock: { type: 'rwlock_t', init: 'rwlock_init', take: 'read_lock', drop: 'read_unlock' },
  mutex: { type: 'mutex', init: 'mutex_init', take: 'mutex_lock', drop: 'mutex_unlock' },
  wsem: { type: 'rw_semaphore', init: 'init_rwsem', take: 'down_write', drop: 'up_write' },
  rsem: { type: 'rw_semaphore', init: 'init_rwsem', take: 'down_read', drop: 'up_read' },
};

/** `a2` is made by the line that makes `a`: another lock of its class. */
const FIELDS = ['a', 'a2', 'b', 'c', 'd'] as const;

function topOf({ type, init }: Kind): string {
  return `
  class Locks extends struct({ ${FIELDS.map((name) => `${name}: ${type}`).join(', ')} }) {}
  function initialise(locks: Ptr<Locks>): void {
    "use unsafe";
    for (const lock of [addr_of(locks.$.a), addr_of(locks.$.a2)]) ${init}(lock);
    ${init}(addr_of(locks.$.b));
    ${init}(addr_of(locks.$.c));
    ${init}(addr_of(locks.$.d));
  }`;
}

const ORDER_CASES = Object.entries(KINDS).flatMap(([verb, kind]) => {
  const top = topOf(kind);
  return Object.entries(ORDERS).map(([name, program]): BugCase => {
    return {
      id: `lockdep/${name}.${verb}`,
      bundle: `lockdep-${verb}`,
      top,
      body: verb === 'rlock' ? silentBody(program, kind) : bodyOf(program, kind, inTurn(program)),
      prints: ['done'],
      setting: SETTING,
    };
  });
});

const STRONG_CASES = Object.entries(STRONG).flatMap(([name, program]) =>
  ['123', '132', '213', '231', '312', '321'].map((digits): BugCase => {
    const order = Array.from(digits, (digit) => Number(digit) - 1);
    const isSilent = Object.keys(program.repaired).length === 0;
    return {
      id: `lockdep/${name}.${digits}`,
      bundle: 'lockdep-rwlock',
      top: topOf(KINDS.wlock),
      body: isSilent
        ? silentBody(program, KINDS.wlock, order)
        : bodyOf(program, KINDS.wlock, order),
      prints: ['done'],
      setting: SETTING,
    };
  }),
);

function inTurn({ blocks }: Program): number[] {
  return blocks.map((_, number) => number);
}

function bodyOf(program: Program, kind: Kind, order: readonly number[]): string {
  const [badBlock, badTake] = program.bad(order);
  const lines = order.flatMap((number) => {
    const block = program.blocks[number]!;
    const twin = program.repaired[number];
    const bad = number === badBlock ? badTake : undefined;
    const broken = linesOf(block, kind, { bad, isReported: true });
    if (twin === undefined) return broken.map((line) => `  ${line}`);
    const repaired = linesOf(twin, kind, { bad: undefined, isReported: false });
    return [...broken.map((line) => `- ${line}`), ...repaired.map((line) => `+ ${line}`)];
  });
  return framed(lines);
}

/** Nothing of it is reported. */
function silentBody(program: Program, kind: Kind, order = inTurn(program)): string {
  return framed(
    order.flatMap((number) =>
      linesOf(program.blocks[number]!, kind, { bad: undefined, isReported: false }).map(
        (line) => `  ${line}`,
      ),
    ),
  );
}

function framed(lines: readonly string[]): string {
  return [
    '  const locks: Ptr<Locks> = kmalloc(Locks.size, GFP_KERNEL); // PLACE locks',
    '  initialise(locks);',
    ...lines,
    '  kfree(locks);',
    '  println("done");',
  ].join('\n');
}

/** `bad`: the take that is reported. */
function linesOf(
  { takes }: Block,
  kind: Kind,
  { bad, isReported }: { readonly bad: number | undefined; readonly isReported: boolean },
): string[] {
  const names = takes.map((each, at) => fieldOf(takes, each, at));
  const kinds = takes.map((each) => KINDS[each.split(':')[1] as Verb] ?? kind);
  const taking = names.map((name, at) => {
    const shown = classOf(name);
    const isHeld = bad !== undefined && at < bad;
    let remark = '';
    if (at === bad) remark = ` // BAD trap // AT *(${shown})*, at:`;
    else if (isHeld) remark = ` // AT *(${shown})*, at:`;
    else if (at === 1 && isReported) remark = ` // WAS -> #* (${shown})*:`;
    return `${kinds[at]!.take}(addr_of(locks.$.${name}));${remark}`;
  });
  const dropping = names.map((name, at) => `${kinds[at]!.drop}(addr_of(locks.$.${name}));`);
  return [...taking, ...dropping.toReversed()];
}

function fieldOf(takes: readonly Take[], take: Take, at: number): string {
  const field = take.charAt(0).toLowerCase();
  return takes.indexOf(take) < at ? `${field}2` : field;
}

function classOf(field: string): string {
  return field.startsWith('a') ? 'lock' : `&locks->${field}`;
}

/** Initialises a lock again while it is held. */
const INIT_CASES = Object.entries(KINDS).map(([verb, kind]): BugCase => ({
  id: `lockdep/init_held.${verb}`,
  bundle: `lockdep-${verb}`,
  top: topOf(kind),
  body: `
  const locks: Ptr<Locks> = kmalloc(Locks.size, GFP_KERNEL); // PLACE locks
  initialise(locks);
  ${kind.take}(addr_of(locks.$.b)); // AT *(&locks->b)*, at:
- ${kind.init}(addr_of(locks.$.b)); // BAD trap
  ${kind.drop}(addr_of(locks.$.b));
+ ${kind.init}(addr_of(locks.$.b));
  kfree(locks);
  println("done");`,
  says: [['insmod/* is freeing memory *, with a lock still held there!']],
  prints: ['done'],
  setting: SETTING,
}));

type Level = 'RCU' | 'RAW_SPINLOCK' | 'SPINLOCK' | 'MUTEX';

const LEVELS: Readonly<Record<Level, readonly [take: string, drop: string]>> = {
  RCU: ['rcu_read_lock()', 'rcu_read_unlock()'],
  RAW_SPINLOCK: ['raw_spin_lock(addr_of(locks.$.raw))', 'raw_spin_unlock(addr_of(locks.$.raw))'],
  SPINLOCK: ['spin_lock(addr_of(locks.$.spin))', 'spin_unlock(addr_of(locks.$.spin))'],
  MUTEX: ['mutex_lock(addr_of(locks.$.mutex))', 'mutex_unlock(addr_of(locks.$.mutex))'],
};

const LEVEL_TOP = `
  class Levels extends struct({
    raw: raw_spinlock_t,
    raw2: raw_spinlock_t,
    spin: spinlock_t,
    spin2: spinlock_t,
    mutex: mutex,
    mutex2: mutex,
  }) {}
  function initialise(locks: Ptr<Levels>): void {
    "use unsafe";
    raw_spin_lock_init(addr_of(locks.$.raw));
    raw_spin_lock_init(addr_of(locks.$.raw2));
    spin_lock_init(addr_of(locks.$.spin));
    spin_lock_init(addr_of(locks.$.spin2));
    mutex_init(addr_of(locks.$.mutex));
    mutex_init(addr_of(locks.$.mutex2));
  }`;

/** What may be waited for under what, by rank. Under RCU a spinlock may sleep, a mutex may not. */
const RANK: Readonly<Record<Level, number>> = { RCU: 0, RAW_SPINLOCK: 2, SPINLOCK: 3, MUTEX: 4 };
const ALLOWED: Readonly<Record<Level, number>> = { ...RANK, RCU: 3 };

const WAIT_CASES = (Object.keys(LEVELS) as Level[]).flatMap((outer) =>
  (Object.keys(LEVELS) as Level[]).map((inner): BugCase => {
    const [take, drop] = LEVELS[outer];
    const [takeInner, dropInner] = LEVELS[inner].map((text) => text.replace(/\)\)$/, '2))'));
    const isBad = RANK[inner] > ALLOWED[outer];
    const side = isBad ? '-' : ' ';
    return {
      id: `lockdep/wait_context.${outer}.${inner}`,
      bundle: 'lockdep-levels',
      top: LEVEL_TOP,
      body: `
  const locks: Ptr<Levels> = kmalloc(Levels.size, GFP_KERNEL); // PLACE locks
  initialise(locks);
  ${take};${isBad && outer !== 'RCU' ? ` // AT  #0: *(&locks->${outerField(outer)})*, at:` : ''}
${side} ${takeInner};${isBad ? ` // BAD trap // AT *(&locks->${outerField(inner)}2)*, at:` : ''}
${side} ${dropInner};
  ${drop};
  kfree(locks);
  println("done");`,
      prints: ['done'],
      // What may not sleep is reported by another detector, too.
      setting: ATOMIC_OFF,
    };
  }),
);

function outerField(level: Level): string {
  return level === 'RAW_SPINLOCK' ? 'raw' : level === 'SPINLOCK' ? 'spin' : 'mutex';
}

/** A mutex in a read section waits until RCU tells lockdep of its sections. */
const isKnown = ({ id }: BugCase): boolean => id !== 'lockdep/wait_context.RCU.MUTEX';

export const LOCKDEP_CASES: readonly BugCase[] = [
  ...ORDER_CASES,
  ...STRONG_CASES,
  ...INIT_CASES,
  ...WAIT_CASES.filter(isKnown),
];
