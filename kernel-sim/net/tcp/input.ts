// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A segment arrives at a connection: the checks of RFC 9293, section 3.10.7, in their order, with
 * those of RFC 5961 (blind attacks) and RFC 7323 (timestamps) among them.
 *
 * Most segments take the short way at the top: the next data, or an acknowledgment of ours, with
 * nothing else about them. Linux: net/ipv4/tcp_input.c (tcp_rcv_established,
 * tcp_rcv_state_process, tcp_validate_incoming, tcp_rcv_synsent_state_process).
 */
import { TCP_CA } from '../../uapi/tcp.ts';
import { TCP_STATE } from '../../uapi/sock-diag.ts';
import { SHUTDOWN } from '../socket.ts';
import { growSendBuffer, receiveAck } from './ack.ts';
import { challengeAck, isRateLimited, sendDuplicateAck } from './challenge.ts';
import type { Connection } from './connection.ts';
import { NAGLE, retransmit, writePending } from './output.ts';
import { sendAck, syncMss, timestampOf } from './transmit.ts';
import { checkAck, initReceiveMss, queueData } from './receive-data.ts';
import type { Segment } from './segment.ts';
import { after, before, plus, within } from './seq.ts';
import { MSS_DEFAULT, MSS_MIN, PAWS_24DAYS_NS, PAWS_WINDOW, TIMEWAIT_NS } from './settings.ts';
import { done, resetByPeer, setState } from './state.ts';
import { enterTimeWait } from './time-wait.ts';
import { finTimeoutNs, startKeepalive } from './keepalive.ts';
import { receiveUrgent } from './urgent.ts';
import { TIMESTAMP_BYTES } from './header.ts';
import { initBufferSpace } from './window.ts';

const { CLOSE, CLOSING, ESTABLISHED, FIN_WAIT1, FIN_WAIT2, LAST_ACK, SYN_RECV } = TCP_STATE;
const UNSCALED_MAX = 65_535;

/** What becomes of the packet. RESET: nobody wanted it, and its sender is to know. */
export const INPUT = { DROPPED: 0, KEPT: 1, RESET: 2 } as const;

/** Linux: tcp_v4_do_rcv. */
export function receiveSegment(tp: Connection, segment: Segment): number {
  tp.segsIn++;
  if (tp.state === ESTABLISHED) return inEstablished(tp, segment);
  if (tp.state === CLOSE) return INPUT.DROPPED;
  if (tp.state === TCP_STATE.SYN_SENT) return inSynSent(tp, segment);
  return inOtherState(tp, segment);
}

/** Linux: tcp_rcv_established. */
function inEstablished(tp: Connection, segment: Segment): number {
  if (!isExpected(tp, segment)) {
    if (!validate(tp, segment)) return INPUT.DROPPED;
    if (!segment.isAck || !receiveAck(tp, segment)) return INPUT.DROPPED;
    noteTimestamp(tp, segment);
  } else {
    tp.tcp.statistics.tcpExt.TCPHPHits++;
    noteTimestamp(tp, segment);
    const isNews = segment.ackSeq !== tp.sndUna || tp.caState !== TCP_CA.OPEN;
    if ((isNews || segment.dataBytes === 0) && !receiveAck(tp, segment)) return INPUT.DROPPED;
  }
  return afterAck(tp, segment);
}

/** Nothing about it is unusual: header prediction. */
function isExpected(tp: Connection, segment: Segment): boolean {
  if (!segment.isPlain || segment.seq !== tp.rcvNxt || segment.sackCount > 0) return false;
  if (segment.hasTimestamp !== tp.hasTimestamps || tp.receive.hasGap) return false;
  if (tp.hasTimestamps && ((segment.tsval - tp.tsRecent) | 0) < 0) return false;
  const isAckInWindow = within(segment.ackSeq, tp.sndUna, tp.sndNxt);
  return isAckInWindow && segment.window * 2 ** tp.sndWscale === tp.sndWnd;
}

/** Its data, and then what can be sent now. */
function afterAck(tp: Connection, segment: Segment): number {
  let isKept = false;
  if (tp.isIn((1 << ESTABLISHED) | (1 << FIN_WAIT1) | (1 << FIN_WAIT2))) {
    if (segment.isUrgent || tp.urgentState !== 0) receiveUrgent(tp, segment);
    segment.skb.pull(segment.headerBytes);
    isKept = queueData(tp, segment);
  }
  if (tp.state !== CLOSE) {
    writePending(tp, NAGLE.ASK);
    checkAck(tp);
  }
  return isKept ? INPUT.KEPT : INPUT.DROPPED;
}

// ---- Whether it is acceptable -----------------------------------------------------------------

/** The first four checks. False: it goes no further. */
function validate(tp: Connection, segment: Segment): boolean {
  const { tcpExt } = tp.tcp.statistics;
  if (isOldTimestamp(tp, segment) && !segment.isRst) {
    tcpExt.PAWSEstab++;
    if (!isDataRateLimited(tp, segment)) sendDuplicateAck(tp, segment);
    return false;
  }
  if (!isInWindow(tp, segment)) {
    if (segment.isRst) return false;
    if (segment.isSyn) challengeSyn(tp);
    else if (!isDataRateLimited(tp, segment)) sendDuplicateAck(tp, segment);
    return false;
  }
  if (segment.isRst) {
    // Only the very next number ends the connection: others may have guessed. RFC 5961, 3.2.
    if (segment.seq === tp.rcvNxt) resetByPeer(tp);
    else challengeAck(tp);
    return false;
  }
  if (segment.isSyn && !isCrossingSynAck(tp, segment)) {
    challengeSyn(tp);
    return false;
  }
  return true;
}

/** RFC 5961, section 4. */
function challengeSyn(tp: Connection): void {
  tp.tcp.statistics.tcpExt.TCPSYNChallenge++;
  challengeAck(tp);
}

/** Both ends have begun at once, and the peer's SYN comes again with its ACK. */
function isCrossingSynAck(tp: Connection, { isAck, seq, ackSeq }: Segment): boolean {
  if (tp.state !== SYN_RECV || !isAck) return false;
  return plus(seq, 1) === tp.rcvNxt && ackSeq === tp.sndNxt;
}

function isInWindow(tp: Connection, { seq, endSeq }: Segment): boolean {
  return !before(endSeq, tp.rcvWup) && !after(seq, plus(tp.rcvNxt, tp.receiveWindow));
}

/** Data are never part of a loop of acknowledgments. Linux: tcp_oow_rate_limited. */
function isDataRateLimited(tp: Connection, segment: Segment): boolean {
  if (segment.dataBytes > 0 && !segment.isSyn) return false;
  if (!isRateLimited(tp)) return false;
  tp.tcp.statistics.tcpExt.TCPACKSkippedSeq++;
  return true;
}

/** Protection against wrapped sequence numbers. RFC 7323, section 5. Linux: tcp_paws_discard. */
function isOldTimestamp(tp: Connection, segment: Segment): boolean {
  if (!tp.hasTimestamps || !segment.hasTimestamp) return false;
  if (((tp.tsRecent - segment.tsval) | 0) <= PAWS_WINDOW) return false;
  if (tp.tcp.now() - tp.tsRecentNs >= PAWS_24DAYS_NS) return false;
  // A duplicate of the last acknowledgment, overtaken by data: harmless.
  const isPureAck = segment.seq === segment.endSeq && segment.seq === tp.rcvNxt;
  return !(isPureAck && segment.ackSeq === tp.sndUna && segment.isAck && !segment.isSyn);
}

/** Echoed in what is sent from now on, if it is of the oldest that is not acknowledged. */
function noteTimestamp(tp: Connection, segment: Segment): void {
  if (!segment.hasTimestamp || !tp.hasTimestamps) return;
  tp.acked.tsecr = segment.tsecr;
  if (after(segment.seq, tp.lastAckSent)) return;
  if (((segment.tsval - tp.tsRecent) | 0) < -PAWS_WINDOW) return;
  tp.tsRecent = segment.tsval;
  tp.tsRecentNs = tp.tcp.now();
}

// ---- Other states ----------------------------------------------------------------------------

/** Linux: tcp_rcv_state_process. */
function inOtherState(tp: Connection, segment: Segment): number {
  const isEmpty = !segment.isAck && !segment.isRst && !segment.isSyn;
  if (isEmpty || !validate(tp, segment)) return INPUT.DROPPED;
  if (!segment.isAck) return INPUT.DROPPED;
  const isAcceptable = within(segment.ackSeq, tp.sndUna, tp.sndNxt);
  if (tp.state === SYN_RECV) {
    if (!isAcceptable || segment.ackSeq === tp.sndUna) return INPUT.RESET;
    enterEstablished(tp, segment);
  }
  if (!receiveAck(tp, segment)) {
    if (after(segment.ackSeq, tp.sndNxt)) challengeAck(tp);
    return INPUT.DROPPED;
  }
  noteTimestamp(tp, segment);
  const isFinAcknowledged = tp.sndUna === tp.writeSeq && tp.send.isEmpty;
  if (isFinAcknowledged) {
    const end = onFinAcknowledged(tp, segment);
    if (end !== undefined) return end;
  }
  if (tp.isIn((1 << FIN_WAIT1) | (1 << FIN_WAIT2)) && isDataForNobody(tp, segment)) {
    tp.tcp.statistics.tcpExt.TCPAbortOnData++;
    done(tp);
    return INPUT.RESET;
  }
  return afterAck(tp, segment);
}

/** The peer has all that was sent, the FIN included. Undefined: the segment's data are next. */
function onFinAcknowledged(tp: Connection, segment: Segment): number | undefined {
  switch (tp.state) {
    case FIN_WAIT1:
      return enterFinWait2(tp, segment);
    case CLOSING:
      enterTimeWait(tp, TCP_STATE.TIME_WAIT, TIMEWAIT_NS);
      return INPUT.DROPPED;
    case LAST_ACK:
      done(tp);
      return INPUT.DROPPED;
    default:
      return undefined;
  }
}

function enterFinWait2(tp: Connection, segment: Segment): number | undefined {
  setState(tp, FIN_WAIT2);
  tp.sock.shutdownMask |= SHUTDOWN.SEND;
  tp.sock.stateChanged();
  if (!tp.isOrphan) return undefined;
  const timeoutNs = finTimeoutNs(tp);
  if (timeoutNs < 0) {
    done(tp);
    return INPUT.DROPPED;
  }
  if (isDataForNobody(tp, segment)) {
    tp.tcp.statistics.tcpExt.TCPAbortOnData++;
    done(tp);
    return INPUT.RESET;
  }
  if (segment.isFin) {
    // Its FIN is here already: handled below, and TIME-WAIT follows at once.
    return undefined;
  }
  if (timeoutNs > TIMEWAIT_NS) {
    tp.keepaliveTimer.start(timeoutNs - TIMEWAIT_NS);
    return undefined;
  }
  enterTimeWait(tp, FIN_WAIT2, timeoutNs);
  return INPUT.DROPPED;
}

/** The program has closed, or will not read: data that still come are lost. RFC 1122, 4.2.2.13. */
function isDataForNobody(tp: Connection, segment: Segment): boolean {
  const isClosed = tp.isOrphan || tp.sock.isReceiveShut;
  const dataEnd = plus(segment.endSeq, segment.isFin ? -1 : 0);
  return isClosed && segment.dataBytes > 0 && after(dataEnd, tp.rcvNxt);
}

/** The handshake is done, on the side that got the SYN. */
function enterEstablished(tp: Connection, segment: Segment): void {
  tp.copiedSeq = tp.rcvNxt;
  tp.sndWnd = segment.isSyn ? segment.window : segment.window * 2 ** tp.sndWscale;
  tp.sndWl1 = segment.seq;
  tp.maxWindow = Math.max(tp.maxWindow, tp.sndWnd);
  beginTransfer(tp);
  setState(tp, ESTABLISHED);
  const { onEstablished } = tp;
  tp.onEstablished = undefined;
  onEstablished?.();
  if (!tp.isOrphan) tp.sock.stateChanged();
}

/** Linux: tcp_init_transfer, tcp_finish_connect. */
function beginTransfer(tp: Connection): void {
  syncMss(tp);
  initReceiveMss(tp);
  initBufferSpace(tp);
  growSendBuffer(tp);
  tp.lastSentNs = 0;
  tp.cwndUsageSeq = tp.sndNxt;
  if (tp.sock.options.keepalive) startKeepalive(tp);
}

// ---- SYN-SENT --------------------------------------------------------------------------------

/** Linux: tcp_rcv_synsent_state_process; RFC 9293, 3.10.7.3. */
function inSynSent(tp: Connection, segment: Segment): number {
  const { isAck, isSyn, isRst, ackSeq } = segment;
  if (isAck) {
    const isAcceptable = after(ackSeq, tp.sndUna) && !after(ackSeq, tp.sndNxt);
    if (!isAcceptable || !hasOurTimestamp(tp, segment)) {
      return isRst ? INPUT.DROPPED : INPUT.RESET;
    }
    if (isRst) {
      resetByPeer(tp);
      return INPUT.DROPPED;
    }
  }
  if (isRst || !isSyn) return INPUT.DROPPED;
  agree(tp, segment);
  if (!isAck) {
    // Both ends begin at once.
    setState(tp, SYN_RECV);
    const { head } = tp.send;
    if (head !== undefined) retransmit(tp, head);
    return INPUT.DROPPED;
  }
  tp.sndWl1 = plus(segment.seq, -1);
  receiveAck(tp, segment);
  tp.copiedSeq = tp.rcvNxt;
  beginTransfer(tp);
  setState(tp, ESTABLISHED);
  if (!tp.isOrphan) tp.sock.stateChanged();
  if (tp.send.unsent !== undefined) {
    writePending(tp, NAGLE.ASK);
    tp.isAckPending = tp.lastAckSent !== tp.rcvNxt;
  } else {
    sendAck(tp);
  }
  return INPUT.DROPPED;
}

function hasOurTimestamp(tp: Connection, segment: Segment): boolean {
  if (!tp.hasTimestamps || !segment.hasTimestamp || segment.tsecr === 0) return true;
  if (!after(segment.tsecr, timestampOf(tp))) return true;
  tp.tcp.statistics.tcpExt.PAWSActive++;
  return false;
}

/** What the peer's SYN says decides what both ends do from now on. */
function agree(tp: Connection, segment: Segment): void {
  tp.hasSack &&= segment.isSackPermitted;
  tp.hasWscale &&= segment.wscale >= 0;
  tp.sndWscale = tp.hasWscale ? segment.wscale : 0;
  if (!tp.hasWscale) {
    tp.rcvWscale = 0;
    tp.windowClamp = Math.min(tp.windowClamp, UNSCALED_MAX);
  }
  tp.hasTimestamps &&= segment.hasTimestamp;
  if (tp.hasTimestamps) {
    tp.tsRecent = segment.tsval;
    tp.tsRecentNs = tp.tcp.now();
    tp.advmss -= TIMESTAMP_BYTES;
  }
  tp.mssClamp = Math.max(segment.mss === 0 ? MSS_DEFAULT : segment.mss, MSS_MIN);
  tp.rcvNxt = plus(segment.seq, 1);
  tp.rcvWup = tp.rcvNxt;
  tp.copiedSeq = tp.rcvNxt;
  tp.sndWnd = segment.window;
  tp.sndWl1 = segment.seq;
  tp.maxWindow = Math.max(tp.maxWindow, tp.sndWnd);
  syncMss(tp);
}
