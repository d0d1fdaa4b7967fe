// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Packet sockets: their options, and the structures of those. The address is in socket.ts.
 *
 * Linux: include/uapi/linux/if_packet.h, packet(7).
 */

/** Options of SOL.PACKET. */
// prettier-ignore
export const PACKET_OPTION = {
  ADD_MEMBERSHIP: 1, DROP_MEMBERSHIP: 2, STATISTICS: 6, COPY_THRESH: 7, AUXDATA: 8, ORIGDEV: 9,
  VERSION: 10, HDRLEN: 11, RESERVE: 12, QDISC_BYPASS: 20, IGNORE_OUTGOING: 23,
} as const;

/** What a membership asks of an interface. */
export const PACKET_MR = { MULTICAST: 0, PROMISC: 1, ALLMULTI: 2, UNICAST: 3 } as const;

/** struct packet_mreq. */
export const PACKET_MREQ = {
  ifindex: 0,
  type: 4,
  alen: 6,
  address: 8,
  ADDRESS_SIZE: 8,
  SIZE: 16,
} as const;

/** struct tpacket_stats. */
export const TPACKET_STATS = { packets: 0, drops: 4, SIZE: 8 } as const;

/** struct tpacket_auxdata, which comes as a control message of PACKET_OPTION.AUXDATA. */
// prettier-ignore
export const TPACKET_AUXDATA = {
  status: 0, len: 4, snaplen: 8, mac: 12, net: 14, vlanTci: 16, vlanTpid: 18, SIZE: 20,
} as const;

/** Bits of its status. */
export const TP_STATUS = { USER: 1, CSUMNOTREADY: 8, CSUM_VALID: 0x80 } as const;
