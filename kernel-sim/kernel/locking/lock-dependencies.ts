// SPDX-License-Identifier: GPL-2.0-or-later
/** What all locks need: memory, the scheduler, and those who watch. */
import type { Sim } from '../../sim/sim.ts';
import type { Ram } from '../../hw/ram/ram.ts';
import type { Execution } from '../sched/execution.ts';
import type { Scheduler } from '../sched/scheduler.ts';
import type { Task } from '../sched/task.ts';
import type { LockDebug } from './lock-debug.ts';
import type { Lockdep } from './lockdep/lockdep.ts';
import type { SpinQueues } from './spin-queue.ts';

export interface LockDependencies {
  readonly sim: Sim;
  readonly ram: Ram;
  readonly scheduler: Scheduler;
  readonly execution: Execution;
  readonly lockdep: Lockdep;
  readonly debug: LockDebug;
  readonly spinners: SpinQueues;
  /** Where a task's task_struct lies: a multiple of 8. */
  readonly addressOf: (task: Task) => number;
  readonly taskAt: (address: number) => Task | undefined;
  /** Who holds the lock at `pointer` now, readers too. */
  readonly holdersOf: (pointer: number) => readonly Task[];
}
