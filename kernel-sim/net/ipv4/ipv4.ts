// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * IPv4 as a whole: its parts, put together; what a transport protocol sees of it.
 *
 * Linux: net/ipv4/af_inet.c (inet_init).
 */
import { formatIpv4 } from '../../lib/ip-address.ts';
import type { Printk } from '../../kernel/printk/printk.ts';
import type { Sim } from '../../sim/sim.ts';
import { ETH_P } from '../../uapi/if-ether.ts';
import { ICMP, ICMP_UNREACH } from '../../uapi/icmp.ts';
import { AF } from '../../uapi/socket.ts';
import { INADDR_ANY, IPPROTO } from '../../uapi/in.ts';
import { RTN } from '../../uapi/rtnetlink.ts';
import { ethHeader } from '../core/ethernet.ts';
import { defaultNeighbourSettings, type Neighbour, NeighbourTable } from '../core/neighbour.ts';
import type { NetCore } from '../core/net-core.ts';
import type { NetDeviceEvent } from '../core/net-devices.ts';
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
import { isBadSource, isZeronet } from './address.ts';
import { Arp } from './arp.ts';
import { defaultIpv4Settings, type Ipv4Context } from './context.ts';
import { Devinet } from './devinet.ts';
import { Fib } from './fib.ts';
import { FibFrontend } from './fib-frontend.ts';
import { Icmp } from './icmp.ts';
import { IpFragments } from './ip-fragment.ts';
import { destinationOf, IPHDR, sourceOf, tosOf, ttlOf } from './ip-header.ts';
import { IpInput, type Protocols } from './ip-input.ts';
import { IpOutput } from './ip-output.ts';
import { Memberships } from './multicast.ts';
import { Ipv4Routes, type Ipv4Route } from './route.ts';

export interface Ipv4Parts {
  readonly sim: Sim;
  readonly core: NetCore;
  readonly timers: NetTimers;
  readonly statistics: NetStatistics;
  readonly printk: Printk;
  /** 32 random bits. */
  readonly random: () => number;
}

export class Ipv4 implements Ipv4Context, NetworkLayer {
  readonly family = AF.INET;
  readonly headerBytes = IPHDR.SIZE;
  readonly anyAddress = INADDR_ANY;
  readonly sim: Sim;
  readonly core: NetCore;
  readonly timers: NetTimers;
  readonly statistics: NetStatistics;
  readonly random: () => number;
  readonly settings = defaultIpv4Settings();
  readonly devinet = new Devinet();
  readonly fib = new Fib();
  readonly frontend: FibFrontend;
  readonly memberships: Memberships;
  readonly routes: Ipv4Routes;
  readonly arp: Arp;
  readonly neighbours: NeighbourTable;
  readonly protocols: Protocols = { byNumber: new Map(), raw: () => false };
  readonly ipOutput: IpOutput;
  readonly icmp: Icmp;
  readonly fragments: IpFragments;
  /** What rtnetlink tells of neighbours. */
  onNeighbour: (neighbour: Neighbour, isGone: boolean) => void = () => undefined;
  readonly #printk: Printk;

  constructor(parts: Ipv4Parts) {
    const { sim, core, timers, statistics, printk, random } = parts;
    this.sim = sim;
    this.core = core;
    this.timers = timers;
    this.statistics = statistics;
    this.random = random;
    this.#printk = printk;
    this.memberships = new Memberships(core);
    this.routes = new Ipv4Routes(this, (group, device) => {
      return this.memberships.isMember(group, device);
    });
    this.frontend = new FibFrontend(this.fib, this.devinet);
    this.arp = new Arp(this);
    this.neighbours = this.#makeNeighbours();
    this.ipOutput = new IpOutput(this);
    this.icmp = new Icmp(this);
    this.fragments = new IpFragments(this);
    const input = new IpInput(this, this.fragments);
    this.addProtocol(IPPROTO.ICMP, { receive: (skb) => this.icmp.receive(skb) });
    core.types.add(ETH_P.IP, 'ip_rcv', (skb, device) => input.receive(skb, device));
    core.types.add(ETH_P.ARP, 'arp_rcv', (skb, device) => this.arp.receive(skb, device));
    for (const device of core.devices) this.#onDevice('register', device);
    core.onEvent((event, device) => this.#onDevice(event, device));
  }

  #makeNeighbours(): NeighbourTable {
    const { core, timers, random, arp } = this;
    return new NeighbourTable({
      family: AF.INET,
      name: 'arp_cache',
      ops: arp,
      timers,
      settings: defaultNeighbourSettings(),
      random,
      transmit: (skb, device, to) => {
        skb.dev = device;
        ethHeader(skb, device, ETH_P.IP, to);
        return core.xmit(skb);
      },
      drop: (skb) => core.skbs.free(skb, 'NEIGH_QUEUEFULL'),
      overflow: (table) => this.#printk.info(`neighbour: ${table}: neighbor table overflow!`),
      onChange: (neighbour, isGone) => this.onNeighbour(neighbour, isGone),
    });
  }

  /** Linux: inetdev_event, fib_netdev_event, arp_netdev_event. */
  #onDevice(event: NetDeviceEvent, device: NetDevice): void {
    switch (event) {
      case 'register':
        this.devinet.register(device);
        this.memberships.register(device);
        if (device.isUp) this.devinet.up(device);
        break;
      case 'up':
        this.devinet.up(device);
        this.frontend.up(device);
        break;
      case 'down':
        this.frontend.down(device);
        this.neighbours.flush(device);
        this.routes.flush();
        break;
      case 'unregister':
        this.devinet.unregister(device);
        this.memberships.unregister(device);
        this.frontend.down(device, true);
        this.neighbours.flush(device);
        this.routes.flush();
        break;
      case 'change':
        if (!device.hasCarrier) this.neighbours.flush(device, true);
        break;
      case 'change-address':
        this.neighbours.flush(device, true);
        break;
      case 'change-mtu':
        this.routes.flush();
        break;
      default:
    }
  }

  /** Linux: ip_handle_martian_source. */
  onMartian(source: number, destination: number, device: NetDevice): void {
    const [from, to] = [formatIpv4(source), formatIpv4(destination)];
    this.#printk.warn(`IPv4: martian source ${to} from ${from}, on dev ${device.name}`);
  }

  // ---- NetworkLayer ------------------------------------------------------------------------

  route(destination: number, hints?: RouteHints): Ipv4Route | number {
    return this.routes.output(destination, hints);
  }

  isCurrent(route: Route): boolean {
    return this.routes.isCurrent(route);
  }

  mtu(route: Route): number {
    return this.routes.mtu(route as Ipv4Route);
  }

  output(skb: SkBuff, route: Route, options: OutputOptions): number {
    return this.ipOutput.send(skb, route as Ipv4Route, options);
  }

  /** Linux: csum_tcpudp_nofold. */
  pseudoHeaderSum(
    source: number,
    destination: number,
    protocol: number,
    lengthBytes: number,
  ): number {
    return source + destination + protocol + lengthBytes;
  }

  sourceOf(skb: SkBuff): number {
    return sourceOf(skb);
  }

  destinationOf(skb: SkBuff): number {
    return destinationOf(skb);
  }

  hopLimitOf(skb: SkBuff): number {
    return ttlOf(skb);
  }

  tosOf(skb: SkBuff): number {
    return tosOf(skb);
  }

  isLocal(address: number): boolean {
    return this.routes.typeOf(address) === RTN.LOCAL;
  }

  isUnicast(address: number): boolean {
    if (isBadSource(address) || isZeronet(address)) return false;
    return this.routes.typeOf(address) !== RTN.BROADCAST;
  }

  sendPortUnreachable(skb: SkBuff): void {
    this.icmp.send(skb, ICMP.DEST_UNREACH, ICMP_UNREACH.PORT, 0);
  }

  addProtocol(number: number, protocol: TransportProtocol): void {
    this.protocols.byNumber.set(number, protocol);
  }
}
