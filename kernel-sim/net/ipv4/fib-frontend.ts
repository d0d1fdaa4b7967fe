// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Routes as they are asked for, checked before they come into the FIB; and the routes that follow
 * from addresses: to the address itself, to its network, and to the network's broadcast address.
 *
 * Linux: net/ipv4/fib_frontend.c, fib_semantics.c.
 */
import { ERRNO } from '../../uapi/errno.ts';
import { IFF } from '../../uapi/if.ts';
import { INADDR_BROADCAST } from '../../uapi/in.ts';
import { IFA_F, RT_SCOPE, RT_TABLE, RTN, RTNH_F, RTPROT } from '../../uapi/rtnetlink.ts';
import type { NetDevice } from '../core/net-device.ts';
import { isZeronet } from './address.ts';
import type { Devinet, InetAddr } from './devinet.ts';
import { maskOf, type Fib, type FibRoute } from './fib.ts';

/** A route as somebody wants it. What is left out has its usual value. */
export type RouteConfig = Pick<FibRoute, 'destination' | 'prefixLength'> & Partial<FibRoute>;

/** What adding may do where there is one like it. Linux: NLM_F_CREATE and so on. */
export interface RouteAddFlags {
  readonly isCreate?: boolean;
  readonly isExclusive?: boolean;
  readonly isReplace?: boolean;
  readonly isAppend?: boolean;
}

/** Why it was refused, for who asked through netlink. Linux: struct netlink_ext_ack. */
export interface ExtAck {
  message: string;
}

/** Told of each route that comes or goes. Linux: rtmsg_fib. */
export type RouteListener = (route: FibRoute, isGone: boolean) => void;

export class FibFrontend {
  readonly #fib: Fib;
  readonly #devinet: Devinet;
  /** What netlink tells its listeners. */
  onChange: RouteListener = () => undefined;

  constructor(fib: Fib, devinet: Devinet) {
    this.#fib = fib;
    this.#devinet = devinet;
    devinet.listen({
      added: (address) => this.#addFor(address),
      removed: (address) => this.#removeFor(address),
    });
  }

  /** Answers 0 or a negative errno, and says why in `ack`. Linux: fib_table_insert. */
  add(config: RouteConfig, flags: RouteAddFlags = {}, ack: ExtAck = { message: '' }): number {
    const route = this.#complete(config, ack);
    if (typeof route === 'number') return route;
    const alike = this.#fib
      .at(route.table, route.destination, route.prefixLength)
      .filter(({ priority }) => priority === route.priority);
    const first = alike[0];
    if (first === undefined) {
      if (flags.isCreate === false) return -ERRNO.ENOENT;
    } else {
      if (flags.isExclusive === true) return -ERRNO.EEXIST;
      const same = alike.find((other) => isSameRoute(other, route));
      if (flags.isReplace === true) {
        if (same !== undefined) return same === first ? 0 : -ERRNO.EEXIST;
        this.#drop(first);
      } else if (same !== undefined) {
        return -ERRNO.EEXIST;
      }
    }
    this.#fib.add(route, flags.isAppend !== true);
    this.onChange(route, false);
    return 0;
  }

  /** The first that matches what is said of it. 0 or -ESRCH. Linux: fib_table_delete. */
  delete(config: RouteConfig): number {
    const table = config.table ?? RT_TABLE.MAIN;
    const routes = this.#fib.at(table, config.destination, config.prefixLength);
    const route = routes.find((candidate) => matches(candidate, config));
    if (route === undefined) return -ERRNO.ESRCH;
    this.#drop(route);
    return 0;
  }

  /** A device is up: its addresses can be reached again. Linux: fib_netdev_event. */
  up(device: NetDevice): void {
    for (const address of this.#devinet.of(device)) this.#addFor(address);
  }

  /** Nothing leaves through a device any more. What is local stays. Linux: fib_disable_ip. */
  down(device: NetDevice, isGone = false): void {
    for (const route of this.#fib.routes()) {
      if (route.device === device && (isGone || route.scope !== RT_SCOPE.HOST)) this.#drop(route);
    }
  }

  #drop(route: FibRoute): void {
    this.#fib.remove(route);
    this.onChange(route, true);
  }

  // ---- Routes of addresses -------------------------------------------------------------------

  /** Linux: fib_add_ifaddr. */
  #addFor(address: InetAddr): void {
    // Two addresses of one network say the same of it.
    for (const route of this.#routesOf(address)) this.add(route, { isAppend: true });
  }

  /** What no other address needs goes, and what came from this one. Linux: fib_del_ifaddr. */
  #removeFor(address: InetAddr): void {
    const needed = this.#devinet.of(address.device).flatMap((other) => this.#routesOf(other));
    const isNeeded = (route: RouteConfig): boolean =>
      needed.some((other) => isSameNetwork(other, route) && other.type === route.type);
    for (const route of routesOf(address, undefined)) if (!isNeeded(route)) this.delete(route);
    for (const other of this.#devinet.all()) if (other.local === address.local) return;
    for (const route of this.#fib.routes()) {
      if (route.preferredSource === address.local) this.#drop(route);
    }
  }

  /** What comes from a secondary address comes from its network's first. */
  #routesOf(address: InetAddr): RouteConfig[] {
    if ((address.flags & IFA_F.SECONDARY) === 0) return routesOf(address, address.local);
    const primary = this.#devinet.primaryOf(address);
    return routesOf(address, primary?.local ?? address.local);
  }

  // ---- Checks --------------------------------------------------------------------------------

  /** Linux: fib_create_info. */
  #complete(config: RouteConfig, ack: ExtAck): FibRoute | number {
    const { type = RTN.UNICAST, gateway = 0, prefixLength } = config;
    if (prefixLength > 32) return refuse(ack, 'Invalid prefix length');
    if ((config.destination & ~maskOf(prefixLength)) !== 0) {
      return refuse(ack, 'Invalid prefix for given prefix length');
    }
    const usual = gateway === 0 && type === RTN.UNICAST ? RT_SCOPE.LINK : RT_SCOPE.UNIVERSE;
    const route: FibRoute = {
      table: RT_TABLE.MAIN,
      scope: type === RTN.LOCAL ? RT_SCOPE.HOST : usual,
      protocol: RTPROT.BOOT,
      priority: 0,
      device: undefined,
      preferredSource: 0,
      flags: 0,
      mtu: 0,
      advmss: 0,
      ...config,
      type,
      gateway,
    };
    const device = this.#nextHop(route, ack);
    if (typeof device === 'number') return device;
    const { preferredSource } = route;
    const isOwn = type === RTN.LOCAL && preferredSource === route.destination;
    if (preferredSource !== 0 && !isOwn && this.#typeOf(preferredSource) !== RTN.LOCAL) {
      return refuse(ack, 'Invalid prefsrc address');
    }
    return { ...route, device };
  }

  /** The device that packets leave through, undefined where there is none; or an errno. */
  #nextHop(route: FibRoute, ack: ExtAck): NetDevice | undefined | number {
    const { type, gateway, scope, device } = route;
    if (type === RTN.BLACKHOLE || type === RTN.UNREACHABLE || isRefusal(type)) {
      if (device === undefined && gateway === 0) return undefined;
      return refuse(ack, 'Gateway, device and multipath can not be specified for this route type');
    }
    if (type < RTN.UNICAST || type > RTN.MULTICAST) return refuse(ack, 'Invalid route type');
    if (scope > RT_SCOPE.HOST) return refuse(ack, 'Invalid scope');
    if (scope === RT_SCOPE.HOST) {
      if (gateway !== 0) return refuse(ack, 'Route with host scope can not have a gateway');
      return device ?? -ERRNO.ENODEV;
    }
    if (gateway !== 0) return this.#checkGateway(route, ack);
    if (device === undefined) return -ERRNO.ENODEV;
    if ((route.flags & RTNH_F.ONLINK) !== 0) {
      return refuse(ack, 'Invalid flags for nexthop - PERVASIVE and ONLINK can not be set');
    }
    if ((device.flags & IFF.UP) !== 0) return device;
    return refuse(ack, 'Device for nexthop is not up', ERRNO.ENETDOWN);
  }

  /** The gateway must be a neighbour. Linux: fib_check_nh_v4_gw. */
  #checkGateway(route: FibRoute, ack: ExtAck): NetDevice | number {
    const { gateway, device, scope, flags } = route;
    if (scope >= RT_SCOPE.LINK) return refuse(ack, 'Nexthop has invalid scope');
    if ((flags & RTNH_F.ONLINK) !== 0) {
      if (device === undefined) {
        return refuse(ack, 'Nexthop device required for onlink', ERRNO.ENODEV);
      }
      if ((device.flags & IFF.UP) === 0) {
        return refuse(ack, 'Nexthop device is not up', ERRNO.ENETDOWN);
      }
      if (this.#typeOf(gateway) === RTN.UNICAST) return device;
      return refuse(ack, 'Nexthop has invalid gateway');
    }
    const found = this.#fib.lookup(gateway, {
      ifindex: device?.ifindex ?? 0,
      scope: Math.max(scope + 1, RT_SCOPE.LINK),
    });
    if (found === undefined) {
      return refuse(ack, 'Nexthop has invalid gateway', ERRNO.ENETUNREACH);
    }
    if (found.type !== RTN.UNICAST && found.type !== RTN.LOCAL) {
      return refuse(ack, 'Nexthop has invalid gateway');
    }
    if (found.device === undefined) return refuse(ack, 'No egress device for nexthop gateway');
    if ((found.device.flags & IFF.UP) !== 0) return found.device;
    return refuse(ack, 'Nexthop device is not up', ERRNO.ENETDOWN);
  }

  #typeOf(address: number): number {
    return this.#fib.lookup(address)?.type ?? RTN.UNICAST;
  }
}

/** What an address makes reachable, from where. */
function routesOf(address: InetAddr, preferredSource: number | undefined): RouteConfig[] {
  const { device, local, peer, prefixLength, flags, broadcast } = address;
  const common = {
    device,
    protocol: RTPROT.KERNEL,
    ...(preferredSource !== undefined && { preferredSource }),
  };
  const localTable = { ...common, table: RT_TABLE.LOCAL };
  const link = { scope: RT_SCOPE.LINK };
  const toBroadcast = { ...localTable, ...link, type: RTN.BROADCAST, prefixLength: 32 };
  const routes: RouteConfig[] = [
    {
      ...localTable,
      destination: local,
      prefixLength: 32,
      type: RTN.LOCAL,
      scope: RT_SCOPE.HOST,
    },
  ];
  if ((device.flags & IFF.UP) === 0) return routes;
  if (broadcast !== 0 && broadcast !== INADDR_BROADCAST) {
    routes.push({ ...toBroadcast, destination: broadcast });
  }
  const mask = maskOf(prefixLength);
  const network = (peer & mask) >>> 0;
  const isSecondary = (flags & IFA_F.SECONDARY) !== 0;
  if (isZeronet(network) || isSecondary || (network === local && prefixLength === 32)) {
    return routes;
  }
  if ((flags & IFA_F.NOPREFIXROUTE) === 0) {
    const place = { destination: network, prefixLength, priority: address.metric };
    const isLoopback = (device.flags & IFF.LOOPBACK) !== 0;
    routes.push(
      isLoopback
        ? { ...localTable, ...place, type: RTN.LOCAL, scope: RT_SCOPE.HOST }
        : { ...common, ...place, ...link, table: RT_TABLE.MAIN },
    );
  }
  if (prefixLength < 31) routes.push({ ...toBroadcast, destination: (network | ~mask) >>> 0 });
  return routes;
}

function refuse(ack: ExtAck, message: string, errno: number = ERRNO.EINVAL): number {
  ack.message = message;
  return -errno;
}

function isRefusal(type: number): boolean {
  return type === RTN.PROHIBIT || type === RTN.THROW;
}

function isSameNetwork(one: RouteConfig, other: RouteConfig): boolean {
  const { destination, prefixLength, table } = other;
  return (
    one.destination === destination && one.prefixLength === prefixLength && one.table === table
  );
}

/** Of routes to one network with one metric. */
function isSameRoute(one: FibRoute, other: FibRoute): boolean {
  return (
    one.type === other.type &&
    one.scope === other.scope &&
    one.protocol === other.protocol &&
    one.device === other.device &&
    one.gateway === other.gateway &&
    one.preferredSource === other.preferredSource
  );
}

function matches(route: FibRoute, config: RouteConfig): boolean {
  const { type, scope, protocol, priority, device, gateway, preferredSource } = config;
  return (
    (type === undefined || type === route.type) &&
    (scope === undefined || scope === RT_SCOPE.NOWHERE || scope === route.scope) &&
    (protocol === undefined || protocol === 0 || protocol === route.protocol) &&
    (priority === undefined || priority === 0 || priority === route.priority) &&
    (device === undefined || device === route.device) &&
    (gateway === undefined || gateway === 0 || gateway === route.gateway) &&
    (preferredSource === undefined ||
      preferredSource === 0 ||
      preferredSource === route.preferredSource)
  );
}
