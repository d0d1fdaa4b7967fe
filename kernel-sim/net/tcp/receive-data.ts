// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Data that arrive: in order to the reader, behind a gap aside; and when they are acknowledged.
 *
 * Linux: tcp_data_queue, tcp_event_data_recv, __tcp_ack_snd_check, tcp_fin of net/ipv4/tcp_input.c.
 */
import { TCP_STATE } from '../../uapi/sock-diag.ts';
import { SHUTDOWN } from '../socket.ts';
import { setDuplicate } from './challenge.ts';
import type { Connection } from './connection.ts';
import { sendAck } from './transmit.ts';
import { ReceivedSegment } from './receive-queue.ts';
import type { Segment } from './segment.ts';
import { after, before, distance, plus } from './seq.ts';
import {
  DELACK_MAX_NS,
  DELACK_MIN_NS,
  MSS_DEFAULT,
  QUICKACKS_MAX,
  TIMEWAIT_NS,
} from './settings.ts';
import { setState } from './state.ts';
import { enterTimeWait } from './time-wait.ts';
import { growWindow, measureReceiveRtt, possibleWindow } from './window.ts';

const NS_PER_US = 1000;
const MSS_LEAST = 88;
/** Smaller segments say nothing about how far the window may grow. */
const WINDOW_GROWTH_BYTES = 128;

/** What the peer's segments are guessed to be at first. Linux: tcp_initialize_rcv_mss. */
export function initReceiveMss(tp: Connection): void {
  const hint = Math.min(tp.advmss, tp.mss, tp.rcvWnd >>> 1, MSS_DEFAULT);
  tp.rcvMss = Math.max(hint, MSS_LEAST);
}

/** Takes the data of a segment, whose packet begins with them. True when the packet is kept. */
export function queueData(tp: Connection, segment: Segment): boolean {
  const { seq, endSeq, dataBytes, isFin } = segment;
  if (dataBytes === 0 && !isFin) return false;
  const { tcpExt } = tp.tcp.statistics;
  if (!after(endSeq, tp.rcvNxt)) {
    // All of it was here: an acknowledgment was lost, or took too long.
    tcpExt.DelayedACKLost++;
    tcpExt.TCPDSACKOldSent++;
    setDuplicate(tp, seq, endSeq);
    return outOfWindow(tp);
  }
  if (!before(seq, plus(tp.rcvNxt, tp.receiveWindow)) && (seq !== tp.rcvNxt || dataBytes > 0)) {
    if (tp.receiveWindow === 0) tcpExt.TCPZeroWindowDrop++;
    return outOfWindow(tp);
  }
  const received = new ReceivedSegment(segment.skb, seq, plus(seq, dataBytes), isFin);
  if (after(seq, tp.rcvNxt)) return queueBehindGap(tp, received);
  if (before(seq, tp.rcvNxt)) {
    tcpExt.TCPDSACKOldSent++;
    setDuplicate(tp, seq, tp.rcvNxt);
    received.trimFront(tp.rcvNxt);
  }
  if (!hasMemory(tp) && !tp.receive.isEmpty) {
    tcpExt.TCPRcvQDrop++;
    return outOfWindow(tp);
  }
  queueInOrder(tp, received);
  return true;
}

function outOfWindow(tp: Connection): false {
  enterQuickAck(tp);
  tp.isAckPending = true;
  tp.isAckNow = true;
  return false;
}

/** Linux: tcp_enter_quickack_mode. */
function enterQuickAck(tp: Connection): void {
  tp.quickAcks = Math.max(tp.quickAcks, quickAckBudget(tp));
  tp.isInteractive = false;
  tp.atoNs = DELACK_MIN_NS;
}

/** As many as half of the window holds: a peer that begins needs them to open its own. */
function quickAckBudget(tp: Connection): number {
  const count = Math.floor(tp.rcvWnd / (2 * tp.rcvMss));
  return Math.min(Math.max(count, 2), QUICKACKS_MAX);
}

/** Buffers may be full of what waits behind gaps: then that goes first. Linux: tcp_prune_queue. */
function hasMemory(tp: Connection): boolean {
  const { receive, sock, tcp } = tp;
  const { rcvbuf } = sock.options;
  if (receive.memoryBytes <= rcvbuf) return true;
  tcp.statistics.tcpExt.PruneCalled++;
  let hasPruned = false;
  while (receive.memoryBytes > rcvbuf && receive.prune()) hasPruned = true;
  if (hasPruned) tcp.statistics.tcpExt.OfoPruned++;
  return receive.memoryBytes <= rcvbuf;
}

function queueInOrder(tp: Connection, received: ReceivedSegment): void {
  const { receive } = tp;
  noteData(tp, received.length, received.skb.truesize);
  const hadGap = receive.hasGap;
  let hasFin = accept(tp, received);
  if (hadGap) {
    receive.fill(tp.rcvNxt, (segment) => {
      if (accept(tp, segment)) hasFin = true;
      return tp.rcvNxt;
    });
    // A hole is filled: the sender must know at once. RFC 5681, 4.2.
    if (!receive.hasGap) tp.isAckNow = true;
  }
  tp.sock.rmemAlloc = receive.memoryBytes;
  if (hasFin) receiveFin(tp);
  if (!tp.isOrphan) tp.sock.dataReady();
}

/** What is next in order. True when the stream ends with it. */
function accept(tp: Connection, received: ReceivedSegment): boolean {
  const { length, isFin } = received;
  tp.bytesReceived += length;
  tp.rcvNxt = plus(received.endSeq, isFin ? 1 : 0);
  if (length > 0) tp.receive.append(received);
  else tp.receive.free(received.skb);
  return isFin;
}

function queueBehindGap(tp: Connection, received: ReceivedSegment): boolean {
  const { tcpExt } = tp.tcp.statistics;
  tp.isAckPending = true;
  tp.isAckNow = true;
  tp.receivedOutOfOrder++;
  if (!hasMemory(tp)) {
    tcpExt.TCPOFODrop++;
    return false;
  }
  tcpExt.TCPOFOQueue++;
  const { seq, endSeq } = received;
  if (!tp.receive.insert(received)) {
    tcpExt.TCPOFOMerge++;
    if (before(seq, endSeq)) {
      tcpExt.TCPDSACKOfoSent++;
      setDuplicate(tp, seq, endSeq);
    }
  }
  tp.sock.rmemAlloc = tp.receive.memoryBytes;
  return true;
}

/** Data came in order: learns from its size and from when it came. Linux: tcp_event_data_recv. */
export function noteData(tp: Connection, bytes: number, truesize: number): void {
  tp.isAckPending = true;
  measureSegments(tp, bytes);
  measureReceiveRtt(tp, bytes, tp.acked.tsecr);
  const nowNs = tp.tcp.now();
  if (tp.atoNs === 0) {
    tp.quickAcks = Math.max(tp.quickAcks, Math.min(QUICKACKS_MAX, quickAckBudget(tp)));
    tp.atoNs = DELACK_MIN_NS;
  } else {
    const sinceNs = nowNs - tp.lastReceivedNs;
    const rtoNs = tp.rtt.rtoUs * NS_PER_US;
    if (sinceNs <= DELACK_MIN_NS / 2) {
      tp.atoNs = Math.floor(tp.atoNs / 2) + DELACK_MIN_NS / 2;
    } else if (sinceNs < tp.atoNs) {
      tp.atoNs = Math.min(Math.floor(tp.atoNs / 2) + sinceNs, rtoNs);
    } else if (sinceNs > rtoNs) {
      // A pause: the sender begins anew, and needs acknowledgments to get going.
      tp.quickAcks = Math.max(tp.quickAcks, Math.min(QUICKACKS_MAX, quickAckBudget(tp)));
    }
  }
  tp.lastReceivedNs = nowNs;
  if (bytes >= WINDOW_GROWTH_BYTES) growWindow(tp, bytes, truesize);
}

/** Linux: tcp_measure_rcv_mss. */
function measureSegments(tp: Connection, bytes: number): void {
  tp.dataSegsIn++;
  if (bytes >= tp.rcvMss) tp.rcvMss = Math.min(bytes, tp.advmss);
  else if (bytes >= MSS_DEFAULT && bytes === tp.lastSegmentBytes) tp.rcvMss = bytes;
  tp.lastSegmentBytes = bytes;
}

/** The peer has sent all it had. Linux: tcp_fin. */
function receiveFin(tp: Connection): void {
  const { sock } = tp;
  tp.hasReceivedFin = true;
  tp.isAckPending = true;
  sock.shutdownMask |= SHUTDOWN.RECEIVE;
  switch (tp.state) {
    case TCP_STATE.SYN_RECV:
    case TCP_STATE.ESTABLISHED:
      setState(tp, TCP_STATE.CLOSE_WAIT);
      tp.isInteractive = true;
      break;
    case TCP_STATE.FIN_WAIT1:
      // Both have ended at once.
      sendAck(tp);
      setState(tp, TCP_STATE.CLOSING);
      break;
    case TCP_STATE.FIN_WAIT2:
      sendAck(tp);
      enterTimeWait(tp, TCP_STATE.TIME_WAIT, TIMEWAIT_NS);
      return;
    default:
      return;
  }
  if (!tp.isOrphan) sock.stateChanged();
}

/** Sends the acknowledgment that is due, or lets it wait for company. */
export function checkAck(tp: Connection): void {
  if (!tp.isAckPending || tp.state === TCP_STATE.CLOSE) return;
  const { receive, sock } = tp;
  const isTwoSegments = distance(tp.rcvWup, tp.rcvNxt) > tp.rcvMss;
  const isReadingSlowly = distance(tp.copiedSeq, tp.rcvNxt) >= sock.options.rcvlowat;
  const isDue =
    tp.isAckNow ||
    receive.hasGap ||
    (tp.quickAcks > 0 && !tp.isInteractive) ||
    (isTwoSegments && (!isReadingSlowly || possibleWindow(tp) >= tp.rcvWnd));
  if (isDue) sendAck(tp);
  else delayAck(tp);
}

/** Linux: tcp_send_delayed_ack. */
function delayAck(tp: Connection): void {
  if (tp.delackTimer.isPending) return;
  const most = tp.rtt.hasSample
    ? Math.max(tp.rtt.smoothedUs * NS_PER_US, DELACK_MIN_NS)
    : DELACK_MAX_NS;
  const waitNs = Math.max(DELACK_MIN_NS, tp.atoNs);
  tp.delackTimer.start(Math.min(waitNs, most, DELACK_MAX_NS));
}

/** A program has read: the window may be worth telling. Linux: tcp_cleanup_rbuf. */
export function afterReading(tp: Connection, copied: number): void {
  let isDue = false;
  const { receive } = tp;
  if (tp.isAckPending) {
    const isTwoSegments = distance(tp.rcvWup, tp.rcvNxt) > tp.rcvMss;
    isDue = isTwoSegments || (copied > 0 && !tp.isInteractive && receive.isEmpty);
  }
  if (copied > 0 && !isDue && !tp.sock.isReceiveShut) {
    const offered = tp.receiveWindow;
    // Twice as much as the peer knows of.
    if (2 * offered <= tp.windowClamp) {
      const window = possibleWindow(tp);
      isDue = window > 0 && window >= 2 * offered;
    }
  }
  if (isDue) sendAck(tp);
}
