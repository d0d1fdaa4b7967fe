// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Which IPv4 groups this machine is in, on which device.
 *
 * The device is told which frames to let through. Differs from Linux: routers are not told, since
 * there is none that forwards groups here.
 *
 * Linux: net/ipv4/igmp.c.
 */
import { INADDR_ALLHOSTS_GROUP } from '../../uapi/in.ts';
import type { NetCore } from '../core/net-core.ts';
import type { NetDevice } from '../core/net-device.ts';
import { multicastMac } from './arp.ts';

export class Memberships {
  readonly #core: NetCore;
  readonly #users = new Map<NetDevice, Map<number, number>>();

  constructor(core: NetCore) {
    this.#core = core;
  }

  /** Groups of a device and how many sockets are in each, for /proc/net/igmp. */
  of(device: NetDevice): ReadonlyMap<number, number> {
    return this.#users.get(device) ?? new Map();
  }

  /** Every machine is in 224.0.0.1. Linux: ip_check_mc_rcu. */
  isMember(group: number, device: NetDevice): boolean {
    return group === INADDR_ALLHOSTS_GROUP || (this.of(device).get(group) ?? 0) > 0;
  }

  /** One more is in it. Linux: ip_mc_inc_group. */
  join(group: number, device: NetDevice): void {
    const groups = this.#users.get(device) ?? new Map<number, number>();
    this.#users.set(device, groups);
    const users = groups.get(group) ?? 0;
    groups.set(group, users + 1);
    if (users === 0) this.#core.addMulticast(device, multicastMac(group), 1);
  }

  leave(group: number, device: NetDevice): void {
    const groups = this.#users.get(device);
    const users = groups?.get(group) ?? 0;
    if (groups === undefined || users === 0) return;
    if (users > 1) {
      groups.set(group, users - 1);
      return;
    }
    groups.delete(group);
    this.#core.addMulticast(device, multicastMac(group), -1);
  }

  /** A device has addresses from now on: it hears what is for all hosts. Linux: ip_mc_init_dev. */
  register(device: NetDevice): void {
    this.#users.set(device, new Map());
    this.join(INADDR_ALLHOSTS_GROUP, device);
  }

  unregister(device: NetDevice): void {
    this.#users.delete(device);
  }
}
