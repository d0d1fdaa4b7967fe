// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The C library's constants, one object per manual page.
 *
 * @subpath libc
 */
import { ERRNO } from '../../../uapi/errno.ts';
import { ACCESS, DT, F, FD_CLOEXEC, O, POLL, S, SEEK } from '../../../uapi/fs.ts';
import { MAP, MS, PROT } from '../../../uapi/mman.ts';
import { CLOCK, WNOHANG, WUNTRACED } from '../../../uapi/process.ts';
import {
  SIG,
  SIG_BLOCK,
  SIG_SETMASK,
  SIG_UNBLOCK,
  SIGNAL,
  type SignalName,
} from '../../../uapi/signal.ts';
import { SYS } from '../../../uapi/syscall-numbers.ts';
import { TTY_IOCTL } from '../../../uapi/termios.ts';

/**
 * Descriptor that every program begins with.
 *
 * @constants
 */
const STANDARD = { STDIN_FILENO: 0, STDOUT_FILENO: 1, STDERR_FILENO: 2 } as const;

/**
 * How to open a file: open(2).
 *
 * @constants
 */
const OPEN = {
  O_RDONLY: O.RDONLY,
  O_WRONLY: O.WRONLY,
  O_RDWR: O.RDWR,
  O_ACCMODE: O.ACCMODE,
  O_CREAT: O.CREAT,
  O_EXCL: O.EXCL,
  O_NOCTTY: O.NOCTTY,
  O_TRUNC: O.TRUNC,
  O_APPEND: O.APPEND,
  O_NONBLOCK: O.NONBLOCK,
  O_DIRECTORY: O.DIRECTORY,
  O_NOFOLLOW: O.NOFOLLOW,
  O_CLOEXEC: O.CLOEXEC,
} as const;

/**
 * Type and permissions of a file: inode(7).
 *
 * @constants
 */
const MODES = {
  S_IFMT: S.IFMT,
  S_IFSOCK: S.IFSOCK,
  S_IFLNK: S.IFLNK,
  S_IFREG: S.IFREG,
  S_IFBLK: S.IFBLK,
  S_IFDIR: S.IFDIR,
  S_IFCHR: S.IFCHR,
  S_IFIFO: S.IFIFO,
  S_ISUID: S.ISUID,
  S_ISGID: S.ISGID,
  S_ISVTX: S.ISVTX,
} as const;

/**
 * Where lseek(2) counts from.
 *
 * @constants
 */
const WHENCE = { SEEK_SET: SEEK.SET, SEEK_CUR: SEEK.CUR, SEEK_END: SEEK.END } as const;

/**
 * What to ask: access(2).
 *
 * @constants
 */
const QUESTIONS = {
  F_OK: ACCESS.F_OK,
  X_OK: ACCESS.X_OK,
  W_OK: ACCESS.W_OK,
  R_OK: ACCESS.R_OK,
} as const;

/**
 * Commands and flags of fcntl(2).
 *
 * @constants
 */
const FCNTL = {
  F_DUPFD: F.DUPFD,
  F_GETFD: F.GETFD,
  F_SETFD: F.SETFD,
  F_GETFL: F.GETFL,
  F_SETFL: F.SETFL,
  F_DUPFD_CLOEXEC: F.DUPFD_CLOEXEC,
  FD_CLOEXEC,
} as const;

/**
 * What poll(2) waits for and finds.
 *
 * @constants
 */
const EVENTS = {
  POLLIN: POLL.IN,
  POLLPRI: POLL.PRI,
  POLLOUT: POLL.OUT,
  POLLERR: POLL.ERR,
  POLLHUP: POLL.HUP,
  POLLNVAL: POLL.NVAL,
} as const;

/**
 * Type of a directory's entry: readdir(3).
 *
 * @constants
 */
const ENTRIES = {
  DT_UNKNOWN: DT.UNKNOWN,
  DT_FIFO: DT.FIFO,
  DT_CHR: DT.CHR,
  DT_DIR: DT.DIR,
  DT_BLK: DT.BLK,
  DT_REG: DT.REG,
  DT_LNK: DT.LNK,
} as const;

/**
 * Request of a terminal: ioctl_tty(2).
 *
 * @constants
 */
const TERMINAL = {
  TCGETS: TTY_IOCTL.TCGETS,
  TCSETS: TTY_IOCTL.TCSETS,
  TIOCGWINSZ: TTY_IOCTL.TIOCGWINSZ,
  FIONREAD: TTY_IOCTL.FIONREAD,
} as const;

/**
 * Options of waitpid(2).
 *
 * @constants
 */
const WAITING = { WNOHANG, WUNTRACED } as const;

/**
 * Clocks: clock_gettime(2).
 *
 * @constants
 */
const CLOCKS = { CLOCK_REALTIME: CLOCK.REALTIME, CLOCK_MONOTONIC: CLOCK.MONOTONIC } as const;

/**
 * What to do at a signal, and how to change the mask: signal(2), sigprocmask(2).
 *
 * @constants
 */
const DISPOSITIONS = {
  SIG_DFL: SIG.DFL,
  SIG_IGN: SIG.IGN,
  SIG_BLOCK,
  SIG_UNBLOCK,
  SIG_SETMASK,
} as const;

/**
 * Protection and kind of a mapping: mmap(2).
 *
 * @constants
 */
const MAPPING = {
  PROT_NONE: PROT.NONE,
  PROT_READ: PROT.READ,
  PROT_WRITE: PROT.WRITE,
  PROT_EXEC: PROT.EXEC,
  MAP_SHARED: MAP.SHARED,
  MAP_PRIVATE: MAP.PRIVATE,
  MAP_FIXED: MAP.FIXED,
  MAP_ANONYMOUS: MAP.ANONYMOUS,
  MAP_FAILED: -1,
  MS_ASYNC: MS.ASYNC,
  MS_INVALIDATE: MS.INVALIDATE,
  MS_SYNC: MS.SYNC,
} as const;

/**
 * Exit status: exit(3).
 *
 * @constants
 */
const STATUS = { EXIT_SUCCESS: 0, EXIT_FAILURE: 1, RAND_MAX: 0x7fff_ffff } as const;

/**
 * Number of a signal: signal(7).
 *
 * @constants
 */
const SIGNALS = prefixed('SIG', SIGNAL) as {
  readonly [Name in SignalName as `SIG${Name}`]: number;
};

/**
 * Number of an error: errno(3).
 *
 * @constants
 */
const ERRORS = ERRNO;

/**
 * Number of a system call: syscalls(2).
 *
 * @constants
 */
const CALLS = prefixed('SYS_', SYS) as {
  readonly [Name in keyof typeof SYS as `SYS_${Name}`]: (typeof SYS)[Name];
};

/** All of them. */
export const CONSTANTS: Readonly<Record<string, number>> = Object.freeze({
  ...STANDARD,
  ...OPEN,
  ...MODES,
  ...WHENCE,
  ...QUESTIONS,
  ...FCNTL,
  ...EVENTS,
  ...ENTRIES,
  ...TERMINAL,
  ...WAITING,
  ...CLOCKS,
  ...DISPOSITIONS,
  ...MAPPING,
  ...STATUS,
  ...SIGNALS,
  ...ERRORS,
  ...CALLS,
});

function prefixed(prefix: string, numbers: Readonly<Record<string, number>>): object {
  const entries = Object.entries(numbers).map(([name, value]) => [`${prefix}${name}`, value]);
  return Object.fromEntries(entries) as object;
}
