// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * TCP's sockets for those who look from outside: ss(8) by NETLINK_SOCK_DIAG, and proc.ts.
 *
 * Linux: net/ipv4/tcp_diag.c, inet_csk_diag_fill and inet_twsk_diag_fill of net/ipv4/inet_diag.c.
 */
import { type IpAddress, mapIpv4 } from '../../lib/ip-address.ts';
import { IPPROTO } from '../../uapi/in.ts';
import { AF } from '../../uapi/socket.ts';
import { TCP_STATE } from '../../uapi/sock-diag.ts';
import type { InetDiagEntry, SockDiag } from '../netlink/sock-diag.ts';
import { TIMER } from './connection.ts';
import type { Request } from './request.ts';
import { distance } from './seq.ts';
import { NS_PER_MS } from './settings.ts';
import type { TableEntry } from './table.ts';
import { tcpInfo } from './tcp-info.ts';
import type { Tcp } from './tcp.ts';
import { TcpSock } from './tcp-sock.ts';
import type { TimeWait } from './time-wait.ts';

/** What a timer is for, as ss(8) and /proc/net/tcp number it. */
const TIMER_SHOWN = { NONE: 0, RETRANSMIT: 1, KEEPALIVE: 2, TIME_WAIT: 3, PROBE: 4 } as const;

export function registerTcpDiag(diag: SockDiag, tcp: Tcp): void {
  for (const family of [AF.INET, AF.INET6]) {
    diag.registerInet(family, IPPROTO.TCP, () => tcpRows(tcp, family));
  }
}

/** All sockets of a family: listeners first. */
export function* tcpRows(tcp: Tcp, family: number): IterableIterator<InetDiagEntry> {
  for (const entry of tcp.entries()) {
    if (entry instanceof TcpSock) {
      if (entry.family === family) yield rowOfSock(entry);
      continue;
    }
    const row = rowOfEntry(tcp, entry);
    if (row.family === family) yield row;
  }
}

function rowOfEntry(tcp: Tcp, entry: TableEntry): InetDiagEntry {
  switch (entry.kind) {
    case 'connection':
      return rowOfSock((entry as TcpSock['tp']).sock as TcpSock);
    case 'request': {
      const { retransmits, timer, family } = entry as Request;
      const { RETRANSMIT } = TIMER_SHOWN;
      return small(tcp, entry, family, TCP_STATE.SYN_RECV, RETRANSMIT, timer.dueNs, retransmits);
    }
    default: {
      const { state, timer, family } = entry as TimeWait;
      return small(tcp, entry, family, state, TIMER_SHOWN.TIME_WAIT, timer.dueNs, 0);
    }
  }
}

/** What has no socket. */
function small(
  tcp: Tcp,
  entry: TableEntry,
  family: number,
  state: number,
  timer: number,
  dueNs: number,
  retransmissions: number,
): InetDiagEntry {
  return {
    family,
    state,
    source: shown(entry.localAddress, family),
    sourcePort: entry.localPort,
    destination: shown(entry.remoteAddress, family),
    destinationPort: entry.remotePort,
    ifindex: entry.boundDevice,
    timer,
    retransmissions,
    expiresMs: msUntil(tcp, dueNs),
    receiveQueue: 0,
    sendQueue: 0,
    sock: undefined,
    uid: 0,
    inode: 0,
    cookie: 0,
  };
}

function rowOfSock(sock: TcpSock): InetDiagEntry {
  const { tp, tcp, listener, family, uid, inode, inet, options } = sock;
  const isListening = listener !== undefined;
  const [timer, dueNs] = timerOf(sock);
  const unread = Math.max(0, distance(tp.copiedSeq, tp.rcvNxt) - (tp.hasReceivedFin ? 1 : 0));
  return {
    family,
    state: tp.state,
    source: isListening ? sock.localAddress : shown(tp.localAddress, family),
    sourcePort: sock.listener === undefined ? tp.localPort : sock.localPort,
    destination: isListening ? sock.anyAddress : shown(tp.remoteAddress, family),
    destinationPort: tp.remotePort,
    ifindex: options.boundDevice,
    timer,
    retransmissions: timer === TIMER_SHOWN.RETRANSMIT ? tp.retransmits : tp.probesOut,
    expiresMs: msUntil(tcp, dueNs),
    receiveQueue: isListening ? listener.acceptQueue.length : unread,
    sendQueue: isListening ? listener.backlog : distance(tp.sndUna, tp.writeSeq),
    sock,
    uid,
    inode: tp.isOrphan ? 0 : inode,
    cookie: inode,
    tos: inet.tos,
    info: tcpInfo(tp),
    congestionControl: tp.congestion.name,
    isV6Only: inet.isV6Only,
  };
}

function timerOf({ tp }: TcpSock): readonly [timer: number, dueNs: number] {
  const { retransmitTimer, keepaliveTimer } = tp;
  if (tp.timerKind === TIMER.RETRANSMIT) return [TIMER_SHOWN.RETRANSMIT, retransmitTimer.dueNs];
  if (tp.timerKind === TIMER.PROBE) return [TIMER_SHOWN.PROBE, retransmitTimer.dueNs];
  if (keepaliveTimer.isPending) return [TIMER_SHOWN.KEEPALIVE, keepaliveTimer.dueNs];
  return [TIMER_SHOWN.NONE, Infinity];
}

function shown(address: IpAddress, family: number): IpAddress {
  return typeof address === 'number' && family === AF.INET6 ? mapIpv4(address) : address;
}

function msUntil(tcp: Tcp, dueNs: number): number {
  return dueNs === Infinity ? 0 : Math.max(0, Math.floor((dueNs - tcp.now()) / NS_PER_MS));
}
