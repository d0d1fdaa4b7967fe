// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Giving the CPU away, for a time or for a turn.
 *
 * @syscall 24 sched_yield full
 * @syscall 35 nanosleep full
 */
import type { Process } from '../process/process.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { putWord, readWord, writeBytes } from './arguments.ts';
import type { SyscallParts, SyscallTable } from './parts.ts';

const { EFAULT, EINVAL } = ERRNO;
const NS_PER_S = 1_000_000_000;
/** From here on a 64-bit number is negative. */
const SECONDS_MAX = 2 ** 63;

export function sleepCalls({ scheduler, sim }: SyscallParts): SyscallTable {
  function* sleep(process: Process, endNs: number, remaining: number): Sleeping<number> {
    const leftNs = yield* scheduler.sleepFor(endNs - sim.now(), true);
    if (leftNs === 0) return 0;
    process.restart = () => process.block(sleep(process, endNs, remaining));
    if (remaining === 0) return -ERRNO.EINTR;
    const bytes = new Uint8Array(16);
    const view = new DataView(bytes.buffer);
    putWord(view, 0, Math.floor(leftNs / NS_PER_S));
    putWord(view, 8, leftNs % NS_PER_S);
    return writeBytes(process, remaining, bytes) || -ERRNO.EINTR;
  }

  return {
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
      if (seconds >= SECONDS_MAX || nanoseconds >= NS_PER_S) return -EINVAL;
      return process.block(sleep(process, sim.now() + seconds * NS_PER_S + nanoseconds, remaining));
    },
  };
}
