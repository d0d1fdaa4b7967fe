// SPDX-License-Identifier: GPL-2.0-or-later
/** How it could come to the deadlock, CPU by CPU. Linux: the print_*_scenario functions. */
import type { HeldLock, LockClass } from './lock-class.ts';

const UNSAFE = ' Possible unsafe locking scenario:';
const DEADLOCK = ['', ' *** DEADLOCK ***', ''] as const;
const ONE_CPU = ['', '       CPU0', '       ----'] as const;
const TWO_CPUS = [
  '',
  '       CPU0                    CPU1',
  '       ----                    ----',
] as const;
/** Where the second column begins. */
const RIGHT = ' '.repeat(31);

export function recursionScenario(prev: HeldLock, next: HeldLock): string[] {
  const nesting = [' May be due to missing lock nesting notation', ''];
  const locks = [`  lock(${prev.lockClass.name});`, `  lock(${next.lockClass.name});`];
  return [UNSAFE, ...ONE_CPU, ...locks, ...DEADLOCK, ...nesting];
}

/** `middle` is what `target` was taken under: the class of the new lock in a circle of two. */
export function circleScenario(target: HeldLock, source: HeldLock, middle: LockClass): string[] {
  const to = target.lockClass.name;
  const from = source.lockClass.name;
  const chain = [`  ${from} --> ${middle.name} --> ${to}`, ''];
  return [
    ...(middle === source.lockClass ? [] : ['Chain exists of:', ...chain]),
    UNSAFE,
    ...TWO_CPUS,
    `  ${verbOf(target)}(${to});`,
    `${RIGHT}lock(${middle.name});`,
    `${RIGHT}lock(${to});`,
    `  ${verbOf(source)}(${from});`,
    ...DEADLOCK,
  ];
}

export function selfInterrupt({ name }: LockClass): string[] {
  const locks = [`  lock(${name});`, '  <Interrupt>', `    lock(${name});`];
  return [UNSAFE, ...ONE_CPU, ...locks, ...DEADLOCK];
}

/** `safe` is taken in interrupts, `unsafe` with them on. */
export function interruptScenario(safe: LockClass, middle: LockClass, unsafe: LockClass): string[] {
  const chain = [`  ${safe.name} --> ${middle.name} --> ${unsafe.name}`, ''];
  return [
    ...(middle === unsafe ? [] : ['Chain exists of:', ...chain]),
    ' Possible interrupt unsafe locking scenario:',
    ...TWO_CPUS,
    `  lock(${unsafe.name});`,
    `${RIGHT}local_irq_disable();`,
    `${RIGHT}lock(${safe.name});`,
    `${RIGHT}lock(${middle.name});`,
    '  <Interrupt>',
    `    lock(${safe.name});`,
    ...DEADLOCK,
  ];
}

function verbOf({ read }: HeldLock): string {
  return read === 0 ? 'lock' : 'rlock';
}
