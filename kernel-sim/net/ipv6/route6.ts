// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Routes of IPv6 as somebody asks for them, checked before they come into the FIB.
 *
 * Linux: net/ipv6/route.c (ip6_route_add, ip6_route_del, ip6_validate_gw). Differs: a route has one
 * next hop; of equal ones the oldest is taken.
 */
import { ERRNO } from '../../uapi/errno.ts';
import { RTN, RTPROT } from '../../uapi/rtnetlink.ts';
import type { NetDevice } from '../core/net-device.ts';
import type { NetTimers } from '../core/net-timers.ts';
import { METRIC } from './addrconf.ts';
import { isUnicast6, needsLink, networkOf } from './address.ts';
import type { Ipv6Conf } from './conf6.ts';
import { type Fib6, type Fib6Route, isRefusal, isSameRoute } from './fib6.ts';

const { EEXIST, EHOSTUNREACH, EINVAL, ENETDOWN, ENODEV, ENOENT, ESRCH, EACCES } = ERRNO;

/** A route as somebody wants it. What is left out has its usual value. */
export interface Route6Config {
  readonly destination: string;
  readonly prefixLength: number;
  readonly type?: number;
  readonly protocol?: number;
  readonly metric?: number;
  readonly device?: NetDevice;
  readonly gateway?: string;
  /** Seconds, 0: for ever. */
  readonly expiresSeconds?: number;
}

/** What adding may do where there is one like it. Linux: NLM_F_CREATE and so on. */
export interface Route6AddFlags {
  readonly isCreate?: boolean;
  readonly isExclusive?: boolean;
  readonly isReplace?: boolean;
}

export interface Routes6Parts {
  readonly fib: Fib6;
  readonly timers: NetTimers;
  readonly loopback: () => NetDevice | undefined;
  readonly isOwn: (address: string) => boolean;
  readonly conf: (device: NetDevice) => Ipv6Conf;
}

const NS_PER_SECOND = 1_000_000_000;

export class Routes6 {
  readonly #parts: Routes6Parts;

  constructor(parts: Routes6Parts) {
    this.#parts = parts;
  }

  /** 0 or a negative errno, with the reason in `ack` where Linux says one. */
  add(config: Route6Config, flags: Route6AddFlags, ack: { message: string }): number {
    const route = this.#complete(config, ack);
    if (typeof route === 'number') return route;
    const { fib } = this.#parts;
    const alike = fib.routes.filter((other) => isAlike(route, other));
    if (flags.isReplace === true && flags.isCreate !== true && alike.length === 0) {
      ack.message = 'Can not replace route - no match found';
      return -ENOENT;
    }
    if (flags.isExclusive === true && alike.length > 0) return -EEXIST;
    const first = alike[0];
    if (flags.isReplace === true && first !== undefined) {
      fib.removeWhere((other) => other === first);
    } else if (alike.some((other) => isSameRoute(other, route))) {
      return -EEXIST;
    }
    fib.add(route);
    return 0;
  }

  /** The first that matches what is said of it: 0 or -ESRCH. */
  delete(config: Route6Config): number {
    const { fib } = this.#parts;
    const destination = networkOf(config.destination, config.prefixLength);
    const found = fib.routes.find(
      (route) =>
        route.destination === destination &&
        route.prefixLength === config.prefixLength &&
        [undefined, route.device].includes(config.device) &&
        [undefined, route.gateway].includes(config.gateway) &&
        [undefined, route.metric].includes(config.metric) &&
        [undefined, route.protocol].includes(config.protocol),
    );
    if (found === undefined) return -ESRCH;
    fib.removeWhere((route) => route === found);
    return 0;
  }

  #complete(config: Route6Config, ack: { message: string }): Fib6Route | number {
    const { loopback, timers } = this.#parts;
    const { prefixLength, type = RTN.UNICAST, gateway, expiresSeconds = 0 } = config;
    const common = {
      destination: networkOf(config.destination, prefixLength),
      prefixLength,
      type,
      protocol: config.protocol ?? RTPROT.BOOT,
      metric: config.metric ?? METRIC.USER,
      expiresNs: expiresSeconds === 0 ? Infinity : timers.now() + expiresSeconds * NS_PER_SECOND,
    };
    const nowhere = loopback();
    if (isRefusal({ type }) && nowhere !== undefined) {
      return { ...common, device: nowhere, gateway: undefined };
    }
    const through = gateway === undefined ? undefined : this.#through(gateway, config, ack);
    if (typeof through === 'number') return through;
    const device = config.device ?? through;
    if (device === undefined) return -ENODEV;
    if (!device.isUp) return refused(ack, 'Nexthop device is not up', ENETDOWN);
    if (this.#parts.conf(device).disabled !== 0) {
      return refused(ack, 'IPv6 is disabled on nexthop device', EACCES);
    }
    return { ...common, device, gateway };
  }

  /** Where a gateway is. Linux: ip6_validate_gw. */
  #through(
    gateway: string,
    { device }: Route6Config,
    ack: { message: string },
  ): NetDevice | number {
    const { fib, timers, isOwn } = this.#parts;
    if (!isUnicast6(gateway)) return refused(ack, 'Invalid gateway address');
    if (isOwn(gateway)) return refused(ack, 'Gateway can not be a local address');
    if (needsLink(gateway)) return device ?? refused(ack, 'Egress device not specified');
    const found = fib.lookup(gateway, timers.now(), device);
    const isNear = found !== undefined && found.gateway === undefined && !isRefusal(found);
    return isNear ? found.device : -EHOSTUNREACH;
  }
}

/** There is one of its kind. */
function isAlike(one: Fib6Route, other: Fib6Route): boolean {
  return (
    one.destination === other.destination &&
    one.prefixLength === other.prefixLength &&
    one.metric === other.metric
  );
}

function refused(ack: { message: string }, message: string, errno: number = EINVAL): number {
  ack.message = message;
  return -errno;
}
