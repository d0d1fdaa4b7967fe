// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Who waits for whom: each task that waits for a lock says for which, and who has it.
 *
 * At the instant at which a wait closes a circle, so that none of its tasks can ever go on by
 * itself, the circle is told to whoever names it in the log. Nobody is asked as long as locks are
 * free.
 *
 * Linux: hung_task_set_blocker of include/linux/hung_task.h. Differs: Linux only knows the likely
 * owner, and looks at it when a task has hung for two minutes.
 */
import type { Execution } from '../sched/execution.ts';
import type { Task } from '../sched/task.ts';

export type BlockerKind =
  | 'mutex'
  | 'semaphore'
  | 'rwsem-read'
  | 'rwsem-write'
  | 'spinlock'
  | 'rwlock-read'
  | 'rwlock-write'
  | 'work'
  | 'thread';

/** What a task waits for. */
export interface Blocker {
  readonly kind: BlockerKind;
  /** Kernel pointer to the lock. */
  readonly pointer: number;
  /** The lock's class. */
  readonly name: string;
  /** Site of the driver that waits; 0 without one. */
  readonly site: number;
  readonly sinceNs: number;
  /** Who has it now. */
  readonly owners: () => readonly Task[];
  /** They have an rw-semaphore as readers. */
  readonly isReadOwned: () => boolean;
  /** What the code waits for that this task was interrupted in, spinning. */
  readonly outer: Blocker | undefined;
}

/** One arrow of a circle: `task` waits for what `owner` has. */
export interface DeadlockLink {
  readonly task: Task;
  readonly blocker: Blocker;
  readonly owner: Task;
}

export class Blockers {
  /** Told of a circle, which begins with the task that closed it. */
  onDeadlock: (links: readonly DeadlockLink[]) => void = () => undefined;
  readonly #execution: Execution;
  readonly #current: () => Task;

  constructor(execution: Execution, current: () => Task) {
    this.#execution = execution;
    this.#current = current;
  }

  /**
   * The running task is about to wait. Context: any. Linux: hung_task_set_blocker.
   *
   * @param owners - answers who has the lock at the moment
   */
  begin(
    kind: BlockerKind,
    pointer: number,
    name: string,
    owners: Blocker['owners'],
    isReadOwned: Blocker['isReadOwned'] = never,
  ): void {
    const task = this.#current();
    const { stack, sp } = this.#execution;
    const site = sp >= 2 ? stack[sp - 2]! : 0;
    const sinceNs = this.#execution.now();
    const { blocker: outer } = task;
    task.blocker = { kind, pointer, name, site, sinceNs, owners, isReadOwned, outer };
    // Anybody may give a semaphore back, and so may a task that is not in the circle.
    if (kind === 'semaphore') return;
    const links = findCycle(task);
    if (links !== undefined) this.onDeadlock(links);
  }

  /** It has what it waited for, or gave up. Linux: hung_task_clear_blocker. */
  end(): void {
    const task = this.#current();
    task.blocker = task.blocker?.outer;
  }
}

function never(): boolean {
  return false;
}

/** The way from what `start` waits for back to itself, if there is one. */
export function findCycle(start: Task): DeadlockLink[] | undefined {
  const seen = new Set<Task>();
  const links: DeadlockLink[] = [];
  const search = (task: Task): boolean => {
    seen.add(task);
    for (let blocker = task.blocker; blocker !== undefined; blocker = blocker.outer) {
      if (blocker.kind === 'semaphore') continue;
      for (const owner of blocker.owners()) {
        links.push({ task, blocker, owner });
        if (owner === start || (!seen.has(owner) && search(owner))) return true;
        links.pop();
      }
    }
    return false;
  };
  return search(start) ? links : undefined;
}
