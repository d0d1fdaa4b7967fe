// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What a packet socket asks of interfaces: all frames of the wire, all groups, or one group. All of
 * it ends with the socket.
 *
 * Linux: packet_mc_add, packet_mc_drop, packet_flush_mclist (net/packet/af_packet.c).
 */
import { formatMac } from '../../lib/mac-address.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { PACKET_MR, PACKET_MREQ } from '../../uapi/if-packet.ts';
import type { NetCore } from '../core/net-core.ts';
import type { NetDevice } from '../core/net-device.ts';

interface Membership {
  readonly ifindex: number;
  readonly type: number;
  readonly address: Uint8Array;
  /** How often it was asked for. */
  count: number;
}

export class Memberships {
  readonly #core: NetCore;
  readonly #all = new Map<string, Membership>();

  constructor(core: NetCore) {
    this.#core = core;
  }

  /** `value` is a struct packet_mreq. 0 or a negative errno. */
  change(value: Uint8Array, isNew: boolean): number {
    if (value.length < PACKET_MREQ.SIZE) return -ERRNO.EINVAL;
    const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
    const ifindex = view.getInt32(PACKET_MREQ.ifindex, true);
    const type = view.getUint16(PACKET_MREQ.type, true);
    const length = view.getUint16(PACKET_MREQ.alen, true);
    if (length > PACKET_MREQ.ADDRESS_SIZE) return -ERRNO.EINVAL;
    const address = value.slice(PACKET_MREQ.address, PACKET_MREQ.address + length);
    const key = `${ifindex} ${type} ${formatMac(address)}`;
    const known = this.#all.get(key);
    if (!isNew) return known === undefined ? -ERRNO.EADDRNOTAVAIL : this.#drop(key, known);
    const dev = this.#core.byIndex(ifindex);
    if (dev === undefined) return -ERRNO.ENODEV;
    if (length > dev.address.length) return -ERRNO.EINVAL;
    if (known !== undefined) {
      known.count++;
      return 0;
    }
    const membership = { ifindex, type, address, count: 1 };
    const error = this.#apply(dev, membership, 1);
    if (error === 0) this.#all.set(key, membership);
    return error;
  }

  /** Those of one interface, or all. */
  dropAll(ifindex?: number): void {
    for (const [key, membership] of this.#all) {
      if (ifindex !== undefined && membership.ifindex !== ifindex) continue;
      membership.count = 1;
      this.#drop(key, membership);
    }
  }

  #drop(key: string, membership: Membership): number {
    membership.count--;
    if (membership.count > 0) return 0;
    this.#all.delete(key);
    const dev = this.#core.byIndex(membership.ifindex);
    if (dev !== undefined) this.#apply(dev, membership, -1);
    return 0;
  }

  #apply(dev: NetDevice, { type, address }: Membership, count: 1 | -1): number {
    switch (type) {
      case PACKET_MR.PROMISC:
        this.#core.addPromiscuity(dev, count);
        return 0;
      case PACKET_MR.ALLMULTI:
        this.#core.addAllMulticast(dev, count);
        return 0;
      case PACKET_MR.MULTICAST:
      case PACKET_MR.UNICAST:
        if (address.length !== dev.address.length) return -ERRNO.EINVAL;
        this.#core.addMulticast(dev, address, count);
        return 0;
      default:
        return 0;
    }
  }
}
