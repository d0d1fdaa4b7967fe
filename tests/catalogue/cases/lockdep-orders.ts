// SPDX-License-Identifier: GPL-2.0-or-later
/** Circles of locks (lockdep-programs.ts), written out as drivers; and locks made anew. */
import type { BugCase } from '../bug-case.ts';
import {
  type Block,
  nameOf,
  ORDERS,
  ordersOf,
  type Program,
  STRONG,
  type Take,
  type Verb,
} from './lockdep-programs.ts';
import { type Kind, KINDS } from './lockdep-verbs.ts';

/** As lib/locking-selftest.c: readers of rwlocks pass waiting writers everywhere. */
const SETTING = { on: 'rwlock_recursive', off: 'lockdep=off' } as const;

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

const RINGS = Object.entries(KINDS).flatMap(([verb, kind]) => {
  const top = topOf(kind);
  return Object.entries(ORDERS).map(([name, program]): BugCase => {
    return {
      id: `lockdep/${name}.${verb}`,
      bundle: `lockdep-${verb}`,
      top,
      body: verb === 'rlock' ? silentBody(program, kind) : bodyOf(program, kind, inTurn(program)),
      takes: takesOf(program, inTurn(program)),
      prints: ['done'],
      setting: SETTING,
    };
  });
});

const STRONG_CASES = Object.entries(STRONG).flatMap(([name, program]) =>
  ordersOf(program.blocks.length).map((order): BugCase => {
    const isSilent = Object.keys(program.repaired).length === 0;
    return {
      id: `lockdep/${name}.${nameOf(order)}`,
      bundle: 'lockdep-rwlock',
      top: topOf(KINDS.wlock),
      body: isSilent
        ? silentBody(program, KINDS.wlock, order)
        : bodyOf(program, KINDS.wlock, order),
      takes: takesOf(program, order),
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

/** What the trace must know of all blocks. */
function takesOf({ blocks }: Program, order: readonly number[]): string[] {
  return order.flatMap((number) => {
    const { takes } = blocks[number]!;
    return takes.map((each, at) => `task ${classOf(fieldOf(takes, each, at))}`);
  });
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

export const ORDER_CASES: readonly BugCase[] = [...RINGS, ...STRONG_CASES, ...INIT_CASES];
