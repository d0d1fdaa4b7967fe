// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What a connection sends of its queue, for the first time and again: as many segments as both
 * windows allow, and none that are small without need.
 *
 * Linux: tcp_write_xmit, tcp_retransmit_skb, tcp_write_wakeup of net/ipv4/tcp_output.c.
 */
import { TCP_CA, TCP_FLAG } from '../../uapi/tcp.ts';
import { ERRNO } from '../../uapi/errno.ts';
import type { SkBuff } from '../core/sk-buff.ts';
import { armProbe, armRetransmit, checkProbe } from './arming.ts';
import { type Connection, TIMER } from './connection.ts';
import { MARK, SentSegment } from './send-queue.ts';
import { after, before, distance, plus } from './seq.ts';
import { INITIAL_CWND } from './settings.ts';
import { allocSegment, currentMss, sendControl, sendSegment, timestampOf } from './transmit.ts';

const { ACK, FIN, PSH, SYN } = TCP_FLAG;
const NS_PER_US = 1000;

/** How `writePending` treats a small segment. Linux: nonagle, TCP_NAGLE_OFF, CORK, PUSH. */
export const NAGLE = { ASK: 0, PUSH: 1, CORK: 2 } as const;

/** Puts a segment behind all others. */
export function queueSegment(tp: Connection, skb: SkBuff, flags: number): SentSegment {
  const spaceBytes = skb.length + ((flags & (SYN | FIN)) === 0 ? 0 : 1);
  const segment = new SentSegment(skb, tp.writeSeq, flags, plus(tp.writeSeq, spaceBytes));
  tp.send.append(segment);
  tp.writeSeq = segment.endSeq;
  tp.sock.wmemAlloc = tp.send.queuedBytes;
  return segment;
}

/** The SYN of a connection that begins here. */
export function sendSyn(tp: Connection): number {
  const skb = allocSegment(tp, 0);
  if (skb === undefined) return -ERRNO.ENOBUFS;
  const segment = queueSegment(tp, skb, SYN);
  return sendNew(tp, segment);
}

/** The first transmission of the first unsent segment. Linux: tcp_event_new_data_sent. */
function sendNew(tp: Connection, segment: SentSegment): number {
  const answer = sendSegment(tp, segment);
  if (answer === -ERRNO.ENOBUFS && segment.firstSentNs === 0) return answer;
  const { send } = tp;
  const hadNone = send.packetsOut === 0;
  send.sent(segment);
  tp.sndNxt = segment.endSeq;
  if (hadNone || tp.timerKind !== TIMER.RETRANSMIT) armRetransmit(tp);
  if (segment.skb.length > 0) tp.tcp.statistics.tcpExt.TCPOrigDataSent++;
  return answer;
}

/**
 * Sends what the windows allow; with `nagle` PUSH a small last segment, too. What waits while
 * nothing is under way, so that no acknowledgment would come to send it, gets a timer. Linux:
 * tcp_write_xmit.
 */
export function writePending(tp: Connection, nagle: number): void {
  const { send } = tp;
  if (send.unsent === undefined) return;
  const mss = currentMss(tp);
  if (send.packetsOut === 0) restartAfterIdle(tp);
  let isCwndLimited = false;
  let sent = 0;
  for (let segment = send.unsent; segment !== undefined; segment = send.unsent) {
    if (send.inFlight >= tp.cwnd) {
      isCwndLimited = true;
      break;
    }
    if (!fitsWindow(tp, segment, mss)) break;
    if (!mayLeave(tp, segment, mss, nagle)) break;
    if (segment.skb.length > mss && !splitSegment(tp, segment, mss)) break;
    const { length } = segment.skb;
    if (sendNew(tp, segment) === -ERRNO.ENOBUFS && segment.firstSentNs === 0) break;
    if (length < mss) tp.sndSml = segment.endSeq;
    sent++;
  }
  if (sent > 0) {
    if (tp.caState === TCP_CA.RECOVERY) tp.prrOut += sent;
    validateCwnd(tp, isCwndLimited || send.inFlight >= tp.cwnd);
  }
  checkProbe(tp);
}

/** Whether the peer has room for it, or for as much of it as one segment carries. */
function fitsWindow(tp: Connection, segment: SentSegment, mss: number): boolean {
  const { length } = segment.skb;
  const end = length > mss ? plus(segment.seq, mss) : segment.endSeq;
  return !after(end, tp.sendWindowEnd);
}

/**
 * A small segment waits while another one is under way: more may be written meanwhile. RFC 896,
 * with Minshall's change. Linux: tcp_nagle_test.
 */
function mayLeave(tp: Connection, segment: SentSegment, mss: number, nagle: number): boolean {
  if (segment.skb.length >= mss || segment.next !== undefined || nagle === NAGLE.PUSH) return true;
  if ((segment.flags & (FIN | SYN)) !== 0 || (tp.isSendUrgent && tp.sndUp === tp.writeSeq)) {
    return true;
  }
  const { nodelay, cork } = tp.options;
  if (cork || nagle === NAGLE.CORK) return false;
  if (nodelay || tp.send.packetsOut === 0) return true;
  return !(after(tp.sndSml, tp.sndUna) && !after(tp.sndSml, tp.sndNxt));
}

/** Cuts a segment in two. False without memory. Linux: tcp_fragment. */
export function splitSegment(tp: Connection, segment: SentSegment, bytes: number): boolean {
  const { skb } = segment;
  const rest = allocSegment(tp, skb.length - bytes);
  if (rest === undefined) return false;
  const restBytes = skb.length - bytes;
  rest.put(restBytes);
  tp.tcp.skbs.ram.memcpy(rest.data, skb.data + bytes, restBytes);
  const added = new SentSegment(rest, plus(segment.seq, bytes), segment.flags, segment.endSeq);
  added.sentNs = segment.sentNs;
  added.firstSentNs = segment.firstSentNs;
  skb.trim(bytes);
  segment.endSeq = added.seq;
  segment.flags &= ~(FIN | PSH);
  const { send } = tp;
  const wasSent = send.wasSent(segment);
  send.insertAfter(segment, added);
  if (wasSent) send.packetsOut++;
  send.setMarks(added, segment.marks);
  return true;
}

/** After a pause nobody knows what the network can take. RFC 5681, 4.1. */
function restartAfterIdle(tp: Connection): void {
  const { tcp } = tp;
  if (tp.lastSentNs === 0 || tcp.settings.slowStartAfterIdle === 0) return;
  const nowNs = tcp.now();
  const idleNs = nowNs - tp.lastSentNs;
  const rtoNs = tp.rtt.rtoUs * NS_PER_US;
  if (idleNs <= rtoNs) return;
  const restart = Math.min(INITIAL_CWND, tp.cwnd);
  tp.ssthresh = Math.max(tp.ssthresh, (tp.cwnd >>> 1) + (tp.cwnd >>> 2));
  for (let leftNs = idleNs - rtoNs; leftNs > 0 && tp.cwnd > restart; leftNs -= rtoNs) {
    tp.cwnd >>>= 1;
  }
  tp.cwnd = Math.max(tp.cwnd, restart);
  tp.cwndUsageSeq = tp.sndNxt;
  tp.maxPacketsOut = 0;
  tp.congestion.restarted?.(nowNs, idleNs);
}

/** Remembers whether the window was what held sending up. RFC 7661; Linux: tcp_cwnd_validate. */
function validateCwnd(tp: Connection, isCwndLimited: boolean): void {
  const { packetsOut } = tp.send;
  const isNewRound = !before(tp.sndUna, tp.cwndUsageSeq);
  if (isNewRound || isCwndLimited || (!tp.isCwndLimited && packetsOut > tp.maxPacketsOut)) {
    tp.isCwndLimited = isCwndLimited;
    tp.maxPacketsOut = packetsOut;
    tp.cwndUsageSeq = tp.sndNxt;
  }
}

/** The stream ends here: with the last segment, or in one of its own. Linux: tcp_send_fin. */
export function sendFin(tp: Connection): void {
  const { send } = tp;
  const { tail } = send;
  if (tail !== undefined && send.unsent !== undefined) {
    tail.flags |= FIN;
    tail.endSeq = plus(tail.endSeq, 1);
    tp.writeSeq = tail.endSeq;
  } else {
    const skb = allocSegment(tp, 0);
    // Without memory the stream still has to end: the peer is told with a reset later.
    if (skb === undefined) return;
    queueSegment(tp, skb, FIN);
  }
  writePending(tp, NAGLE.PUSH);
}

// ---- Again -----------------------------------------------------------------------------------

/** Sends a segment once more. 0 or a negative errno. Linux: tcp_retransmit_skb. */
export function retransmit(tp: Connection, segment: SentSegment): number {
  const { send, tcp } = tp;
  const mss = currentMss(tp);
  const windowEnd = tp.sendWindowEnd;
  // A peer that took its window back gets no more than the first segment.
  if (!before(segment.seq, windowEnd) && segment.seq !== tp.sndUna) return -ERRNO.EAGAIN;
  if (segment.skb.length > mss && !splitSegment(tp, segment, mss)) return -ERRNO.ENOMEM;
  const answer = sendSegment(tp, segment);
  if (answer === -ERRNO.ENOBUFS) {
    tcp.statistics.tcpExt.TCPRetransFail++;
    return answer;
  }
  send.setMarks(segment, segment.marks | MARK.RETRANSMITTED | MARK.EVER_RETRANSMITTED);
  if (tp.retransStamp === 0) tp.retransStamp = timestampOf(tp);
  tp.undoRetrans = Math.max(0, tp.undoRetrans) + 1;
  if (tp.caState === TCP_CA.RECOVERY) tp.prrOut++;
  tp.totalRetransmits++;
  tp.bytesRetransmitted += segment.skb.length;
  tcp.statistics.tcp.RetransSegs++;
  if ((segment.flags & SYN) !== 0) tcp.statistics.tcpExt.TCPSynRetrans++;
  return 0;
}

/**
 * Asks a peer without room: with data if there is any room at all, else with a byte that it has
 * got already. Linux: tcp_write_wakeup.
 */
export function sendWindowProbe(tp: Connection): void {
  const { unsent } = tp.send;
  if (unsent === undefined || !before(unsent.seq, tp.sendWindowEnd)) {
    if (tp.isSendUrgent) sendControl(tp, tp.sndUna, ACK);
    sendControl(tp, plus(tp.sndUna, -1), ACK);
    return;
  }
  const room = distance(unsent.seq, tp.sendWindowEnd);
  const bytes = Math.min(room, currentMss(tp));
  if (unsent.skb.length > bytes && !splitSegment(tp, unsent, bytes)) {
    armProbe(tp);
    return;
  }
  unsent.flags |= PSH;
  sendNew(tp, unsent);
}
