// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * When a connection's timers are armed, and for when. What they do is timers.ts.
 *
 * Linux: tcp_rearm_rto, inet_csk_reset_xmit_timer, tcp_check_probe_timer.
 */
import { type Connection, TIMER } from './connection.ts';
import { RTO_MAX_US, RTO_MIN_US } from './settings.ts';

const NS_PER_US = 1000;
/** What a peer that took a SACK back gets at least. */
const RENEGING_US_MIN = 10_000;

/** The timeout, doubled as often as it expired. RFC 6298, 5.5. */
export function backedOffUs(rtoUs: number, backoff: number): number {
  return Math.min(rtoUs * 2 ** backoff, RTO_MAX_US);
}

/** From now, or from when the oldest unacknowledged segment left. */
export function armRetransmit(tp: Connection, fromNs = tp.tcp.now()): void {
  tp.timerKind = TIMER.RETRANSMIT;
  const dueNs = fromNs + backedOffUs(tp.rtt.rtoUs, tp.backoff) * NS_PER_US;
  tp.retransmitTimer.set(Math.max(dueNs, tp.tcp.now() + NS_PER_US));
}

/** Something was acknowledged: the rest gets its whole time. RFC 6298, 5.2 and 5.3. */
export function rearmRetransmit(tp: Connection): void {
  if (tp.send.packetsOut === 0) stopRetransmit(tp);
  else armRetransmit(tp);
}

/** A peer that took a SACK back may still correct itself. Linux: tcp_check_sack_reneging. */
export function armSoon(tp: Connection): void {
  tp.timerKind = TIMER.RETRANSMIT;
  const delayUs = Math.max(Math.floor(tp.rtt.smoothedUs / 2), RENEGING_US_MIN);
  tp.retransmitTimer.set(tp.tcp.now() + delayUs * NS_PER_US);
}

export function stopRetransmit(tp: Connection): void {
  if (tp.timerKind !== TIMER.NONE) tp.retransmitTimer.cancel();
  tp.timerKind = TIMER.NONE;
}

/** The peer has no room: ask again, less and less often. RFC 9293, 3.8.6.1. */
export function armProbe(tp: Connection): void {
  tp.timerKind = TIMER.PROBE;
  const baseUs = Math.max(tp.rtt.rtoUs, RTO_MIN_US);
  tp.retransmitTimer.start(backedOffUs(baseUs, tp.backoff) * NS_PER_US);
}

/** What waits to be sent, with nothing under way, gets a timer that looks after it. */
export function checkProbe(tp: Connection): void {
  const { send } = tp;
  const isWaiting = send.packetsOut === 0 && send.unsent !== undefined;
  if (isWaiting && tp.timerKind === TIMER.NONE) armProbe(tp);
}
