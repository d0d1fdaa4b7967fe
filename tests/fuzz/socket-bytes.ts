// SPDX-License-Identifier: GPL-2.0-or-later
/** Addresses of sockets and requests to netlink, without which calls are refused at once. */
import { MessageBuilder } from '../../kernel-sim/net/netlink/netlink-message.ts';
import { encodeAddress, type SockAddress } from '../../kernel-sim/net/sock-address.ts';
import { NLM_F } from '../../kernel-sim/uapi/netlink.ts';
import { RTM } from '../../kernel-sim/uapi/rtnetlink-messages.ts';
import { SOCK_DIAG_BY_FAMILY } from '../../kernel-sim/uapi/sock-diag.ts';
import { AF, SOCKADDR_MAX_BYTES } from '../../kernel-sim/uapi/socket.ts';

const LOOPBACK = 0x7f00_0001;
const IPV6_LOOPBACK = '00000000000000000000000000000001';
const FIXED_BYTES = 16;
const DIAG_BYTES = 56;

const ADDRESSES: readonly SockAddress[] = [
  { family: AF.UNSPEC },
  ...['\0a', '\0b', 'socket', '/tmp/fuzz/socket2', ''].map((path): SockAddress => ({
    family: AF.UNIX,
    path,
  })),
  ...[0, 1000, 1001, 2000].flatMap((port): SockAddress[] => [
    { family: AF.INET, address: LOOPBACK, port },
    { family: AF.INET, address: 0, port },
    { family: AF.INET6, address: IPV6_LOOPBACK, port, flowinfo: 0, scopeId: 0 },
  ]),
  { family: AF.INET, address: 0xe000_0001, port: 1000 },
  { family: AF.NETLINK, pid: 0, groups: 0 },
  { family: AF.NETLINK, pid: 5, groups: 0xffff_ffff },
  { family: AF.PACKET, protocol: 3, ifindex: 1, hatype: 1, pkttype: 0, address: new Uint8Array(6) },
];

/** Each in as much room as any address may take. */
export const SOCKADDRS: readonly Uint8Array[] = ADDRESSES.map((address) => {
  const room = new Uint8Array(SOCKADDR_MAX_BYTES);
  room.set(encodeAddress(address));
  return room;
});

export const REQUESTS: readonly Uint8Array[] = [
  ...Object.values(RTM).map((type) => requestOf(type, FIXED_BYTES)),
  requestOf(SOCK_DIAG_BY_FAMILY, DIAG_BYTES),
];

/** About all that there is, where it asks. */
function requestOf(type: number, bytes: number): Uint8Array {
  const flags = NLM_F.REQUEST | NLM_F.ACK | NLM_F.DUMP;
  const builder = new MessageBuilder(type, flags, 1, 0);
  return builder
    .reserve(bytes, (view, at) => view.setUint8(at, type % 3 === 0 ? AF.INET : 0))
    .finish();
}
