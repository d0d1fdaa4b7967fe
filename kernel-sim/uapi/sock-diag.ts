// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Messages of NETLINK_SOCK_DIAG: which sockets there are.
 *
 * Linux: include/uapi/linux/sock_diag.h, inet_diag.h, tcp.h; sock_diag(7).
 */

export const SOCK_DIAG_BY_FAMILY = 20;

/**
 * Byte offsets of struct inet_diag_req_v2, the request: which family, which protocol, which states
 * (bit 1 << TCP_STATE).
 */
export const INET_DIAG_REQ = {
  family: 0,
  protocol: 1,
  ext: 2,
  states: 4,
  id: 8,
  SIZE: 56,
} as const;
/** Byte offsets of struct inet_diag_sockid. Ports and addresses are in network order. */
// prettier-ignore
export const INET_DIAG_SOCKID = {
  sport: 0, dport: 2, src: 4, dst: 20, ifindex: 36, cookie: 40, SIZE: 48,
} as const;
/** Byte offsets of struct inet_diag_msg, the answer. `expires` is in milliseconds. */
// prettier-ignore
export const INET_DIAG_MSG = {
  family: 0, state: 1, timer: 2, retrans: 3, id: 4, expires: 52, rqueue: 56, wqueue: 60, uid: 64,
  inode: 68, SIZE: 72,
} as const;
/** Attributes of an answer; INFO and the like come when bit (number - 1) of `ext` is set. */
// prettier-ignore
export const INET_DIAG = {
  MEMINFO: 1, INFO: 2, VEGASINFO: 3, CONG: 4, TOS: 5, TCLASS: 6, SKMEMINFO: 7, SHUTDOWN: 8,
  PROTOCOL: 10, SKV6ONLY: 11, MARK: 15,
} as const;
/** INET_DIAG.SKMEMINFO: u32s in this order. */
// prettier-ignore
export const SK_MEMINFO = {
  RMEM_ALLOC: 0, RCVBUF: 1, WMEM_ALLOC: 2, SNDBUF: 3, FWD_ALLOC: 4, WMEM_QUEUED: 5, OPTMEM: 6,
  BACKLOG: 7, DROPS: 8,
} as const;

/** States of TCP, as diagnosis and /proc/net/tcp number them. */
// prettier-ignore
export const TCP_STATE = {
  ESTABLISHED: 1, SYN_SENT: 2, SYN_RECV: 3, FIN_WAIT1: 4, FIN_WAIT2: 5, TIME_WAIT: 6, CLOSE: 7,
  CLOSE_WAIT: 8, LAST_ACK: 9, LISTEN: 10, CLOSING: 11, NEW_SYN_RECV: 12,
} as const;

/** Byte offsets of struct unix_diag_req, the request. */
// prettier-ignore
export const UNIX_DIAG_REQ = {
  family: 0, protocol: 1, states: 4, ino: 8, show: 12, cookie: 16, SIZE: 24,
} as const;
/** Byte offsets of struct unix_diag_msg, the answer. */
export const UNIX_DIAG_MSG = { family: 0, type: 1, state: 2, ino: 4, cookie: 8, SIZE: 16 } as const;
/** What is to be said: bits of UNIX_DIAG_REQ.show. */
// prettier-ignore
export const UDIAG_SHOW = {
  NAME: 1, VFS: 2, PEER: 4, ICONS: 8, RQLEN: 0x10, MEMINFO: 0x20, UID: 0x40,
} as const;
/** Attributes of an answer. */
// prettier-ignore
export const UNIX_DIAG = {
  NAME: 0, VFS: 1, PEER: 2, ICONS: 3, RQLEN: 4, MEMINFO: 5, SHUTDOWN: 6, UID: 7,
} as const;
