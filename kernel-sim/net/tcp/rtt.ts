// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * How long a segment and its acknowledgment take, and how long to wait for one: RFC 6298.
 *
 * Times are whole microseconds. The smoothed time is kept eightfold and the deviation fourfold, so
 * that their fractions are not lost. As in Linux the deviation that counts is the greatest of the
 * last round trip, and falls only once per round trip.
 *
 * Linux: tcp_rtt_estimator, tcp_set_rto, struct minmax.
 */
import { RTO_INITIAL_US, RTO_MAX_US, RTO_MIN_US } from './settings.ts';
import { after } from './seq.ts';

/** How long the least time is believed. Linux: sysctl_tcp_min_rtt_wlen. */
const MIN_RTT_WINDOW_US = 300_000_000;

export class RttEstimator {
  /** Eight times the smoothed time, 0 before the first sample. */
  srtt8 = 0;
  /** Four times the mean deviation. */
  mdev4 = RTO_INITIAL_US;
  /** Four times the deviation that counts. */
  rttvar = RTO_INITIAL_US;
  rtoUs = RTO_INITIAL_US;
  /** The least of the last minutes; Infinity before the first sample. */
  minUs = Infinity;
  #mdevMax = 0;
  /** Ends the round trip that `#mdevMax` is of. */
  #roundEnd = 0;
  #minAtUs = 0;

  get hasSample(): boolean {
    return this.srtt8 > 0;
  }

  get smoothedUs(): number {
    return Math.floor(this.srtt8 / 8);
  }

  /** `sndUna` and `sndNxt` tell when a round trip is over. */
  add(sampleUs: number, nowUs: number, sndUna: number, sndNxt: number): void {
    const sample = Math.max(1, sampleUs);
    if (sample <= this.minUs || nowUs - this.#minAtUs > MIN_RTT_WINDOW_US) {
      this.minUs = sample;
      this.#minAtUs = nowUs;
    }
    if (this.srtt8 === 0) {
      this.srtt8 = sample * 8;
      this.mdev4 = sample * 2;
      this.rttvar = Math.max(this.mdev4, RTO_MIN_US);
      this.#mdevMax = this.rttvar;
      this.#roundEnd = sndNxt;
    } else {
      this.#smooth(sample, sndUna, sndNxt);
    }
    this.reset();
  }

  #smooth(sample: number, sndUna: number, sndNxt: number): void {
    const error = sample - Math.floor(this.srtt8 / 8);
    this.srtt8 = Math.max(1, this.srtt8 + error);
    let deviation = Math.abs(error) - Math.floor(this.mdev4 / 4);
    // A time that fell is no reason to wait longer: RFC 6298 would let the deviation jump.
    if (error < 0 && deviation > 0) deviation = Math.floor(deviation / 8);
    this.mdev4 += deviation;
    if (this.mdev4 > this.#mdevMax) {
      this.#mdevMax = this.mdev4;
      this.rttvar = Math.max(this.rttvar, this.#mdevMax);
    }
    if (!after(sndUna, this.#roundEnd)) return;
    if (this.#mdevMax < this.rttvar) {
      this.rttvar -= Math.floor((this.rttvar - this.#mdevMax) / 4);
    }
    this.#roundEnd = sndNxt;
    this.#mdevMax = RTO_MIN_US;
  }

  /** The timeout without backoff. */
  reset(): void {
    if (this.srtt8 === 0) return;
    const rto = Math.floor(this.srtt8 / 8) + this.rttvar;
    this.rtoUs = Math.min(RTO_MAX_US, Math.max(RTO_MIN_US, rto));
  }
}
