// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The timer of real time that a process has: SIGALRM when it rings. Linux: kernel/time/itimer.c.
 *
 * @syscall 36 getitimer partial "ITIMER_REAL"
 * @syscall 37 alarm full
 * @syscall 38 setitimer partial "ITIMER_REAL"
 */
import type { Task } from '../kernel/sched/task.ts';
import { ERRNO } from '../uapi/errno.ts';
import { SIGNAL } from '../uapi/signal.ts';
import type { Process } from '../process/process.ts';
import { putWord, readWord, writeBytes } from './arguments.ts';
import type { SyscallParts, SyscallTable } from './parts.ts';

const { EFAULT, EINVAL } = ERRNO;
const NS_PER_S = 1_000_000_000;
const NS_PER_US = 1000;
const US_PER_S = 1_000_000;
const ITIMER_REAL = 0;
/** struct itimerval: the interval and the time left, each in seconds and microseconds. */
const ITIMERVAL_BYTES = 32;
/** From here on a 64-bit number is negative. */
const SECONDS_MAX = 2 ** 63;

interface Setting {
  readonly leftNs: number;
  readonly intervalNs: number;
}

const OFF: Setting = { leftNs: 0, intervalNs: 0 };

export function timerCalls({ sim, signals }: SyscallParts): SyscallTable {
  const get = ({ group }: Task): Setting => {
    const { realTimer } = group;
    if (realTimer === undefined) return OFF;
    return { leftNs: Math.max(realTimer.atNs - sim.now(), 1), intervalNs: realTimer.intervalNs };
  };

  const set = (task: Task, { leftNs, intervalNs }: Setting): void => {
    const { group } = task;
    if (group.realTimer !== undefined) sim.events.cancel(group.realTimer.event);
    group.realTimer = undefined;
    if (leftNs === 0) return;
    const atNs = sim.now() + leftNs;
    const event = sim.events.schedule(atNs, () => {
      group.realTimer = undefined;
      set(task, { leftNs: intervalNs, intervalNs });
      signals.send(group.leader, SIGNAL.ALRM);
    });
    group.realTimer = { event, atNs, intervalNs };
  };

  const write = (process: Process, address: number, setting: Setting): number => {
    const bytes = new Uint8Array(ITIMERVAL_BYTES);
    const view = new DataView(bytes.buffer);
    for (const [index, ns] of [setting.intervalNs, setting.leftNs].entries()) {
      putWord(view, 16 * index, Math.floor(ns / NS_PER_S));
      putWord(view, 16 * index + 8, Math.floor((ns % NS_PER_S) / NS_PER_US));
    }
    return writeBytes(process, address, bytes);
  };

  return {
    alarm({ task }, seconds) {
      const { leftNs } = get(task);
      set(task, { leftNs: (seconds >>> 0) * NS_PER_S, intervalNs: 0 });
      // At least one second, rounded to the nearest: 0 says that there was none.
      return leftNs === 0 ? 0 : Math.max(1, Math.round(leftNs / NS_PER_S));
    },

    getitimer(process, which, address) {
      return which === ITIMER_REAL ? write(process, address, get(process.task)) : -EINVAL;
    },

    setitimer(process, which, value, oldValue) {
      if (which !== ITIMER_REAL) return -EINVAL;
      const old = get(process.task);
      const setting = value === 0 ? OFF : readSetting(process, value);
      if (typeof setting === 'number') return setting;
      set(process.task, setting);
      return oldValue === 0 ? 0 : write(process, oldValue, old);
    },
  };
}

function readSetting(process: Process, address: number): Setting | number {
  const words = [0, 8, 16, 24].map((offset) => readWord(process, address + offset));
  if (words.some((word) => word < 0)) return -EFAULT;
  const [intervalS = 0, intervalUs = 0, leftS = 0, leftUs = 0] = words;
  if (intervalUs >= US_PER_S || leftUs >= US_PER_S) return -EINVAL;
  if (intervalS >= SECONDS_MAX || leftS >= SECONDS_MAX) return -EINVAL;
  return {
    intervalNs: intervalS * NS_PER_S + intervalUs * NS_PER_US,
    leftNs: leftS * NS_PER_S + leftUs * NS_PER_US,
  };
}
