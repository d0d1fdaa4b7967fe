// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Clocks. Linux: kernel/time/posix-timers.c, kernel/time/time.c.
 *
 * @syscall 96 gettimeofday full
 * @syscall 228 clock_gettime full
 * @syscall 229 clock_getres full
 * @syscall 230 clock_nanosleep partial "not on CPU clocks"
 */
import { groupUsage } from '../kernel/sched/cputime.ts';
import type { Process } from '../process/process.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { CLOCK, TIMER_ABSTIME } from '../uapi/process.ts';
import { putWord, readTimespec, writeBytes } from './arguments.ts';
import type { SyscallParts, SyscallTable } from './parts.ts';

const { EINTR, EINVAL, EOPNOTSUPP } = ERRNO;
const NS_PER_S = 1_000_000_000;
/** What is left of a sleep without end: numbers are whole up to here. */
const NS_MAX = Number.MAX_SAFE_INTEGER;
const NS_PER_US = 1000;
/** What the coarse clocks count in: CONFIG_HZ is 250. */
const JIFFY_NS = 4_000_000;

/** Clocks that one can sleep on, and those that run with the wall. */
const SLEEPABLE: ReadonlySet<number> = new Set([
  CLOCK.REALTIME,
  CLOCK.MONOTONIC,
  CLOCK.BOOTTIME,
  CLOCK.TAI,
]);
const OF_THE_WALL: ReadonlySet<number> = new Set([
  CLOCK.REALTIME,
  CLOCK.REALTIME_COARSE,
  CLOCK.TAI,
]);
const COARSE: ReadonlySet<number> = new Set([CLOCK.REALTIME_COARSE, CLOCK.MONOTONIC_COARSE]);
const CLOCKS: ReadonlySet<number> = new Set(Object.values(CLOCK));

export function clockCalls({ sim, scheduler, epochSeconds }: SyscallParts): SyscallTable {
  /** Nanoseconds of `clock` since boot, or of CPU time. */
  const read = ({ task }: Process, clock: number): number => {
    if (clock === CLOCK.THREAD_CPUTIME_ID) return scheduler.runtimeNs(task);
    if (clock === CLOCK.PROCESS_CPUTIME_ID) {
      const { userNs, systemNs } = groupUsage(scheduler, task.group);
      return userNs + systemNs;
    }
    const nowNs = sim.now();
    return COARSE.has(clock) ? nowNs - (nowNs % JIFFY_NS) : nowNs;
  };

  function* sleepUntil(process: Process, endNs: number, remaining: number): Sleeping<number> {
    const leftNs = yield* scheduler.sleepFor(Math.max(0, endNs - sim.now()), true);
    if (leftNs === 0) return 0;
    process.restart = () => process.block(sleepUntil(process, endNs, remaining));
    if (remaining === 0) return -EINTR;
    return writeBytes(process, remaining, timespec(Math.min(leftNs, NS_MAX))) || -EINTR;
  }

  return {
    gettimeofday(process, time, zone) {
      const nowNs = sim.now();
      const bytes = new Uint8Array(16);
      const view = new DataView(bytes.buffer);
      putWord(view, 0, epochSeconds + Math.floor(nowNs / NS_PER_S));
      putWord(view, 8, Math.floor((nowNs % NS_PER_S) / NS_PER_US));
      const error = time === 0 ? 0 : writeBytes(process, time, bytes);
      return error || (zone === 0 ? 0 : writeBytes(process, zone, new Uint8Array(8)));
    },

    clock_gettime(process, clock, address) {
      if (!CLOCKS.has(clock)) return -EINVAL;
      const epoch = OF_THE_WALL.has(clock) ? epochSeconds : 0;
      return writeBytes(process, address, timespec(read(process, clock), epoch));
    },

    clock_getres(process, clock, address) {
      if (!CLOCKS.has(clock)) return -EINVAL;
      return address === 0
        ? 0
        : writeBytes(process, address, timespec(COARSE.has(clock) ? JIFFY_NS : 1));
    },

    clock_nanosleep(process, clock, flags, request, remaining) {
      if (!CLOCKS.has(clock)) return -EINVAL;
      if (!SLEEPABLE.has(clock)) return -EOPNOTSUPP;
      const wantedNs = readTimespec(process, request);
      if (wantedNs < 0) return wantedNs;
      if ((flags & TIMER_ABSTIME) === 0) {
        return process.block(sleepUntil(process, sim.now() + wantedNs, remaining));
      }
      const epochNs = OF_THE_WALL.has(clock) ? epochSeconds * NS_PER_S : 0;
      return process.block(sleepUntil(process, wantedNs - epochNs, 0));
    },
  };
}

/** The longest time that Linux knows, in nanoseconds. */
const KTIME_MAX = 2 ** 63;

function timespec(nanoseconds: number, epochSeconds = 0): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  // A sleep for ever has so much left.
  const ns = Math.min(nanoseconds, KTIME_MAX);
  putWord(view, 0, epochSeconds + Math.floor(ns / NS_PER_S));
  putWord(view, 8, ns % NS_PER_S);
  return bytes;
}
