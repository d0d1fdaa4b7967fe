// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What waiting signals do to a process on its way back to user mode.
 *
 * Linux: get_signal of kernel/signal.c. Differs: a handler is not called by the kernel; a caught
 * signal is noted, and the program's libc looks at the notes after each system call.
 */
import { IGNORED_BY_DEFAULT, signalBit, type Signals, STOPS_BY_DEFAULT } from '../kernel/signal.ts';
import type { Scheduler } from '../kernel/sched/scheduler.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import { SIGNAL } from '../uapi/signal.ts';
import type { Process } from './process.ts';

export interface DeliveryParts {
  readonly scheduler: Scheduler;
  readonly signals: Signals;
  /** Ends all threads of the process with a wait status. */
  readonly exitGroup: (process: Process, status: number) => void;
}

export function* deliverSignals(process: Process, parts: DeliveryParts): Sleeping<void> {
  const { task } = process;
  task.hasWork = false;
  while (task.deliverable !== 0 && process.leaving === undefined) {
    const signal = nextSignal(task.deliverable);
    const bit = signalBit(signal);
    task.dequeueSignal(bit);
    // Blocked while it was ignored, it may have stayed on the list.
    if (((task.ignored | (IGNORED_BY_DEFAULT & ~task.caught)) & bit) !== 0) continue;
    if ((task.caught & bit) !== 0) {
      task.taken |= bit;
    } else if ((STOPS_BY_DEFAULT & bit) !== 0) {
      if (!task.group.isStopped) parts.signals.stopOtherThreads(task);
      yield* parts.scheduler.sleep('T', 'do_signal_stop');
    } else {
      parts.exitGroup(process, signal);
    }
  }
}

/** SIGKILL before all others, then the lowest number. */
function nextSignal(set: number): number {
  if ((set & signalBit(SIGNAL.KILL)) !== 0) return SIGNAL.KILL;
  return 32 - Math.clz32(set & -set);
}
