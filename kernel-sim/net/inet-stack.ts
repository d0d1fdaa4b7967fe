// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What sockets of AF_INET and AF_INET6 stand on: both families' network layers, and who is in which
 * multicast group.
 */
import type { IpAddress } from '../lib/ip-address.ts';
import type { IoMemory } from '../mm/io-memory.ts';
import { ERRNO } from '../uapi/errno.ts';
import { AF } from '../uapi/socket.ts';
import type { NetCore } from './core/net-core.ts';
import type { NetDevice } from './core/net-device.ts';
import type { InetSock } from './inet-sock.ts';
import { isMulticast } from './ipv4/address.ts';
import { inetIoctl } from './ipv4/inet-ioctl.ts';
import type { Ipv4 } from './ipv4/ipv4.ts';
import type { Ipv6 } from './ipv6/ipv6.ts';
import type { NetworkLayer } from './network-layer.ts';
import type { NetStatistics } from './snmp.ts';
import type { SockParts } from './socket.ts';

export interface InetStackParts {
  readonly core: NetCore;
  readonly ipv4: Ipv4;
  readonly ipv6: Ipv6;
  readonly statistics: NetStatistics;
  readonly sockParts: SockParts;
  /** The wall clock's time of an instant, in nanoseconds. */
  readonly wallClockNs: (atNs: number) => number;
}

interface Membership {
  readonly group: IpAddress;
  readonly device: NetDevice;
}

export class InetStack {
  readonly core: NetCore;
  readonly ipv4: Ipv4;
  readonly ipv6: Ipv6;
  readonly statistics: NetStatistics;
  readonly sockParts: SockParts;
  readonly #wallClockNs: (atNs: number) => number;
  readonly #memberships = new Map<InetSock, Membership[]>();

  constructor(parts: InetStackParts) {
    this.core = parts.core;
    this.ipv4 = parts.ipv4;
    this.ipv6 = parts.ipv6;
    this.statistics = parts.statistics;
    this.sockParts = parts.sockParts;
    this.#wallClockNs = parts.wallClockNs;
  }

  wallClockNs(atNs: number): number {
    return this.#wallClockNs(atNs);
  }

  layer(address: IpAddress): NetworkLayer {
    return typeof address === 'number' ? this.ipv4 : this.ipv6;
  }

  /** RTN. */
  typeOf(address: IpAddress): number {
    return typeof address === 'number'
      ? this.ipv4.routes.typeOf(address)
      : this.ipv6.typeOf(address);
  }

  get allowsNonlocalBind(): boolean {
    return this.ipv4.settings.nonlocalBind !== 0;
  }

  get unprivilegedPortStart(): number {
    return this.ipv4.settings.unprivilegedPortStart;
  }

  defaultTtl(family: number): number {
    return family === AF.INET ? this.ipv4.settings.defaultTtl : 64;
  }

  /** The device that has an address. */
  deviceOf(local: IpAddress): NetDevice | undefined {
    for (const address of this.ipv4.devinet.all()) {
      if (address.local === local) return address.device;
    }
    return undefined;
  }

  // ---- Groups --------------------------------------------------------------------------------

  /** 0, -EINVAL, -ENODEV or -EADDRINUSE. Linux: ip_mc_join_group, ipv6_sock_mc_join. */
  join(sock: InetSock, group: IpAddress, ifindex: number, local: IpAddress | undefined): number {
    const device = this.#groupDevice(group, ifindex, local);
    if (typeof device === 'number') return device;
    const memberships = this.#memberships.get(sock) ?? [];
    if (memberships.some((of) => of.group === group && of.device === device)) {
      return -ERRNO.EADDRINUSE;
    }
    memberships.push({ group, device });
    this.#memberships.set(sock, memberships);
    this.#count(group, device, true);
    return 0;
  }

  /** 0, -EINVAL, -ENODEV or -EADDRNOTAVAIL. */
  leave(sock: InetSock, group: IpAddress, ifindex: number, local: IpAddress | undefined): number {
    const device = this.#groupDevice(group, ifindex, local);
    if (typeof device === 'number') return device;
    const memberships = this.#memberships.get(sock) ?? [];
    const index = memberships.findIndex((of) => of.group === group && of.device === device);
    if (index < 0) return -ERRNO.EADDRNOTAVAIL;
    memberships.splice(index, 1);
    this.#count(group, device, false);
    return 0;
  }

  leaveAll(sock: InetSock): void {
    for (const { group, device } of this.#memberships.get(sock) ?? []) {
      this.#count(group, device, false);
    }
    this.#memberships.delete(sock);
  }

  #count(group: IpAddress, device: NetDevice, isJoin: boolean): void {
    const { ipv4, ipv6 } = this;
    if (typeof group === 'string') {
      if (isJoin) ipv6.addrconf.join(group, device);
      else ipv6.addrconf.leave(group, device);
      return;
    }
    if (isJoin) ipv4.memberships.join(group, device);
    else ipv4.memberships.leave(group, device);
  }

  #groupDevice(
    group: IpAddress,
    ifindex: number,
    local: IpAddress | undefined,
  ): NetDevice | number {
    const isGroup = typeof group === 'number' ? isMulticast(group) : group.startsWith('ff');
    if (!isGroup) return -ERRNO.EINVAL;
    const device =
      ifindex !== 0
        ? this.core.byIndex(ifindex)
        : local === undefined
          ? this.#routeDevice(group)
          : this.deviceOf(local);
    return device ?? -ERRNO.ENODEV;
  }

  #routeDevice(group: IpAddress): NetDevice | undefined {
    const route = this.layer(group).route(group);
    return typeof route === 'number' ? undefined : route.device;
  }

  /** Ioctls that are no socket's own: addresses, routes, neighbours. */
  ioctl(sock: InetSock, command: number, argument: number, memory: IoMemory): number {
    return inetIoctl(this.ipv4, sock.isPrivileged, command, argument, memory);
  }
}
