// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Messages of netlink sockets, whatever they are about. All numbers are little-endian, as the
 * machine's are; messages and attributes begin at multiples of four.
 *
 * Linux: include/uapi/linux/netlink.h, netlink(7).
 */

/** Protocols of AF_NETLINK: who answers. */
export const NETLINK = { ROUTE: 0, SOCK_DIAG: 4, GENERIC: 16 } as const;

/** Byte offsets of struct nlmsghdr. `len` counts the header, too. */
export const NLMSGHDR = { len: 0, type: 4, flags: 6, seq: 8, pid: 12, SIZE: 16 } as const;
export const NETLINK_ALIGN = 4;

/** Types that all protocols share. */
export const NLMSG = { NOOP: 1, ERROR: 2, DONE: 3, OVERRUN: 4, MIN_TYPE: 16 } as const;

// prettier-ignore
export const NLM_F = {
  REQUEST: 0x1, MULTI: 0x2, ACK: 0x4, ECHO: 0x8, DUMP_INTR: 0x10, DUMP_FILTERED: 0x20,
  /** Of requests to GET; both together are a dump. */
  ROOT: 0x100, MATCH: 0x200, DUMP: 0x300,
  /** Of requests for something NEW. */
  REPLACE: 0x100, EXCL: 0x200, CREATE: 0x400, APPEND: 0x800,
  /** Of acknowledgements: the request is not repeated in full; attributes follow. */
  CAPPED: 0x100, ACK_TLVS: 0x200,
} as const;

/** Byte offsets of struct nlmsgerr, behind the header: a negative errno, and the request. */
export const NLMSGERR = { error: 0, msg: 4, SIZE: 4 + NLMSGHDR.SIZE } as const;
/** Attributes of an acknowledgement: what is wrong in words, and where. */
export const NLMSGERR_ATTR = { MSG: 1, OFFS: 2 } as const;

/** Byte offsets of struct nlattr. `len` counts the header, too. */
export const NLATTR = { len: 0, type: 2, SIZE: 4 } as const;
export const NLA_F_NESTED = 0x8000;
export const NLA_TYPE_MASK = 0x3fff;

/** Options at level SOL_NETLINK. */
// prettier-ignore
export const NETLINK_OPTION = {
  ADD_MEMBERSHIP: 1, DROP_MEMBERSHIP: 2, PKTINFO: 3, BROADCAST_ERROR: 4, NO_ENOBUFS: 5,
  LISTEN_ALL_NSID: 8, CAP_ACK: 10, EXT_ACK: 11, GET_STRICT_CHK: 12,
} as const;
