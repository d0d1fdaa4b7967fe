// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What ping counts, and how it tells of it. Times are in microseconds.
 *
 * Linux: iputils' ping/ping_common.c.
 */

/** `0.042`: milliseconds with three digits. */
export function milliseconds(microseconds: number): string {
  return (Math.floor(microseconds) / 1000).toFixed(3);
}

/** The time of a single answer, which has fewer digits the longer it took. */
export function formatTripTime(us: number): string {
  if (us >= 100_000) return String(Math.floor((us + 500) / 1000));
  if (us >= 10_000) return (Math.floor((us + 50) / 100) / 10).toFixed(1);
  if (us >= 1000) return (Math.floor((us + 5) / 10) / 100).toFixed(2);
  return (us / 1000).toFixed(3);
}

/** `33.3333`: as C's %g. */
function general(value: number): string {
  return String(Number(value.toPrecision(6)));
}

export class PingStatistics {
  transmitted = 0;
  received = 0;
  duplicates = 0;
  corrupted = 0;
  errors = 0;
  /** The most that were on their way at once. */
  pipe = 0;
  minUs = Infinity;
  maxUs = 0;
  #sumUs = 0;
  #sumSquaresUs = 0;
  /** Eight times a moving average. */
  #ewma8Us = 0;
  firstSentUs = 0;
  lastSentUs = 0;
  #acknowledged = 0;

  /** An answer took so long; undefined when it carries no time. */
  count(us: number | undefined): void {
    this.received++;
    if (us === undefined) return;
    this.#sumUs += us;
    this.#sumSquaresUs += us * us;
    this.minUs = Math.min(this.minUs, us);
    this.maxUs = Math.max(this.maxUs, us);
    this.#ewma8Us = this.#ewma8Us === 0 ? us * 8 : this.#ewma8Us + us - this.#ewma8Us / 8;
  }

  /** An answer or an error came to the request of that number. */
  acknowledge(sequence: number): void {
    const behind = (this.transmitted - sequence) & 0xffff;
    if (behind > 0x7fff) return;
    this.pipe = Math.max(this.pipe, behind + 1);
    if (((sequence - this.#acknowledged) & 0xffff) < 0x8000) this.#acknowledged = sequence;
  }

  get inFlight(): number {
    return (this.transmitted - this.#acknowledged) & 0xffff;
  }

  get #averageUs(): number {
    return this.#sumUs / Math.max(1, this.received + this.duplicates);
  }

  get #deviationUs(): number {
    const count = Math.max(1, this.received + this.duplicates);
    return Math.sqrt(Math.max(0, this.#sumSquaresUs / count - this.#averageUs ** 2));
  }

  /** What SIGQUIT asks for, in one line. */
  status(): string {
    const { transmitted, received } = this;
    const loss = transmitted === 0 ? 0 : Math.floor(((transmitted - received) * 100) / transmitted);
    let text = `\r${received}/${transmitted} packets, ${loss}% loss`;
    if (received > 0 && this.maxUs > 0) {
      const values = [this.minUs, this.#averageUs, this.#ewma8Us / 8, this.maxUs];
      text += `, min/avg/ewma/max = ${values.map(milliseconds).join('/')} ms`;
    }
    return `${text}\n`;
  }

  /** The lines at the end. `tellsPace`: the pace was ping's own (flood, adaptive). */
  summary(host: string, tellsPace: boolean): string {
    const { transmitted, received } = this;
    let text = `\n--- ${host} ping statistics ---\n`;
    text += `${transmitted} packets transmitted, ${received} received`;
    if (this.duplicates > 0) text += `, +${this.duplicates} duplicates`;
    if (this.corrupted > 0) text += `, +${this.corrupted} corrupted`;
    if (this.errors > 0) text += `, +${this.errors} errors`;
    if (transmitted > 0) {
      const elapsedMs = Math.floor((this.lastSentUs - this.firstSentUs) / 1000);
      text += `, ${general(((transmitted - received) * 100) / transmitted)}% packet loss`;
      text += `, time ${elapsedMs}ms`;
    }
    text += '\n';
    const parts: string[] = [];
    if (received > 0 && Number.isFinite(this.minUs)) {
      const values = [this.minUs, this.#averageUs, this.maxUs, this.#deviationUs];
      parts.push(`rtt min/avg/max/mdev = ${values.map(milliseconds).join('/')} ms`);
    }
    if (this.pipe > 1) parts.push(`pipe ${this.pipe}`);
    if (received > 0 && tellsPace && transmitted > 1) {
      const gap = (this.lastSentUs - this.firstSentUs) / (transmitted - 1);
      parts.push(`ipg/ewma ${milliseconds(gap)}/${milliseconds(this.#ewma8Us / 8)} ms`);
    }
    return parts.length === 0 ? `${text}\n` : `${text}${parts.join(', ')}\n`;
  }
}
