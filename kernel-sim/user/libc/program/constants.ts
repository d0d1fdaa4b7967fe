// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The C library's constants, one object per manual page.
 *
 * @subpath libc
 */
import { ERRNO } from '../../../uapi/errno.ts';
import { ACCESS, DT, F, FD_CLOEXEC, O, POLL, S, SEEK } from '../../../uapi/fs.ts';
import { INADDR_ANY, INADDR_BROADCAST, INADDR_LOOPBACK, IPPROTO } from '../../../uapi/in.ts';
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
import { AF, MSG, SHUT, SO, SOCK, SOCK_FLAG, SOL } from '../../../uapi/socket.ts';
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
  POLLRDHUP: POLL.RDHUP,
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

/**
 * Family of an address or a socket: socket(2).
 *
 * @constants
 */
const FAMILIES = {
  AF_UNSPEC: AF.UNSPEC,
  AF_UNIX: AF.UNIX,
  AF_INET: AF.INET,
  AF_INET6: AF.INET6,
  AF_NETLINK: AF.NETLINK,
  AF_PACKET: AF.PACKET,
} as const;

/**
 * Type of a socket, and flags that may be added to it: socket(2).
 *
 * @constants
 */
const TYPES = {
  SOCK_STREAM: SOCK.STREAM,
  SOCK_DGRAM: SOCK.DGRAM,
  SOCK_RAW: SOCK.RAW,
  SOCK_SEQPACKET: SOCK.SEQPACKET,
  SOCK_CLOEXEC: SOCK_FLAG.CLOEXEC,
  SOCK_NONBLOCK: SOCK_FLAG.NONBLOCK,
} as const;

/**
 * Protocol, and level of its options: ip(7).
 *
 * @constants
 */
const PROTOCOLS = {
  IPPROTO_IP: IPPROTO.IP,
  IPPROTO_ICMP: IPPROTO.ICMP,
  IPPROTO_TCP: IPPROTO.TCP,
  IPPROTO_UDP: IPPROTO.UDP,
  IPPROTO_IPV6: IPPROTO.IPV6,
  IPPROTO_ICMPV6: IPPROTO.ICMPV6,
  IPPROTO_RAW: IPPROTO.RAW,
} as const;

/**
 * Address of IPv4, in the machine's order: `htonl(INADDR_LOOPBACK)`.
 *
 * @constants
 */
const ADDRESSES = {
  INADDR_ANY,
  INADDR_LOOPBACK,
  INADDR_BROADCAST,
  INADDR_NONE: 0xffff_ffff,
} as const;

/**
 * Option of a socket, at level SOL_SOCKET: socket(7).
 *
 * @constants
 */
const SOCKET_OPTIONS = {
  SOL_SOCKET: SOL.SOCKET,
  SO_REUSEADDR: SO.REUSEADDR,
  SO_REUSEPORT: SO.REUSEPORT,
  SO_TYPE: SO.TYPE,
  SO_ERROR: SO.ERROR,
  SO_BROADCAST: SO.BROADCAST,
  SO_SNDBUF: SO.SNDBUF,
  SO_RCVBUF: SO.RCVBUF,
  SO_KEEPALIVE: SO.KEEPALIVE,
  SO_LINGER: SO.LINGER,
  SO_RCVLOWAT: SO.RCVLOWAT,
  SO_RCVTIMEO: SO.RCVTIMEO,
  SO_SNDTIMEO: SO.SNDTIMEO,
  SO_ACCEPTCONN: SO.ACCEPTCONN,
} as const;

/**
 * Flag of send(2) and recv(2).
 *
 * @constants
 */
const MESSAGES = {
  MSG_OOB: MSG.OOB,
  MSG_PEEK: MSG.PEEK,
  MSG_TRUNC: MSG.TRUNC,
  MSG_DONTWAIT: MSG.DONTWAIT,
  MSG_WAITALL: MSG.WAITALL,
  MSG_NOSIGNAL: MSG.NOSIGNAL,
  MSG_MORE: MSG.MORE,
} as const;

/**
 * What shutdown(2) ends.
 *
 * @constants
 */
const SHUTDOWNS = { SHUT_RD: SHUT.RD, SHUT_WR: SHUT.WR, SHUT_RDWR: SHUT.RDWR } as const;

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
  ...FAMILIES,
  ...TYPES,
  ...PROTOCOLS,
  ...ADDRESSES,
  ...SOCKET_OPTIONS,
  ...MESSAGES,
  ...SHUTDOWNS,
});

function prefixed(prefix: string, numbers: Readonly<Record<string, number>>): object {
  const entries = Object.entries(numbers).map(([name, value]) => [`${prefix}${name}`, value]);
  return Object.fromEntries(entries) as object;
}
