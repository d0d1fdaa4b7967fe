// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Where a packet goes: what is sent from here, and what arrived.
 *
 * A route is looked up in the FIB for each question; who sends much keeps the answer, and asks
 * again when the FIB's generation says that something has changed. What is known of single
 * destinations beyond that (the MTU of the path, a better router) lies beside the FIB.
 *
 * Linux: net/ipv4/route.c.
 */
import { ERRNO } from '../../uapi/errno.ts';
import { IFF } from '../../uapi/if.ts';
import { INADDR_LOOPBACK } from '../../uapi/in.ts';
import { RT_SCOPE, RTN } from '../../uapi/rtnetlink.ts';
import type { NetDevice } from '../core/net-device.ts';
import type { Neighbour } from '../core/neighbour.ts';
import type { Route, RouteHints } from '../network-layer.ts';
import {
  isBadSource,
  isLimitedBroadcast,
  isLocalMulticast,
  isLoopback,
  isMulticast,
  isZeronet,
} from './address.ts';
import type { Ipv4Context } from './context.ts';
import type { FibRoute } from './fib.ts';

/** Paths that are remembered; the oldest goes first. */
const EXCEPTIONS_MAX = 2048;

export interface Ipv4Route extends Route {
  readonly source: number;
  readonly destination: number;
  readonly gateway: number | undefined;
  readonly nextHop: number;
  /** Undefined for what needs none. */
  readonly entry: FibRoute | undefined;
  /** Whom it leads to: found at the first packet. */
  neighbour: Neighbour | undefined;
}

/** What is known of one destination. Linux: struct fib_nh_exception. */
export interface RouteException {
  readonly mtu: number;
  /** The router to take instead of the route's; 0: none. */
  readonly gateway: number;
  readonly expiresNs: number;
}

/** What becomes of a packet that arrived. */
export type InputRoute =
  | { readonly action: 'deliver'; readonly type: number }
  | { readonly action: 'forward'; readonly entry: FibRoute }
  | { readonly action: 'unreachable'; readonly errno: number }
  /** A source or a destination that cannot be; and what it does not pass. */
  | { readonly action: 'martian'; readonly isReversePath: boolean };

const MARTIAN: InputRoute = { action: 'martian', isReversePath: false };
const REVERSE_PATH: InputRoute = { action: 'martian', isReversePath: true };

export class Ipv4Routes {
  readonly #net: Pick<Ipv4Context, 'fib' | 'devinet' | 'core' | 'timers' | 'settings'>;
  readonly #exceptions = new Map<number, RouteException>();
  /** Whether this machine is in a multicast group on a device. */
  readonly #isMember: (group: number, device: NetDevice) => boolean;
  #exceptionGeneration = 0;

  constructor(
    net: Pick<Ipv4Context, 'fib' | 'devinet' | 'core' | 'timers' | 'settings'>,
    isMember: (group: number, device: NetDevice) => boolean,
  ) {
    this.#net = net;
    this.#isMember = isMember;
  }

  get generation(): number {
    return this.#net.fib.generation + this.#exceptionGeneration;
  }

  /** Forgets what is known beyond the FIB. Linux: rt_cache_flush. */
  flush(): void {
    this.#exceptions.clear();
    this.#exceptionGeneration++;
  }

  /** What an address is by the routes to it: RTN. Linux: inet_addr_type. */
  typeOf(address: number): number {
    if (isZeronet(address) || isLimitedBroadcast(address)) return RTN.BROADCAST;
    if (isMulticast(address)) return RTN.MULTICAST;
    const type = this.#net.fib.lookup(address)?.type;
    return type === RTN.LOCAL || type === RTN.BROADCAST ? type : RTN.UNICAST;
  }

  // ---- From here -------------------------------------------------------------------------------

  /** Answers the route or a negative errno. Linux: ip_route_output_key_hash_rcu. */
  output(destination: number, hints: RouteHints = {}): Ipv4Route | number {
    const { devinet } = this.#net;
    const loopback = this.#loopback;
    if (loopback === undefined) return -ERRNO.ENETUNREACH;
    const source = (hints.source ?? 0) as number;
    const isGroup = isMulticast(destination) || isLimitedBroadcast(destination);
    let device = hints.device;
    if (source !== 0) {
      if (isBadSource(source) || isZeronet(source)) return -ERRNO.EINVAL;
      if (device === undefined && isGroup) device = this.#deviceOf(source);
      if (this.typeOf(source) !== RTN.LOCAL && this.#net.settings.nonlocalBind === 0) {
        return -ERRNO.EINVAL;
      }
    }
    if (device !== undefined) {
      if ((device.flags & IFF.UP) === 0) return -ERRNO.ENETUNREACH;
      if (isGroup) {
        const from = source || devinet.selectSource(device, 0, RT_SCOPE.LINK);
        return this.#make(destination, from, device, undefined);
      }
    }
    if (destination === 0) {
      const local = source || INADDR_LOOPBACK;
      return this.#make(local, local, loopback, undefined);
    }
    const entry = this.#net.fib.lookup(destination, { ifindex: device?.ifindex ?? 0 });
    if (entry === undefined) {
      if (device === undefined || isZeronet(destination)) return -ERRNO.ENETUNREACH;
      // Bound to a device without a route: the destination is taken to be on its link.
      const from = source || devinet.selectSource(device, 0, RT_SCOPE.LINK);
      return this.#make(destination, from, device, undefined);
    }
    const errno = errnoOf(entry.type);
    if (errno !== 0) return -errno;
    const from = source || this.#sourceFor(entry, destination);
    const out = entry.type === RTN.LOCAL ? loopback : (entry.device ?? loopback);
    return this.#make(destination, from, out, entry);
  }

  isCurrent(route: Route): boolean {
    return route.generation === this.generation;
  }

  /** The largest packet that passes in one piece. Linux: ipv4_mtu. */
  mtu(route: Ipv4Route): number {
    const usual = (route.entry?.mtu ?? 0) || route.device.mtu;
    const exception = this.exceptionOf(route.destination);
    if (exception === undefined || exception.mtu === 0) return usual;
    return Math.min(usual, exception.mtu);
  }

  exceptionOf(destination: number): RouteException | undefined {
    const exception = this.#exceptions.get(destination);
    if (exception === undefined) return undefined;
    if (exception.expiresNs > this.#net.timers.now()) return exception;
    this.#exceptions.delete(destination);
    this.#exceptionGeneration++;
    return undefined;
  }

  /** A router says how much passes. Linux: __ip_rt_update_pmtu. */
  updateMtu(destination: number, mtu: number): void {
    const { minPmtu, mtuExpiresNs } = this.#net.settings;
    const route = this.output(destination);
    if (typeof route === 'number' || route.isLocal || this.mtu(route) <= mtu) return;
    const gateway = this.exceptionOf(destination)?.gateway ?? 0;
    this.#remember(destination, { mtu: Math.max(mtu, minPmtu), gateway, expiresNs: mtuExpiresNs });
  }

  /** A router knows a better one. Linux: __ip_do_redirect. */
  redirect(destination: number, gateway: number): void {
    const mtu = this.exceptionOf(destination)?.mtu ?? 0;
    this.#remember(destination, { mtu, gateway, expiresNs: this.#net.settings.mtuExpiresNs });
  }

  #remember(destination: number, exception: RouteException): void {
    const expiresNs = this.#net.timers.now() + exception.expiresNs;
    this.#exceptions.delete(destination);
    for (const oldest of this.#exceptions.keys()) {
      if (this.#exceptions.size < EXCEPTIONS_MAX) break;
      this.#exceptions.delete(oldest);
    }
    this.#exceptions.set(destination, { ...exception, expiresNs });
    this.#exceptionGeneration++;
  }

  /** The first of all devices. */
  get #loopback(): NetDevice | undefined {
    return this.#net.core.devices[0];
  }

  #deviceOf(local: number): NetDevice | undefined {
    for (const address of this.#net.devinet.all()) {
      if (address.local === local) return address.device;
    }
    return undefined;
  }

  #sourceFor(entry: FibRoute, destination: number): number {
    if (entry.preferredSource !== 0) return entry.preferredSource;
    if (entry.type === RTN.LOCAL) return destination;
    const nextHop = entry.gateway === 0 ? destination : entry.gateway;
    return this.#net.devinet.selectSource(entry.device, nextHop, entry.scope);
  }

  /** Linux: __mkroute_output. */
  #make(
    destination: number,
    source: number,
    device: NetDevice,
    entry: FibRoute | undefined,
  ): Ipv4Route | number {
    const isLink = (device.flags & IFF.LOOPBACK) !== 0;
    if (isLoopback(source) && !isLink) return -ERRNO.EINVAL;
    if (isZeronet(destination)) return -ERRNO.EINVAL;
    const isGroup = isMulticast(destination);
    const isBroadcast = isLimitedBroadcast(destination) || entry?.type === RTN.BROADCAST;
    const better = isGroup || isBroadcast ? 0 : (this.exceptionOf(destination)?.gateway ?? 0);
    const gateway = better || (isGroup ? 0 : (entry?.gateway ?? 0));
    return {
      device,
      source,
      destination,
      gateway: gateway === 0 ? undefined : gateway,
      nextHop: gateway === 0 ? destination : gateway,
      isLocal: isLink,
      isBroadcast,
      isMulticast: isGroup,
      generation: this.generation,
      entry,
      neighbour: undefined,
    };
  }

  // ---- What arrived ----------------------------------------------------------------------------

  /** What this machine says to itself (`isOwn`) may come from itself. Linux: ip_route_input_rcu. */
  input(destination: number, source: number, device: NetDevice, isOwn: boolean): InputRoute {
    const isLink = isOwn || (device.flags & IFF.LOOPBACK) !== 0;
    if (isMulticast(destination)) {
      if (!this.#isMember(destination, device)) return { action: 'unreachable', errno: 0 };
      if (!this.#isGoodGroupSource(source, destination)) return MARTIAN;
      return { action: 'deliver', type: RTN.MULTICAST };
    }
    if (isBadSource(source)) return MARTIAN;
    const isForAll = isLimitedBroadcast(destination) || (source === 0 && destination === 0);
    if (!isForAll && (isZeronet(source) || isZeronet(destination))) return MARTIAN;
    if (!isLink && (isLoopback(source) || isLoopback(destination))) return MARTIAN;
    if (isForAll) {
      if (!isLink && source !== 0 && !this.#isFrom(source, device)) return MARTIAN;
      return { action: 'deliver', type: RTN.BROADCAST };
    }
    const entry = this.#net.fib.lookup(destination);
    const conf = this.#net.devinet.conf(device);
    const isForwarding = conf.forwarding !== 0;
    if (entry === undefined) {
      return {
        action: 'unreachable',
        errno: isForwarding ? ERRNO.ENETUNREACH : ERRNO.EHOSTUNREACH,
      };
    }
    if (entry.type === RTN.LOCAL || entry.type === RTN.BROADCAST) {
      if (!isLink && !this.#isFrom(source, device)) return this.#refusal(source, device);
      return { action: 'deliver', type: entry.type };
    }
    if (!isForwarding) return { action: 'unreachable', errno: ERRNO.EHOSTUNREACH };
    const errno = errnoOf(entry.type);
    if (errno !== 0) return { action: 'unreachable', errno };
    if (!this.#isFrom(source, device)) return this.#refusal(source, device);
    return { action: 'forward', entry };
  }

  /** 0.0.0.0 asks on the link only. Linux: ip_mc_validate_source. */
  #isGoodGroupSource(source: number, group: number): boolean {
    if (isBadSource(source)) return false;
    return !isZeronet(source) || isLocalMulticast(group);
  }

  /** Whether a packet may come from there through this device. Linux: fib_validate_source. */
  #isFrom(source: number, device: NetDevice): boolean {
    const { devinet, fib } = this.#net;
    const conf = devinet.conf(device);
    const entry = fib.lookup(source);
    const mayBeLocal = conf.acceptLocal !== 0 || devinet.confAll.acceptLocal !== 0;
    if (entry !== undefined && entry.type !== RTN.UNICAST) {
      if (entry.type !== RTN.LOCAL || !mayBeLocal) return false;
    }
    const filter = Math.max(conf.rpFilter, devinet.confAll.rpFilter);
    if (filter === 0) return true;
    if (entry === undefined) return false;
    return filter === 2 || entry.device === device;
  }

  /** Linux: a martian's EINVAL, and EXDEV of the reverse path filter. */
  #refusal(source: number, device: NetDevice): InputRoute {
    const { devinet, fib } = this.#net;
    const filter = Math.max(devinet.conf(device).rpFilter, devinet.confAll.rpFilter);
    const type = fib.lookup(source)?.type ?? RTN.UNICAST;
    return filter !== 0 && type === RTN.UNICAST ? REVERSE_PATH : MARTIAN;
  }
}

/** What a route of such a type says to who would take it; 0: go ahead. Linux: fib_props. */
export function errnoOf(type: number): number {
  switch (type) {
    case RTN.BLACKHOLE:
      return ERRNO.EINVAL;
    case RTN.UNREACHABLE:
      return ERRNO.EHOSTUNREACH;
    case RTN.PROHIBIT:
      return ERRNO.EACCES;
    case RTN.THROW:
      return ERRNO.ENETUNREACH;
    default:
      return 0;
  }
}
