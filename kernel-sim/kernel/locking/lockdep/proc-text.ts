// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What /proc/lockdep, /proc/lockdep_chains and /proc/lockdep_stats say.
 *
 * Linux: kernel/locking/lockdep_proc.c. Differs: no rows about arrays that only Linux has.
 */
import type { LockClass } from './lock-class.ts';
import { CLASSES_MAX } from './lock-table.ts';
import type { Lockdep } from './lockdep.ts';
import { ENABLED_IRQ, HARDIRQ, READS, SOFTIRQ, USAGE, USED_IN_IRQ, WRITES } from './usage.ts';

/** Linux: MAX_LOCKDEP_ENTRIES, MAX_LOCKDEP_CHAINS, MAX_LOCKDEP_CHAIN_HLOCKS. */
const ENTRIES_MAX = 32_768;
const CHAINS_MAX = 65_536;
const CHAIN_LOCKS_MAX = 5 * CHAINS_MAX;
const CONTEXTS = ['0', 'softirq', 'hardirq', 'hardirq|softirq'] as const;
/** Linux's stand for the address of a key. */
const KEY_DIGITS = 16;

/** All classes, and after each those that were taken right under it. */
export function classesText({ classes }: Lockdep): string {
  const blocks = classes.map((each) => {
    const counts = `FD:${wide(reach(each, 'after'), 5)} BD:${wide(reach(each, 'before'), 5)}`;
    const head = `${keyOf(each)} OPS:${wide(each.ops, 8)} ${counts} ${each.usage}: ${each.name}\n`;
    const neighbours = each.after
      .filter(({ distance }) => distance === 1)
      .map(({ to }) => ` -> [${keyOf(to)}] ${to.name}\n`);
    return `${head}${neighbours.join('')}\n`;
  });
  return `all lock classes:\n${blocks.join('')}`;
}

/** The orders of locks that were looked at. */
export function chainsText(lockdep: Lockdep): string {
  const blocks = Array.from(lockdep.chains(), ({ irqContext, classes }) => {
    const rows = classes.map((each) => `[${keyOf(each)}] ${each.name}\n`);
    return `irq_context: ${CONTEXTS[irqContext] ?? ''}\n${rows.join('')}\n`;
  });
  return `all lock chains:\n${blocks.join('')}`;
}

export function statsText(lockdep: Lockdep): string {
  const { classes, maxDepth } = lockdep;
  const chains = [...lockdep.chains()];
  const [inProcess = 0, inSoftirq = 0, ...inHardirq] = CONTEXTS.map(
    (_, context) => chains.filter(({ irqContext }) => irqContext === context).length,
  );
  const having = (...masks: number[]): number =>
    classes.filter(({ usageMask }) => masks.reduce((a, b) => a & b, usageMask) !== 0).length;
  const being = (mask: number): number =>
    classes.filter(({ usageMask }) => usageMask === mask).length;
  // Each is known to both of its classes.
  const entries = 2 * lockdep.dependencies.length;
  const irqs = having(ENABLED_IRQ, WRITES) * having(USED_IN_IRQ, WRITES);
  const hardirqs = having(ENABLED_IRQ, HARDIRQ, WRITES) * having(USED_IN_IRQ, HARDIRQ, WRITES);
  const combined = (sum(inHardirq) + 1) * (inSoftirq + 1) * (inProcess + 1);
  const uses = (kind: string, side: number): string[] => [
    row(`hardirq${kind}-safe locks`, having(USED_IN_IRQ, HARDIRQ, side)),
    row(`hardirq${kind}-unsafe locks`, having(ENABLED_IRQ, HARDIRQ, side)),
    row(`softirq${kind}-safe locks`, having(USED_IN_IRQ, SOFTIRQ, side)),
    row(`softirq${kind}-unsafe locks`, having(ENABLED_IRQ, SOFTIRQ, side)),
    row(`irq${kind}-safe locks`, having(USED_IN_IRQ, side)),
    row(`irq${kind}-unsafe locks`, having(ENABLED_IRQ, side)),
  ];
  return [
    row('lock-classes', classes.length, CLASSES_MAX),
    row('direct dependencies', entries, ENTRIES_MAX),
    row('indirect dependencies', sum(classes.map((each) => reach(each, 'after')))),
    row('all direct dependencies', irqs + hardirqs + entries),
    row('dependency chains', chains.length, CHAINS_MAX),
    row('dependency chain hlocks used', sum(chains.map(depthOf)), CHAIN_LOCKS_MAX),
    row('in-hardirq chains', sum(inHardirq)),
    row('in-softirq chains', inSoftirq),
    row('in-process chains', inProcess),
    row('combined max dependencies', combined),
    ...uses('', WRITES),
    ...uses('-read', READS),
    row('uncategorized locks', being(1 << USAGE.USED)),
    row('unused locks', being(0)),
    row('max locking depth', maxDepth),
    row('max lock class index', classes.length - 1),
    row('debug_locks', Number(lockdep.isReporting)),
  ].join('');
}

function row(words: string, value: number, max?: number): string {
  const limit = max === undefined ? '' : ` [max: ${max}]`;
  return ` ${`${words}:`.padEnd(31)}${wide(value, 11)}${limit}\n`;
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

function depthOf({ classes }: { readonly classes: readonly LockClass[] }): number {
  return classes.length;
}

function wide(value: number, width: number): string {
  return String(value).padStart(width);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
