// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Network adapters on USB, as their drivers see them.
 *
 * @subpath kernel/usb
 */
import type { UsbNet as CoreUsbNet } from '../drivers/net/usb/usbnet.ts';
import { isUsableMac, parseMac } from '../lib/mac-address.ts';
import { IFF } from '../uapi/if.ts';
import type { ApiContext } from './context.ts';
import { NetStats } from './net-stats.ts';
import type { Ref } from './ownership.ts';
import { sizeOf } from './raw-value.ts';
import { SkBuff } from './sk-buff.ts';
import { UsbDevice } from './usb-device.ts';

/** What a random address begins with: not of a manufacturer, and of one station. */
const LOCAL = 0x02;
const NOT_ONE_STATION = 0x01;
/** Where the board wants an IP header aligned, a frame begins two bytes later. */
const ALIGN = { pc: 0, rpi3: 2 } as const;

/**
 * A network adapter and its interface. It is lent to each call of its driver.
 *
 * Linux: struct usbnet.
 *
 * @public
 * @lent
 */
export class UsbNet {
  /** What its interface counts. Packets and bytes are counted already. */
  readonly stats: NetStats;
  readonly #context: ApiContext;
  readonly #net: CoreUsbNet;

  /** @internal */
  constructor(context: ApiContext, net: CoreUsbNet) {
    this.#context = context;
    this.#net = net;
    this.stats = new NetStats(net.dev.stats);
  }

  /** @internal */
  static of(net: UsbNet): CoreUsbNet {
    return net.#net;
  }

  /** Of its interface, `eth0`, once `bind` is over. */
  get name(): string {
    return this.#net.dev.name;
  }

  /**
   * The device that it is, to be kept.
   *
   * @symbol usb_get_dev
   */
  device(this: Ref<UsbNet>): UsbDevice {
    return new UsbDevice(this.#context, this.#net.usbInterface);
  }

  /** A copy of its address. Linux: dev_addr. */
  get address(): Uint8Array {
    return this.#net.dev.address.slice();
  }

  /**
   * Gives it six bytes of an address; false for such that no station can have. Context: `bind`.
   * Linux: eth_hw_addr_set.
   *
   * @symbol none
   */
  set_address(this: Ref<UsbNet>, address: Readonly<Uint8Array>): boolean {
    const bytes = Uint8Array.from(address);
    if (!isUsableMac(bytes)) return false;
    this.#net.dev.address = bytes;
    return true;
  }

  /**
   * Gives it an address that nobody else has, most likely. Context: `bind`. Linux:
   * eth_hw_addr_random.
   *
   * @symbol none
   */
  set_random_address(this: Ref<UsbNet>): void {
    const bytes = this.#context.services.entropy().bytes(6);
    bytes[0] = (bytes[0]! & ~NOT_ONE_STATION) | LOCAL;
    this.#net.dev.address = bytes;
  }

  /**
   * The address that the board has for a device without a memory of its own; null when it knows
   * none. Context: `bind`. Linux: eth_platform_get_mac_address, of the device tree.
   */
  get platform_address(): Uint8Array | null {
    return parseMac(this.#context.services.adapterMac) ?? null;
  }

  /** Bytes before a frame so that its IP header is aligned: 0 or 2, as the board's CPU wants it. */
  get ip_align(): number {
    return ALIGN[this.#context.services.board];
  }

  /**
   * The longest frame with all that `tx_fixup` puts in front. Context: `bind`. Linux: hard_mtu.
   *
   * @symbol none
   */
  set_hard_mtu(this: Ref<UsbNet>, bytes: number): void {
    this.#net.hardMtu = Math.max(1, sizeOf(bytes));
  }

  /**
   * The adapter makes the checksums of what it sends: packets may come with a
   * `partial_checksum`. Context: `bind`. Linux: NETIF_F_HW_CSUM.
   *
   * @symbol none
   */
  set_tx_checksum(this: Ref<UsbNet>, can: boolean): void {
    this.#net.dev.sumsTransmitted = can;
  }

  /**
   * How many bytes may come in one transfer. Context: process. Linux: rx_urb_size.
   *
   * @symbol none
   */
  set_rx_urb_size(this: Ref<UsbNet>, bytes: number): void {
    this.#net.rxUrbBytes = Math.max(1, sizeOf(bytes));
  }

  /** It is to hear all frames of the wire. Linux: IFF_PROMISC. */
  get promiscuous(): boolean {
    const { promiscuity, flags } = this.#net.dev;
    return promiscuity > 0 || (flags & IFF.PROMISC) !== 0;
  }

  /** It is to hear all multicast frames. Linux: IFF_ALLMULTI. */
  get all_multicast(): boolean {
    const { allMulticast, flags } = this.#net.dev;
    return allMulticast > 0 || (flags & IFF.ALLMULTI) !== 0;
  }

  /**
   * The groups that somebody listens to. Context: any. Linux: netdev_for_each_mc_addr.
   *
   * @symbol none
   */
  multicast_groups(this: Ref<UsbNet>): readonly Uint8Array[] {
    return Array.from(this.#net.dev.multicastGroups.keys(), (text) => parseMac(text)!);
  }

  /**
   * Hands a frame that has come to the stack, beginning with its Ethernet header. Context:
   * `rx_fixup`. Linux: usbnet_skb_return.
   *
   * @symbol usbnet_skb_return
   * @param skb handed over
   */
  receive(this: Ref<UsbNet>, skb: SkBuff): void {
    this.#net.receive(SkBuff.take(skb));
  }
}
