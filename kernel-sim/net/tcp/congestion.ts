// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Congestion control: how the window grows, and what is left of it after a loss.
 *
 * A connection has an object of its own. When something is lost, and how much may be sent until it
 * is repaired, is recovery.ts's. Linux: net/ipv4/tcp_cong.c, struct tcp_congestion_ops.
 */

/** What congestion control sees and sets of a connection. Counts are segments. */
export interface CongestionWindow {
  cwnd: number;
  /** Acknowledged segments that are not yet worth one more in the window. */
  cwndCount: number;
  ssthresh: number;
  readonly cwndClamp: number;
}

/** Before anything was lost. Linux: TCP_INFINITE_SSTHRESH. */
export const SSTHRESH_INFINITE = 0x7fff_ffff;

export interface CongestionControl {
  readonly name: CongestionControlName;
  /** The window may grow: `acked` segments were acknowledged. */
  avoid(window: CongestionWindow, acked: number, nowNs: number): void;
  /** The new threshold, at a loss. */
  ssthresh(window: CongestionWindow): number;
  /** A time that a round trip took. */
  sample?(rttUs: number): void;
  /** The retransmission timer has expired: what was learnt no longer holds. */
  lost?(): void;
  /** Sending begins again after a pause. */
  restarted?(nowNs: number, idleNs: number): void;
}

/** In the order in which tcp_available_congestion_control lists them. */
export const CONGESTION_CONTROLS = ['reno', 'cubic'] as const;
export type CongestionControlName = (typeof CONGESTION_CONTROLS)[number];

/** One more per acknowledged segment, up to the threshold: how many are left over. */
export function slowStart(window: CongestionWindow, acked: number): number {
  const grown = Math.min(window.cwnd + acked, window.ssthresh);
  const left = acked - (grown - window.cwnd);
  window.cwnd = Math.min(grown, window.cwndClamp);
  return left;
}

/** One more per `segments` that are acknowledged. Linux: tcp_cong_avoid_ai. */
export function additiveIncrease(window: CongestionWindow, segments: number, acked: number): void {
  if (window.cwndCount >= segments) {
    window.cwndCount = 0;
    window.cwnd++;
  }
  window.cwndCount += acked;
  if (window.cwndCount >= segments) {
    const more = Math.floor(window.cwndCount / segments);
    window.cwndCount -= more * segments;
    window.cwnd += more;
  }
  window.cwnd = Math.min(window.cwnd, window.cwndClamp);
}

export class Reno implements CongestionControl {
  readonly name = 'reno';

  avoid(window: CongestionWindow, acked: number): void {
    let left = acked;
    if (window.cwnd < window.ssthresh) left = slowStart(window, acked);
    if (left > 0) additiveIncrease(window, window.cwnd, left);
  }

  ssthresh({ cwnd }: CongestionWindow): number {
    return Math.max(cwnd >>> 1, 2);
  }
}
