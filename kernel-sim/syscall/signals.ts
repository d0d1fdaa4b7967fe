// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Sending, blocking, ignoring, catching and awaiting signals.
 *
 * @syscall 13 rt_sigaction partial "signals 1 to 31; no SA_SIGINFO, no SA_ONSTACK"
 * @syscall 14 rt_sigprocmask partial "signals 1 to 31"
 * @syscall 34 pause full
 * @syscall 62 kill full
 * @syscall 127 rt_sigpending partial "signals 1 to 31"
 * @syscall 130 rt_sigsuspend partial "signals 1 to 31"
 * @syscall 200 tkill full
 * @syscall 234 tgkill full
 */
import { discardPending, IGNORED_BY_DEFAULT, UNBLOCKABLE } from '../kernel/signal.ts';
import type { Process } from '../process/process.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import {
  SIG,
  SIG_BLOCK,
  SIG_SETMASK,
  SIG_UNBLOCK,
  SIGACTION,
  SIGSET_BYTES,
} from '../uapi/signal.ts';
import { readWord, writeWords32 } from './arguments.ts';
import type { SyscallParts, SyscallTable } from './parts.ts';

const { EINVAL } = ERRNO;
const SIGNAL_MAX = 31;

/** What a process says of its own signals. */
const SETS: SyscallTable = {
  rt_sigaction(process, signal, action, oldAction, setSize) {
    if (setSize !== SIGSET_BYTES) return -EINVAL;
    if (signal < 1 || signal > SIGNAL_MAX) return -EINVAL;
    const { task } = process;
    const { group } = task;
    const bit = 1 << (signal - 1);
    if (action !== 0 && (bit & UNBLOCKABLE) !== 0) return -EINVAL;
    const old = group.actions.get(signal);
    const isIgnored = (task.ignored & bit) !== 0;
    if (oldAction !== 0) {
      const handler = isIgnored ? SIG.IGN : (old?.handler ?? SIG.DFL);
      const words = [handler, 0, old?.flags ?? 0, 0, 0, 0, old?.mask ?? 0, 0];
      const error = writeWords32(process, oldAction, ...words);
      if (error < 0) return error;
    }
    if (action === 0) return 0;
    const handler = readWord(process, action + SIGACTION.handler);
    const flags = readWord(process, action + SIGACTION.flags);
    const mask = readWord(process, action + SIGACTION.mask);
    if (handler < 0 || flags < 0 || mask < 0) return -ERRNO.EFAULT;
    task.ignored = handler === SIG.IGN ? task.ignored | bit : task.ignored & ~bit;
    task.caught = handler > SIG.IGN ? task.caught | bit : task.caught & ~bit;
    group.actions.set(signal, { handler, flags: flags | 0, mask: mask | 0 });
    // What would be ignored now does not wait any longer. POSIX: even if it is blocked.
    const isDropped =
      handler === SIG.IGN || (handler === SIG.DFL && (IGNORED_BY_DEFAULT & bit) !== 0);
    if (isDropped) discardPending(task, bit);
    return 0;
  },

  rt_sigprocmask(process, how, set, oldSet, setSize) {
    if (setSize !== SIGSET_BYTES) return -EINVAL;
    const { task } = process;
    const { blocked } = task;
    if (set !== 0) {
      const mask = readWord(process, set);
      if (mask < 0) return mask;
      const bits = (mask | 0) & ~UNBLOCKABLE;
      if (how === SIG_BLOCK) task.blocked |= bits;
      else if (how === SIG_UNBLOCK) task.blocked &= ~bits;
      else if (how === SIG_SETMASK) task.blocked = bits;
      else return -EINVAL;
      task.hasWork = task.deliverable !== 0;
    }
    return oldSet === 0 ? 0 : writeWords32(process, oldSet, blocked, 0);
  },

  rt_sigpending(process, set, setSize) {
    if (setSize > SIGSET_BYTES) return -EINVAL;
    const { task } = process;
    return writeWords32(process, set, (task.pending | task.group.pending) & task.blocked, 0);
  },
};

export function signalCalls({ signals, scheduler }: SyscallParts): SyscallTable {
  /** Sleeps until a signal ends it: it never answers anything but EINTR. */
  function* awaitSignal(process: Process): Sleeping<number> {
    while (process.task.deliverable === 0) yield* scheduler.sleep('S', 'sigsuspend');
    return -ERRNO.EINTR;
  }

  return {
    kill: (process, pid, signal) => signals.kill(process.task, pid, signal),

    tkill: (process, tid, signal) => {
      if (tid <= 0) return -EINVAL;
      return signals.killThread(process.task, undefined, tid, signal);
    },

    tgkill: (process, tgid, tid, signal) => {
      if (tgid <= 0 || tid <= 0) return -EINVAL;
      return signals.killThread(process.task, tgid, tid, signal);
    },

    ...SETS,

    pause: (process) => process.block(awaitSignal(process)),

    rt_sigsuspend(process, set, setSize) {
      if (setSize !== SIGSET_BYTES) return -EINVAL;
      const mask = readWord(process, set);
      if (mask < 0) return mask;
      const { task } = process;
      process.savedMask = task.blocked;
      task.blocked = (mask | 0) & ~UNBLOCKABLE;
      return process.block(awaitSignal(process));
    },
  };
}
