// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Calls on processes, groups and signals.
 *
 * @syscall 12 brk full
 * @syscall 13 rt_sigaction partial "signals 1 to 31; SIG_DFL, SIG_IGN, or noted for the program"
 * @syscall 14 rt_sigprocmask partial "signals 1 to 31"
 * @syscall 24 sched_yield full
 * @syscall 35 nanosleep full
 * @syscall 39 getpid full
 * @syscall 59 execve full
 * @syscall 60 exit full
 * @syscall 61 wait4 partial "WNOHANG; no resource usage"
 * @syscall 62 kill full
 * @syscall 109 setpgid full
 * @syscall 112 setsid full
 * @syscall 231 exit_group full
 * @syscall 1000 posix_spawn ours "what Linux builds from clone and execve"
 */
import { UNBLOCKABLE } from '../kernel/signal.ts';
import type { Process } from '../process/process.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { exitStatus, SPAWN, SPAWN_ACTION } from '../uapi/process.ts';
import { SIG, SIG_BLOCK, SIG_SETMASK, SIG_UNBLOCK, SIGNAL } from '../uapi/signal.ts';
import { putWord, readPath, readStrings, readWord, writeBytes, writeWords32 } from './arguments.ts';
import type { SyscallParts, SyscallTable } from './parts.ts';

const { EFAULT, EINVAL, EPERM, ESRCH } = ERRNO;
const NS_PER_S = 1_000_000_000;
const SIGNAL_MAX = 31;
const SPAWN_ACTIONS_MAX = 64;
/** Header of posix_spawn's request, and one action, in 32-bit words. */
const SPAWN_HEADER_WORDS = 3;
const SPAWN_ACTION_WORDS = 3;
/** Signals that posix_spawn(SETSIGDEF) resets: those that shells ignore for themselves. */
const SHELL_SIGNALS = [SIGNAL.INT, SIGNAL.QUIT, SIGNAL.TSTP, SIGNAL.TTIN, SIGNAL.TTOU];

export function processCalls(parts: SyscallParts): SyscallTable {
  const { lifecycle, scheduler, signals, tasks, vfs } = parts;

  const exit = (process: Process, code: number): number => {
    process.leaving = { kind: 'exit', status: exitStatus(code) };
    process.task.hasWork = true;
    return 0;
  };

  /** posix_spawn's work in the child, from its request in the parent's memory. */
  const prepare = (child: Process, words: Int32Array): number => {
    const [flags = 0, pgroup = 0, count = 0] = words;
    const { task } = child;
    if ((flags & SPAWN.SETPGROUP) !== 0) task.pgid = pgroup === 0 ? task.pid : pgroup;
    if ((flags & SPAWN.FOREGROUND) !== 0) parts.makeForeground(task.sid, task.pgid);
    if ((flags & SPAWN.SETSIGDEF) !== 0) {
      for (const signal of SHELL_SIGNALS) task.ignored &= ~(1 << (signal - 1));
    }
    for (let n = 0; n < count; n++) {
      const at = SPAWN_HEADER_WORDS + SPAWN_ACTION_WORDS * n;
      const error = spawnAction(child, words[at] ?? -1, words[at + 1] ?? -1, words[at + 2] ?? -1);
      if (error < 0) return error;
    }
    return 0;
  };

  const spawnAction = (child: Process, op: number, fd: number, argument: number): number => {
    if (op === SPAWN_ACTION.DUP2 && fd === argument) {
      child.files.setCloseOnExec(fd, false);
      return child.files.get(fd) === undefined ? -ERRNO.EBADF : 0;
    }
    const isDup = op === SPAWN_ACTION.DUP2;
    const old = isDup ? child.files.replace(fd, argument) : child.files.remove(fd);
    if (typeof old === 'number') return old;
    if (old !== undefined) vfs.close(old);
    return 0;
  };

  return {
    exit,
    exit_group: exit,

    execve(process, pathAddress, argvAddress, envAddress) {
      const read = readExec(process, pathAddress, argvAddress, envAddress);
      if (typeof read === 'number') return read;
      return lifecycle.exec(process, read.path, read.argv, read.env);
    },

    posix_spawn(process, pathAddress, argvAddress, envAddress, request) {
      const read = readExec(process, pathAddress, argvAddress, envAddress);
      if (typeof read === 'number') return read;
      const words = request === 0 ? new Int32Array(SPAWN_HEADER_WORDS) : readRequest(process, request);
      if (words === undefined) return -EFAULT;
      return lifecycle.spawn(process, read.path, read.argv, read.env, (child) =>
        prepare(child, words),
      );
    },

    wait4(process, pid, statusAddress, options) {
      return lifecycle.wait(process, pid, options, (status) =>
        statusAddress === 0 ? 0 : writeWords32(process, statusAddress, status),
      );
    },

    kill: (process, pid, signal) => signals.kill(process.task, pid, signal),
    getpid: (process) => process.task.pid,
    gettid: (process) => process.task.pid,
    getppid: (process) => process.task.parent?.pid ?? 0,
    getpgrp: (process) => process.task.pgid,
    getpgid: (process, pid) =>
      pid === 0 ? process.task.pgid : (tasks.get(pid)?.pgid ?? -ESRCH),
    getsid: (process, pid) => (pid === 0 ? process.task.sid : (tasks.get(pid)?.sid ?? -ESRCH)),

    setpgid(process, pid, pgid) {
      const task = pid === 0 ? process.task : tasks.get(pid);
      if (pgid < 0) return -EINVAL;
      if (task === undefined || (task !== process.task && task.parent !== process.task)) return -ESRCH;
      if (task.sid !== process.task.sid || task.sid === task.pid) return -EPERM;
      const wanted = pgid === 0 ? task.pid : pgid;
      const isOwn = wanted === task.pid;
      if (!isOwn && !tasks.inGroup(wanted).some((each) => each.sid === task.sid)) return -EPERM;
      task.pgid = wanted;
      return 0;
    },

    setsid({ task }) {
      if (tasks.inGroup(task.pid).length > 0) return -EPERM;
      task.sid = task.pid;
      task.pgid = task.pid;
      return task.pid;
    },

    brk: (process, address) => process.space.brk(address),

    sched_yield: (process) =>
      process.block(
        (function* (): Sleeping<number> {
          yield* scheduler.yieldCpu();
          return 0;
        })(),
      ),

    nanosleep(process, request, remaining) {
      const seconds = readWord(process, request);
      const nanoseconds = readWord(process, request + 8);
      if (seconds < 0 || nanoseconds < 0) return -EFAULT;
      if (nanoseconds >= NS_PER_S) return -EINVAL;
      return process.block(sleep(process, seconds * NS_PER_S + nanoseconds, remaining));
    },

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
      if (handler === SIG.IGN) task.pending &= ~bit;
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

  function* sleep(process: Process, nanoseconds: number, remaining: number): Sleeping<number> {
    const leftNs = yield* scheduler.sleepFor(nanoseconds, true);
    if (leftNs === 0) return 0;
    if (remaining === 0) return -ERRNO.EINTR;
    const bytes = new Uint8Array(16);
    const view = new DataView(bytes.buffer);
    putWord(view, 0, Math.floor(leftNs / NS_PER_S));
    putWord(view, 8, leftNs % NS_PER_S);
    return writeBytes(process, remaining, bytes) || -ERRNO.EINTR;
  }
}

interface ExecArguments {
  readonly path: string;
  readonly argv: readonly string[];
  readonly env: readonly string[];
}

function readExec(
  process: Process,
  pathAddress: number,
  argvAddress: number,
  envAddress: number,
): ExecArguments | number {
  const path = readPath(process, pathAddress);
  if (typeof path === 'number') return path;
  const argv = readStrings(process, argvAddress);
  if (typeof argv === 'number') return argv;
  const env = readStrings(process, envAddress);
  return typeof env === 'number' ? env : { path, argv, env };
}

function readRequest(process: Process, address: number): Int32Array | undefined {
  const header = process.space.loadBytes(address, 4 * SPAWN_HEADER_WORDS);
  if (header === undefined) return undefined;
  const count = new DataView(header.buffer).getInt32(8, true);
  if (count < 0 || count > SPAWN_ACTIONS_MAX) return undefined;
  const words = SPAWN_HEADER_WORDS + SPAWN_ACTION_WORDS * count;
  const bytes = process.space.loadBytes(address, 4 * words);
  return bytes === undefined ? undefined : new Int32Array(bytes.buffer);
}
