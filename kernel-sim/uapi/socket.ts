// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Sockets as programs see them: families, types, flags, options, and how addresses and messages lie
 * in memory.
 *
 * Linux: include/linux/socket.h, include/linux/net.h, include/uapi/asm-generic/socket.h,
 * include/uapi/linux/in.h and in6.h, if_packet.h, un.h (the structures), socket(7).
 */

/** Address families; PF_* are the same numbers. */
// prettier-ignore
export const AF = {
  UNSPEC: 0, UNIX: 1, INET: 2, INET6: 10, NETLINK: 16, PACKET: 17,
  /** One past all families of Linux: a family that nobody has. */
  MAX: 46,
} as const;

/** What a socket carries; `SOCK_FLAG`s may be added to it in socket(2). */
// prettier-ignore
export const SOCK = {
  STREAM: 1, DGRAM: 2, RAW: 3, RDM: 4, SEQPACKET: 5, DCCP: 6, PACKET: 10,
} as const;
/** The bits of socket(2)'s second argument that are the type. */
export const SOCK_TYPE_MASK = 0xf;
export const SOCK_FLAG = { CLOEXEC: 0o2000000, NONBLOCK: 0o4000 } as const;

/** Levels of options and control messages. IPPROTO_* are levels, too. */
export const SOL = { SOCKET: 1, PACKET: 263, NETLINK: 270 } as const;

/** Options of SOL.SOCKET: socket(7). Times are a struct timeval, in its 64-bit form. */
// prettier-ignore
export const SO = {
  DEBUG: 1, REUSEADDR: 2, TYPE: 3, ERROR: 4, DONTROUTE: 5, BROADCAST: 6, SNDBUF: 7, RCVBUF: 8,
  KEEPALIVE: 9, OOBINLINE: 10, PRIORITY: 12, LINGER: 13, REUSEPORT: 15, PASSCRED: 16,
  PEERCRED: 17, RCVLOWAT: 18, SNDLOWAT: 19, RCVTIMEO: 20, SNDTIMEO: 21, BINDTODEVICE: 25,
  ATTACH_FILTER: 26, DETACH_FILTER: 27, TIMESTAMP: 29, ACCEPTCONN: 30, SNDBUFFORCE: 32,
  RCVBUFFORCE: 33, TIMESTAMPNS: 35, MARK: 36, PROTOCOL: 38, DOMAIN: 39, RXQ_OVFL: 40,
  INCOMING_CPU: 49, BINDTOIFINDEX: 62,
} as const;

/** Flags of sends and receives: send(2), recv(2). */
// prettier-ignore
export const MSG = {
  OOB: 1, PEEK: 2, DONTROUTE: 4, CTRUNC: 8, TRUNC: 0x20, DONTWAIT: 0x40, EOR: 0x80,
  WAITALL: 0x100, CONFIRM: 0x800, ERRQUEUE: 0x2000, NOSIGNAL: 0x4000, MORE: 0x8000,
  WAITFORONE: 0x10000, CMSG_CLOEXEC: 0x4000_0000,
} as const;

/** shutdown(2). */
export const SHUT = { RD: 0, WR: 1, RDWR: 2 } as const;

/** Control messages of SOL.SOCKET: cmsg(3), unix(7). */
export const SCM = { RIGHTS: 1, CREDENTIALS: 2, TIMESTAMP: SO.TIMESTAMP } as const;

/** The largest backlog unless net.core.somaxconn says otherwise. */
export const SOMAXCONN = 4096;
/** struct sockaddr_storage. */
export const SOCKADDR_MAX_BYTES = 128;
/** Linux: UIO_MAXIOV. */
export const IOV_MAX = 1024;

/** struct sockaddr_in. Port and address are in network order. */
export const SOCKADDR_IN = { family: 0, port: 2, address: 4, SIZE: 16 } as const;

/** struct sockaddr_in6; programs may leave out the scope (MIN_SIZE). */
export const SOCKADDR_IN6 = {
  family: 0,
  port: 2,
  flowinfo: 4,
  address: 8,
  scopeId: 24,
  MIN_SIZE: 24,
  SIZE: 28,
} as const;

/** struct sockaddr_un. A name that begins with a NUL is not in the file system. */
export const SOCKADDR_UN = { family: 0, path: 2, PATH_SIZE: 108, SIZE: 110 } as const;

/** struct sockaddr_ll. The protocol is in network order. */
export const SOCKADDR_LL = {
  family: 0,
  protocol: 2,
  ifindex: 4,
  hatype: 8,
  pkttype: 10,
  halen: 11,
  address: 12,
  MIN_SIZE: 12,
  SIZE: 20,
} as const;

/** struct sockaddr_nl. */
export const SOCKADDR_NL = { family: 0, pid: 4, groups: 8, SIZE: 12 } as const;

/** struct msghdr. */
export const MSGHDR = {
  name: 0,
  namelen: 8,
  iov: 16,
  iovlen: 24,
  control: 32,
  controllen: 40,
  flags: 48,
  SIZE: 56,
} as const;

/** struct mmsghdr: a struct msghdr, and how many bytes went. */
export const MMSGHDR = { hdr: 0, len: 56, SIZE: 64 } as const;

/** struct iovec. */
export const IOVEC = { base: 0, len: 8, SIZE: 16 } as const;

/** struct cmsghdr; its data begin after it, the next one at a multiple of 8. */
export const CMSGHDR = { len: 0, level: 8, type: 12, SIZE: 16 } as const;

/** struct linger. */
export const LINGER = { onoff: 0, linger: 4, SIZE: 8 } as const;

/** struct timeval of 64 bits. */
export const TIMEVAL = { seconds: 0, microseconds: 8, SIZE: 16 } as const;

/** struct ucred. */
export const UCRED = { pid: 0, uid: 4, gid: 8, SIZE: 12 } as const;

/** ioctl(2)s that any socket answers: socket(7), tcp(7), udp(7). */
export const SOCKET_IOCTL = {
  /** Bytes that can be read now (FIONREAD): for datagrams, of the next one. */
  SIOCINQ: 0x541b,
  /** Bytes that were sent and are not acknowledged (TIOCOUTQ). */
  SIOCOUTQ: 0x5411,
  FIONBIO: 0x5421,
  SIOCATMARK: 0x8905,
  /** When the last packet came, as a struct timeval. */
  SIOCGSTAMP: 0x8906,
} as const;
