// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The forwarding information base: which route a packet to an address takes.
 *
 * Two tables are looked through, `local` (what is this machine's own) before `main`; in each the
 * longest prefix wins, and among equal ones the lowest metric. Rules between the tables are fixed.
 *
 * Linux: net/ipv4/fib_trie.c, fib_semantics.c, fib_frontend.c. Differs: for each prefix length
 * there is a hash of networks, which is as fast for as few lengths as there are; a route has one
 * next hop.
 */
import { RT_SCOPE, RT_TABLE, RTN, RTNH_F } from '../../uapi/rtnetlink.ts';
import type { NetDevice } from '../core/net-device.ts';

/** What a metric, a protocol and so on are for: ip-route(8). Linux: fib_alias and fib_info. */
export interface FibRoute {
  readonly destination: number;
  readonly prefixLength: number;
  /** RT_TABLE. */
  readonly table: number;
  /** RTN: what is done with packets. */
  readonly type: number;
  /** RT_SCOPE: how far away the destination is. */
  readonly scope: number;
  /** RTPROT: who made it. */
  readonly protocol: number;
  /** Metric: among equal prefixes the lowest wins. */
  readonly priority: number;
  /** Undefined where nothing is sent: blackhole and the like. */
  readonly device: NetDevice | undefined;
  /** 0: the destination is on the link. */
  readonly gateway: number;
  /** Where packets come from unless their sender says; 0: what fits the next hop. */
  readonly preferredSource: number;
  /** RTNH_F. */
  readonly flags: number;
  /** Largest packet; 0: as the device has it. */
  readonly mtu: number;
  /** For ping and TCP: what the route advertises, 0 for what follows from the MTU. */
  readonly advmss: number;
}

/** The mask of a prefix, as an unsigned number. */
export function maskOf(prefixLength: number): number {
  return prefixLength === 0 ? 0 : (0xffff_ffff << (32 - prefixLength)) >>> 0;
}

/** The length of a mask's prefix, or -1 where it has holes. */
export function prefixLengthOf(mask: number): number {
  const length = mask === 0 ? 0 : Math.clz32(~mask);
  return maskOf(length) === mask >>> 0 ? length : -1;
}

/** Routes of one table. */
class FibTable {
  /** By prefix length; each network's routes in the order of their metric. */
  readonly #byLength: (Map<number, FibRoute[]> | undefined)[] = [];
  /** Prefix lengths that occur, the longest first. */
  #lengths: number[] = [];

  /** The lowest networks first, of them the longest prefixes: the order of Linux's trie. */
  routes(): FibRoute[] {
    return this.#lengths
      .flatMap((length) => [...(this.#byLength[length]?.values() ?? [])].flat())
      .toSorted((a, b) => a.destination - b.destination || b.prefixLength - a.prefixLength);
  }

  at(destination: number, prefixLength: number): readonly FibRoute[] {
    return this.#byLength[prefixLength]?.get(destination) ?? [];
  }

  /** Behind those of its network with the same metric, or before them. */
  add(route: FibRoute, isFirst: boolean): void {
    const { prefixLength, destination, priority } = route;
    let networks = this.#byLength[prefixLength];
    if (networks === undefined) {
      networks = this.#byLength[prefixLength] = new Map();
      this.#lengths = [...this.#lengths, prefixLength].toSorted((a, b) => b - a);
    }
    const routes = networks.get(destination) ?? [];
    const index = routes.findIndex((other) =>
      isFirst ? other.priority >= priority : other.priority > priority,
    );
    routes.splice(index < 0 ? routes.length : index, 0, route);
    networks.set(destination, routes);
  }

  remove(route: FibRoute): void {
    const { prefixLength, destination } = route;
    const networks = this.#byLength[prefixLength];
    const routes = networks?.get(destination)?.filter((other) => other !== route) ?? [];
    if (routes.length > 0) networks?.set(destination, routes);
    else networks?.delete(destination);
    if (networks?.size !== 0) return;
    this.#byLength[prefixLength] = undefined;
    this.#lengths = this.#lengths.filter((length) => length !== prefixLength);
  }

  /** Linux: fib_table_lookup. */
  lookup(destination: number, ifindex: number, scope: number): FibRoute | undefined {
    for (const length of this.#lengths) {
      const routes = this.#byLength[length]?.get((destination & maskOf(length)) >>> 0);
      if (routes === undefined) continue;
      for (const route of routes) {
        if (isUsable(route, ifindex, scope)) return route;
      }
    }
    return undefined;
  }
}

function isUsable(route: FibRoute, ifindex: number, scope: number): boolean {
  if (route.scope < scope) return false;
  const { device } = route;
  if (device === undefined) return true;
  if ((route.flags & RTNH_F.DEAD) !== 0) return false;
  return ifindex === 0 || device.ifindex === ifindex;
}

/** What a lookup narrows down. */
export interface FibQuery {
  /** Only routes through this device. */
  readonly ifindex?: number;
  /** Only routes that lead at least as near. */
  readonly scope?: number;
}

export class Fib {
  readonly #tables = new Map<number, FibTable>();
  readonly #local = new FibTable();
  readonly #main = new FibTable();
  /** Changes with every route: what was looked up before is looked up anew. Linux: rt_genid. */
  generation = 0;

  constructor() {
    this.#tables.set(RT_TABLE.LOCAL, this.#local);
    this.#tables.set(RT_TABLE.MAIN, this.#main);
  }

  /** Of one table, or of all. */
  *routes(table: number = RT_TABLE.UNSPEC): Generator<FibRoute> {
    for (const [number, routes] of this.#tables) {
      if (table === RT_TABLE.UNSPEC || table === number) yield* routes.routes();
    }
  }

  /** The routes of exactly this network, in the order in which they are tried. */
  at(table: number, destination: number, prefixLength: number): readonly FibRoute[] {
    return this.#tables.get(table)?.at(destination, prefixLength) ?? [];
  }

  add(route: FibRoute, isFirst = false): void {
    let table = this.#tables.get(route.table);
    if (table === undefined) this.#tables.set(route.table, (table = new FibTable()));
    table.add(route, isFirst);
    this.generation++;
  }

  remove(route: FibRoute): void {
    this.#tables.get(route.table)?.remove(route);
    this.generation++;
  }

  /** The route, or undefined where there is none. What it means: `errnoOf`. Linux: fib_lookup. */
  lookup(destination: number, query: FibQuery = {}): FibRoute | undefined {
    const { ifindex = 0, scope = RT_SCOPE.UNIVERSE } = query;
    const local = this.#local.lookup(destination, ifindex, scope);
    if (local !== undefined && local.type !== RTN.THROW) return local;
    const route = this.#main.lookup(destination, ifindex, scope);
    if (route !== undefined && route.type !== RTN.THROW) return route;
    return this.#tables.get(RT_TABLE.DEFAULT)?.lookup(destination, ifindex, scope);
  }
}
