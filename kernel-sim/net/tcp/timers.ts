// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What happens when nothing happens: retransmission, probes of a closed window, acknowledgments
 * that have waited long enough, and connections that are silent for too long.
 *
 * Context: TIMER softirq. Linux: net/ipv4/tcp_timer.c; RFC 6298, RFC 9293 section 3.8.3.
 */
import { ERRNO } from '../../uapi/errno.ts';
import { TCP_STATE } from '../../uapi/sock-diag.ts';
import { armProbe, armRetransmit, stopRetransmit } from './arming.ts';
import { type Connection, type ConnectionTimers, states, TIMER } from './connection.ts';
import {
  finTimeoutNs,
  keepaliveIntervalNs,
  keepaliveProbes,
  keepaliveTimeNs,
  silentNs,
} from './keepalive.ts';
import { retransmit as retransmitSegment, sendWindowProbe } from './output.ts';
import { sendAck, sendKeepaliveProbe, sendReset } from './transmit.ts';
import { enterLoss } from './recovery.ts';
import {
  DELACK_MIN_NS,
  NS_PER_MS,
  RTO_FALLBACK_US,
  RTO_MAX_US,
  RTO_MIN_US,
  TIMEWAIT_NS,
} from './settings.ts';
import { abort, done, fail } from './state.ts';
import { enterTimeWait } from './time-wait.ts';

const NS_PER_US = 1000;
/** How often a connection that nobody has is retransmitted for. Linux: tcp_orphan_retries. */
const ORPHAN_RETRIES = 8;
const OPENING = states(TCP_STATE.SYN_SENT, TCP_STATE.SYN_RECV);

export const CONNECTION_TIMERS: ConnectionTimers = { retransmit, delack, keepalive };

/** Linux: tcp_write_timer_handler. */
function retransmit(tp: Connection): void {
  const kind = tp.timerKind;
  tp.timerKind = TIMER.NONE;
  if (tp.state === TCP_STATE.CLOSE || tp.state === TCP_STATE.LISTEN) return;
  if (kind === TIMER.RETRANSMIT) onRetransmitTimeout(tp);
  else if (kind === TIMER.PROBE) onProbeTimeout(tp);
}

/** Linux: tcp_retransmit_timer. */
function onRetransmitTimeout(tp: Connection): void {
  const { send, tcp } = tp;
  const { head } = send;
  if (send.packetsOut === 0 || head === undefined) return;
  if (hasGivenUp(tp)) return;
  tcp.statistics.tcpExt.TCPTimeouts++;
  if (tp.retransmits === 0) tp.firstRetransmitNs = head.firstSentNs;
  // RFC 6298, 5.7: a SYN that had to be repeated says that the first guess was too short.
  if (tp.isIn(OPENING) && !tp.hasTimestamps) tp.rtt.rtoUs = RTO_FALLBACK_US;
  if (!tp.isIn(OPENING)) enterLoss(tp);
  tp.retransmits++;
  tp.backoff++;
  if (tp.isIn(OPENING)) tp.rtt.rtoUs = Math.min(tp.rtt.rtoUs, RTO_FALLBACK_US);
  const answer = retransmitSegment(tp, head);
  if (answer < 0) {
    // Local trouble is no reason to wait longer.
    tp.backoff = Math.max(0, tp.backoff - 1);
  }
  armRetransmit(tp);
}

/** True when the connection has ended for want of answers. Linux: tcp_write_timeout. */
function hasGivenUp(tp: Connection): boolean {
  const { settings, statistics } = tp.tcp;
  let limit: number;
  if (tp.isIn(OPENING)) {
    limit = tp.options.syncnt || settings.synRetries;
    if (tp.retransmits < limit && !isUserTimeout(tp, tp.firstRetransmitNs)) return false;
  } else {
    if (tp.retransmits >= settings.retries1 && tp.retransmits > 0) tp.route = undefined;
    limit = tp.isOrphan ? settings.orphanRetries || ORPHAN_RETRIES : settings.retries2;
    if (!isOverdue(tp, limit)) return false;
  }
  statistics.tcpExt.TCPAbortOnTimeout++;
  fail(tp, tp.sock.softError === 0 ? ERRNO.ETIMEDOUT : tp.sock.softError);
  return true;
}

/** Whether so many doublings of the least timeout have passed. Linux: retransmits_timed_out. */
function isOverdue(tp: Connection, limit: number): boolean {
  if (tp.retransmits === 0) return false;
  const { userTimeoutMs } = tp.options;
  const elapsedNs = tp.tcp.now() - tp.firstRetransmitNs;
  if (userTimeoutMs > 0 && !tp.isOrphan) return elapsedNs >= userTimeoutMs * NS_PER_MS;
  return elapsedNs >= totalBackoffUs(limit) * NS_PER_US;
}

/** The sum of the least timeout and its doublings. Linux: tcp_model_timeout. */
function totalBackoffUs(limit: number): number {
  const doublings = 31 - Math.clz32(Math.floor(RTO_MAX_US / RTO_MIN_US));
  if (limit <= doublings) return (2 ** (limit + 1) - 1) * RTO_MIN_US;
  return (2 ** (doublings + 1) - 1) * RTO_MIN_US + (limit - doublings) * RTO_MAX_US;
}

function isUserTimeout(tp: Connection, sinceNs: number): boolean {
  const { userTimeoutMs } = tp.options;
  if (userTimeoutMs === 0 || tp.retransmits === 0) return false;
  return tp.tcp.now() - sinceNs >= userTimeoutMs * NS_PER_MS;
}

/** The window is closed: ask whether it has opened. Linux: tcp_probe_timer, tcp_send_probe0. */
function onProbeTimeout(tp: Connection): void {
  const { send, options, tcp } = tp;
  if (send.packetsOut > 0 || send.unsent === undefined) {
    tp.probesOut = 0;
    return;
  }
  if (tp.probesOut === 0) tp.firstProbeNs = tcp.now();
  const waitedMs = Math.floor((tcp.now() - tp.firstProbeNs) / NS_PER_MS);
  const isOver = tp.isOrphan
    ? tp.probesOut >= (tcp.settings.orphanRetries || ORPHAN_RETRIES)
    : tp.probesOut >= tcp.settings.retries2;
  if (isOver || (options.userTimeoutMs > 0 && waitedMs >= options.userTimeoutMs)) {
    tcp.statistics.tcpExt.TCPAbortOnTimeout++;
    fail(tp, tp.sock.softError === 0 ? ERRNO.ETIMEDOUT : tp.sock.softError);
    return;
  }
  tcp.statistics.tcpExt.TCPWinProbe++;
  sendWindowProbe(tp);
  if (send.packetsOut > 0 || send.unsent === undefined) {
    // There was room for some of it.
    tp.backoff = 0;
    tp.probesOut = 0;
    return;
  }
  tp.probesOut++;
  if (tp.backoff < tcp.settings.retries2) tp.backoff++;
  armProbe(tp);
}

/** Linux: tcp_delack_timer_handler. */
function delack(tp: Connection): void {
  if (tp.state === TCP_STATE.CLOSE || !tp.isAckPending) return;
  if (tp.isInteractive) {
    // Nothing was sent that it could have travelled with: do not count on that.
    tp.isInteractive = false;
    tp.atoNs = DELACK_MIN_NS;
  } else {
    tp.atoNs = Math.min(tp.atoNs * 2, tp.rtt.rtoUs * NS_PER_US);
  }
  tp.tcp.statistics.tcpExt.DelayedACKs++;
  sendAck(tp);
}

/** Keepalive, and the end of a FIN-WAIT-2 that nobody has. Linux: tcp_keepalive_timer. */
function keepalive(tp: Connection): void {
  const { state, tcp, send } = tp;
  if (state === TCP_STATE.FIN_WAIT2 && tp.isOrphan) {
    endFinWait2(tp);
    return;
  }
  const isIdle = state === TCP_STATE.CLOSE || state === TCP_STATE.SYN_SENT;
  if (!tp.sock.options.keepalive || isIdle) return;
  let nextNs = keepaliveTimeNs(tp);
  // What is under way is a question already.
  if (send.packetsOut === 0 && send.unsent === undefined) {
    const elapsedNs = silentNs(tp);
    if (elapsedNs < nextNs) {
      nextNs -= elapsedNs;
    } else {
      const { userTimeoutMs } = tp.options;
      const isOver =
        userTimeoutMs > 0
          ? elapsedNs >= userTimeoutMs * NS_PER_MS && tp.probesOut > 0
          : tp.probesOut >= keepaliveProbes(tp);
      if (isOver) {
        tcp.statistics.tcpExt.TCPAbortOnTimeout++;
        abort(tp, ERRNO.ETIMEDOUT);
        return;
      }
      tcp.statistics.tcpExt.TCPKeepAlive++;
      sendKeepaliveProbe(tp);
      tp.probesOut++;
      nextNs = keepaliveIntervalNs(tp);
    }
  }
  tp.keepaliveTimer.start(nextNs);
}

function endFinWait2(tp: Connection): void {
  if (tp.options.linger2Ns >= 0) {
    const restNs = finTimeoutNs(tp) - TIMEWAIT_NS;
    if (restNs > 0) {
      enterTimeWait(tp, TCP_STATE.FIN_WAIT2, TIMEWAIT_NS);
      return;
    }
  }
  sendReset(tp);
  stopRetransmit(tp);
  done(tp);
}
