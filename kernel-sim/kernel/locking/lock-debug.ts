// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What the locks themselves check: that a lock was initialised, is not taken twice, and is given
 * back by who has it. `lock_debug=off` switches it off; then the mistake does what it does.
 *
 * Linux: kernel/locking/spinlock_debug.c, mutex-debug.c, include/linux/debug_locks.h.
 */
import type { Scheduler } from '../sched/scheduler.ts';
import type { Task } from '../sched/task.ts';
import type { DebugLocks } from './debug-locks.ts';

export interface LockDebugDependencies {
  readonly scheduler: Scheduler;
  readonly debugLocks: DebugLocks;
  /** `lock_debug=`. */
  readonly isEnabled: boolean;
  /** `%pS` of a lock. */
  readonly formatPointer: (pointer: number) => string;
  /** Where a task's task_struct lies. */
  readonly addressOf: (task: Task) => number;
  readonly taskAt: (address: number) => Task | undefined;
  /** Prints lines and who got there how. */
  readonly report: (lines: readonly string[]) => void;
  readonly warn: (text: string) => void;
  readonly warnOnce: (text: string) => void;
}

/** What a spinlock's memory says, as a report shows it. */
export interface SpinlockState {
  readonly pointer: number;
  readonly magic: number;
  readonly owner: number;
  readonly ownerCpu: number;
}

export class LockDebug {
  readonly #deps: LockDebugDependencies;

  constructor(deps: LockDebugDependencies) {
    this.#deps = deps;
  }

  /** False: nothing is checked, and nothing need be prepared for it. */
  get isOn(): boolean {
    return this.#deps.isEnabled && this.#deps.debugLocks.isOn;
  }

  /** The running task as an owner word. */
  get self(): number {
    return this.#deps.addressOf(this.#deps.scheduler.current);
  }

  /** Linux: spin_bug. */
  spinlockBug(what: string, state: SpinlockState): void {
    if (!this.#deps.debugLocks.turnOff()) return;
    const { pointer, magic, owner, ownerCpu } = state;
    const holder = this.#deps.taskAt(owner);
    const name = holder === undefined ? '<none>/-1' : `${holder.name}/${holder.pid}`;
    const lock = `lock: ${this.#deps.formatPointer(pointer)}`;
    const word = magic.toString(16).padStart(8, '0');
    this.#deps.report([
      `BUG: spinlock ${what} on ${this.#where}`,
      ` ${lock}, .magic: ${word}, .owner: ${name}, .owner_cpu: ${ownerCpu | 0}`,
    ]);
  }

  /** Linux: rwlock_bug. */
  rwlockBug(what: string, pointer: number): void {
    if (!this.#deps.debugLocks.turnOff()) return;
    const lock = this.#deps.formatPointer(pointer);
    this.#deps.report([`BUG: rwlock ${what} on ${this.#where}, ${lock}`]);
  }

  /** Linux: DEBUG_LOCKS_WARN_ON, where `condition` holds. */
  warnOn(condition: string): void {
    if (this.#deps.debugLocks.turnOff()) this.#deps.warn(`DEBUG_LOCKS_WARN_ON(${condition})`);
  }

  /** Linux: DEBUG_RWSEMS_WARN_ON, where the condition holds. */
  rwsemWarnOn(text: string): void {
    this.#deps.warnOnce(`DEBUG_RWSEMS_WARN_ON${text}`);
    this.#deps.debugLocks.turnOff();
  }

  get #where(): string {
    const { cpu, current } = this.#deps.scheduler;
    return `CPU#${cpu.id}, ${current.name}/${current.pid}`;
  }
}
