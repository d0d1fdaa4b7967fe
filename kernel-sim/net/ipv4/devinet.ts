// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * IPv4 addresses of devices, and what net.ipv4.conf says of each device.
 *
 * Addresses of one network on one device are secondary to the first of them, and go with it. Routes
 * follow the addresses: fib-frontend.ts is told of each.
 *
 * Linux: net/ipv4/devinet.c.
 */
import { ERRNO } from '../../uapi/errno.ts';
import { INADDR_LOOPBACK } from '../../uapi/in.ts';
import { IFF } from '../../uapi/if.ts';
import { IFA_F, RT_SCOPE } from '../../uapi/rtnetlink.ts';
import type { NetDevice } from '../core/net-device.ts';
import { maskOf } from './fib.ts';

/** Linux: struct in_ifaddr. */
export interface InetAddr {
  readonly device: NetDevice;
  readonly local: number;
  /** The other end of a point-to-point link; the same as `local` elsewhere. */
  readonly peer: number;
  readonly prefixLength: number;
  /** 0: none. */
  readonly broadcast: number;
  /** RT_SCOPE. */
  readonly scope: number;
  /** IFA_F. */
  readonly flags: number;
  /** The device's name, or an alias of it such as `eth0:1`. */
  readonly label: string;
  /** Metric of the route to its network; 0 unless told. */
  readonly metric: number;
}

/** What a new address must say of itself; the rest has its usual value. */
export type NewInetAddr = Pick<InetAddr, 'local' | 'prefixLength'> &
  Partial<Omit<InetAddr, 'device'>>;

/** Settings of a device. Linux: struct ipv4_devconf. */
export interface DeviceConf {
  forwarding: number;
  acceptRedirects: number;
  sendRedirects: number;
  /** 1: a source must be reached through the device that it comes from, 2: through any. */
  rpFilter: number;
  acceptLocal: number;
  logMartians: number;
  arpIgnore: number;
  arpAccept: number;
  promoteSecondaries: number;
}

export function defaultConf(): DeviceConf {
  return {
    forwarding: 0,
    acceptRedirects: 1,
    sendRedirects: 1,
    rpFilter: 0,
    acceptLocal: 0,
    logMartians: 0,
    arpIgnore: 0,
    arpAccept: 0,
    promoteSecondaries: 0,
  };
}

/** What is told of addresses as they come and go. */
export interface AddressListener {
  added(address: InetAddr): void;
  /** `address` is gone already. */
  removed(address: InetAddr): void;
}

export class Devinet {
  /** What holds for every device, and what new ones begin with. */
  readonly confAll: DeviceConf = defaultConf();
  readonly confDefault: DeviceConf = defaultConf();
  readonly #addresses = new Map<NetDevice, InetAddr[]>();
  readonly #confs = new Map<NetDevice, DeviceConf>();
  readonly #listeners: AddressListener[] = [];

  listen(listener: AddressListener): void {
    this.#listeners.push(listener);
  }

  /** Devices that may have addresses, in the order in which they came. */
  get devices(): IterableIterator<NetDevice> {
    return this.#confs.keys();
  }

  of(device: NetDevice): readonly InetAddr[] {
    return this.#addresses.get(device) ?? [];
  }

  *all(): Generator<InetAddr> {
    for (const addresses of this.#addresses.values()) yield* addresses;
  }

  conf(device: NetDevice): DeviceConf {
    return this.#confs.get(device) ?? this.confDefault;
  }

  /** A device is there. Linux: inetdev_init. */
  register(device: NetDevice): void {
    this.#confs.set(device, { ...this.confDefault });
  }

  /** Linux: inetdev_destroy. */
  unregister(device: NetDevice): void {
    for (const address of this.of(device).toReversed()) this.#remove(address);
    this.#addresses.delete(device);
    this.#confs.delete(device);
  }

  /** A device is up: the loopback has an address from the start. Linux: inetdev_event. */
  up(device: NetDevice): void {
    if ((device.flags & IFF.LOOPBACK) === 0 || this.of(device).length > 0) return;
    this.add(device, { local: INADDR_LOOPBACK, prefixLength: 8, scope: RT_SCOPE.HOST });
  }

  /** Answers 0, -EEXIST or -EINVAL. Linux: __inet_insert_ifa. */
  add(device: NetDevice, of: NewInetAddr): number {
    const { local, prefixLength, scope = RT_SCOPE.UNIVERSE } = of;
    if (local === 0 || prefixLength < 0 || prefixLength > 32) return -ERRNO.EINVAL;
    const addresses = this.#addresses.get(device) ?? [];
    const peer = of.peer ?? local;
    let flags = ((of.flags ?? 0) | IFA_F.PERMANENT) & ~IFA_F.SECONDARY;
    let index = 0;
    for (const [at, other] of addresses.entries()) {
      const isPrimary = (other.flags & IFA_F.SECONDARY) === 0;
      if (isPrimary && scope <= other.scope) index = at + 1;
      if (other.prefixLength !== prefixLength || !isInNetwork(peer, other)) continue;
      if (other.local === local) return -ERRNO.EEXIST;
      if (other.scope !== scope) return -ERRNO.EINVAL;
      flags |= IFA_F.SECONDARY;
    }
    const address: InetAddr = {
      device,
      local,
      peer,
      prefixLength,
      broadcast: of.broadcast ?? 0,
      scope,
      flags,
      label: of.label ?? device.name,
      metric: of.metric ?? 0,
    };
    if ((flags & IFA_F.SECONDARY) === 0) addresses.splice(index, 0, address);
    else addresses.push(address);
    this.#addresses.set(device, addresses);
    for (const listener of this.#listeners) listener.added(address);
    return 0;
  }

  /**
   * The address that matches what is said of it, or undefined. Linux: inet_rtm_deladdr.
   */
  find(
    device: NetDevice,
    of: { local?: number; peer?: number; prefixLength?: number; label?: string },
  ): InetAddr | undefined {
    return this.of(device).find((address) => {
      if (of.local !== undefined && of.local !== address.local) return false;
      if (of.label !== undefined && of.label !== address.label) return false;
      if (of.prefixLength !== undefined && of.prefixLength !== address.prefixLength) return false;
      return of.peer === undefined || isInNetwork(of.peer, address);
    });
  }

  /** The first address of a secondary one's network. */
  primaryOf(secondary: InetAddr): InetAddr | undefined {
    return this.of(secondary.device).find((address) => isSecondaryOf(secondary, address));
  }

  /** With its secondaries, unless they are promoted. Linux: __inet_del_ifa. */
  delete(address: InetAddr): void {
    const { device } = address;
    const isPrimary = (address.flags & IFA_F.SECONDARY) === 0;
    const secondaries = isPrimary ? this.of(device).filter((of) => isSecondaryOf(of, address)) : [];
    const promotes =
      this.conf(device).promoteSecondaries !== 0 || this.confAll.promoteSecondaries !== 0;
    for (const secondary of secondaries) this.#remove(secondary);
    this.#remove(address);
    if (promotes) for (const secondary of secondaries) this.add(device, secondary);
  }

  /**
   * The address of this machine to come from, of at most `scope`, for a destination (0: any)
   * through `device`; 0 where there is none. Linux: inet_select_addr.
   */
  selectSource(device: NetDevice | undefined, destination: number, scope: number): number {
    if (device !== undefined) {
      const source = this.#sourceOn(device, destination, scope);
      if (source !== 0) return source;
    }
    // Addresses of other devices do as well, since they belong to the machine.
    for (const other of this.#addresses.keys()) {
      if (other === device) continue;
      for (const address of this.of(other)) {
        const isSecondary = (address.flags & IFA_F.SECONDARY) !== 0;
        if (isSecondary || address.scope === RT_SCOPE.LINK || address.scope > scope) continue;
        return address.local;
      }
    }
    return 0;
  }

  #sourceOn(device: NetDevice, destination: number, scope: number): number {
    let first = 0;
    for (const address of this.of(device)) {
      if ((address.flags & IFA_F.SECONDARY) !== 0 || address.scope > scope) continue;
      if (destination === 0 || isInNetwork(destination, address)) return address.local;
      if (first === 0) first = address.local;
    }
    return first;
  }

  /** Whether a device is on the network of an address. Linux: inet_addr_onlink. */
  isOnLink(device: NetDevice, address: number): boolean {
    return this.of(device).some((of) => isInNetwork(address, of));
  }

  #remove(address: InetAddr): void {
    const rest = this.of(address.device).filter((other) => other !== address);
    if (rest.length === 0) this.#addresses.delete(address.device);
    else this.#addresses.set(address.device, rest);
    for (const listener of this.#listeners) listener.removed(address);
  }
}

/** Linux: inet_ifa_match. */
export function isInNetwork(address: number, of: InetAddr): boolean {
  return ((address ^ of.peer) & maskOf(of.prefixLength)) === 0;
}

function isSecondaryOf(address: InetAddr, primary: InetAddr): boolean {
  return (
    (address.flags & IFA_F.SECONDARY) !== 0 &&
    address.prefixLength === primary.prefixLength &&
    isInNetwork(primary.peer, address)
  );
}
