// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * How long a connection may be silent: times that a program or a sysctl sets, and the timer for
 * them. Linux: keepalive_time_when, tcp_fin_time, tcp_reset_keepalive_timer; RFC 9293, 3.8.4.
 */
import type { Connection } from './connection.ts';
import { NS_PER_S } from './settings.ts';

export function keepaliveTimeNs({ options, tcp }: Connection): number {
  return options.keepidleNs || tcp.settings.keepaliveTime * NS_PER_S;
}

export function keepaliveIntervalNs({ options, tcp }: Connection): number {
  return options.keepintvlNs || tcp.settings.keepaliveIntvl * NS_PER_S;
}

export function keepaliveProbes({ options, tcp }: Connection): number {
  return options.keepcnt || tcp.settings.keepaliveProbes;
}

/** How long nothing has come. Linux: keepalive_time_elapsed. */
export function silentNs(tp: Connection): number {
  return tp.tcp.now() - Math.max(tp.lastReceivedNs, tp.lastAckReceivedNs);
}

export function startKeepalive(tp: Connection): void {
  tp.keepaliveTimer.start(keepaliveTimeNs(tp));
}

/** How long FIN-WAIT-2 lasts after close(2); negative: not at all. Linux: tcp_fin_time. */
export function finTimeoutNs(tp: Connection): number {
  const { options, tcp, rtt } = tp;
  if (options.linger2Ns < 0) return -1;
  const timeoutNs = options.linger2Ns || tcp.settings.finTimeout * NS_PER_S;
  const leastNs = (rtt.rtoUs * 4 - Math.floor(rtt.rtoUs / 2)) * 1000;
  return Math.max(timeoutNs, leastNs);
}
