// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Sending, blocking, ignoring and catching signals.
 *
 * @syscall 13 rt_sigaction partial "signals 1 to 31; SIG_DFL, SIG_IGN, or noted for the program"
 * @syscall 14 rt_sigprocmask partial "signals 1 to 31"
 * @syscall 62 kill full
 */
import { discardPending, UNBLOCKABLE } from '../kernel/signal.ts';
import { ERRNO } from '../uapi/errno.ts';
import { SIG, SIG_BLOCK, SIG_SETMASK, SIG_UNBLOCK } from '../uapi/signal.ts';
import { readWord, writeWords32 } from './arguments.ts';
import type { SyscallParts, SyscallTable } from './parts.ts';

const { EINVAL } = ERRNO;
const SIGNAL_MAX = 31;

export function signalCalls({ signals }: SyscallParts): SyscallTable {
  return {
    kill: (process, pid, signal) => signals.kill(process.task, pid, signal),

    rt_sigaction(process, signal, action, oldAction) {
      if (signal < 1 || signal > SIGNAL_MAX) return -EINVAL;
      const { task } = process;
      const bit = 1 << (signal - 1);
      if (oldAction !== 0) {
        const caught = (task.caught & bit) === 0 ? SIG.DFL : SIG.CATCH;
        const old = (task.ignored & bit) === 0 ? caught : SIG.IGN;
        const error = writeWords32(process, oldAction, old, 0);
        if (error < 0) return error;
      }
      if (action === 0) return 0;
      if ((bit & UNBLOCKABLE) !== 0) return -EINVAL;
      const handler = readWord(process, action);
      if (handler < 0) return handler;
      task.ignored = handler === SIG.IGN ? task.ignored | bit : task.ignored & ~bit;
      task.caught = handler > SIG.IGN ? task.caught | bit : task.caught & ~bit;
      if (handler === SIG.IGN) discardPending(task, bit);
      return 0;
    },

    rt_sigprocmask(process, how, set, oldSet) {
      const { task } = process;
      if (oldSet !== 0) {
        const error = writeWords32(process, oldSet, task.blocked, 0);
        if (error < 0) return error;
      }
      if (set === 0) return 0;
      const mask = readWord(process, set);
      if (mask < 0) return mask;
      const bits = (mask | 0) & ~UNBLOCKABLE;
      if (how === SIG_BLOCK) task.blocked |= bits;
      else if (how === SIG_UNBLOCK) task.blocked &= ~bits;
      else if (how === SIG_SETMASK) task.blocked = bits;
      else return -EINVAL;
      task.hasWork = task.deliverable !== 0;
      return 0;
    },
  };
}
