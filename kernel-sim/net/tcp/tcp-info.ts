// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What a connection tells of itself: TCP_INFO, which ss(8) shows, too.
 *
 * Linux: tcp_get_info. Rates are not measured: there is no pacing.
 */
import { NS_PER_JIFFY } from '../../kernel/jiffies.ts';
import { TCP_INFO, TCPI_OPT } from '../../uapi/tcp.ts';
import { TCP_STATE } from '../../uapi/sock-diag.ts';
import { backedOffUs } from './arming.ts';
import type { Connection } from './connection.ts';
import { distance } from './seq.ts';
import { NS_PER_MS } from './settings.ts';
import type { TcpSock } from './tcp-sock.ts';

const U32_MAX = 0xffff_ffff;
const NS_PER_US = 1000;
const US_PER_JIFFY = NS_PER_JIFFY / NS_PER_US;

export function tcpInfo(tp: Connection): Uint8Array {
  const bytes = new Uint8Array(TCP_INFO.SIZE);
  const view = new DataView(bytes.buffer);
  const { send, rtt, tcp } = tp;
  const nowNs = tcp.now();
  const sinceMs = (atNs: number): number => Math.floor((nowNs - atNs) / NS_PER_MS);
  bytes[TCP_INFO.state] = tp.state;
  const word = (at: number, value: number): void =>
    view.setUint32(at, Math.min(U32_MAX, value), true);
  word(TCP_INFO.reordering, tp.reordering);
  word(TCP_INFO.sndCwnd, tp.cwnd);
  if (tp.state === TCP_STATE.LISTEN) {
    writeListener(tp, word);
    return bytes;
  }
  bytes[TCP_INFO.caState] = tp.caState;
  bytes[TCP_INFO.retransmits] = tp.retransmits;
  bytes[TCP_INFO.probes] = tp.probesOut;
  bytes[TCP_INFO.backoff] = tp.backoff;
  bytes[TCP_INFO.options] =
    (tp.hasTimestamps ? TCPI_OPT.TIMESTAMPS : 0) |
    (tp.hasSack ? TCPI_OPT.SACK : 0) |
    (tp.hasWscale ? TCPI_OPT.WSCALE : 0);
  bytes[TCP_INFO.wscale] = tp.hasWscale ? tp.sndWscale | (tp.rcvWscale << 4) : 0;
  word(TCP_INFO.rto, inJiffies(backedOffUs(rtt.rtoUs, tp.backoff)));
  word(TCP_INFO.ato, Math.floor(tp.atoNs / NS_PER_US));
  word(TCP_INFO.sndMss, tp.mss);
  word(TCP_INFO.rcvMss, tp.rcvMss);
  word(TCP_INFO.unacked, send.packetsOut);
  word(TCP_INFO.sacked, send.sackedOut);
  word(TCP_INFO.lost, send.lostOut);
  word(TCP_INFO.retrans, send.retransOut);
  word(TCP_INFO.lastDataSent, sinceMs(tp.lastSentNs));
  word(TCP_INFO.lastDataRecv, sinceMs(tp.lastReceivedNs));
  word(TCP_INFO.lastAckRecv, sinceMs(tp.lastAckReceivedNs));
  word(TCP_INFO.pmtu, tp.pathMtu);
  word(TCP_INFO.rcvSsthresh, tp.rcvSsthresh);
  word(TCP_INFO.rtt, rtt.smoothedUs);
  word(TCP_INFO.rttvar, Math.floor(rtt.mdev4 / 4));
  word(TCP_INFO.sndSsthresh, tp.ssthresh);
  word(TCP_INFO.advmss, tp.advmss);
  word(TCP_INFO.rcvRtt, tp.rcvRtt.rttUs);
  word(TCP_INFO.rcvSpace, tp.rcvSpace.bytes);
  word(TCP_INFO.totalRetrans, tp.totalRetransmits);
  writeCounts(tp, view, word);
  return bytes;
}

/** Timers are kept in jiffies there: the next one. */
function inJiffies(us: number): number {
  return Math.ceil(us / US_PER_JIFFY) * US_PER_JIFFY;
}

/** Who waits to be accepted, and how many may. */
function writeListener({ sock }: Connection, word: (at: number, value: number) => void): void {
  const { listener } = sock as TcpSock;
  word(TCP_INFO.unacked, listener?.acceptQueue.length ?? 0);
  word(TCP_INFO.sacked, listener?.backlog ?? 0);
}

function writeCounts(
  tp: Connection,
  view: DataView,
  word: (at: number, value: number) => void,
): void {
  const long = (at: number, value: number): void => view.setBigUint64(at, BigInt(value), true);
  long(TCP_INFO.bytesAcked, tp.bytesAcked);
  long(TCP_INFO.bytesReceived, tp.bytesReceived);
  word(TCP_INFO.segsOut, tp.segsOut);
  word(TCP_INFO.segsIn, tp.segsIn);
  word(TCP_INFO.notsentBytes, Math.max(0, distance(tp.sndNxt, tp.writeSeq)));
  word(TCP_INFO.minRtt, tp.rtt.minUs === Infinity ? U32_MAX : tp.rtt.minUs);
  word(TCP_INFO.dataSegsIn, tp.dataSegsIn);
  word(TCP_INFO.dataSegsOut, tp.dataSegsOut);
  word(TCP_INFO.delivered, tp.delivered);
  long(TCP_INFO.bytesSent, tp.bytesSent);
  long(TCP_INFO.bytesRetrans, tp.bytesRetransmitted);
  word(TCP_INFO.dsackDups, tp.dsackDups);
  word(TCP_INFO.rcvOoopack, tp.receivedOutOfOrder);
  word(TCP_INFO.sndWnd, tp.sndWnd);
  word(TCP_INFO.rcvWnd, tp.rcvWnd);
}
