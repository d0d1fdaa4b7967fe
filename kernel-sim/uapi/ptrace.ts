// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * ptrace(2): one process watches another's system calls and signals.
 *
 * Linux: include/uapi/linux/ptrace.h. Registers cannot be read, since a program here has none:
 * PTRACE_GET_SYSCALL_INFO tells what they would.
 */

export const PTRACE = {
  TRACEME: 0,
  CONT: 7,
  KILL: 8,
  ATTACH: 16,
  DETACH: 17,
  SYSCALL: 24,
  SETOPTIONS: 0x4200,
  GETEVENTMSG: 0x4201,
  GETSIGINFO: 0x4202,
  SEIZE: 0x4206,
  INTERRUPT: 0x4207,
  LISTEN: 0x4208,
  GET_SYSCALL_INFO: 0x420e,
} as const;

/** PTRACE_SETOPTIONS' and PTRACE_SEIZE's options. */
export const PTRACE_O = {
  /** A stop at a system call says SIGTRAP | 0x80. */
  TRACESYSGOOD: 0x1,
  TRACEFORK: 0x2,
  TRACEVFORK: 0x4,
  TRACECLONE: 0x8,
  TRACEEXEC: 0x10,
  TRACEEXIT: 0x40,
  /** The tracees die with their tracer. */
  EXITKILL: 0x10_0000,
} as const;

/** What bits 16 and up of a wait status say of a stop. */
export const PTRACE_EVENT = { FORK: 1, VFORK: 2, CLONE: 3, EXEC: 4, EXIT: 6, STOP: 128 } as const;

/**
 * Calls that a tracer sees under Linux's numbers although no program here makes them by number: a
 * child begins in a function, and a sleep goes on by itself after a stop.
 */
export const UNNUMBERED_CALLS = { clone: 56, fork: 57, restart_syscall: 219 } as const;

/** Set in the stop signal of a system-call stop, with TRACESYSGOOD. */
export const SYSCALL_STOP_BIT = 0x80;

/**
 * struct ptrace_syscall_info: the operation, then of an entry the number and its arguments, of an
 * exit the result and whether it is an error. All but the operation are 64 bits wide.
 */
export const SYSCALL_INFO = {
  op: 0,
  entry: { number: 24, arguments: 32 },
  exit: { result: 24, isError: 32 },
  SIZE: 80,
} as const;
export const SYSCALL_INFO_OP = { NONE: 0, ENTRY: 1, EXIT: 2 } as const;
