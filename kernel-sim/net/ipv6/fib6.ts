// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Routes of IPv6: the longest prefix wins, and of equal ones the lowest metric.
 *
 * Linux: net/ipv6/ip6_fib.c. Differs: there are few, so they are looked through one by one.
 */
import type { NetDevice } from '../core/net-device.ts';
import { isInPrefix } from './address.ts';

export interface Fib6Route {
  readonly destination: string;
  readonly prefixLength: number;
  /** RTN. */
  readonly type: number;
  /** RTPROT. */
  readonly protocol: number;
  readonly metric: number;
  readonly device: NetDevice;
  readonly gateway: string | undefined;
  /** Infinity unless a router said for how long. */
  readonly expiresNs: number;
}

export class Fib6 {
  #routes: Fib6Route[] = [];
  generation = 0;

  get routes(): readonly Fib6Route[] {
    return this.#routes;
  }

  /** In the place of one to the same network by the same way. */
  add(route: Fib6Route): void {
    const rest = this.#routes.filter((other) => !isSameRoute(route, other));
    this.#routes = [...rest, route].toSorted(
      (a, b) => b.prefixLength - a.prefixLength || a.metric - b.metric,
    );
    this.generation++;
  }

  removeWhere(isGone: (route: Fib6Route) => boolean): void {
    const rest = this.#routes.filter((route) => !isGone(route));
    if (rest.length === this.#routes.length) return;
    this.#routes = rest;
    this.generation++;
  }

  /** Linux: fib6_table_lookup. */
  lookup(destination: string, nowNs: number, device?: NetDevice): Fib6Route | undefined {
    for (const route of this.#routes) {
      if (device !== undefined && route.device !== device) continue;
      if (route.expiresNs <= nowNs) continue;
      if (isInPrefix(destination, route.destination, route.prefixLength)) return route;
    }
    return undefined;
  }
}

function isSameRoute(one: Fib6Route, other: Fib6Route): boolean {
  return (
    one.destination === other.destination &&
    one.prefixLength === other.prefixLength &&
    one.device === other.device &&
    one.gateway === other.gateway &&
    one.type === other.type
  );
}
