// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What waiting signals do to a process on its way back to user mode.
 *
 * Linux: get_signal and handle_signal of kernel/signal.c. Differs: a handler may be no more than a
 * note that the program looks at when it likes (SIG.CATCH).
 */
import type { TaskTable } from '../kernel/pid.ts';
import {
  IGNORED_BY_DEFAULT,
  signalBit,
  type Signals,
  STOPS_BY_DEFAULT,
  UNBLOCKABLE,
} from '../kernel/signal.ts';
import type { Scheduler } from '../kernel/sched/scheduler.ts';
import type { Task } from '../kernel/sched/task.ts';
import type { SignalAction } from '../kernel/sched/thread-group.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import { SA, SIG, SIGNAL } from '../uapi/signal.ts';
import type { Process } from './process.ts';
import type { Tracing } from './tracing.ts';

export interface DeliveryParts {
  readonly scheduler: Scheduler;
  readonly signals: Signals;
  readonly tasks: TaskTable;
  /** Ends all threads of the process with a wait status. */
  readonly exitGroup: (process: Process, status: number) => void;
  /** Tells the parent that the process stopped or goes on. */
  readonly onStopOrContinue: (task: Task) => void;
  readonly tracing: Tracing;
}

/** A handler that is to run, and what its return brings back. Linux: struct rt_sigframe. */
export interface SignalFrame {
  readonly signal: number;
  readonly action: SignalAction;
  /** The blocked signals before. */
  readonly blocked: number;
}

/** Does what the waiting signals do. Handlers are left for the caller, the last to run first. */
export function* deliverSignals(
  process: Process,
  parts: DeliveryParts,
): Sleeping<readonly SignalFrame[]> {
  const { task } = process;
  const { group } = task;
  let frames: SignalFrame[] | undefined;
  task.hasWork = false;
  while (task.deliverable !== 0 && process.leaving === undefined) {
    if (yield* parts.tracing.stopIfWanted(task)) continue;
    let signal = nextSignal(task.deliverable);
    const info = task.dequeueSignal(signal);
    if (task.trace !== undefined && signal !== SIGNAL.KILL) {
      signal = yield* parts.tracing.stop(task, { kind: 'signal', signal, info });
      if (signal === 0) continue;
    }
    const bit = signalBit(signal);
    // Blocked while it was ignored, it may have stayed on the list.
    if (((task.ignored | (IGNORED_BY_DEFAULT & ~task.caught)) & bit) !== 0) continue;
    if ((task.caught & bit) !== 0) {
      const action = group.actions.get(signal) ?? NOTED;
      if (action.handler === SIG.CATCH) task.taken |= bit;
      frames ??= [];
      frames.push({ signal, action, blocked: process.savedMask ?? task.blocked });
      process.savedMask = undefined;
      if (action.handler > SIG.CATCH) enterHandler(task, action, bit);
    } else if ((STOPS_BY_DEFAULT & bit) !== 0) {
      yield* stop(task, signal, parts);
    } else {
      parts.exitGroup(process, signal);
    }
  }
  if (process.savedMask !== undefined && process.leaving === undefined) {
    task.blocked = process.savedMask;
    process.savedMask = undefined;
    if (task.deliverable !== 0) task.hasWork = true;
  }
  return frames ?? NO_FRAMES;
}

const NOTED: SignalAction = { handler: SIG.CATCH, flags: 0, mask: 0 };
const NO_FRAMES: readonly SignalFrame[] = [];

function enterHandler(task: Task, { flags, mask }: SignalAction, bit: number): void {
  if ((flags & SA.RESETHAND) !== 0) {
    task.group.actions.delete(1 + Math.log2(bit >>> 0));
    task.caught &= ~bit;
  }
  const own = (flags & SA.NODEFER) === 0 ? bit : 0;
  task.blocked |= (mask | own) & ~UNBLOCKABLE;
}

/** Stops the process with all its threads. Linux: do_signal_stop. */
function* stop(task: Task, signal: number, parts: DeliveryParts): Sleeping<void> {
  const { group } = task;
  if (!group.isStopped) {
    // Nobody could continue a member of an orphaned group, so only SIGSTOP stops it.
    if (signal !== SIGNAL.STOP && parts.tasks.isOrphanedGroup(task.pgid)) return;
    group.stopSignal = signal;
    group.wasContinued = false;
    parts.signals.stopOtherThreads(task);
  }
  // The last thread to stop tells of it, the first to go on of that.
  const isLast = [...group.threads].every((thread) => thread === task || thread.state === 'T');
  if (isLast) parts.onStopOrContinue(task);
  yield* parts.scheduler.sleep('T', 'do_signal_stop');
  if (group.mustTellContinued) {
    group.mustTellContinued = false;
    parts.onStopOrContinue(task);
  }
}

/** SIGKILL before all others, then the lowest number. */
function nextSignal(set: number): number {
  if ((set & signalBit(SIGNAL.KILL)) !== 0) return SIGNAL.KILL;
  return 32 - Math.clz32(set & -set);
}
