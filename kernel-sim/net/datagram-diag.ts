// SPDX-License-Identifier: GPL-2.0-or-later
/** What ss(8) is told of UDP and raw sockets. Linux: net/ipv4/udp_diag.c, raw_diag.c. */
import { IPPROTO } from '../uapi/in.ts';
import { AF } from '../uapi/socket.ts';
import type { Inet } from './af-inet.ts';
import type { DatagramSock } from './datagram-sock.ts';
import type { InetDiagEntry, SockDiag } from './netlink/sock-diag.ts';

const STATE = { ESTABLISHED: 1, CLOSE: 7 } as const;

export function registerDatagramDiag(diag: SockDiag, { udp, raw }: Inet): void {
  for (const family of [AF.INET, AF.INET6]) {
    diag.registerInet(family, IPPROTO.UDP, () => {
      const bound = [...udp.socks].filter(({ localPort }) => localPort !== 0);
      return entriesOf(bound, family);
    });
    diag.registerInet(family, IPPROTO.RAW, () => entriesOf([...raw.socks], family));
  }
}

function entriesOf(socks: readonly DatagramSock[], family: number): InetDiagEntry[] {
  return socks.filter((sock) => sock.family === family).map((sock) => entryOf(sock));
}

function entryOf(sock: DatagramSock): InetDiagEntry {
  const { family, peer, peerPort, localPort, options, inet, uid, inode, protocol } = sock;
  return {
    family,
    state: peer === undefined ? STATE.CLOSE : STATE.ESTABLISHED,
    source: family === AF.INET ? (sock.source ?? sock.localAddress) : sock.localAddress,
    sourcePort: sock.isRaw ? protocol : localPort,
    destination: peer ?? sock.anyAddress,
    destinationPort: peerPort,
    ifindex: options.boundDevice,
    timer: 0,
    retransmissions: 0,
    expiresMs: 0,
    receiveQueue: sock.rmemAlloc,
    sendQueue: sock.wmemAlloc,
    sock,
    uid,
    inode,
    cookie: inode,
    tos: inet.tos,
    isV6Only: inet.isV6Only,
  };
}
