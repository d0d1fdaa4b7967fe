// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Identity, time and the system itself for programs.
 *
 * @subpath libc
 */
import type { Sleeping } from '../../../uapi/coroutine.ts';
import { ERRNO } from '../../../uapi/errno.ts';
import { CLOCK, UTSNAME } from '../../../uapi/process.ts';
import { SYS } from '../../../uapi/syscall-numbers.ts';
import { TTY_IOCTL } from '../../../uapi/termios.ts';
import type { Answer, ProgramContext } from './context.ts';

/**
 * Seconds and nanoseconds: struct timespec.
 *
 * @public
 */
export interface Timespec {
  /** Whole seconds. */
  readonly tv_sec: number;
  /** Nanoseconds on top. */
  readonly tv_nsec: number;
}

/**
 * Names of the system: uname(2).
 *
 * @public
 */
export interface Utsname {
  /** `Linux`. */
  readonly sysname: string;
  /** Name of the machine. */
  readonly nodename: string;
  /** Release of the kernel. */
  readonly release: string;
  /** Its build. */
  readonly version: string;
  /** Hardware. */
  readonly machine: string;
}

const NS_PER_S = 1_000_000_000;
const NS_PER_US = 1_000;

/** @exports */
export class SystemApi {
  readonly #context: ProgramContext;

  constructor(context: ProgramContext) {
    this.#context = context;
  }

  // ---- Who and where --------------------------------------------------------------------------

  /** The process's number: getpid(2). */
  getpid(): Answer<number> {
    return this.#context.call(SYS.getpid);
  }

  /** The thread's number: gettid(2). */
  gettid(): Answer<number> {
    return this.#context.call(SYS.gettid);
  }

  /** The parent's number: getppid(2). */
  getppid(): Answer<number> {
    return this.#context.call(SYS.getppid);
  }

  /** Real user: getuid(2). */
  getuid(): Answer<number> {
    return this.#context.call(SYS.getuid);
  }

  /** Effective user: geteuid(2). */
  geteuid(): Answer<number> {
    return this.#context.call(SYS.geteuid);
  }

  /** Real group: getgid(2). */
  getgid(): Answer<number> {
    return this.#context.call(SYS.getgid);
  }

  /** Effective group: getegid(2). */
  getegid(): Answer<number> {
    return this.#context.call(SYS.getegid);
  }

  /** Process group: getpgrp(2). */
  getpgrp(): Answer<number> {
    return this.#context.call(SYS.getpgrp);
  }

  /** Moves a process into a group: setpgid(2). */
  setpgid(pid: number, group: number): Answer<number> {
    return this.#context.call(SYS.setpgid, pid, group);
  }

  /** Begins a session: setsid(2). */
  setsid(): Answer<number> {
    return this.#context.call(SYS.setsid);
  }

  /** True for a terminal: isatty(3). */
  isatty(fd: number): Answer<boolean> {
    return this.#context.later(this.#isatty(fd));
  }

  *#isatty(fd: number): Sleeping<boolean> {
    const context = this.#context;
    if ((yield* context.scratch()) === 0) return false;
    return (yield* context.callLater(SYS.ioctl, fd, TTY_IOCTL.TCGETS, context.out)) === 0;
  }

  /** Names of the system: uname(2). */
  uname(): Answer<Utsname | null> {
    return this.#context.later(this.#uname());
  }

  *#uname(): Sleeping<Utsname | null> {
    const context = this.#context;
    if ((yield* context.scratch()) === 0) return null;
    if ((yield* context.callLater(SYS.uname, context.out)) < 0) return null;
    const field = (offset: number): string => context.memory.load_string(context.out + offset);
    return {
      sysname: field(UTSNAME.sysname),
      nodename: field(UTSNAME.nodename),
      release: field(UTSNAME.release),
      version: field(UTSNAME.version),
      machine: field(UTSNAME.machine),
    };
  }

  // ---- Time -----------------------------------------------------------------------------------

  /** Sleeps for seconds: sleep(3). 0, or how many are left when a signal came. */
  sleep(seconds: number): Answer<number> {
    return this.#context.later(this.#sleepSeconds(seconds));
  }

  *#sleepSeconds(seconds: number): Sleeping<number> {
    const context = this.#context;
    const before = yield* this.#now(CLOCK.MONOTONIC);
    const result = yield* this.#sleep(seconds * NS_PER_S);
    if (result === 0) return 0;
    const left = seconds * NS_PER_S - ((yield* this.#now(CLOCK.MONOTONIC)) - before);
    return context.thread.errno === ERRNO.EINTR
      ? Math.max(0, Math.round(left / NS_PER_S))
      : seconds;
  }

  /** Sleeps for microseconds: usleep(3). */
  usleep(microseconds: number): Answer<number> {
    return this.#context.later(this.#sleep(microseconds * NS_PER_US));
  }

  /** Sleeps for nanoseconds: nanosleep(2). 0, or -1 with EINTR when a signal came. */
  nanosleep(nanoseconds: number): Answer<number> {
    return this.#context.later(this.#sleep(nanoseconds));
  }

  *#sleep(nanoseconds: number): Sleeping<number> {
    const context = this.#context;
    if ((yield* context.scratch()) === 0) return -1;
    context.memory.store64(context.out, Math.floor(nanoseconds / NS_PER_S));
    context.memory.store64(context.out + 8, Math.floor(nanoseconds % NS_PER_S));
    return yield* context.callLater(SYS.nanosleep, context.out, 0);
  }

  *#now(clock: number): Sleeping<number> {
    const context = this.#context;
    if ((yield* context.scratch()) === 0) return -1;
    if ((yield* context.callLater(SYS.clock_gettime, clock, context.out)) < 0) return -1;
    const { memory, out } = context;
    return memory.load64(out) * NS_PER_S + memory.load64(out + 8);
  }

  /** The time of a clock: clock_gettime(2). */
  clock_gettime(clock: number): Answer<Timespec | null> {
    return this.#context.later(this.#clock(clock));
  }

  *#clock(clock: number): Sleeping<Timespec | null> {
    const context = this.#context;
    if ((yield* this.#now(clock)) < 0) return null;
    const { memory, out } = context;
    return { tv_sec: memory.load64(out), tv_nsec: memory.load64(out + 8) };
  }

  /** Seconds since 1970: time(2). */
  time(): Answer<number> {
    return this.#context.later(this.#time());
  }

  *#time(): Sleeping<number> {
    return Math.floor((yield* this.#now(CLOCK.REALTIME)) / NS_PER_S);
  }

  /** Lets others run: sched_yield(2). */
  sched_yield(): Answer<number> {
    return this.#context.call(SYS.sched_yield);
  }

  /**
   * Any system call by its number, with numbers and addresses: syscall(2). -1 with `errno` set on
   * failure.
   */
  syscall(number: number, ...args: readonly number[]): Answer<number> {
    const [a0 = 0, a1 = 0, a2 = 0, a3 = 0, a4 = 0, a5 = 0] = args;
    return this.#context.call(number, a0, a1, a2, a3, a4, a5);
  }
}
