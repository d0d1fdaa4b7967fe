// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What the threads of a process have to do with each other: they share, end together or alone, and
 * make way for the one that calls execve(2). How one begins and ends is lifecycle.ts's.
 *
 * Linux: copy_process of kernel/fork.c, do_group_exit of kernel/exit.c, de_thread of fs/exec.c.
 */
import type { TaskTable } from '../kernel/pid.ts';
import type { Scheduler } from '../kernel/sched/scheduler.ts';
import type { Signals } from '../kernel/signal.ts';
import type { AddressSpace } from '../mm/address-space.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import type { ThreadOptions } from '../uapi/user-cpu.ts';
import type { Futexes } from './futex.ts';
import type { Process } from './process.ts';
import type { ProcessMemory } from './process-memory.ts';

export interface ThreadsParts {
  readonly scheduler: Scheduler;
  readonly signals: Signals;
  readonly tasks: TaskTable;
  readonly memory: ProcessMemory;
  readonly futexes: Futexes;
}

export class Threads {
  readonly #parts: ThreadsParts;

  constructor(parts: ThreadsParts) {
    this.#parts = parts;
  }

  /** exit_group(2), and what a fatal signal does: all threads end, with one wait status. */
  exitGroup(process: Process, status: number): void {
    const { task } = process;
    const { group } = task;
    process.leaving = { kind: 'exit', status };
    task.hasWork = true;
    // Killed because another thread calls execve(2): the process goes on.
    if (group.execTask !== undefined) return;
    group.exitStatus ??= status;
    this.#parts.signals.killOtherThreads(task);
  }

  /** All threads but the caller end, and it becomes the leader. Linux: de_thread of fs/exec.c. */
  *becomeSingle(process: Process): Sleeping<void> {
    const { signals, tasks } = this.#parts;
    const { task, childExit } = process;
    const { group } = task;
    group.execTask = task;
    signals.killOtherThreads(task);
    childExit.wakeAll();
    while (group.alive > 1) yield* childExit.sleep();
    group.execTask = undefined;
    if (task.isLeader) return;
    group.parent?.children.delete(group.leader);
    group.parent?.children.add(task);
    tasks.promote(task);
    for (const child of group.children) child.parent = task;
  }

  /** A thread that ended leaves nothing behind, unless it is the leader of its process. */
  *vanish(process: Process): Sleeping<never> {
    const { tasks, memory, scheduler } = this.#parts;
    const { task } = process;
    task.group.alive--;
    process.childExit.wakeAll();
    // An ended leader's number is taken over by the thread that calls execve(2).
    if (!task.isLeader) tasks.remove(task);
    memory.give(task);
    return yield* scheduler.exit('X');
  }

  /** The thread is done with this memory. Linux: mm_release and mmput. */
  leaveSpace(process: Process, space: AddressSpace): void {
    const word = process.clearChildTid;
    process.clearChildTid = 0;
    space.users--;
    if (space.users === 0) space.destroy();
    else if (word !== 0) {
      storeWord(space, word, 0);
      this.#parts.futexes.wake(space, word, 1);
    }
  }
}

/** What a new thread has of its maker. */
export function share(maker: Process, thread: Process, options: ThreadOptions): void {
  maker.space.users++;
  maker.files.users++;
  thread.task.blocked = maker.task.blocked;
  thread.executable = maker.executable;
  thread.arguments = maker.arguments;
  thread.initialStack = options.stack ?? 0;
  thread.clearChildTid = options.clearChildTid ?? 0;
  // Whether it could be stored is the caller's to know, as with clone(2).
  if (options.parentTid !== undefined) storeWord(maker.space, options.parentTid, thread.task.pid);
}

function storeWord(space: AddressSpace, address: number, value: number): void {
  const bytes = new Uint8Array(Int32Array.of(value).buffer);
  space.copyTo(address, bytes, 0, bytes.length);
}
