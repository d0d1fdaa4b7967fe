// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * IPv6 addresses of devices: given by hand, made of the card's address, or of what a router says.
 *
 * A new address is tentative until nobody on the link has claimed it for a second. Routes follow
 * the addresses.
 *
 * Linux: net/ipv6/addrconf.c. RFC 4862.
 */
import { ERRNO } from '../../uapi/errno.ts';
import { IFF } from '../../uapi/if.ts';
import { IN6ADDR_LOOPBACK } from '../../uapi/in.ts';
import { IFA_F, RTN, RTPROT } from '../../uapi/rtnetlink.ts';
import type { NetCore } from '../core/net-core.ts';
import type { NetDevice } from '../core/net-device.ts';
import type { NetTimer, NetTimers } from '../core/net-timers.ts';
import {
  ALL_NODES,
  commonBits,
  isLinkLocal,
  isUnicast6,
  linkLocalOf,
  multicastMac6,
  networkOf,
  scopeOf6,
  solicitedNode,
} from './address.ts';
import type { Ipv6Conf } from './conf6.ts';
import { type Fib6, type Fib6Route, isRefusal } from './fib6.ts';

const SECOND = 1_000_000_000;
/** How long somebody has to claim an address. RFC 4861: RetransTimer. */
const DAD_NS = SECOND;
/** Between two questions for a router. RFC 4861: RTR_SOLICITATION_INTERVAL. */
const SOLICIT_NS = 4 * SECOND;
/** Metrics. Linux: IP6_RT_PRIO_USER, IP6_RT_PRIO_ADDRCONF. */
export const METRIC = { USER: 1024, ADDRCONF: 256 } as const;
const GROUPS = 'ff'.padEnd(32, '0');

/** Linux: struct inet6_ifaddr. */
export interface Inet6Addr {
  readonly device: NetDevice;
  readonly address: string;
  readonly prefixLength: number;
  /** RT_SCOPE. */
  readonly scope: number;
  /** IFA_F. */
  flags: number;
  /** Of its prefix route. */
  readonly metric: number;
  /** Infinity: for ever. */
  validNs: number;
  preferredNs: number;
  /** When it came, and when it was last told how long it has. */
  readonly createdNs: number;
  updatedNs: number;
}

/** What may be said of a new address. */
export interface Inet6AddrWords {
  /** Infinity: for ever. */
  readonly validNs?: number;
  readonly preferredNs?: number;
  /** IFA_F. */
  readonly flags?: number;
  /** Of its prefix route. */
  readonly metric?: number;
}

export interface AddrconfParts {
  readonly core: NetCore;
  readonly timers: NetTimers;
  readonly fib: Fib6;
  readonly conf: (device: NetDevice) => Ipv6Conf;
  /** Asks whether somebody has the address. */
  readonly probe: (address: Inet6Addr) => void;
  readonly solicitRouters: (device: NetDevice) => void;
  readonly warn: (text: string) => void;
}

interface DeviceState {
  /** Addresses that are given to a device that is down wait for it to come up. */
  isUp: boolean;
  readonly addresses: Inet6Addr[];
  /** Groups and how many want them. */
  readonly groups: Map<string, number>;
  readonly solicit: NetTimer;
  solicits: number;
  hasRouter: boolean;
}

export class Addrconf {
  readonly #parts: AddrconfParts;
  readonly #devices = new Map<NetDevice, DeviceState>();
  readonly #probing = new Map<Inet6Addr, { readonly timer: NetTimer; left: number }>();
  readonly #expiry: NetTimer;
  /** Hears of addresses that can be used, and of those that are gone. */
  onChange: (address: Inet6Addr, isGone: boolean) => void = () => undefined;

  constructor(parts: AddrconfParts) {
    this.#parts = parts;
    this.#expiry = parts.timers.make(() => this.#verify());
  }

  of(device: NetDevice): readonly Inet6Addr[] {
    return this.#devices.get(device)?.addresses ?? [];
  }

  *all(): Generator<Inet6Addr> {
    for (const { addresses } of this.#devices.values()) yield* addresses;
  }

  find(address: string, device?: NetDevice): Inet6Addr | undefined {
    for (const known of this.all()) {
      const isHere = device === undefined || known.device === device;
      if (known.address === address && isHere) return known;
    }
    return undefined;
  }

  // ---- Devices -------------------------------------------------------------------------------

  #stateOf(device: NetDevice): DeviceState {
    let state = this.#devices.get(device);
    if (state === undefined) {
      const solicit = this.#parts.timers.make(() => this.#solicit(device));
      const groups = new Map<string, number>();
      state = { isUp: false, addresses: [], groups, solicit, solicits: 0, hasRouter: false };
      this.#devices.set(device, state);
    }
    return state;
  }

  /** Linux: addrconf_dev_config. */
  up(device: NetDevice): void {
    const { fib } = this.#parts;
    const state = this.#stateOf(device);
    if (state.isUp) return;
    state.isUp = true;
    for (const waiting of state.addresses) this.#start(waiting);
    if ((device.flags & IFF.LOOPBACK) !== 0) {
      this.add(device, IN6ADDR_LOOPBACK, 128);
      return;
    }
    if ((device.flags & IFF.MULTICAST) === 0) return;
    fib.add({
      destination: GROUPS,
      prefixLength: 8,
      type: RTN.MULTICAST,
      protocol: RTPROT.KERNEL,
      metric: METRIC.ADDRCONF,
      device,
      gateway: undefined,
      expiresNs: Infinity,
    });
    this.join(ALL_NODES, device);
    this.add(device, linkLocalOf(device.address), 64);
  }

  /** Addresses go with their device, as on Linux without keep_addr_on_down. */
  down(device: NetDevice): void {
    const state = this.#devices.get(device);
    if (state === undefined) return;
    state.solicit.cancel();
    for (const address of state.addresses.toReversed()) this.delete(address);
    for (const group of state.groups.keys()) {
      this.#parts.core.addMulticast(device, multicastMac6(group), -1);
    }
    this.#devices.delete(device);
    const isOwn = (route: Fib6Route): boolean => route.device === device;
    this.#parts.fib.removeWhere((route) => isOwn(route) && !isRefusal(route));
  }

  // ---- Addresses -----------------------------------------------------------------------------

  /** 0, -EADDRNOTAVAIL, -EEXIST, or -EACCES where there is no IPv6. Linux: inet6_addr_add. */
  add(
    device: NetDevice,
    address: string,
    prefixLength: number,
    { validNs = Infinity, preferredNs = validNs, flags = 0, metric = 0 }: Inet6AddrWords = {},
  ): number {
    const { conf, timers } = this.#parts;
    if (conf(device).disabled !== 0) return -ERRNO.EACCES;
    if (!isUnicast6(address)) return -ERRNO.EADDRNOTAVAIL;
    if (this.find(address, device) !== undefined) return -ERRNO.EEXIST;
    const known: Inet6Addr = {
      device,
      address,
      prefixLength,
      scope: scopeOf6(address),
      flags: flags | (validNs === Infinity ? IFA_F.PERMANENT : 0),
      metric: metric === 0 ? METRIC.ADDRCONF : metric,
      validNs,
      preferredNs,
      createdNs: timers.now(),
      updatedNs: timers.now(),
    };
    if (this.#needsProbe(known)) known.flags |= IFA_F.TENTATIVE;
    const state = this.#stateOf(device);
    const { addresses } = state;
    const at = addresses.findIndex(({ scope }) => scope >= known.scope);
    addresses.splice(at < 0 ? addresses.length : at, 0, known);
    if (state.isUp) this.#start(known);
    this.#verify();
    return 0;
  }

  #needsProbe({ device, flags }: Inet6Addr): boolean {
    const { acceptDad, dadTransmits } = this.#parts.conf(device);
    if ((device.flags & (IFF.LOOPBACK | IFF.NOARP)) !== 0 || (flags & IFA_F.NODAD) !== 0) {
      return false;
    }
    return acceptDad > 0 && dadTransmits > 0;
  }

  /** Linux: addrconf_dad_start. */
  #start(known: Inet6Addr): void {
    const { device, address } = known;
    this.#addRoutes(known);
    if ((device.flags & IFF.LOOPBACK) === 0) this.join(solicitedNode(address), device);
    if ((known.flags & IFA_F.TENTATIVE) === 0) {
      this.#settled(known);
      return;
    }
    const timer = this.#parts.timers.make(() => this.#ask(known));
    this.#probing.set(known, { timer, left: this.#parts.conf(device).dadTransmits });
    this.#ask(known);
  }

  /** Asks once more for whoever has it, or has it. Linux: addrconf_dad_work. */
  #ask(known: Inet6Addr): void {
    const probing = this.#probing.get(known);
    if (probing === undefined) return;
    if (probing.left === 0) {
      this.#settled(known);
      return;
    }
    probing.left--;
    probing.timer.start(DAD_NS);
    this.#parts.probe(known);
  }

  /** Says how long it has from now on. */
  renew(known: Inet6Addr, validNs: number, preferredNs: number): void {
    known.validNs = validNs;
    known.preferredNs = preferredNs;
    known.updatedNs = this.#parts.timers.now();
    const isForever = validNs === Infinity;
    known.flags = (known.flags & ~IFA_F.PERMANENT) | (isForever ? IFA_F.PERMANENT : 0);
    this.#verify();
  }

  /** Takes away what is over, and comes again when the next one is. Linux: addrconf_verify_rtnl. */
  #verify(): void {
    const nowNs = this.#parts.timers.now();
    let nextNs = Infinity;
    for (const known of Array.from(this.all())) {
      const { validNs, preferredNs } = known;
      if (validNs <= nowNs) {
        this.delete(known);
        continue;
      }
      const isPreferred = preferredNs > nowNs;
      known.flags = (known.flags & ~IFA_F.DEPRECATED) | (isPreferred ? 0 : IFA_F.DEPRECATED);
      nextNs = Math.min(nextNs, validNs, isPreferred ? preferredNs : Infinity);
    }
    this.#parts.fib.removeWhere(({ expiresNs }) => expiresNs <= nowNs);
    if (nextNs === Infinity) this.#expiry.cancel();
    else this.#expiry.set(nextNs);
  }

  delete(address: Inet6Addr): void {
    const { device } = address;
    const state = this.#devices.get(device);
    const addresses = state?.addresses;
    const index = addresses?.indexOf(address) ?? -1;
    if (addresses === undefined || index < 0) return;
    addresses.splice(index, 1);
    this.#probing.get(address)?.timer.cancel();
    this.#probing.delete(address);
    this.onChange(address, true);
    if (state?.isUp !== true) return;
    if ((device.flags & IFF.LOOPBACK) === 0) this.leave(solicitedNode(address.address), device);
    const network = networkOf(address.address, address.prefixLength);
    const isShared = addresses.some((other) => {
      return networkOf(other.address, other.prefixLength) === network;
    });
    this.#parts.fib.removeWhere(
      (route) =>
        route.device === device &&
        (route.destination === address.address ||
          (!isShared && route.destination === network && route.protocol === RTPROT.KERNEL)),
    );
  }

  #addRoutes({ device, address, prefixLength, flags, metric, validNs }: Inet6Addr): void {
    const common = { device, gateway: undefined, protocol: RTPROT.KERNEL };
    const { fib } = this.#parts;
    const own = { destination: address, prefixLength: 128, type: RTN.LOCAL, metric: 0 };
    fib.add({ ...common, ...own, expiresNs: Infinity });
    if (prefixLength === 128 || (flags & IFA_F.NOPREFIXROUTE) !== 0) return;
    const destination = networkOf(address, prefixLength);
    const rest = { prefixLength, type: RTN.UNICAST, metric, expiresNs: validNs };
    fib.add({ ...common, destination, ...rest });
  }

  /** Nobody has claimed it. Linux: addrconf_dad_completed. */
  #settled(address: Inet6Addr): void {
    this.#probing.delete(address);
    address.flags &= ~IFA_F.TENTATIVE;
    this.onChange(address, false);
    const isLoopback = (address.device.flags & IFF.LOOPBACK) !== 0;
    if (isLinkLocal(address.address) && !isLoopback) this.#solicit(address.device);
  }

  /** Somebody has claimed it. Linux: addrconf_dad_failure. */
  claimed(address: Inet6Addr, text: string): void {
    if ((address.flags & IFA_F.TENTATIVE) === 0) return;
    this.#probing.get(address)?.timer.cancel();
    this.#probing.delete(address);
    address.flags |= IFA_F.DADFAILED;
    this.#parts.warn(`IPv6: ${address.device.name}: IPv6 duplicate address ${text} detected!`);
  }

  #solicit(device: NetDevice): void {
    const state = this.#devices.get(device);
    const { routerSolicitations: most, acceptRa } = this.#parts.conf(device);
    if (state === undefined || state.hasRouter || state.solicits >= most || acceptRa === 0) return;
    state.solicits++;
    this.#parts.solicitRouters(device);
    if (state.solicits < most) state.solicit.start(SOLICIT_NS);
  }

  /** A router has spoken. */
  heardRouter(device: NetDevice): void {
    const state = this.#devices.get(device);
    if (state === undefined) return;
    state.hasRouter = true;
    state.solicit.cancel();
  }

  /** Of those that may be used: RFC 6724, as far as it matters. Linux: ipv6_dev_get_saddr. */
  selectSource(destination: string, device: NetDevice): string | undefined {
    const nowNs = this.#parts.timers.now();
    const wanted = scopeOf6(destination);
    let best: { readonly address: string; readonly score: number } | undefined;
    for (const known of this.all()) {
      const { address, flags, scope } = known;
      if ((flags & (IFA_F.TENTATIVE | IFA_F.DADFAILED)) !== 0 || known.validNs <= nowNs) continue;
      if (address === destination) return address;
      if (known.device !== device && (wanted !== 0 || scope !== 0)) continue;
      const fits = scope <= wanted ? 512 : 0;
      const near = scope === wanted ? 1024 : 0;
      const preferred = known.preferredNs > nowNs ? 256 : 0;
      const here = known.device === device ? 160 : 0;
      const score = fits + near + preferred + here + commonBits(address, destination);
      if (best === undefined || score > best.score) best = { address, score };
    }
    return best?.address;
  }

  // ---- Groups --------------------------------------------------------------------------------

  isMember(group: string, device: NetDevice): boolean {
    return group === ALL_NODES || this.#devices.get(device)?.groups.has(group) === true;
  }

  join(group: string, device: NetDevice): void {
    const groups = this.#devices.get(device)?.groups;
    if (groups === undefined) return;
    const users = groups.get(group) ?? 0;
    groups.set(group, users + 1);
    if (users === 0) this.#parts.core.addMulticast(device, multicastMac6(group), 1);
  }

  leave(group: string, device: NetDevice): void {
    const groups = this.#devices.get(device)?.groups;
    const users = groups?.get(group) ?? 0;
    if (groups === undefined || users === 0) return;
    if (users > 1) {
      groups.set(group, users - 1);
      return;
    }
    groups.delete(group);
    this.#parts.core.addMulticast(device, multicastMac6(group), -1);
  }
}
