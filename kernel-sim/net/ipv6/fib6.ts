// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Routes of IPv6: the longest prefix wins, and of equal ones the lowest metric.
 *
 * Linux: net/ipv6/ip6_fib.c. Differs: there are few, so they are looked through one by one.
 */
import { RT_TABLE, RTN } from '../../uapi/rtnetlink.ts';
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
  /** A router has said that the network is on the link. */
  readonly isAdvertised?: boolean;
}

export class Fib6 {
  #routes: Fib6Route[] = [];
  generation = 0;
  /** Hears of each route that comes or goes. */
  onChange: (route: Fib6Route, isGone: boolean) => void = () => undefined;

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
    this.onChange(route, false);
  }

  removeWhere(isGone: (route: Fib6Route) => boolean): void {
    const gone = this.#routes.filter((route) => isGone(route));
    if (gone.length === 0) return;
    this.#routes = this.#routes.filter((route) => !gone.includes(route));
    this.generation++;
    for (const route of gone) this.onChange(route, true);
  }

  /**
   * Those that are not over, as Linux shows them: the main table before the local one; in each, who
   * is inside another in front of it, and the rest by address.
   */
  shown(nowNs: number): Fib6Route[] {
    return this.#routes
      .filter(({ expiresNs }) => expiresNs > nowNs)
      .toSorted((a, b) => tableOf(a) - tableOf(b) || compareInTree(a, b) || a.metric - b.metric);
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

/** It says why nothing goes there; its device is the loopback whatever becomes of that. */
export function isRefusal({ type }: Pick<Fib6Route, 'type'>): boolean {
  return type !== RTN.UNICAST && type !== RTN.LOCAL && type !== RTN.MULTICAST;
}

/** RT_TABLE: what this machine takes for itself is not in the main one. */
export function tableOf({ type }: Fib6Route): number {
  return type === RTN.LOCAL || type === RTN.MULTICAST ? RT_TABLE.LOCAL : RT_TABLE.MAIN;
}

/** Linux: fib6_walk_continue, which goes left, right, and only then to the node itself. */
function compareInTree(a: Fib6Route, b: Fib6Route): number {
  const common = Math.min(a.prefixLength, b.prefixLength);
  if (isInPrefix(a.destination, b.destination, common)) return b.prefixLength - a.prefixLength;
  return a.destination < b.destination ? -1 : 1;
}

export function isSameRoute(one: Fib6Route, other: Fib6Route): boolean {
  return (
    one.destination === other.destination &&
    one.prefixLength === other.prefixLength &&
    one.device === other.device &&
    one.gateway === other.gateway &&
    one.metric === other.metric &&
    one.type === other.type
  );
}
