// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * posix_spawn: a child that runs a file, with descriptors, group and signals set up before it
 * starts.
 *
 * Linux: glibc builds it from clone and execve; here a child cannot begin in the middle of its
 * parent, so it is a system call of its own (uapi/process.ts says what the request looks like).
 *
 * @syscall 1000 posix_spawn ours "what Linux builds from clone and execve"
 */
import type { Process } from '../process/process.ts';
import { ERRNO } from '../uapi/errno.ts';
import { SPAWN, SPAWN_ACTION } from '../uapi/process.ts';
import { SIGNAL } from '../uapi/signal.ts';
import type { SyscallParts, SyscallTable } from './parts.ts';
import { readExec } from './processes.ts';

const { EFAULT } = ERRNO;
const SPAWN_ACTIONS_MAX = 64;
/** Header of the request, and one action, in 32-bit words. */
const SPAWN_HEADER_WORDS = 3;
const SPAWN_ACTION_WORDS = 3;
/** Signals that SETSIGDEF resets: those that shells ignore for themselves. */
const SHELL_SIGNALS = [SIGNAL.INT, SIGNAL.QUIT, SIGNAL.TSTP, SIGNAL.TTIN, SIGNAL.TTOU];

export function spawnCalls(parts: SyscallParts): SyscallTable {
  const { lifecycle, vfs } = parts;

  /** What is done in the child before its program starts. */
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
    posix_spawn(process, pathAddress, argvAddress, envAddress, request) {
      const read = readExec(process, pathAddress, argvAddress, envAddress);
      if (typeof read === 'number') return read;
      const words =
        request === 0 ? new Int32Array(SPAWN_HEADER_WORDS) : readRequest(process, request);
      if (words === undefined) return -EFAULT;
      return lifecycle.spawn(process, read.path, read.argv, read.env, (child) =>
        prepare(child, words),
      );
    },
  };
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
