// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * IPv6 as a whole: its parts, put together; what a transport protocol sees of it.
 *
 * Linux: net/ipv6/af_inet6.c, route.c. Differs: this machine is a host and passes nothing on.
 */
import type { Printk } from '../../kernel/printk/printk.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { ETH_P } from '../../uapi/if-ether.ts';
import { ICMPV6, ICMPV6_UNREACH } from '../../uapi/icmp.ts';
import { IN6ADDR_ANY, IN6ADDR_LOOPBACK, IPPROTO } from '../../uapi/in.ts';
import { RTN } from '../../uapi/rtnetlink.ts';
import { AF } from '../../uapi/socket.ts';
import { ethHeader } from '../core/ethernet.ts';
import { defaultNeighbourSettings, type Neighbour, NeighbourTable } from '../core/neighbour.ts';
import type { Fragments } from '../core/inet-fragment.ts';
import type { NetCore } from '../core/net-core.ts';
import type { NetDevice } from '../core/net-device.ts';
import type { NetTimers } from '../core/net-timers.ts';
import type { SkBuff } from '../core/sk-buff.ts';
import type {
  NetworkLayer,
  OutputOptions,
  Route,
  RouteHints,
  TransportProtocol,
} from '../network-layer.ts';
import type { NetStatistics } from '../snmp.ts';
import { Addrconf } from './addrconf.ts';
import { isMulticast6, isUnicast6, needsLink } from './address.ts';
import type { Ipv6Context, Ipv6Route, Raw6Listener } from './context.ts';
import { Ipv6Conf } from './conf6.ts';
import { Fib6, type Fib6Route, isRefusal } from './fib6.ts';
import { Icmpv6 } from './icmpv6.ts';
import { Ip6Input } from './ip6-input.ts';
import { Ip6Output } from './ip6-output.ts';
import { destinationOf6, headerAt6, IPV6_MIN_MTU, IPV6HDR, sourceOf6 } from './ipv6-header.ts';
import { Ndisc } from './ndisc.ts';
import { Routes6 } from './route6.ts';

/** How long a path's MTU is believed. Linux: net.ipv6.route.mtu_expires. */
const MTU_EXPIRES_NS = 600_000_000_000;
const PATHS_MAX = 2048;

export interface Ipv6Parts {
  readonly core: NetCore;
  readonly timers: NetTimers;
  readonly statistics: NetStatistics;
  readonly printk: Printk;
  /** 32 random bits. */
  readonly random: () => number;
  /** Only the loopback has addresses until `disable` says otherwise. */
  readonly isDisabled: boolean;
}

export class Ipv6 implements Ipv6Context, NetworkLayer {
  readonly family = AF.INET6;
  readonly headerBytes = IPV6HDR.SIZE;
  readonly anyAddress = IN6ADDR_ANY;
  readonly core: NetCore;
  readonly timers: NetTimers;
  readonly statistics: NetStatistics;
  readonly fib = new Fib6();
  readonly routes: Routes6;
  readonly fragments: Fragments;
  readonly addrconf: Addrconf;
  readonly ndisc: Ndisc;
  readonly neighbours: NeighbourTable;
  readonly icmp: Icmpv6;
  readonly protocols = new Map<number, TransportProtocol>();
  onNeighbour: (neighbour: Neighbour, isGone: boolean) => void = () => undefined;
  /** net.ipv6.bindv6only: new sockets leave IPv4 to others. */
  bindV6Only = 0;
  raw: Raw6Listener = { receive: () => false, error: () => undefined };
  readonly ip6Output: Ip6Output;
  /** Of new devices. */
  readonly confDefault: Ipv6Conf;
  readonly confAll: Ipv6Conf;
  readonly #confs = new Map<NetDevice, Ipv6Conf>();
  readonly #paths = new Map<string, { readonly mtu: number; readonly expiresNs: number }>();
  #pathGeneration = 0;

  constructor(parts: Ipv6Parts) {
    const { core, timers, statistics, printk, random } = parts;
    this.core = core;
    this.confDefault = new Ipv6Conf(Number(parts.isDisabled));
    this.confAll = this.confDefault.clone();
    this.timers = timers;
    this.statistics = statistics;
    this.ndisc = new Ndisc(this);
    this.addrconf = new Addrconf({
      core,
      timers,
      fib: this.fib,
      conf: (device) => this.conf(device),
      probe: (address) => this.ndisc.probe(address),
      solicitRouters: (device) => this.ndisc.solicitRouters(device),
      warn: (text) => printk.info(text),
    });
    this.routes = new Routes6({
      fib: this.fib,
      timers,
      loopback: () => core.devices[0],
      isOwn: (address) => this.isLocal(address),
      conf: (device) => this.conf(device),
    });
    this.neighbours = new NeighbourTable({
      family: AF.INET6,
      name: 'ndisc_cache',
      ops: this.ndisc,
      timers,
      settings: defaultNeighbourSettings(),
      random,
      transmit: (skb, device, to) => {
        skb.dev = device;
        ethHeader(skb, device, ETH_P.IPV6, to);
        return core.xmit(skb);
      },
      drop: (skb) => core.skbs.free(skb, 'NEIGH_QUEUEFULL'),
      overflow: (table) => printk.info(`neighbour: ${table}: neighbor table overflow!`),
      onChange: (...change) => this.onNeighbour(...change),
    });
    this.icmp = new Icmpv6(this);
    this.ip6Output = new Ip6Output(this, random, (route) => this.mtu(route));
    const input = new Ip6Input(this);
    this.fragments = input.fragments;
    this.addProtocol(IPPROTO.ICMPV6, { receive: (skb) => this.icmp.receive(skb) });
    core.types.add(ETH_P.IPV6, 'ipv6_rcv', (skb, device) => input.receive(skb, device));
    for (const device of core.devices) this.#up(device);
    core.onEvent((event, device) => {
      if (event === 'up' || (event === 'change' && device.isRunning)) this.#up(device);
      if (event === 'down' || event === 'unregister') this.#down(device);
      if (event === 'unregister') this.#confs.delete(device);
    });
  }

  /** Without a cable nobody could be asked whether an address is taken. */
  #up(device: NetDevice): void {
    if (device.isRunning && this.conf(device).disabled === 0) this.addrconf.up(device);
  }

  #down(device: NetDevice): void {
    this.addrconf.down(device);
    this.neighbours.flush(device);
    this.conf(device).mtu = 0;
  }

  /** What is set of a device. Linux: struct inet6_dev, cnf. */
  conf(device: NetDevice): Ipv6Conf {
    let conf = this.#confs.get(device);
    if (conf === undefined) {
      conf = this.confDefault.clone();
      if (device.isLoopback) conf.disabled = 0;
      this.#confs.set(device, conf);
    }
    return conf;
  }

  /** net.ipv6.conf.DEVICE.disable_ipv6. Linux: dev_disable_change. */
  disableOn(device: NetDevice, isDisabled: boolean): void {
    this.conf(device).disabled = Number(isDisabled);
    if (isDisabled) this.#down(device);
    else this.#up(device);
  }

  /** net.ipv6.conf.all.disable_ipv6. Linux: addrconf_disable_change. */
  disable(isDisabled: boolean): void {
    this.confAll.disabled = Number(isDisabled);
    this.confDefault.disabled = Number(isDisabled);
    for (const device of this.core.devices) this.disableOn(device, isDisabled);
  }

  // ---- Routes --------------------------------------------------------------------------------

  /** Linux: ip6_route_output. */
  route(wanted: string, hints: RouteHints = {}): Ipv6Route | number {
    const destination = wanted === IN6ADDR_ANY ? IN6ADDR_LOOPBACK : wanted;
    const asked = hints.source as string | undefined;
    const isLinked = needsLink(destination);
    const own = isMulticast6(destination) ? undefined : this.addrconf.find(destination);
    const loopback = this.core.devices[0];
    if (asked !== undefined && this.addrconf.find(asked) === undefined) return -ERRNO.EINVAL;
    const device =
      hints.device ?? (isLinked && asked !== undefined ? this.#deviceOf(asked) : undefined);
    if (device !== undefined && !device.isUp) return -ERRNO.ENETUNREACH;
    if (own !== undefined && loopback !== undefined) {
      return this.#make(destination, asked ?? destination, loopback, undefined);
    }
    // What means something on its link only needs to know which.
    if (isLinked && device === undefined && !isMulticast6(destination)) return -ERRNO.EINVAL;
    const entry = this.fib.lookup(destination, this.timers.now(), device);
    if (entry === undefined) return -ERRNO.ENETUNREACH;
    if (isRefusal(entry)) return refusal(entry);
    const source = asked ?? this.addrconf.selectSource(destination, entry.device);
    if (source === undefined) return -ERRNO.EADDRNOTAVAIL;
    return this.#make(destination, source, entry.device, entry.gateway);
  }

  #deviceOf(local: string): NetDevice | undefined {
    return this.addrconf.find(local)?.device;
  }

  #make(
    destination: string,
    source: string,
    device: NetDevice,
    gateway: string | undefined,
  ): Ipv6Route {
    return {
      device,
      source,
      destination,
      gateway,
      nextHop: gateway ?? destination,
      isLocal: device.isLoopback,
      isBroadcast: false,
      isMulticast: isMulticast6(destination),
      generation: this.#generation,
    };
  }

  get #generation(): number {
    return this.fib.generation + this.#pathGeneration;
  }

  isCurrent(route: Route): boolean {
    return route.generation === this.#generation;
  }

  mtu(route: Route): number {
    const link = this.conf(route.device).mtu || route.device.mtu;
    const path = this.#paths.get(route.destination as string);
    if (path === undefined || path.expiresNs <= this.timers.now()) return link;
    return Math.min(link, path.mtu);
  }

  /** A router says how much passes. RFC 8201. */
  updateMtu(destination: string, mtu: number): void {
    for (const oldest of this.#paths.keys()) {
      if (this.#paths.size < PATHS_MAX) break;
      this.#paths.delete(oldest);
    }
    const expiresNs = this.timers.now() + MTU_EXPIRES_NS;
    this.#paths.set(destination, { mtu: Math.max(mtu, IPV6_MIN_MTU), expiresNs });
    this.#pathGeneration++;
  }

  /** RTN. */
  typeOf(address: string): number {
    if (isMulticast6(address)) return RTN.MULTICAST;
    return this.addrconf.find(address) === undefined ? RTN.UNICAST : RTN.LOCAL;
  }

  // ---- NetworkLayer --------------------------------------------------------------------------

  output(skb: SkBuff, route: Route, options: OutputOptions): number {
    return this.ip6Output.send(skb, route as Ipv6Route, options);
  }

  /** RFC 8200, section 8.1. Linux: csum_ipv6_magic. */
  pseudoHeaderSum(
    source: string,
    destination: string,
    protocol: number,
    lengthBytes: number,
  ): number {
    let sum = protocol + lengthBytes;
    for (let at = 0; at < 32; at += 8) {
      sum += Number.parseInt(source.slice(at, at + 8), 16);
      sum += Number.parseInt(destination.slice(at, at + 8), 16);
    }
    return sum;
  }

  sourceOf(skb: SkBuff): string {
    return sourceOf6(skb);
  }

  destinationOf(skb: SkBuff): string {
    return destinationOf6(skb);
  }

  hopLimitOf(skb: SkBuff): number {
    return skb.load8(headerAt6(skb) + IPV6HDR.HOP_LIMIT);
  }

  tosOf(skb: SkBuff): number {
    return (skb.load16(headerAt6(skb)) >>> 4) & 0xff;
  }

  isLocal(address: string): boolean {
    return this.addrconf.find(address) !== undefined;
  }

  isUnicast(address: string): boolean {
    return isUnicast6(address);
  }

  sendPortUnreachable(skb: SkBuff): void {
    this.icmp.send(skb, ICMPV6.DEST_UNREACH, ICMPV6_UNREACH.PORT_UNREACH, 0);
  }

  addProtocol(number: number, protocol: TransportProtocol): void {
    this.protocols.set(number, protocol);
  }
}

/** Linux: fib6_prop. */
function refusal({ type }: Fib6Route): number {
  if (type === RTN.BLACKHOLE) return -ERRNO.EINVAL;
  if (type === RTN.PROHIBIT) return -ERRNO.EACCES;
  return type === RTN.THROW ? -ERRNO.EAGAIN : -ERRNO.EHOSTUNREACH;
}
