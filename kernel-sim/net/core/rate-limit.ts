// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * How fast errors may be sent: all together, and to one host.
 *
 * Linux: icmp_global_allow of net/ipv4/icmp.c, inet_peer_xrlim_allow of net/ipv4/inetpeer.c.
 */
import type { IpAddress } from '../../lib/ip-address.ts';

const NS_PER_MS = 1_000_000;
/** So many at once to one host, when there was none for long. */
const BURST_FACTOR = 6;
/** Hosts that are remembered. */
const HOSTS_MAX = 1024;

export interface RateLimitSettings {
  readonly perSecond: () => number;
  readonly burst: () => number;
  /** Milliseconds between two to one host; 0: no limit. */
  readonly intervalMs: () => number;
}

export class RateLimits {
  readonly #now: () => number;
  readonly #settings: RateLimitSettings;
  readonly #hosts = new Map<IpAddress, { tokensNs: number; lastNs: number }>();
  #credit: number;
  #lastNs = 0;

  constructor(now: () => number, settings: RateLimitSettings) {
    this.#now = now;
    this.#settings = settings;
    this.#credit = settings.burst();
  }

  takeGlobal(): boolean {
    const nowNs = this.#now();
    const { perSecond, burst } = this.#settings;
    const gained = ((nowNs - this.#lastNs) * perSecond()) / 1_000_000_000;
    this.#credit = Math.min(burst(), this.#credit + gained);
    this.#lastNs = nowNs;
    if (this.#credit < 1) return false;
    this.#credit--;
    return true;
  }

  takeFor(host: IpAddress): boolean {
    const intervalNs = this.#settings.intervalMs() * NS_PER_MS;
    if (intervalNs === 0) return true;
    const nowNs = this.#now();
    const known = this.#hosts.get(host);
    const most = BURST_FACTOR * intervalNs;
    const tokensNs = known === undefined ? most : known.tokensNs + nowNs - known.lastNs;
    const isAllowed = Math.min(most, tokensNs) >= intervalNs;
    const left = Math.min(most, tokensNs) - (isAllowed ? intervalNs : 0);
    this.#hosts.delete(host);
    for (const oldest of this.#hosts.keys()) {
      if (this.#hosts.size < HOSTS_MAX) break;
      this.#hosts.delete(oldest);
    }
    this.#hosts.set(host, { tokensNs: left, lastNs: nowNs });
    return isAllowed;
  }
}
