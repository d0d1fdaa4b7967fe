// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * futex(2).
 *
 * @syscall 202 futex partial "WAIT, WAKE, REQUEUE, CMP_REQUEUE and the BITSET calls; no PI futexes"
 */
import { FAULT } from '../mm/address-space.ts';
import type { Process } from '../process/process.ts';
import { ERRNO } from '../uapi/errno.ts';
import { FUTEX, FUTEX_BITSET_MATCH_ANY } from '../uapi/futex.ts';
import { readTimespec } from './arguments.ts';
import type { SyscallParts, SyscallTable } from './parts.ts';

const { EAGAIN, EFAULT, EINVAL, ENOSYS } = ERRNO;
const WORD_BYTES = 4;
const NS_PER_S = 1_000_000_000;
const ANY = FUTEX_BITSET_MATCH_ANY | 0;
const FLAGS = FUTEX.PRIVATE_FLAG | FUTEX.CLOCK_REALTIME;

export function futexCalls({ futexes, sim, epochSeconds }: SyscallParts): SyscallTable {
  /** When a wait ends at the latest; Infinity without a timeout, or a negative errno. */
  const endOf = (process: Process, op: number, timeout: number): number => {
    if (timeout === 0) return Infinity;
    const timeNs = readTimespec(process, timeout);
    if (timeNs < 0) return timeNs;
    if ((op & ~FLAGS) === FUTEX.WAIT) return sim.now() + timeNs;
    const isWall = (op & FUTEX.CLOCK_REALTIME) !== 0;
    return Math.max(0, isWall ? timeNs - epochSeconds * NS_PER_S : timeNs);
  };

  const wait = (call: FutexCall, bitset: number): number => {
    const { process, address, op, value, timeout } = call;
    if (bitset === 0) return -EINVAL;
    const endNs = endOf(process, op, timeout);
    if (endNs < 0) return endNs;
    return process.block(futexes.wait(process.space, address, value, { endNs, bitset }));
  };

  /** Wakes at least one, whatever the count says, as Linux does. */
  const wake = ({ process, address, value }: FutexCall, bitset: number): number => {
    if (bitset === 0) return -EINVAL;
    if (!process.space.isUserRange(address, WORD_BYTES)) return -EFAULT;
    return futexes.wake(process.space, address, Math.max(value, 1), bitset);
  };

  /** The second count stands where others have their timeout. */
  const requeue = (call: FutexCall, expected: number | undefined): number => {
    const { process, address, value, timeout, target } = call;
    const { space } = process;
    const move = timeout | 0;
    if (target % WORD_BYTES !== 0 || value < 0 || move < 0) return -EINVAL;
    const found = space.load32(address);
    if (found === FAULT || space.load32(target) === FAULT) return -EFAULT;
    if (expected !== undefined && found !== expected >>> 0) return -EAGAIN;
    return futexes.requeue(space, address, target, { wake: value, move });
  };

  return {
    futex(process, address, op, value, timeout, target, value3) {
      const command = op & ~FLAGS;
      const mayUseWall = command === FUTEX.WAIT || command === FUTEX.WAIT_BITSET;
      if ((op & FUTEX.CLOCK_REALTIME) !== 0 && !mayUseWall) return -ENOSYS;
      if (address % WORD_BYTES !== 0) return -EINVAL;
      const call = { process, address, op, value: value | 0, timeout, target };
      switch (command) {
        case FUTEX.WAIT:
          return wait(call, ANY);
        case FUTEX.WAIT_BITSET:
          return wait(call, value3 | 0);
        case FUTEX.WAKE:
          return wake(call, ANY);
        case FUTEX.WAKE_BITSET:
          return wake(call, value3 | 0);
        case FUTEX.REQUEUE:
          return requeue(call, undefined);
        case FUTEX.CMP_REQUEUE:
          return requeue(call, value3);
        default:
          return -ENOSYS;
      }
    },
  };
}

interface FutexCall {
  readonly process: Process;
  readonly address: number;
  readonly op: number;
  readonly value: number;
  readonly timeout: number;
  readonly target: number;
}
