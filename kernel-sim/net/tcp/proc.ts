// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * /proc/net/tcp, /proc/net/tcp6 and TCP's line of /proc/net/sockstat: proc(5).
 *
 * Linux: tcp4_seq_show, get_tcp4_sock, get_tcp6_sock, sockstat_seq_show.
 */
import { type IpAddress, ipv6ToBytes } from '../../lib/ip-address.ts';
import { AF } from '../../uapi/socket.ts';
import { TCP_STATE } from '../../uapi/sock-diag.ts';
import type { InetDiagEntry } from '../netlink/sock-diag.ts';
import { backedOffUs } from './arming.ts';
import { SSTHRESH_INFINITE } from './congestion.ts';
import { tcpRows } from './diag.ts';
import type { Tcp } from './tcp.ts';
import { TcpSock } from './tcp-sock.ts';

const ROW_WIDTH = 149;
const PAGE_BYTES = 4096;
/** Times are in hundredths of a second. */
const US_PER_TICK = 10_000;
const MS_PER_TICK = 10;
const POINTER = '0'.padStart(16, '0');
const HEAD =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout ' +
  'inode';
const HEAD6 =
  '  sl  local_address                         remote_address                        st ' +
  'tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';

export function tcpText(tcp: Tcp, family: number): string {
  const isV6 = family === AF.INET6;
  let text = `${isV6 ? HEAD6 : HEAD.padEnd(ROW_WIDTH)}\n`;
  let slot = 0;
  for (const row of tcpRows(tcp, family)) {
    const line = rowText(row, slot++);
    text += `${isV6 ? line : line.padEnd(ROW_WIDTH)}\n`;
  }
  return text;
}

function rowText(row: InetDiagEntry, slot: number): string {
  const { state, timer, expiresMs, retransmissions, uid, inode, sock } = row;
  const isListening = state === TCP_STATE.LISTEN;
  const sendQueue = isListening ? 0 : row.sendQueue;
  const ticks = timer === 0 ? 0 : Math.floor(expiresMs / MS_PER_TICK);
  const common = [
    `${String(slot).padStart(4)}:`,
    `${hexAddress(row.source)}:${hex(row.sourcePort, 4)}`,
    `${hexAddress(row.destination)}:${hex(row.destinationPort, 4)}`,
    hex(state, 2),
    `${hex(sendQueue, 8)}:${hex(row.receiveQueue, 8)}`,
    `${hex(timer, 2)}:${hex(ticks, 8)}`,
    hex(retransmissions, 8),
    String(uid).padStart(5),
  ];
  if (!(sock instanceof TcpSock)) {
    return [...common, '0'.padStart(8), 0, state === TCP_STATE.TIME_WAIT ? 3 : 0, POINTER].join(
      ' ',
    );
  }
  const { tp } = sock;
  const quick = tp.isInteractive ? 1 : tp.quickAcks << 1;
  const ssthresh = tp.ssthresh >= SSTHRESH_INFINITE ? -1 : tp.ssthresh;
  return [
    ...common,
    String(tp.probesOut).padStart(8),
    inode,
    isListening ? 1 : 2,
    POINTER,
    Math.floor(backedOffUs(tp.rtt.rtoUs, tp.backoff) / US_PER_TICK),
    Math.floor(tp.atoNs / (US_PER_TICK * 1000)),
    quick,
    tp.cwnd,
    isListening ? 0 : ssthresh,
  ].join(' ');
}

/** What stands behind `TCP:`. */
export function tcpSockstat(tcp: Tcp): string {
  let inUse = 0;
  let memory = 0;
  for (const row of [...tcpRows(tcp, AF.INET), ...tcpRows(tcp, AF.INET6)]) {
    if (!(row.sock instanceof TcpSock)) continue;
    if (row.family === AF.INET) inUse++;
    memory += row.sock.rmemAlloc + row.sock.wmemAlloc;
  }
  const pages = Math.ceil(memory / PAGE_BYTES);
  const { orphans, timeWaits } = tcp;
  return `TCP: inuse ${inUse} orphan ${orphans} tw ${timeWaits} alloc ${inUse} mem ${pages}`;
}

/** How many sockets of IPv6 there are. */
export function tcpSockstat6(tcp: Tcp): number {
  return [...tcpRows(tcp, AF.INET6)].filter(({ sock }) => sock instanceof TcpSock).length;
}

/** As it lies in memory, read as words of a machine with the lowest byte first. */
function hexAddress(address: IpAddress): string {
  if (typeof address === 'number') {
    const bytes = [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff);
    return bytes
      .toReversed()
      .map((byte) => hex(byte, 2))
      .join('');
  }
  const bytes = ipv6ToBytes(address);
  const view = new DataView(bytes.buffer);
  return [0, 4, 8, 12].map((at) => hex(view.getUint32(at, true), 8)).join('');
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0');
}
