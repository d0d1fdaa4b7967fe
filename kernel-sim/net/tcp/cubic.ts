// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * CUBIC: the window grows with the cube of the time since the last loss. RFC 9438.
 *
 *     W(t) = C (t - K)^3 + Wmax,    K = cbrt((Wmax - cwnd) / C),    C = 0.4
 *
 * So it comes back to where the loss was, fast at first and slowly near it, and goes on from there.
 * Windows are segments and times milliseconds, all whole numbers: the same in every engine. Differs
 * from Linux: no HyStart, which would end slow start before the first loss.
 *
 * Linux: net/ipv4/tcp_cubic.c.
 */
import {
  additiveIncrease,
  type CongestionControl,
  type CongestionWindow,
  slowStart,
} from './congestion.ts';

const NS_PER_MS = 1_000_000;
/** What is left of the window at a loss, of 1024: about 0.7. */
const BETA = 717;
const BETA_SCALE = 1024;
/** C is two fifths; in milliseconds a billionth of that. */
const C_NUMERATOR = 2;
const C_DENOMINATOR = 5_000_000_000;
/** A window grows by at most a half per round trip. */
const LEAST_PER_SEGMENT = 2;
/** Where there is nothing to reach: one more in a hundred windows. */
const SLOWEST_FACTOR = 100;
/** Beyond, the cube would leave the whole numbers. */
const DISTANCE_MAX_MS = 100_000;
const ROOT_MAX = 200_000;

export class Cubic implements CongestionControl {
  readonly name = 'cubic';
  /** The window at the last loss, or before it where others need room. */
  #lastMax = 0;
  /** When this growth began, 0 before it has. */
  #epochNs = 0;
  /** The window that the curve turns at, and when, from the epoch's start on. */
  #origin = 0;
  #turnMs = 0;
  /** What Reno would have had: never fall behind it. */
  #renoCwnd = 0;
  #renoAcked = 0;
  /** The least time that a round trip took. */
  #minRttUs = Infinity;

  avoid(window: CongestionWindow, acked: number, nowNs: number): void {
    let left = acked;
    if (window.cwnd < window.ssthresh) left = slowStart(window, acked);
    if (left > 0) additiveIncrease(window, this.#segmentsPerStep(window, left, nowNs), left);
  }

  ssthresh({ cwnd }: CongestionWindow): number {
    this.#epochNs = 0;
    // Who does not get back to where it was makes room for others. RFC 9438, 4.7.
    this.#lastMax =
      cwnd < this.#lastMax ? Math.floor((cwnd * (BETA_SCALE + BETA)) / (2 * BETA_SCALE)) : cwnd;
    return Math.max(Math.floor((cwnd * BETA) / BETA_SCALE), 2);
  }

  sample(rttUs: number): void {
    this.#minRttUs = Math.min(this.#minRttUs, rttUs);
  }

  lost(): void {
    this.#lastMax = 0;
    this.#epochNs = 0;
    this.#minRttUs = Infinity;
  }

  /** The pause is no time in which the window could have grown. */
  restarted(nowNs: number, idleNs: number): void {
    if (this.#epochNs > 0) this.#epochNs = Math.min(nowNs, this.#epochNs + idleNs);
  }

  /** How many segments have to be acknowledged before the window grows by one. */
  #segmentsPerStep(window: CongestionWindow, acked: number, nowNs: number): number {
    const { cwnd } = window;
    if (this.#epochNs === 0) this.#begin(cwnd, nowNs);
    this.#renoAcked += acked;
    const rttMs = this.#minRttUs === Infinity ? 0 : Math.floor(this.#minRttUs / 1000);
    const elapsedMs = Math.floor((nowNs - this.#epochNs) / NS_PER_MS) + rttMs;
    const target = this.#origin + cubeOf(elapsedMs - this.#turnMs);
    let segments = target > cwnd ? Math.floor(cwnd / (target - cwnd)) : SLOWEST_FACTOR * cwnd;
    segments = Math.min(segments, this.#renoStep(cwnd));
    return Math.max(segments, LEAST_PER_SEGMENT);
  }

  #begin(cwnd: number, nowNs: number): void {
    this.#epochNs = Math.max(1, nowNs);
    this.#renoAcked = 0;
    this.#renoCwnd = cwnd;
    if (this.#lastMax <= cwnd) {
      this.#turnMs = 0;
      this.#origin = cwnd;
      return;
    }
    const gap = this.#lastMax - cwnd;
    this.#turnMs = cubeRoot(Math.floor((gap * C_DENOMINATOR) / C_NUMERATOR));
    this.#origin = this.#lastMax;
  }

  /** One segment per so many would keep up with Reno. RFC 9438, 4.3. */
  #renoStep(cwnd: number): number {
    const perSegment = Math.floor((cwnd * (BETA_SCALE + BETA)) / (3 * (BETA_SCALE - BETA)));
    while (this.#renoAcked > perSegment) {
      this.#renoAcked -= perSegment;
      this.#renoCwnd++;
    }
    return this.#renoCwnd > cwnd ? Math.floor(cwnd / (this.#renoCwnd - cwnd)) : Infinity;
  }
}

/** C times the cube, in segments, rounded towards 0. */
function cubeOf(distanceMs: number): number {
  const distance = Math.max(-DISTANCE_MAX_MS, Math.min(DISTANCE_MAX_MS, distanceMs));
  return Math.trunc((distance * distance * distance * C_NUMERATOR) / C_DENOMINATOR);
}

/** The greatest whole number whose cube is not greater. */
export function cubeRoot(value: number): number {
  let low = 0;
  let high = ROOT_MAX;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (middle * middle * middle <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}
