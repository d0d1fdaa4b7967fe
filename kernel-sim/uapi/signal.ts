// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Signal numbers and their names. Linux: x86-64's include/uapi/asm/signal.h; texts of strsignal(3).
 */

// prettier-ignore
const TABLE = [
  ['HUP', 'Hangup'], ['INT', 'Interrupt'], ['QUIT', 'Quit'], ['ILL', 'Illegal instruction'],
  ['TRAP', 'Trace/breakpoint trap'], ['ABRT', 'Aborted'], ['BUS', 'Bus error'],
  ['FPE', 'Floating point exception'], ['KILL', 'Killed'], ['USR1', 'User defined signal 1'],
  ['SEGV', 'Segmentation fault'], ['USR2', 'User defined signal 2'], ['PIPE', 'Broken pipe'],
  ['ALRM', 'Alarm clock'], ['TERM', 'Terminated'], ['STKFLT', 'Stack fault'],
  ['CHLD', 'Child exited'], ['CONT', 'Continued'], ['STOP', 'Stopped (signal)'],
  ['TSTP', 'Stopped'], ['TTIN', 'Stopped (tty input)'], ['TTOU', 'Stopped (tty output)'],
  ['URG', 'Urgent I/O condition'], ['XCPU', 'CPU time limit exceeded'],
  ['XFSZ', 'File size limit exceeded'], ['VTALRM', 'Virtual timer expired'],
  ['PROF', 'Profiling timer expired'], ['WINCH', 'Window changed'], ['IO', 'I/O possible'],
  ['PWR', 'Power failure'], ['SYS', 'Bad system call'],
] as const;

export type SignalName = (typeof TABLE)[number][0];

/** Signal number by short name: `SIGNAL.INT` is 2. */
export const SIGNAL = Object.freeze(
  Object.fromEntries(TABLE.map(([name], index) => [name, index + 1])),
) as { readonly [Name in SignalName]: number };

/** Short names in order: `SIGNAL_NAMES[2]` is "INT"; index 0 is unused. */
export const SIGNAL_NAMES: readonly string[] = ['EXIT', ...TABLE.map(([name]) => name)];

export function strsignal(signal: number): string {
  return TABLE[signal - 1]?.[1] ?? `Unknown signal ${signal}`;
}

/**
 * rt_sigaction's handler argument. With CATCH the signal is noted for UserCpu.takeSignals; any
 * other number is the program's own name for a handler, which UserCpu.signalEntry is called with.
 */
export const SIG = { DFL: 0, IGN: 1, CATCH: 2 } as const;

/** Flags of rt_sigaction. */
export const SA = {
  NOCLDSTOP: 1,
  NOCLDWAIT: 2,
  RESTART: 0x1000_0000,
  NODEFER: 0x4000_0000,
  RESETHAND: 0x8000_0000,
} as const;

/** Byte offsets of x86-64's struct sigaction as the kernel reads it: four words of 64 bits. */
export const SIGACTION = { handler: 0, flags: 8, restorer: 16, mask: 24, SIZE: 32 } as const;
/** How many bytes a set of signals has. */
export const SIGSET_BYTES = 8;
export const SIG_BLOCK = 0;
export const SIG_UNBLOCK = 1;
export const SIG_SETMASK = 2;

/** Byte offsets of x86-64's siginfo_t: of SIGCHLD, of what kill(2) sends, and of a fault. */
// prettier-ignore
export const SIGINFO = {
  signo: 0, errno: 4, code: 8, pid: 16, uid: 20, status: 24, utime: 32, stime: 40, address: 16,
  SIZE: 128,
} as const;

/** si_code of any signal: from kill(2), from the kernel, from tgkill(2). */
export const SI = { USER: 0, KERNEL: 0x80, TKILL: -6 } as const;
/** si_code of SIGSEGV: nothing is there, or it may not be touched so. */
export const SEGV = { MAPERR: 1, ACCERR: 2 } as const;
/** si_code of SIGBUS: past the end of a mapped file. */
export const BUS = { ADRERR: 2 } as const;
