// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What lockdep says, kind by kind. Who calls has turned it off first, so that each is the last.
 *
 * Linux: the print_*_bug functions of kernel/locking/lockdep.c.
 */
import { formatFrame, type SiteRegistry } from '../../module/sites.ts';
import type { Execution } from '../../sched/execution.ts';
import type { Scheduler } from '../../sched/scheduler.ts';
import type { Task } from '../../sched/task.ts';
import type { StackDepot } from '../../stack-depot.ts';
import type { DebugLocks } from '../debug-locks.ts';
import type { ReportLine } from '../../die/reporter.ts';
import { depthOf, type Direction, type LockEdge, type PathStep } from './graph.ts';
import { irqHistory } from './irq-trace.ts';
import type { HeldLock, LockClass, LockMap } from './lock-class.ts';
import {
  circleScenario,
  interruptScenario,
  recursionScenario,
  selfInterrupt,
} from './scenarios.ts';
import { stateName, USAGE, USAGE_NAMES } from './usage.ts';

const SOFTIRQ_SHIFT = 8;
const HARDIRQ_SHIFT = 16;

/** Where a report has the stack of who runs. */
export const DUMP_STACK = Symbol('dump_stack');
export type LockdepLine = ReportLine | typeof DUMP_STACK;

export interface LockdepPrinter {
  /** Between rules, with the kernel's version. */
  framed(headline: string, lines: readonly LockdepLine[]): void;
  plain(lines: readonly LockdepLine[]): void;
}

interface ReportsDependencies {
  readonly scheduler: Scheduler;
  readonly execution: Execution;
  readonly sites: SiteRegistry;
  readonly depot: StackDepot;
  readonly debugLocks: DebugLocks;
  readonly formatPointer: (pointer: number) => string;
  readonly printer: LockdepPrinter;
}

const BACKTRACE = ['', 'stack backtrace:', DUMP_STACK] as const;
const OTHER_INFO = ['', 'other info that might help us debug this:'] as const;
const NO_KEY = 'INFO: trying to register non-static key.';
const OFF = 'turning off the locking correctness validator.';

export class Reports {
  onReport: ((headline: string, site: number) => void) | undefined;
  readonly #deps: ReportsDependencies;

  constructor(deps: ReportsDependencies) {
    this.#deps = deps;
  }

  // ---- Orders of locks -------------------------------------------------------------------------

  /** Linux: print_deadlock_bug. */
  recursion(task: Task, prev: HeldLock, next: HeldLock): void {
    if (!this.#deps.debugLocks.turnOff()) return;
    this.#framed('WARNING: possible recursive locking detected', [
      `${who(task)} is trying to acquire lock:`,
      this.#lock(next),
      '',
      'but task is already holding lock:',
      this.#lock(prev),
      ...OTHER_INFO,
      ...recursionScenario(prev, next),
      ...this.heldBy(task),
      ...BACKTRACE,
    ]);
  }

  /** `path` leads from `next` to `prev`, which is held. Linux: print_circular_bug. */
  circle(task: Task, path: PathStep, prev: HeldLock, next: HeldLock): void {
    if (!this.#deps.debugLocks.turnOff()) return;
    const lines: LockdepLine[] = [
      `${who(task)} is trying to acquire lock:`,
      this.#lock(next),
      '',
      'but task is already holding lock:',
      this.#lock(prev),
      '',
      'which lock already depends on the new lock.',
      '',
      '',
      'the existing dependency chain (in reverse order) is:',
    ];
    let depth = depthOf(path);
    for (let step: PathStep | undefined = path; step !== undefined; step = step.parent, depth--) {
      const stack = step.edge?.stack ?? this.#stackNow();
      lines.push('', `-> #${depth}${named(step.lockClass)}:`, ...this.#stack(stack, 7));
    }
    const middle = path.parent?.lockClass ?? next.lockClass;
    this.#framed('WARNING: possible circular locking dependency detected', [
      ...lines,
      ...OTHER_INFO,
      '',
      ...circleScenario(prev, next, middle),
      ...this.heldBy(task),
      ...BACKTRACE,
    ]);
  }

  /** Linux: print_lock_nested_lock_not_held. */
  nestNotHeld(task: Task, next: HeldLock, nest: LockMap): void {
    this.#framed('WARNING: Nested lock was not taken', [
      `${who(task)} is trying to lock:`,
      this.#lock(next),
      '',
      'but this task is not holding:',
      nest.name,
      ...BACKTRACE,
      ...OTHER_INFO,
      ...this.heldBy(task),
      ...BACKTRACE,
    ]);
  }

  /** Linux: print_lock_invalid_wait_context. */
  invalidWaitContext(task: Task, next: HeldLock, context: number): void {
    this.#framed('[ BUG: Invalid wait context ]', [
      `${who(task)} is trying to lock:`,
      this.#lock(next),
      'other info that might help us debug this:',
      `context-{${context}:${context}}`,
      ...this.heldBy(task),
      'stack backtrace:',
      DUMP_STACK,
    ]);
  }

  // ---- Interrupts ------------------------------------------------------------------------------

  /** Linux: print_usage_bug. */
  inconsistentUse(task: Task, held: HeldLock, before: number, now: number): void {
    if (!this.#deps.debugLocks.turnOff()) return;
    const { lockClass } = held;
    this.#framed('WARNING: inconsistent lock state', [
      `inconsistent {${USAGE_NAMES[before]}} -> {${USAGE_NAMES[now]}} usage.`,
      `${who(task)} ${this.#context()} takes:`,
      this.#lock(held),
      `{${USAGE_NAMES[before]}} state was registered at:`,
      ...this.#stack(lockClass.usageStacks[before], 2),
      ...irqHistory(task.irqTrace, this.#deps.sites),
      ...OTHER_INFO,
      ...selfInterrupt(lockClass),
      ...this.heldBy(task),
      ...BACKTRACE,
    ]);
  }

  /** Linux: print_irq_inversion_bug. */
  irqInversion(
    task: Task,
    held: HeldLock,
    other: PathStep,
    direction: Direction,
    bit: number,
  ): void {
    if (!this.#deps.debugLocks.turnOff()) return;
    const isForward = direction === 'forward';
    const what = isForward
      ? `took another, ${stateName(bit)}-unsafe lock`
      : `was taken by another, ${stateName(bit)}-safe lock`;
    // The class next to the one that the search began at.
    let middle = other;
    while (middle.parent?.parent !== undefined) middle = middle.parent;
    const safe = isForward ? held.lockClass : other.lockClass;
    const unsafe = isForward ? other.lockClass : held.lockClass;
    this.#framed('WARNING: possible irq lock inversion dependency detected', [
      `${who(task)} just changed the state of lock:`,
      this.#lock(held),
      `but this lock ${what} in the past:`,
      named(other.lockClass),
      '',
      '',
      'and interrupts could create inverse lock ordering between them.',
      '',
      ...OTHER_INFO,
      ...interruptScenario(safe, middle.lockClass, unsafe),
      ...this.heldBy(task),
      '',
      'the shortest dependencies between 2nd lock and 1st lock:',
      ...this.#pathForward(other),
      ...BACKTRACE,
    ]);
  }

  /** Linux: print_bad_irq_dependency. */
  irqOrder(
    task: Task,
    prev: HeldLock,
    next: HeldLock,
    found: {
      readonly safe: PathStep;
      readonly unsafe: PathStep;
      readonly pair: readonly [safe: number, unsafe: number];
    },
  ): void {
    if (!this.#deps.debugLocks.turnOff()) return;
    const safe = found.safe.lockClass;
    const unsafe = found.unsafe.lockClass;
    const [safeBit, unsafeBit] = found.pair;
    const kind = stateName(safeBit);
    const middle = prev.lockClass === safe ? next.lockClass : prev.lockClass;
    this.#framed(`WARNING: ${kind}-safe -> ${kind}-unsafe lock order detected`, [
      `${who(task)} ${this.#context()} is trying to acquire:`,
      this.#lock(next),
      '',
      'and this task is already holding:',
      this.#lock(prev),
      'which would create a new lock dependency:',
      `${named(prev.lockClass)} ->${named(next.lockClass)}`,
      '',
      `but this new dependency connects a ${kind}-irq-safe lock:`,
      named(safe),
      '',
      `... which became ${kind}-irq-safe at:`,
      ...this.#stack(safe.usageStacks[safeBit], 2),
      '',
      `to a ${kind}-irq-unsafe lock:`,
      named(unsafe),
      '',
      `... which became ${kind}-irq-unsafe at:`,
      '...',
      ...this.#stack(unsafe.usageStacks[unsafeBit], 2),
      ...OTHER_INFO,
      '',
      ...interruptScenario(safe, middle, unsafe),
      ...this.heldBy(task),
      '',
      `the dependencies between ${kind}-irq-safe lock and the holding lock:`,
      ...this.#pathBackward(found.safe),
      '',
      'the dependencies between the lock to be acquired',
      ` and ${kind}-irq-unsafe lock:`,
      ...this.#pathForward(found.unsafe),
      ...BACKTRACE,
    ]);
  }

  // ---- Lives of locks --------------------------------------------------------------------------

  /** Linux: print_unlock_imbalance_bug. */
  unlockImbalance(task: Task, map: LockMap): void {
    const { sites } = this.#deps;
    const frame = sites.resolve(this.#site);
    this.#framed('WARNING: bad unlock balance detected!', [
      `${who(task)} is trying to release lock (${map.name}) at:`,
      { text: sites.formatPlace(this.#site), frame },
      'but there are no more locks to release!',
      ...OTHER_INFO,
      ...this.heldBy(task),
      ...BACKTRACE,
    ]);
  }

  /** Linux: print_freed_lock_bug. */
  heldLockFreed(task: Task, held: HeldLock, start: number, sizeBytes: number): void {
    const range = [start, start + sizeBytes - 1].map(this.#deps.formatPointer).join('-');
    this.#framed('WARNING: held lock freed!', [
      `${who(task)} is freeing memory ${range}, with a lock still held there!`,
      this.#lock(held),
      ...this.heldBy(task),
      ...BACKTRACE,
    ]);
  }

  /** Linux: print_held_locks_bug. */
  locksHeldAtExit(task: Task): void {
    const lines = [...this.heldBy(task), ...BACKTRACE];
    this.#framed(`WARNING: ${who(task)} still has locks held!`, lines);
  }

  /** Linux: lockdep_sys_exit. */
  returnToUser(task: Task): void {
    this.#framed('WARNING: lock held when returning to user space!', [
      `${who(task)} is leaving the kernel with locks still held!`,
      ...this.heldBy(task),
    ]);
  }

  /** Linux: assign_lock_key. */
  nonStaticKey(): void {
    this.#deps.printer.plain([
      NO_KEY,
      'The code is fine but needs lockdep annotation, or maybe',
      "you didn't initialize this object before use?",
      OFF,
      DUMP_STACK,
    ]);
    this.onReport?.(NO_KEY, this.#site);
  }

  /** Linux: look_up_lock_class. */
  invalidSubclass(subclass: number): void {
    this.#off(`BUG: looking up invalid subclass: ${subclass}`, []);
  }

  /** Linux: the end of __lock_acquire. */
  tooDeep(task: Task, max: number): void {
    const { length } = task.heldLocks;
    this.#off('BUG: MAX_LOCK_DEPTH too low!', [
      `depth: ${length}  max: ${max}!`,
      ...this.heldBy(task),
    ]);
  }

  /** Linux: print_lockdep_off. */
  outOf(limit: string): void {
    this.#off(`BUG: ${limit} too low!`, []);
  }

  #off(headline: string, lines: readonly LockdepLine[]): void {
    this.#deps.printer.plain([headline, OFF, ...lines, DUMP_STACK]);
    this.onReport?.(headline, this.#site);
  }

  // ---- Parts -----------------------------------------------------------------------------------

  /** Linux: lockdep_print_held_locks. */
  heldBy(task: Task): string[] {
    const { heldLocks } = task;
    if (heldLocks.length === 0) return [`no locks held by ${who(task)}.`];
    const { length } = heldLocks;
    const head = `${length} lock${length === 1 ? '' : 's'} held by ${who(task)}:`;
    return [head, ...heldLocks.map((held, n) => ` #${n}: ${this.#lock(held).text}`)];
  }

  #framed(headline: string, lines: readonly LockdepLine[]): void {
    this.#deps.printer.framed(headline, lines);
    this.onReport?.(headline, this.#site);
  }

  /** Linux: print_lock. */
  #lock({ map, lockClass, site }: HeldLock): Exclude<ReportLine, string> {
    const frame = this.#deps.sites.resolve(site);
    const where = this.#deps.formatPointer(map.pointer);
    return { text: `${where}${named(lockClass)}, at: ${formatFrame(frame)}`, frame };
  }

  /** Linux: print_lock_trace. */
  #stack(handle: number | undefined, indent: number): LockdepLine[] {
    const { depot, sites } = this.#deps;
    return depot.sites(handle ?? 0).map((site) => {
      const frame = sites.resolve(site);
      return { text: `${' '.repeat(indent)}${formatFrame(frame)}`, frame };
    });
  }

  /** Where the innermost function of a driver stands. */
  get #site(): number {
    const { stack, sp } = this.#deps.execution;
    return sp >= 2 ? stack[sp - 2]! : 0;
  }

  #stackNow(): number {
    return this.#deps.depot.save(this.#deps.execution);
  }

  /** Linux: the part in brackets of print_usage_bug. */
  #context(): string {
    const { preempt } = this.#deps.scheduler;
    const hard = (preempt.count >> HARDIRQ_SHIFT) & 0xf;
    const soft = (preempt.count >> SOFTIRQ_SHIFT) & 0xff;
    const hc = `HC${Number(preempt.inHardirq)}[${hard}]`;
    const sc = `SC${Number(preempt.inServingSoftirq)}[${soft}]`;
    return `[${hc}:${sc}:HE${Number(!preempt.irqsDisabled)}:SE${Number(!preempt.inSoftirq)}]`;
  }

  /** From where a search ended to where it began. Linux: print_shortest_lock_dependencies. */
  #pathForward(leaf: PathStep): LockdepLine[] {
    const lines: LockdepLine[] = [];
    let depth = depthOf(leaf);
    for (let step: PathStep | undefined = leaf; step !== undefined; step = step.parent, depth--) {
      lines.push(...this.#classWithUses(step.lockClass, depth));
      lines.push(`${' '.repeat(depth)} ... acquired at:`);
      lines.push(...this.#stack(step.edge?.stack ?? this.#stackNow(), 3), '');
    }
    return lines;
  }

  /** The same of a search backwards: an edge's stack is that of the class nearer to its begin. */
  #pathBackward(leaf: PathStep): LockdepLine[] {
    const lines: LockdepLine[] = [];
    let depth = depthOf(leaf);
    let edge: LockEdge | undefined;
    for (let step: PathStep | undefined = leaf; step !== undefined; step = step.parent, depth--) {
      lines.push(...this.#classWithUses(step.lockClass, depth));
      if (edge !== undefined) {
        lines.push(`${' '.repeat(depth)} ... acquired at:`, ...this.#stack(edge.stack, 3), '');
      }
      edge = step.edge;
    }
    return lines;
  }

  /** Linux: print_lock_class_header. */
  #classWithUses(lockClass: LockClass, depth: number): LockdepLine[] {
    const blank = ' '.repeat(depth);
    const uses: LockdepLine[] = [];
    for (let bit = 0; bit <= USAGE.USED_READ; bit++) {
      if ((lockClass.usageMask & (1 << bit)) === 0) continue;
      const text = `${blank}   ${USAGE_NAMES[bit]} at:`;
      uses.push(text, ...this.#stack(lockClass.usageStacks[bit], text.length));
    }
    const { handle, name } = lockClass.key;
    const key = `[<${handle.toString(16).padStart(16, '0')}>] ${name}`;
    return [
      `${blank}->${named(lockClass)} ops: ${lockClass.ops} {`,
      ...uses,
      `${blank} }`,
      `${blank} ... key      at: ${key}`,
    ];
  }
}

function who({ name, pid }: Task): string {
  return `${name}/${pid}`;
}

/** ` (name){usage}-{outer:inner}`. Linux: print_lock_name. */
export function named({ name, usage, wait }: LockClass): string {
  return ` (${name}){${usage}}-{${wait.outer === 0 ? wait.inner : wait.outer}:${wait.inner}}`;
}
