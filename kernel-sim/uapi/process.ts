// SPDX-License-Identifier: GPL-2.0-or-later
/** Shapes and flags of the process calls: wait statuses, posix_spawn's request. */

/** Options of wait4(2) and waitid(2). */
export const WNOHANG = 1;
/** waitid(2) calls it WSTOPPED. */
export const WUNTRACED = 2;
export const WEXITED = 4;
export const WCONTINUED = 8;
/** Leaves the child as it is, to be waited for again. */
export const WNOWAIT = 0x0100_0000;

/** waitid's kinds of id. */
export const P = { ALL: 0, PID: 1, PGID: 2 } as const;

/** prctl(2)'s options that we have. Linux: include/uapi/linux/prctl.h. */
export const PR = {
  SET_PDEATHSIG: 1,
  GET_PDEATHSIG: 2,
  SET_NAME: 15,
  GET_NAME: 16,
  SET_CHILD_SUBREAPER: 36,
  GET_CHILD_SUBREAPER: 37,
} as const;

/** si_code of SIGCHLD. */
export const CLD = {
  EXITED: 1,
  KILLED: 2,
  DUMPED: 3,
  TRAPPED: 4,
  STOPPED: 5,
  CONTINUED: 6,
} as const;

/** The wait status of a child that SIGCONT let go on. */
export const CONTINUED_STATUS = 0xffff;

/** A wait status for an exit code (0..255). */
export function exitStatus(code: number): number {
  return (code & 0xff) << 8;
}
export function WIFEXITED(status: number): boolean {
  return (status & 0x7f) === 0;
}
export function WEXITSTATUS(status: number): number {
  return (status >>> 8) & 0xff;
}
export function WIFSIGNALED(status: number): boolean {
  return (status & 0x7f) !== 0 && (status & 0x7f) !== 0x7f;
}
/** A wait status for a stop. */
export function stopStatus(signal: number): number {
  return (signal << 8) | 0x7f;
}
export function WIFSTOPPED(status: number): boolean {
  return (status & 0xff) === 0x7f;
}
export function WSTOPSIG(status: number): number {
  return (status >>> 8) & 0xff;
}
export function WIFCONTINUED(status: number): boolean {
  return status === CONTINUED_STATUS;
}
export function WTERMSIG(status: number): number {
  return status & 0x7f;
}

/**
 * posix_spawn(path, argv, envp, request): `request` is 0 or points to 32-bit words:
 * flags, pgroup, number of actions, then [op, fd, argument] per action, done in order in the child.
 * Signals in libc's ignore list stay ignored; caught ones become default, as after execve(2).
 */
export const SPAWN = {
  /** Put the child into process group `pgroup` (0: one of its own). */
  SETPGROUP: 1,
  /** Make the child's group the foreground one of its controlling terminal. */
  FOREGROUND: 2,
  /** Give the child default dispositions for SIGINT, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU. */
  SETSIGDEF: 4,
} as const;

/** [DUP2, from, to] and [CLOSE, fd, 0]. */
export const SPAWN_ACTION = { DUP2: 0, CLOSE: 1 } as const;

/** Byte offsets of struct utsname: six fields of 65 bytes. */
export const UTSNAME = {
  sysname: 0,
  nodename: 65,
  release: 130,
  version: 195,
  machine: 260,
  domainname: 325,
  SIZE: 390,
} as const;

/** Byte offsets of x86-64's struct sysinfo, as far as we fill it. */
export const SYSINFO = {
  uptime: 0,
  loads: 8,
  totalram: 32,
  freeram: 40,
  procs: 80,
  mem_unit: 104,
  SIZE: 112,
} as const;

/** clock_gettime's clocks. All are virtual time; REALTIME adds the boot image's date. */
export const CLOCK = {
  REALTIME: 0,
  MONOTONIC: 1,
  PROCESS_CPUTIME_ID: 2,
  THREAD_CPUTIME_ID: 3,
  MONOTONIC_RAW: 4,
  REALTIME_COARSE: 5,
  MONOTONIC_COARSE: 6,
  BOOTTIME: 7,
  TAI: 11,
} as const;
/** clock_nanosleep(2): until an instant, not for a time. */
export const TIMER_ABSTIME = 1;

/** syslog(2)'s actions that we have. Linux: include/linux/syslog.h. */
export const SYSLOG_ACTION = {
  READ_ALL: 3,
  READ_CLEAR: 4,
  CLEAR: 5,
  CONSOLE_LEVEL: 8,
  SIZE_BUFFER: 10,
} as const;

/** The magic numbers of reboot(2). Linux: include/uapi/linux/reboot.h. */
export const REBOOT_MAGIC = [0xfee1_dead, 672_274_793] as const;
export const REBOOT_CMD = {
  RESTART: 0x0123_4567,
  HALT: 0xcdef_0123,
  POWER_OFF: 0x4321_fedc,
} as const;
/** In reboot(2)'s last argument, which Linux does not look at here: the low byte is the status. */
export const REBOOT_STATUS = 0x100;
