// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * An acknowledgment: what has arrived leaves the queue, the windows move, and more is sent.
 *
 * Linux: tcp_ack, tcp_clean_rtx_queue, tcp_ack_update_window; RFC 9293, 3.10.7.4, fifth check.
 */
import { TCP_CA, TCP_FLAG } from '../../uapi/tcp.ts';
import { armProbe, armSoon, rearmRetransmit, stopRetransmit } from './arming.ts';
import { slowStart } from './congestion.ts';
import { type Connection, TIMER } from './connection.ts';
import { syncMss, timestampOf } from './transmit.ts';
import { hasReneged, recover, reduceProportionally, retransmitLost } from './recovery.ts';
import { noteDelivered, tagSacked } from './sack.ts';
import type { Segment } from './segment.ts';
import { MARK, type SentSegment } from './send-queue.ts';
import { after, before, distance, plus } from './seq.ts';
import { challengeAck } from './challenge.ts';
import { isWritable } from './window.ts';

const NS_PER_US = 1000;
const US_PER_MS = 1000;
/** How many buffers of a segment a connection may have, per segment of its window. */
const SNDBUF_FACTOR = 2;

/** False when the segment is to be dropped for what it acknowledges. */
export function receiveAck(tp: Connection, segment: Segment): boolean {
  const { ackSeq } = segment;
  const priorUna = tp.sndUna;
  if (before(ackSeq, priorUna)) return receiveOldAck(tp, segment);
  if (after(ackSeq, tp.sndNxt)) return false;
  const { send, acked, tcp } = tp;
  acked.begin(segment.hasTimestamp ? segment.tsecr : 0);
  tp.lastAckReceivedNs = tcp.now();
  tp.probesOut = 0;
  const hasNewWindow = updateWindow(tp, segment);
  const priorPackets = send.packetsOut;
  const priorLost = send.lostOut;
  if (ackSeq !== priorUna) {
    tp.retransmits = 0;
    tp.bytesAcked += distance(priorUna, ackSeq);
    tp.sndUna = ackSeq;
  }
  if (priorPackets === 0) {
    checkProbeAnswer(tp);
    return true;
  }
  if (segment.sackCount > 0 && tp.hasSack) tagSacked(tp, segment);
  if (ackSeq !== priorUna) cleanQueue(tp);
  updateRtt(tp);
  const brings = segment.dataBytes > 0 || segment.isFin || hasNewWindow;
  const isDuplicate = ackSeq === priorUna && !brings;
  // Probing or not, what is acknowledged restarts the clock for the rest.
  if (ackSeq !== priorUna) rearmRetransmit(tp);
  if (ackSeq !== priorUna && hasReneged(tp)) armSoon(tp);
  else if (isDuplicate || acked.hasNewSack || tp.caState !== TCP_CA.OPEN || send.sackedOut > 0) {
    recover(tp, priorUna, isDuplicate);
  }
  controlCongestion(tp, send.lostOut > priorLost);
  if (tp.caState === TCP_CA.RECOVERY || tp.caState === TCP_CA.LOSS) retransmitLost(tp);
  return true;
}

/** Something older: its SACK blocks may still be news. Far older ones are nobody's. RFC 5961, 5. */
function receiveOldAck(tp: Connection, segment: Segment): boolean {
  if (before(segment.ackSeq, plus(tp.sndUna, -tp.maxWindow))) {
    challengeAck(tp);
    return false;
  }
  if (segment.sackCount === 0 || !tp.hasSack || tp.send.packetsOut === 0) return true;
  tp.acked.begin(0);
  tagSacked(tp, segment);
  if (tp.acked.hasNewSack) recover(tp, tp.sndUna, false);
  if (tp.caState === TCP_CA.RECOVERY) {
    reduceProportionally(tp, tp.acked.delivered, true);
    retransmitLost(tp);
  }
  return true;
}

/** Whether a newer segment says another window. RFC 9293, 3.10.7.4 (SND.WL1 and SND.WL2). */
function updateWindow(tp: Connection, segment: Segment): boolean {
  const { ackSeq, seq } = segment;
  const window = segment.isSyn ? segment.window : segment.window * 2 ** tp.sndWscale;
  const isNewer =
    after(ackSeq, tp.sndUna) ||
    after(seq, tp.sndWl1) ||
    (seq === tp.sndWl1 && (window > tp.sndWnd || window === 0));
  if (!isNewer) return false;
  tp.sndWl1 = seq;
  if (window === tp.sndWnd) return false;
  tp.sndWnd = window;
  if (window > tp.maxWindow) {
    tp.maxWindow = window;
    syncMss(tp);
  }
  return true;
}

/** Takes what is acknowledged out of the queue. */
function cleanQueue(tp: Connection): void {
  const { send, sndUna, tcp } = tp;
  const { skbs } = tcp;
  for (let head = send.head; head !== undefined; head = send.head) {
    if (head === send.unsent) break;
    if (after(head.endSeq, sndUna)) {
      if (after(sndUna, head.seq)) trimHead(head, sndUna);
      break;
    }
    noteAcknowledged(tp, head);
    skbs.consume(send.shift().skb);
  }
  tp.sock.wmemAlloc = send.queuedBytes;
  if (tp.isSendUrgent && !before(sndUna, tp.sndUp)) tp.isSendUrgent = false;
  growSendBuffer(tp);
  // Who was woken for every segment would write, and push, one at a time.
  if (isWritable(tp)) tp.sock.writeSpace();
}

/** The peer has got the front of a segment, which was sent in other pieces before. */
function trimHead(head: SentSegment, sndUna: number): void {
  head.skb.pull(distance(head.seq, sndUna));
  head.seq = sndUna;
}

function noteAcknowledged(tp: Connection, segment: SentSegment): void {
  const { acked, tcp } = tp;
  acked.segments++;
  if (segment.skb.length > 0) acked.hasData = true;
  if ((segment.marks & MARK.SACKED) !== 0) return;
  if ((segment.flags & TCP_FLAG.SYN) === 0) acked.delivered++;
  noteDelivered(tp, segment);
  if ((segment.marks & MARK.EVER_RETRANSMITTED) === 0 && acked.rttUs < 0) {
    acked.rttUs = Math.floor((tcp.now() - segment.sentNs) / NS_PER_US);
  }
}

/** Karn's rule: what was sent twice tells nothing, unless timestamps do. RFC 7323, section 4. */
function updateRtt(tp: Connection): void {
  const { acked, rtt, tcp } = tp;
  let sampleUs = acked.rttUs >= 0 ? acked.rttUs : acked.sackRttUs;
  if (sampleUs < 0 && acked.segments > 0 && tp.hasTimestamps && acked.tsecr !== 0) {
    const ticks = (timestampOf(tp) - acked.tsecr) | 0;
    if (ticks >= 0) sampleUs = Math.max(1, ticks) * US_PER_MS;
  }
  tp.delivered += acked.delivered;
  if (sampleUs < 0) return;
  rtt.add(sampleUs, Math.floor(tcp.now() / NS_PER_US), tp.sndUna, tp.sndNxt);
  tp.backoff = 0;
  tp.congestion.sample?.(Math.max(1, sampleUs));
}

function controlCongestion(tp: Connection, hasLoss: boolean): void {
  const { acked } = tp;
  if (tp.caState === TCP_CA.RECOVERY) {
    reduceProportionally(tp, acked.delivered, hasLoss);
    return;
  }
  if (!acked.hasData || acked.delivered === 0 || !isWindowLimiting(tp)) return;
  if (tp.caState === TCP_CA.LOSS && tp.cwnd < tp.ssthresh) slowStart(tp, acked.delivered);
  else tp.congestion.avoid(tp, acked.delivered, tp.tcp.now());
}

/** A window that nobody fills does not grow. Linux: tcp_is_cwnd_limited. */
function isWindowLimiting(tp: Connection): boolean {
  if (tp.isCwndLimited) return true;
  return tp.cwnd < tp.ssthresh && tp.cwnd < 2 * tp.maxPacketsOut;
}

/** Room for two windows. Linux: tcp_sndbuf_expand. */
export function growSendBuffer(tp: Connection): void {
  const { options } = tp.sock;
  const most = tp.tcp.settings.wmem[2];
  if (options.isSndbufFixed || options.sndbuf >= most) return;
  const perSegment = tp.mss + 1024;
  const segments = Math.max(tp.cwnd, 10, tp.reordering + 1);
  const wanted = SNDBUF_FACTOR * segments * perSegment;
  if (wanted > options.sndbuf) options.sndbuf = Math.min(wanted, most);
}

/** An answer to a probe, or nothing new: does the window have room now? Linux: tcp_ack_probe. */
function checkProbeAnswer(tp: Connection): void {
  const { unsent } = tp.send;
  if (unsent === undefined) return;
  if (!after(unsent.endSeq, tp.sendWindowEnd)) {
    tp.backoff = 0;
    if (tp.timerKind === TIMER.PROBE) stopRetransmit(tp);
  } else if (tp.timerKind !== TIMER.RETRANSMIT && !tp.retransmitTimer.isPending) {
    armProbe(tp);
  }
}
