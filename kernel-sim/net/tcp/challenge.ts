// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Answers to segments that may be forged: an acknowledgment that the real peer knows what to do
 * with, and no more of them than a flood could use. RFC 5961.
 *
 * Linux: tcp_send_challenge_ack, tcp_oow_rate_limited, tcp_send_dupack.
 */
import type { Connection } from './connection.ts';
import { sendAck } from './transmit.ts';
import type { Segment } from './segment.ts';
import { before } from './seq.ts';
import { INVALID_RATELIMIT_NS, NS_PER_S } from './settings.ts';

export function challengeAck(tp: Connection): void {
  const { tcp } = tp;
  const { tcpExt } = tcp.statistics;
  if (isRateLimited(tp)) {
    tcpExt.TCPACKSkippedChallenge++;
    return;
  }
  const { challenges, settings } = tcp;
  const nowNs = tcp.now();
  if (nowNs - challenges.sinceNs >= NS_PER_S) {
    challenges.sinceNs = nowNs;
    challenges.count = 0;
  }
  challenges.count++;
  if (challenges.count > settings.challengeAckLimit) return;
  tcpExt.TCPChallengeACK++;
  sendAck(tp);
}

/** One answer to nonsense per half second and connection. */
export function isRateLimited(tp: Connection): boolean {
  const nowNs = tp.tcp.now();
  if (nowNs - tp.lastInvalidNs < INVALID_RATELIMIT_NS) return true;
  tp.lastInvalidNs = nowNs;
  return false;
}

/** A segment outside of the window: the peer learns where this end is. Linux: tcp_send_dupack. */
export function sendDuplicateAck(tp: Connection, segment: Segment): void {
  const { seq, endSeq } = segment;
  if (seq !== endSeq && before(seq, tp.rcvNxt)) {
    tp.tcp.statistics.tcpExt.DelayedACKLost++;
    tp.quickAcks = Math.max(tp.quickAcks, 1);
    tp.isInteractive = false;
    if (tp.hasSack) {
      tp.tcp.statistics.tcpExt.TCPDSACKOldSent++;
      setDuplicate(tp, seq, before(tp.rcvNxt, endSeq) ? tp.rcvNxt : endSeq);
    }
  }
  sendAck(tp);
}

/** Bytes that came twice: the next acknowledgment says so. RFC 2883. */
export function setDuplicate(tp: Connection, start: number, end: number): void {
  if (!tp.hasSack) return;
  tp.hasDsack = true;
  tp.dsackStart = start;
  tp.dsackEnd = end;
}
