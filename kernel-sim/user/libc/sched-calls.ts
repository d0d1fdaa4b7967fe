// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The system calls about scheduling and time, as methods: third storey of `Libc` (libc.ts).
 */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { CLOCK } from '../../uapi/process.ts';
import { SYS } from '../../uapi/syscall-numbers.ts';
import { RUSAGE_FIELDS } from '../../uapi/sched.ts';
import { ProcessCalls } from './process-calls.ts';

export interface Timespec {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** struct rusage, as far as the kernel fills it. Times in microseconds. */
export interface Rusage {
  readonly userUs: number;
  readonly systemUs: number;
  readonly voluntarySwitches: number;
  readonly involuntarySwitches: number;
}

const NS_PER_S = 1_000_000_000;
const US_PER_S = 1_000_000;
const MASK_BYTES = 8;

export class SchedCalls extends ProcessCalls {
  sched_yield(): Sleeping<number> {
    return this.call(SYS.sched_yield);
  }

  /** Sleeps; -EINTR when a caught signal cut it short. */
  *nanosleep(nanoseconds: number): Sleeping<number> {
    const mark = this.memory.mark();
    const request = yield* this.memory.scratch(16);
    this.memory.store64(request, Math.floor(nanoseconds / NS_PER_S));
    this.memory.store64(request + 8, Math.floor(nanoseconds % NS_PER_S));
    const result = yield* this.call(SYS.nanosleep, request, 0);
    this.memory.release(mark);
    return result;
  }

  clock_gettime(clock: number = CLOCK.REALTIME): Sleeping<Timespec | number> {
    return this.timespec_call(SYS.clock_gettime, clock);
  }

  /** A call that fills in a timespec behind one argument. */
  protected *timespec_call(number: number, argument: number): Sleeping<Timespec | number> {
    const mark = this.memory.mark();
    const buffer = yield* this.memory.scratch(16);
    const result = yield* this.call(number, argument, buffer);
    const time = {
      seconds: this.memory.load64(buffer),
      nanoseconds: this.memory.load64(buffer + 8),
    };
    this.memory.release(mark);
    return result < 0 ? result : time;
  }

  /** The nice value as the system call says it: 20 - nice, or a negative errno. */
  getpriority(which: number, who: number): Sleeping<number> {
    return this.call(SYS.getpriority, which, who);
  }
  setpriority(which: number, who: number, nice: number): Sleeping<number> {
    return this.call(SYS.setpriority, which, who, nice);
  }

  sched_getscheduler(pid: number): Sleeping<number> {
    return this.call(SYS.sched_getscheduler, pid);
  }
  sched_get_priority_min(policy: number): Sleeping<number> {
    return this.call(SYS.sched_get_priority_min, policy);
  }
  sched_get_priority_max(policy: number): Sleeping<number> {
    return this.call(SYS.sched_get_priority_max, policy);
  }

  *sched_setscheduler(pid: number, policy: number, priority: number): Sleeping<number> {
    const mark = this.memory.mark();
    const param = yield* this.memory.push_words([priority]);
    const result = yield* this.call(SYS.sched_setscheduler, pid, policy, param);
    this.memory.release(mark);
    return result;
  }

  /** The real-time priority, or a negative errno. */
  *sched_getparam(pid: number): Sleeping<number> {
    const mark = this.memory.mark();
    const param = yield* this.memory.push_words([0]);
    const result = yield* this.call(SYS.sched_getparam, pid, param);
    const priority = result < 0 ? result : this.cpu.load32(param);
    this.memory.release(mark);
    return priority;
  }

  sched_rr_get_interval(pid: number): Sleeping<Timespec | number> {
    return this.timespec_call(SYS.sched_rr_get_interval, pid);
  }

  /** `mask` has a bit for each of up to 32 CPUs. */
  *sched_setaffinity(pid: number, mask: number): Sleeping<number> {
    const mark = this.memory.mark();
    const words = yield* this.memory.push_words([mask, 0]);
    const result = yield* this.call(SYS.sched_setaffinity, pid, MASK_BYTES, words);
    this.memory.release(mark);
    return result;
  }

  /** The CPUs that a task may run on as bits, or a negative errno. */
  *sched_getaffinity(pid: number): Sleeping<number> {
    const mark = this.memory.mark();
    const words = yield* this.memory.push_words([0, 0]);
    const result = yield* this.call(SYS.sched_getaffinity, pid, MASK_BYTES, words);
    const mask = result < 0 ? result : this.cpu.load32(words);
    this.memory.release(mark);
    return mask;
  }

  *getrusage(who: number): Sleeping<Rusage | number> {
    const mark = this.memory.mark();
    const buffer = yield* this.memory.scratch(RUSAGE_FIELDS.SIZE);
    const result = yield* this.call(SYS.getrusage, who, buffer);
    const time = (offset: number): number =>
      this.memory.load64(buffer + offset) * US_PER_S + this.memory.load64(buffer + offset + 8);
    const usage = {
      userUs: time(RUSAGE_FIELDS.utime),
      systemUs: time(RUSAGE_FIELDS.stime),
      voluntarySwitches: this.memory.load64(buffer + RUSAGE_FIELDS.nvcsw),
      involuntarySwitches: this.memory.load64(buffer + RUSAGE_FIELDS.nivcsw),
    };
    this.memory.release(mark);
    return result < 0 ? result : usage;
  }
}
