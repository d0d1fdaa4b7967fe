// SPDX-License-Identifier: GPL-2.0-or-later
/** What the parts of IPv6 have of each other. */
import type { NetCore } from '../core/net-core.ts';
import type { NetDevice } from '../core/net-device.ts';
import type { NeighbourTable } from '../core/neighbour.ts';
import type { NetTimers } from '../core/net-timers.ts';
import type { SkBuff } from '../core/sk-buff.ts';
import type {
  OutputOptions,
  Route,
  RouteHints,
  TransportError,
  TransportProtocol,
} from '../network-layer.ts';
import type { NetStatistics } from '../snmp.ts';
import type { Addrconf } from './addrconf.ts';
import type { Ipv6Conf } from './conf6.ts';
import type { Fib6 } from './fib6.ts';
import type { Icmpv6 } from './icmpv6.ts';
import type { Ndisc } from './ndisc.ts';

export interface Ipv6Route extends Route {
  readonly source: string;
  readonly destination: string;
  readonly gateway: string | undefined;
  readonly nextHop: string;
}

/** Who sees packets beside the protocol that they are for; they stay their caller's. */
export interface Raw6Listener {
  /** Whether somebody wanted it. Its data begin behind all headers of IPv6. */
  receive(skb: SkBuff, protocol: number): boolean;
  error(skb: SkBuff, error: TransportError, protocol: number): void;
}

export interface Ipv6Context {
  readonly core: NetCore;
  readonly timers: NetTimers;
  readonly statistics: NetStatistics;
  readonly fib: Fib6;
  readonly addrconf: Addrconf;
  readonly neighbours: NeighbourTable;
  readonly icmp: Icmpv6;
  readonly ndisc: Ndisc;
  readonly protocols: Map<number, TransportProtocol>;
  conf(device: NetDevice): Ipv6Conf;
  /** Raw sockets. */
  readonly raw: Raw6Listener;
  route(destination: string, hints?: RouteHints): Ipv6Route | number;
  output(skb: SkBuff, route: Route, options: OutputOptions): number;
  updateMtu(destination: string, mtu: number): void;
  pseudoHeaderSum(source: string, destination: string, protocol: number, bytes: number): number;
}
