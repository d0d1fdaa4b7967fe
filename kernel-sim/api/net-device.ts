// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Network interfaces, as their drivers see them.
 *
 * @subpath kernel/net
 */
import { ethTypeTrans } from '../net/core/ethernet.ts';
import type { Napi as CoreNapi, NapiPoll } from '../net/core/napi.ts';
import type { NetDevice as CoreNetDevice } from '../net/core/net-device.ts';
import { IFF } from '../uapi/if.ts';
import type { ApiContext } from './context.ts';
import { NetStats } from './net-stats.ts';
import { SkBuff } from './sk-buff.ts';

/**
 * An interface: `eth0`. It is lent to each call of its driver. What it has is changed by methods,
 * since several calls may run at once.
 *
 * Linux: struct net_device.
 *
 * @public
 * @lent
 */
export class NetDevice {
  /** What it counts. */
  readonly stats: NetStats;
  readonly #context: ApiContext;
  readonly #dev: CoreNetDevice;
  readonly #poll: NapiPoll;

  /** @internal */
  constructor(context: ApiContext, dev: CoreNetDevice, poll: NapiPoll) {
    this.#context = context;
    this.#dev = dev;
    this.#poll = poll;
    this.stats = new NetStats(dev.stats);
  }

  /** @internal */
  static makeNapi(dev: NetDevice): CoreNapi {
    return dev.#context.services.net().napiAdd(dev.#dev, dev.#poll);
  }

  /** Its name, which a program may change. */
  get name(): string {
    return this.#dev.name;
  }

  /** The longest packet that it carries, without the link-layer header. */
  get mtu(): number {
    return this.#dev.mtu;
  }

  /** A copy of its address. Linux: dev_addr. */
  get address(): Uint8Array {
    return this.#dev.address.slice();
  }

  /** It is to hear all frames of the wire. Linux: IFF_PROMISC. */
  get promiscuous(): boolean {
    return this.#dev.promiscuity > 0 || (this.#dev.flags & IFF.PROMISC) !== 0;
  }

  /** It is to hear all multicast frames, or those of some group. Linux: IFF_ALLMULTI. */
  get all_multicast(): boolean {
    const { allMulticast, multicastGroups, flags } = this.#dev;
    return allMulticast > 0 || multicastGroups.size > 0 || (flags & IFF.ALLMULTI) !== 0;
  }

  /**
   * There is no room for more packets: `start_xmit` is not called until `wake_queue`. Context: any.
   * Linux: netif_stop_queue.
   *
   * @symbol none
   */
  stop_queue(): void {
    this.#context.services.net().stopQueue(this.#dev);
  }

  /** Context: any. Linux: netif_wake_queue. */
  wake_queue(): void {
    if (this.#dev.isQueueStopped) this.#context.services.net().wakeQueue(this.#dev);
  }

  /** True after `stop_queue`. Context: any. Linux: netif_queue_stopped. */
  get queue_stopped(): boolean {
    return this.#dev.isQueueStopped;
  }

  /** The cable is in. Context: any. Linux: netif_carrier_on. */
  carrier_on(): void {
    this.#context.services.net().carrierOn(this.#dev);
  }

  /** It is not. Context: any. Linux: netif_carrier_off. */
  carrier_off(): void {
    this.#context.services.net().carrierOff(this.#dev);
  }

  /** Context: any. Linux: netif_carrier_ok. */
  get carrier(): boolean {
    return this.#dev.hasCarrier;
  }

  /**
   * Hands a frame that has come to the stack, beginning with its Ethernet header. Context: `poll`.
   * Linux: eth_type_trans, napi_gro_receive.
   *
   * @symbol napi_gro_receive
   * @param skb handed over
   */
  receive(skb: SkBuff): void {
    const packet = SkBuff.take(skb);
    ethTypeTrans(packet, this.#dev);
    this.#context.services.net().receive(packet);
  }
}
