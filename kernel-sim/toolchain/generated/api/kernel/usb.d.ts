// SPDX-License-Identifier: GPL-2.0-or-later
// Made by scripts/generate-api.mjs. Do not edit.

import type { Ref } from "kernel";
import type { NetStats, PhyLink, SkBuff } from "kernel/net";

/**
 * A device of the USB. Holding it does not keep it plugged in: what is asked of one that has gone
 * fails with ENODEV.
 *
 * Linux: struct usb_device, usb_get_dev.
 */
export class UsbDevice {
  #nominal;
  private constructor();

  /** As reports name it: `1-1.1`. Linux: dev_name. */
  get name(): string;

  /** 480 Mbit/s, where it could be 12. Linux: USB_SPEED_HIGH. */
  get high_speed(): boolean;

  /**
   * Another holder of it. Linux: usb_get_dev.
   *
   * @symbol usb_get_dev
   */
  clone(this: Ref<UsbDevice>): UsbDevice;

  /**
   * Asks the device: a vendor request whose answer has so many bytes. A device that sleeps is woken
   * for that. Context: process. Linux:
   * usbnet_read_cmd.
   *
   * @param request `bRequest`
   * @throws ENODATA it answered with fewer bytes
   * @throws EPIPE it does not know the request
   * @throws ETIMEDOUT it did not answer in five seconds
   * @throws ENODEV it has gone
   * @throws ENOMEM no memory for the transfer
   * @sleeps
   * @symbol usbnet_read_cmd
   */
  read_cmd(this: Ref<UsbDevice>, request: number, value: number, index: number, bytes: number): Uint8Array;

  /**
   * Tells the device: a vendor request with bytes. Context: process. Linux: usbnet_write_cmd.
   *
   * @param request `bRequest`
   * @throws EPIPE it does not know the request
   * @throws ETIMEDOUT it did not take it in five seconds
   * @throws ENODEV it has gone
   * @throws ENOMEM no memory for the transfer
   * @sleeps
   * @symbol usbnet_write_cmd
   */
  write_cmd(this: Ref<UsbDevice>, request: number, value: number, index: number, bytes: Readonly<Uint8Array>): void;

  /**
   * The same, without waiting for the end: false when it could not begin. Requests arrive in the
   * order in which they were made. Context: any. Linux: usbnet_write_cmd_async.
   *
   * @param request `bRequest`
   * @symbol usbnet_write_cmd_async
   */
  try_write_cmd_async(this: Ref<UsbDevice>, request: number, value: number, index: number, bytes: Readonly<Uint8Array>): boolean;

  /**
   * Sends bytes to an endpoint, and waits until they are there: how many went. Context: process.
   * Linux: usb_bulk_msg.
   *
   * @param endpoint its number, from 1
   * @param timeout_ms 0 waits for ever
   * @throws EPIPE it is halted
   * @throws ETIMEDOUT the device did not take them in time
   * @throws ENOENT it has no such endpoint, or the driver is leaving
   * @throws ENODEV it has gone, or ESHUTDOWN: it has gone just now
   * @throws ENOMEM no memory for the transfer
   * @sleeps
   * @symbol usb_bulk_msg
   */
  bulk_send(this: Ref<UsbDevice>, endpoint: number, bytes: Readonly<Uint8Array>, timeout_ms: number): number;

  /**
   * Waits for bytes of an endpoint, so many at most. Context: process. Linux: usb_bulk_msg.
   *
   * @param endpoint its number, from 1
   * @param timeout_ms 0 waits for ever
   * @throws EPIPE it is halted
   * @throws EOVERFLOW it sent more than was asked for
   * @throws ETIMEDOUT nothing came in time
   * @throws ENOENT it has no such endpoint, or the driver is leaving
   * @throws ENODEV it has gone, or ESHUTDOWN: it has gone just now
   * @throws ENOMEM no memory for the transfer
   * @sleeps
   * @symbol usb_bulk_msg
   */
  bulk_receive(this: Ref<UsbDevice>, endpoint: number, bytes: number, timeout_ms: number): Uint8Array;

  /**
   * Has a halted endpoint go on. Context: process. Linux: usb_clear_halt.
   *
   * @param address its number, with 0x80 for one that gives: `bEndpointAddress`
   * @throws EPIPE the device does not know it
   * @throws ETIMEDOUT it did not answer in five seconds
   * @throws ENODEV it has gone
   * @throws ENOMEM no memory for the transfer
   * @sleeps
   * @symbol usb_clear_halt
   */
  clear_halt(this: Ref<UsbDevice>, address: number): void;

  /**
   * @symbol usb_put_dev
   */
  [Symbol.dispose](): void;
}

/** Devices of any kind. */
export namespace usb {
  /**
   * A class whose instances each drive one interface of a device. The kernel makes an instance for
   * each that it finds, and drops it when the driver or the device leaves; transfers that somebody
   * waits for have failed by then.
   *
   * Linux: struct usb_driver.
   */
  export interface Driver<D extends object> {
    /**
     * Gets an interface ready. What it throws means that it cannot drive this one: ENODEV and ENXIO
     * without a word in the log.
     *
     * @context process
     * @param device handed over
     */
    probe(device: UsbDevice): D;
  }

  /**
   * A driver that the kernel knows. Dropping it drops the instances, one interface after the other.
   */
  export class Registration {
    #nominal;
    private constructor();

    /**
     * Context: process. Linux: usb_deregister.
     *
     * @sleeps
     * @symbol usb_deregister
     */
    [Symbol.dispose](): void;
  }

  /**
   * Registers a driver for devices, now and when they are plugged in. Context: process. Linux:
   * usb_register.
   *
   * @param driver the kernel makes an instance for each interface
   * @throws EBUSY there is such a driver
   * @sleeps
   * @symbol usb_register_driver
   */
  export function register<D extends object>(name: string, ids: readonly UsbDeviceId[], driver: Driver<D>): Registration;
}

/** Network adapters. */
export namespace usbnet {
  /**
   * A class whose instances each drive one adapter. The kernel makes an instance for each adapter
   * that it finds, and drops it when the driver or the adapter leaves, after the interface has gone.
   *
   * Linux: struct usb_driver, bind and unbind of struct driver_info.
   */
  export interface Driver<D extends UsbNetDriver> {
    /**
     * Gets an adapter ready: its address, its registers, its PHY. What it throws means that it cannot
     * drive this one.
     *
     * @context process
     */
    bind(net: UsbNet): D;
  }

  /**
   * A driver that the kernel knows. Dropping it drops the instances, one adapter after the other.
   */
  export class Registration {
    #nominal;
    private constructor();

    /**
     * Context: process. Linux: usb_deregister.
     *
     * @sleeps
     * @symbol usb_deregister
     */
    [Symbol.dispose](): void;
  }

  /**
   * Registers a driver for adapters, now and when they are plugged in. Context: process. Linux:
   * usb_register.
   *
   * @param description of the adapter, as the log and `ethtool -i` have it
   * @param driver the kernel makes an instance for each adapter
   * @throws EBUSY there is such a driver
   * @sleeps
   * @symbol usb_register_driver
   */
  export function register<D extends UsbNetDriver>(name: string, description: string, ids: readonly UsbDeviceId[], driver: Driver<D>): Registration;
}

/**
 * A network adapter and its interface. It is lent to each call of its driver.
 *
 * Linux: struct usbnet.
 *
 * @lent
 */
export class UsbNet {
  #nominal;
  private constructor();

  /** What its interface counts. Packets and bytes are counted already. */
  readonly stats: NetStats;

  /** Of its interface, `eth0`, once `bind` is over. */
  get name(): string;

  /**
   * The device that it is, to be kept.
   *
   * @symbol usb_get_dev
   */
  device(this: Ref<UsbNet>): UsbDevice;

  /** A copy of its address. Linux: dev_addr. */
  get address(): Uint8Array;

  /**
   * Gives it six bytes of an address; false for such that no station can have. Context: `bind`.
   * Linux: eth_hw_addr_set.
   */
  set_address(this: Ref<UsbNet>, address: Readonly<Uint8Array>): boolean;

  /**
   * Gives it an address that nobody else has, most likely. Context: `bind`. Linux:
   * eth_hw_addr_random.
   */
  set_random_address(this: Ref<UsbNet>): void;

  /**
   * The address that the board has for a device without a memory of its own; null when it knows
   * none. Context: `bind`. Linux: eth_platform_get_mac_address, of the device tree.
   */
  get platform_address(): Uint8Array | null;

  /**
   * Bytes before a frame so that its IP header is aligned: 0 or 2, as the board's CPU wants it.
   */
  get ip_align(): number;

  /**
   * The longest frame with all that `tx_fixup` puts in front. Context: `bind`. Linux: hard_mtu.
   */
  set_hard_mtu(this: Ref<UsbNet>, bytes: number): void;

  /**
   * The adapter makes the checksums of what it sends: packets may come with a
   * `partial_checksum`. Context: `bind`. Linux: NETIF_F_HW_CSUM.
   */
  set_tx_checksum(this: Ref<UsbNet>, can: boolean): void;

  /** How many bytes may come in one transfer. Context: process. Linux: rx_urb_size. */
  set_rx_urb_size(this: Ref<UsbNet>, bytes: number): void;

  /** It is to hear all frames of the wire. Linux: IFF_PROMISC. */
  get promiscuous(): boolean;

  /** It is to hear all multicast frames. Linux: IFF_ALLMULTI. */
  get all_multicast(): boolean;

  /**
   * The groups that somebody listens to. Context: any. Linux: netdev_for_each_mc_addr.
   */
  multicast_groups(this: Ref<UsbNet>): readonly Uint8Array[];

  /**
   * Hands a frame that has come to the stack, beginning with its Ethernet header. Context:
   * `rx_fixup`. Linux: usbnet_skb_return.
   *
   * @param skb handed over
   * @symbol usbnet_skb_return
   */
  receive(this: Ref<UsbNet>, skb: SkBuff): void;
}

/**
 * A device that a driver can drive: what is left out may be anything.
 *
 * Linux: struct usb_device_id.
 */
export interface UsbDeviceId {
  /** `idVendor`. */
  readonly vendor?: number;

  /** `idProduct`. */
  readonly product?: number;
}

/**
 * What an adapter's driver does for its interface.
 *
 * Linux: struct driver_info.
 */
export interface UsbNetDriver {
  /**
   * The interface goes up.
   *
   * @context process
   * @throws any Errno, which `ip link set up` then fails with
   */
  reset(this: Ref<this>, net: UsbNet): void;

  /**
   * It goes down. No packet is under way any more when this is over.
   *
   * @context process
   * @nothrow
   */
  stop?(this: Ref<this>, net: UsbNet): void;

  /**
   * Takes apart what came in one transfer, and hands its frames to `net.receive`. What a device
   * says of lengths may be wrong.
   *
   * @context softirq
   * @nothrow
   * @param skb handed over
   */
  rx_fixup(this: Ref<this>, net: UsbNet, skb: SkBuff): void;

  /**
   * Puts in front of a frame what the adapter wants there. Null when it cannot: the frame is lost.
   *
   * @context softirq
   * @nothrow
   * @param skb handed over
   */
  tx_fixup(this: Ref<this>, net: UsbNet, skb: SkBuff): SkBuff | null;

  /**
   * Something came over the interrupt endpoint.
   *
   * @context softirq
   * @nothrow
   */
  status?(this: Ref<this>, net: UsbNet, bytes: Readonly<Uint8Array>): void;

  /**
   * What it is to hear has changed: `net.promiscuous`, `net.multicast_groups()`.
   *
   * @context softirq
   * @nothrow
   */
  set_rx_mode?(this: Ref<this>, net: UsbNet): void;

  /**
   * The PHY says that the link came or went. The carrier does so by itself.
   *
   * @context process
   * @throws any Errno, which nobody minds: the adapter may have gone
   */
  link_change?(this: Ref<this>, net: UsbNet, link: PhyLink): void;

  /**
   * How many bytes `register_dump` answers.
   *
   * Linux: get_regs_len of struct ethtool_ops.
   *
   * @context process
   * @nothrow
   */
  register_dump_length?(this: Ref<this>, net: UsbNet): number;

  /**
   * `ethtool -d`: the registers as they are now.
   *
   * Linux: get_regs of struct ethtool_ops.
   *
   * @context process
   * @throws any Errno, which `ethtool` then fails with
   */
  register_dump?(this: Ref<this>, net: UsbNet): Uint8Array;

  /**
   * How many bytes its EEPROM has.
   *
   * Linux: get_eeprom_len of struct ethtool_ops.
   *
   * @context process
   * @nothrow
   */
  eeprom_length?(this: Ref<this>, net: UsbNet): number;

  /**
   * `ethtool -e`: bytes of its EEPROM, which all lie in there.
   *
   * Linux: get_eeprom of struct ethtool_ops.
   *
   * @context process
   * @throws any Errno, which `ethtool` then fails with
   */
  read_eeprom?(this: Ref<this>, net: UsbNet, offset: number, length: number): Uint8Array;

  /**
   * `ethtool -E`: writes bytes that all lie in its EEPROM.
   *
   * Linux: set_eeprom of struct ethtool_ops.
   *
   * @context process
   * @param magic what only who means this adapter gives: EINVAL for something else
   * @throws any Errno, which `ethtool` then fails with
   */
  write_eeprom?(
      this: Ref<this>,
      net: UsbNet,
      magic: number,
      offset: number,
      bytes: Readonly<Uint8Array>,
    ): void;

  /**
   * The interface is down, and nobody has used the adapter for a while: it is to sleep. Whose
   * driver has no such method never sleeps.
   *
   * @context process
   * @throws EBUSY it must not just now; any other Errno keeps it awake, too
   */
  suspend?(this: Ref<this>, net: UsbNet): void;

  /**
   * It is awake again, as it was.
   *
   * @context process
   * @throws any Errno, which is logged
   */
  resume?(this: Ref<this>, net: UsbNet): void;

  /**
   * It is awake again, and was reset: its registers are as after plugging it in. Without this
   * method `resume` is called.
   *
   * @context process
   * @throws any Errno, which is logged
   */
  reset_resume?(this: Ref<this>, net: UsbNet): void;
}

export {};
