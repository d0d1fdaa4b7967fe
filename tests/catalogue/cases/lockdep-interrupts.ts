// SPDX-License-Identifier: GPL-2.0-or-later
/** The part of the matrix that has interrupts (lockdep-programs.ts), written out as drivers. */
import type { BugCase } from '../bug-case.ts';
import { lines } from './accesses.ts';
import { type Context, handler, INTERRUPT, INTERRUPT_FIELDS } from './lockdep-handlers.ts';
import {
  type Block,
  INTERRUPTS,
  nameOf,
  ordersOf,
  type Program,
  QUEUED,
  type Take,
  type Verb,
} from './lockdep-programs.ts';
import { KINDS } from './lockdep-verbs.ts';

/** As lib/locking-selftest.c: readers of rwlocks pass waiting writers everywhere. */
const RECURSIVE = { on: 'rwlock_recursive', off: 'lockdep=off' } as const;
const QUEUING = { on: '', off: 'lockdep=off' } as const;

const HELD_OFF: Readonly<Record<Context, readonly [off: string, on: string]>> = {
  hard: ['local_irq_disable();', 'local_irq_enable();'],
  soft: ['local_bh_disable();', 'local_bh_enable();'],
};

const TOP = `
  class Locks extends struct({
    spin_a: spinlock_t,
    spin_b: spinlock_t,
    rw_a: rwlock_t,
    rw_b: rwlock_t,
    ${INTERRUPT_FIELDS},
  }) {}
  function makeLocks(): Ptr<Locks> {
    "use unsafe";
    const locks: Ptr<Locks> = kzalloc(Locks.size, GFP_KERNEL);
    spin_lock_init(addr_of(locks.$.spin_a));
    spin_lock_init(addr_of(locks.$.spin_b));
    rwlock_init(addr_of(locks.$.rw_a));
    rwlock_init(addr_of(locks.$.rw_b));
    return locks;
  }`;

const TOPS: Readonly<Record<Context, string>> = {
  hard: TOP + INTERRUPT.hard,
  soft: TOP + INTERRUPT.soft,
};

/** What a case is made of. */
interface Plan {
  readonly id: string;
  readonly bundle: string;
  readonly program: Program;
  readonly order: readonly number[];
  readonly context: Context;
  /** How those are taken that the program says nothing of. */
  readonly variant: Verb;
  readonly isSilent: boolean;
  readonly setting: BugCase['setting'];
}

function caseOf(plan: Plan): BugCase {
  const { id, bundle, order, context, setting } = plan;
  return {
    id: `lockdep/${id}`,
    bundle,
    top: TOPS[context],
    functions: lines(...order.map((number) => handlerOf(plan, number))),
    body: lines(
      '  const locks = makeLocks(); // PLACE locks',
      ...order.map((number) => blockOf(plan, number)),
      '  kfree(locks);',
      '  println("done");',
    ),
    takes: order.flatMap((number) => takesOf(plan, number)),
    prints: ['done'],
    setting,
  };
}

/** What the trace must know of a block. */
function takesOf({ program, context, variant }: Plan, number: number): string[] {
  const { where, takes } = program.blocks[number]!;
  const who = where === 'irq' ? `${context}irq` : 'task';
  return takes.map((take) => `${who} &locks->${fieldOf(take, variant)}`);
}

/** The handler of a block that is an interrupt. */
function handlerOf(plan: Plan, number: number): string[] {
  const block = plan.program.blocks[number]!;
  if (block.where !== 'irq') return [];
  const body = linesOf(plan, block, number).map((line) => `    ${line}`);
  return handler(plan.context, handlerName(plan), body);
}

function handlerName({ id }: Plan): string {
  return `handle_${id.replaceAll('.', '_')}`;
}

function callOf(plan: Plan): string {
  const name = handlerName(plan);
  return plan.context === 'hard'
    ? `interrupt(${name}, 0, locks)`
    : `interruptSoftly(${name}, locks)`;
}

/** A block, and the one that is there in the twin. */
function blockOf(plan: Plan, number: number): string[] {
  const { program, isSilent } = plan;
  const block = program.blocks[number]!;
  if (block.where === 'irq') return [`  ${callOf(plan)};`];
  const broken = around(plan, block, linesOf(plan, block, number));
  const twin = program.repaired[number];
  if (twin === undefined || isSilent) return broken.map((line) => `  ${line}`);
  const repaired = around(plan, twin, linesOf({ ...plan, isSilent: true }, twin, number));
  return [...broken.map((line) => `- ${line}`), ...repaired.map((line) => `+ ${line}`)];
}

function around({ context }: Plan, { where }: Block, inner: readonly string[]): readonly string[] {
  const [off, on] = HELD_OFF[context];
  return where === 'off' ? [off, ...inner, on] : inner;
}

function linesOf(plan: Plan, { takes }: Block, number: number): string[] {
  const { variant } = plan;
  const taken = takes.map((take) => {
    const [, verb = variant] = take.split(':');
    return { kind: KINDS[verb as Verb], field: fieldOf(take, variant) };
  });
  const taking = taken.map(
    ({ kind, field }, at) =>
      `${kind.take}(addr_of(locks.$.${field}));${remarkOf(plan, [number, at], field)}`,
  );
  const dropping = taken.map(({ kind, field }) => `${kind.drop}(addr_of(locks.$.${field}));`);
  return [...taking, ...dropping.toReversed()];
}

function remarkOf(
  { program, order, isSilent }: Plan,
  [block, take]: readonly [number, number],
  field: string,
): string {
  if (isSilent) return '';
  const [badBlock, badTake] = program.bad(order);
  if (block === badBlock && take <= badTake) {
    const held = ` // AT *(&locks->${field})*, at:`;
    return take === badTake ? ` // BAD trap${held}` : held;
  }
  return (program.stacks?.(order) ?? [])
    .filter(([, place]) => place[0] === block && place[1] === take)
    .map(([heading]) => ` // WAS ${heading}`)
    .join('');
}

function fieldOf(take: Take, variant: Verb): string {
  const [name = '', verb = variant] = take.split(':');
  return `${verb === 'spin' ? 'spin' : 'rw'}_${name.toLowerCase()}`;
}

const MATRIX = Object.entries(INTERRUPTS).flatMap(([family, program]) =>
  (['hard', 'soft'] as const).flatMap((context) =>
    program.variants.flatMap((variant) =>
      ordersOf(program.blocks.length).map((order) =>
        caseOf({
          id: [family, context, variant, nameOf(order)].join('.'),
          bundle: `lockdep-${family}-${context}`,
          program,
          order,
          context,
          variant,
          isSilent: variant === 'rlock',
          setting: RECURSIVE,
        }),
      ),
    ),
  ),
);

const QUEUED_CASES = Object.entries(QUEUED).map(([name, program]) =>
  caseOf({
    id: `queued_read_lock_hardirq_${name}`,
    bundle: 'lockdep-queued',
    program,
    order: program.order,
    context: 'hard',
    variant: 'spin',
    isSilent: Object.keys(program.repaired).length === 0,
    setting: QUEUING,
  }),
);

export const INTERRUPT_CASES: readonly BugCase[] = [...MATRIX, ...QUEUED_CASES];
