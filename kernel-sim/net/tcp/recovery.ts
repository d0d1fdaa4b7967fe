// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What was lost is sent again, and the window shrinks for it.
 *
 *     Open ──dup ACKs, SACKs──> Disorder ──three of them──> Recovery ──all acknowledged──> Open
 *       └────────────── timeout (from any) ──> Loss ───────────────────all acknowledged──> Open
 *
 * Recovery goes by SACK where the peer does (RFC 6675), else by counting duplicates (NewReno, RFC
 * 6582); the window goes down in proportion to what is delivered (PRR, RFC 6937). A retransmission
 * that got lost in turn is found by time (RFC 8985). When timestamps or duplicates show that
 * nothing had been lost, the window comes back (RFC 3522, RFC 3708).
 *
 * Linux: tcp_fastretrans_alert and what it calls, of net/ipv4/tcp_input.c.
 */
import { TCP_CA } from '../../uapi/tcp.ts';
import { SSTHRESH_INFINITE } from './congestion.ts';
import type { Connection } from './connection.ts';
import { retransmit } from './output.ts';
import { MARK } from './send-queue.ts';
import { after, before } from './seq.ts';

/** A quarter of the least round trip, from microseconds: reordering takes no longer. */
const REORDER_NS_PER_US = 250;

/** An acknowledgment came. `isDuplicate`: it brought nothing but that something has left. */
export function recover(tp: Connection, priorUna: number, isDuplicate: boolean): void {
  const hasAdvanced = tp.sndUna !== priorUna;
  switch (tp.caState) {
    case TCP_CA.RECOVERY:
      inRecovery(tp, hasAdvanced, isDuplicate);
      break;
    case TCP_CA.LOSS:
      inLoss(tp, hasAdvanced, isDuplicate);
      break;
    default:
      inOrder(tp, hasAdvanced, isDuplicate);
  }
}

function inOrder(tp: Connection, hasAdvanced: boolean, isDuplicate: boolean): void {
  const { send } = tp;
  if (tp.isReno) countDuplicates(tp, hasAdvanced, isDuplicate);
  if (tp.caState === TCP_CA.OPEN) tp.retransStamp = 0;
  if (!isTimeToRecover(tp)) {
    tp.caState = send.sackedOut > 0 ? TCP_CA.DISORDER : TCP_CA.OPEN;
    if (tp.caState === TCP_CA.OPEN) tp.hasUndo = false;
    return;
  }
  enterRecovery(tp);
  findLost(tp);
  if (send.lostOut === 0 && send.head !== undefined) send.markLost(send.head);
}

function inRecovery(tp: Connection, hasAdvanced: boolean, isDuplicate: boolean): void {
  const { send } = tp;
  if (!before(tp.sndUna, tp.highSeq)) {
    if (tp.isReno) send.sackedOut = 0;
    leaveRecovery(tp);
    return;
  }
  if (tp.isReno) countDuplicates(tp, hasAdvanced, isDuplicate);
  if (hasAdvanced && mayUndo(tp)) {
    undo(tp);
    tp.caState = send.sackedOut > 0 ? TCP_CA.DISORDER : TCP_CA.OPEN;
    tp.tcp.statistics.tcpExt.TCPFullUndo++;
    return;
  }
  findLost(tp);
  // A partial acknowledgment: what now comes first was lost as well. RFC 6582, 3.2, step 3.
  const { head } = send;
  if (hasAdvanced && head !== undefined && (tp.isReno || send.lostOut === 0)) {
    if ((head.marks & (MARK.SACKED | MARK.LOST)) === 0) send.markLost(head);
  }
}

function inLoss(tp: Connection, hasAdvanced: boolean, isDuplicate: boolean): void {
  const { send } = tp;
  if (!before(tp.sndUna, tp.highSeq)) {
    if (tp.isReno) send.sackedOut = 0;
    leaveRecovery(tp);
    return;
  }
  if (hasAdvanced && mayUndo(tp)) {
    undo(tp);
    tp.tcp.statistics.tcpExt.TCPLossUndo++;
    tp.caState = TCP_CA.OPEN;
    return;
  }
  if (tp.isReno && hasAdvanced) send.sackedOut = 0;
  else if (tp.isReno && after(tp.sndNxt, tp.highSeq)) countDuplicates(tp, false, isDuplicate);
  findLost(tp);
}

/** Without SACK a duplicate stands for a segment that has arrived. Linux: tcp_add_reno_sack. */
function countDuplicates(tp: Connection, hasAdvanced: boolean, isDuplicate: boolean): void {
  const { send, acked } = tp;
  if (hasAdvanced) {
    // One of them filled the gap, the others had been counted.
    send.sackedOut = Math.max(0, send.sackedOut - Math.max(0, acked.segments - 1));
    if (tp.caState !== TCP_CA.RECOVERY) send.sackedOut = 0;
  } else if (isDuplicate) {
    send.sackedOut++;
    acked.delivered++;
  }
  const holes = Math.min(Math.max(send.lostOut, 1), send.packetsOut);
  send.sackedOut = Math.max(0, Math.min(send.sackedOut, send.packetsOut - holes));
}

function isTimeToRecover({ send, reordering }: Connection): boolean {
  return send.packetsOut > 0 && (send.lostOut > 0 || send.sackedOut >= reordering);
}

/** What has enough behind it that arrived is lost; so is what was sent again long enough ago. */
function findLost(tp: Connection): void {
  const { send, reordering, tcp } = tp;
  if (tp.isReno || send.sackedOut + send.retransOut === 0) return;
  const reorderNs = tp.rtt.hasSample ? tp.rtt.minUs * REORDER_NS_PER_US : 0;
  const overdueNs = tcp.now() - tp.rackRttNs - reorderNs;
  let sackedAbove = send.sackedOut;
  let retransLeft = send.retransOut;
  for (let at = send.head; at !== send.unsent && at !== undefined; at = at.next) {
    if ((at.marks & MARK.SACKED) !== 0) {
      sackedAbove--;
    } else if ((at.marks & MARK.RETRANSMITTED) !== 0) {
      retransLeft--;
      if (at.sentNs < tp.rackSentNs && at.sentNs < overdueNs) {
        send.markLost(at);
        tcp.statistics.tcpExt.TCPLostRetransmit++;
      }
    } else if ((at.marks & MARK.LOST) === 0 && sackedAbove >= reordering) {
      send.markLost(at);
    }
    if (sackedAbove < reordering && retransLeft === 0) break;
  }
}

/** What undo would restore. Linux: tcp_init_undo. */
function beginUndo(tp: Connection): void {
  tp.undoMarker = tp.sndUna;
  tp.hasUndo = true;
  tp.undoRetrans = tp.send.retransOut > 0 ? tp.send.retransOut : -1;
  tp.retransStamp = 0;
}

/** What slow start may begin with again. Linux: tcp_current_ssthresh. */
function keepPrior(tp: Connection): void {
  tp.priorCwnd = tp.cwnd;
  tp.priorSsthresh =
    tp.caState === TCP_CA.RECOVERY
      ? tp.ssthresh
      : Math.max(tp.ssthresh, (tp.cwnd >>> 1) + (tp.cwnd >>> 2));
}

function enterRecovery(tp: Connection): void {
  const { tcpExt } = tp.tcp.statistics;
  if (tp.isReno) tcpExt.TCPRenoRecovery++;
  else tcpExt.TCPSackRecovery++;
  beginUndo(tp);
  keepPrior(tp);
  tp.ssthresh = tp.congestion.ssthresh(tp);
  tp.highSeq = tp.sndNxt;
  tp.prrDelivered = 0;
  tp.prrOut = 0;
  tp.cwndCount = 0;
  tp.caState = TCP_CA.RECOVERY;
}

/** All that was under way when it began has arrived. Linux: tcp_try_undo_recovery. */
function leaveRecovery(tp: Connection): void {
  if (mayUndo(tp)) {
    const { tcpExt } = tp.tcp.statistics;
    if (tp.caState === TCP_CA.LOSS) tcpExt.TCPLossUndo++;
    else tcpExt.TCPFullUndo++;
    undo(tp);
  } else if (tp.caState === TCP_CA.RECOVERY && tp.ssthresh < SSTHRESH_INFINITE) {
    tp.cwnd = tp.ssthresh;
  }
  // Without SACK, duplicates of what was sent again must not begin a recovery of their own.
  if (tp.isReno && tp.sndUna === tp.highSeq && tp.caState === TCP_CA.RECOVERY) {
    tp.hasUndo = false;
    return;
  }
  tp.hasUndo = false;
  tp.caState = TCP_CA.OPEN;
}

/** Whether nothing had been lost at all. Linux: tcp_may_undo, tcp_packet_delayed. */
function mayUndo(tp: Connection): boolean {
  if (!tp.hasUndo) return false;
  if (tp.undoRetrans === 0) return true;
  const { tsecr } = tp.acked;
  return tsecr !== 0 && tp.retransStamp !== 0 && before(tsecr, tp.retransStamp);
}

function undo(tp: Connection): void {
  const { send } = tp;
  send.forEachSent((segment) => send.setMarks(segment, segment.marks & ~MARK.LOST));
  tp.cwnd = Math.max(tp.cwnd, tp.priorCwnd);
  tp.ssthresh = Math.max(tp.ssthresh, tp.priorSsthresh);
  tp.hasUndo = false;
  tp.undoRetrans = 0;
}

/**
 * What comes first was SACKed, and yet the peer acknowledges only up to there: it has thrown it
 * away for want of memory, as it may. RFC 2018, section 8.
 */
export function hasReneged({ send }: Connection): boolean {
  return send.packetsOut > 0 && send.head !== undefined && (send.head.marks & MARK.SACKED) !== 0;
}

/** No SACK is believed any more. Linux: tcp_timeout_mark_lost. */
function forgetSacks({ send, tcp }: Connection): void {
  tcp.statistics.tcpExt.TCPSACKReneging++;
  send.sacked = [];
  send.forEachSent((segment) => send.setMarks(segment, segment.marks & ~MARK.SACKED));
}

/** The retransmission timer has expired: all that is not SACKed counts as lost. RFC 5681, 3.1. */
export function enterLoss(tp: Connection): void {
  const { send } = tp;
  const isFirst =
    tp.caState <= TCP_CA.DISORDER ||
    !after(tp.highSeq, tp.sndUna) ||
    (tp.caState === TCP_CA.LOSS && tp.retransmits === 0);
  if (isFirst) {
    keepPrior(tp);
    tp.ssthresh = tp.congestion.ssthresh(tp);
    tp.congestion.lost?.();
    beginUndo(tp);
  }
  if (tp.isReno) send.sackedOut = 0;
  else if (hasReneged(tp)) forgetSacks(tp);
  send.forEachSent((segment) => {
    if ((segment.marks & MARK.SACKED) === 0) send.markLost(segment);
  });
  tp.cwnd = send.inFlight + 1;
  tp.cwndCount = 0;
  tp.caState = TCP_CA.LOSS;
  tp.highSeq = tp.sndNxt;
}

/** The window while it goes down: what leaves keeps step with what arrives. RFC 6937. */
export function reduceProportionally(tp: Connection, delivered: number, hasLoss: boolean): void {
  const { send } = tp;
  if (delivered <= 0 || tp.priorCwnd === 0) return;
  const room = tp.ssthresh - send.inFlight;
  tp.prrDelivered += delivered;
  let count: number;
  if (room < 0) {
    count = Math.ceil((tp.ssthresh * tp.prrDelivered) / tp.priorCwnd) - tp.prrOut;
  } else {
    count = Math.max(tp.prrDelivered - tp.prrOut, delivered) + (hasLoss ? 0 : 1);
    count = Math.min(room, count);
  }
  // The first retransmission is not made to wait.
  count = Math.max(count, tp.prrOut > 0 ? 0 : 1);
  tp.cwnd = send.inFlight + count;
}

/** Sends what is believed lost, oldest first, as the window allows. */
export function retransmitLost(tp: Connection): void {
  const { send } = tp;
  const { tcpExt } = tp.tcp.statistics;
  // What is sent again was lost before: when as many are, there is nothing left to be sent.
  for (let at = send.head; at !== send.unsent && at !== undefined; at = at.next) {
    if (send.lostOut <= send.retransOut || send.inFlight >= tp.cwnd) return;
    const { marks } = at;
    if ((marks & MARK.LOST) === 0) continue;
    if ((marks & (MARK.SACKED | MARK.RETRANSMITTED)) !== 0) continue;
    if (retransmit(tp, at) < 0) return;
    if (tp.caState === TCP_CA.LOSS) tcpExt.TCPSlowStartRetrans++;
    else tcpExt.TCPFastRetrans++;
  }
}
