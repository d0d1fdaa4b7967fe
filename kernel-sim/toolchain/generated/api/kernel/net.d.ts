// SPDX-License-Identifier: GPL-2.0-or-later
// Made by scripts/generate-api.mjs. Do not edit.

import type { Mut, Own, Ref } from "kernel";
import type { PlatformDevice } from "kernel/io";
import type { VoidPtr } from "kernel/raw";
import type { UsbNet } from "kernel/usb";

/**
 * Has a device's `poll` called soon, and again as long as there is more than it may bring in at
 * once. Interrupt handlers schedule it; it stands beside what they share with the driver.
 *
 * Linux: struct napi_struct.
 */
export class Napi {
  #nominal;
  private constructor();

  /** One that is not enabled yet. */
  static new(): Napi;

  /**
   * It may be scheduled from now on. Context: process. Linux: netif_napi_add, napi_enable.
   *
   * @symbol netif_napi_add
   */
  enable(this: Ref<Napi>, dev: NetDevice): void;

  /**
   * It is not polled any more when this returns. Context: process. Linux: napi_disable.
   *
   * @sleeps
   * @symbol napi_disable
   */
  disable(this: Ref<Napi>): void;

  /**
   * Has `poll` called soon, unless it will be anyway. Context: any. Linux: napi_schedule.
   *
   * @symbol __napi_schedule
   */
  schedule(this: Ref<Napi>): void;

  /**
   * Nothing more has come: the device may interrupt again. Context: `poll`. Linux:
   * napi_complete_done.
   *
   * @symbol napi_complete_done
   */
  complete(this: Ref<Napi>): void;
}

/**
 * An interface: `eth0`. It is lent to each call of its driver. What it has is changed by methods,
 * since several calls may run at once.
 *
 * Linux: struct net_device.
 *
 * @lent
 */
export class NetDevice {
  #nominal;
  private constructor();

  /** What it counts. */
  readonly stats: NetStats;

  /** Its name, which a program may change. */
  get name(): string;

  /** The longest packet that it carries, without the link-layer header. */
  get mtu(): number;

  /** A copy of its address. Linux: dev_addr. */
  get address(): Uint8Array;

  /** It is to hear all frames of the wire. Linux: IFF_PROMISC. */
  get promiscuous(): boolean;

  /**
   * It is to hear all multicast frames, or those of some group. Linux: IFF_ALLMULTI.
   */
  get all_multicast(): boolean;

  /**
   * There is no room for more packets: `start_xmit` is not called until `wake_queue`. Context: any.
   * Linux: netif_stop_queue.
   */
  stop_queue(): void;

  /**
   * Context: any. Linux: netif_wake_queue.
   *
   * @symbol netif_wake_queue
   */
  wake_queue(): void;

  /** True after `stop_queue`. Context: any. Linux: netif_queue_stopped. */
  get queue_stopped(): boolean;

  /**
   * The cable is in. Context: any. Linux: netif_carrier_on.
   *
   * @symbol netif_carrier_on
   */
  carrier_on(): void;

  /**
   * It is not. Context: any. Linux: netif_carrier_off.
   *
   * @symbol netif_carrier_off
   */
  carrier_off(): void;

  /** Context: any. Linux: netif_carrier_ok. */
  get carrier(): boolean;

  /**
   * Hands a frame that has come to the stack, beginning with its Ethernet header. Context: `poll`.
   * Linux: eth_type_trans, napi_gro_receive.
   *
   * @param skb handed over
   * @symbol napi_gro_receive
   */
  receive(skb: SkBuff): void;
}

/** What `ethtool -i` prints of a driver. */
export interface DriverInfo {
  /** Its name: that of the module. */
  readonly driver: string;

  /** As the driver counts. */
  readonly version: string;

  /** Of the device. */
  readonly firmware_version?: string;

  /** Name of the device on its bus. */
  readonly bus_info?: string;
}

/** What `ethtool` prints of a link that is up. */
export interface LinkSettings {
  /** Megabits per second. */
  readonly speed: number;

  /** It sends and receives at the same time. */
  readonly full_duplex: boolean;
}

/**
 * What a PHY says of its link.
 *
 * Linux: link, speed and duplex of struct phy_device.
 */
export interface PhyLink {
  /** Both sides are there, and agree. */
  readonly up: boolean;

  /** Megabits per second; while there is no link, what it was or would be. */
  readonly speed: number;

  /** It sends and receives at the same time. */
  readonly full_duplex: boolean;
}

/** A counter of the driver's own: its name, and what it is now. */
export type Statistic = readonly [name: string, value: number];

/**
 * The driver of an interface. What is left out is as if it did nothing.
 *
 * Linux: struct net_device_ops, struct ethtool_ops.
 */
export interface NetDriver {
  /**
   * The interface goes up: buffers, interrupts on.
   *
   * @context process
   * @throws any Errno, which `ip link set up` then fails with
   */
  open(this: Ref<this>, dev: NetDevice): void;

  /**
   * It goes down. `start_xmit` and `poll` are not called any more.
   *
   * @context process
   * @nothrow
   */
  stop(this: Ref<this>, dev: NetDevice): void;

  /**
   * Sends a packet, which begins with its Ethernet header; one CPU at a time.
   *
   * @context softirq
   * @nothrow
   * @param skb handed over
   */
  start_xmit(this: Ref<this>, dev: NetDevice, skb: SkBuff): void;

  /**
   * Brings in at most `budget` packets, and answers how many. Fewer: it has called
   * `Napi.complete`.
   *
   * @context softirq
   * @nothrow
   */
  poll?(this: Ref<this>, dev: NetDevice, budget: number): number;

  /**
   * What it is to hear has changed: `dev.promiscuous`, `dev.all_multicast`.
   *
   * @context softirq
   * @nothrow
   */
  set_rx_mode?(this: Ref<this>, dev: NetDevice): void;

  /**
   * It gets another address. Without this that is possible only while it is down; `open` tells the
   * device then.
   *
   * @context process
   * @nothrow
   */
  set_mac_address?(this: Ref<this>, dev: NetDevice, address: Readonly<Uint8Array>): void;

  /**
   * The queue has been stopped for too long: the device hangs.
   *
   * @context softirq
   * @nothrow
   */
  tx_timeout?(this: Ref<this>, dev: NetDevice): void;

  /**
   * `ethtool -i`.
   *
   * @context process
   * @nothrow
   */
  driver_info?(this: Ref<this>, dev: NetDevice): DriverInfo;

  /**
   * `ethtool -S`.
   *
   * @context process
   * @nothrow
   */
  statistics?(this: Ref<this>, dev: NetDevice): readonly Statistic[];

  /**
   * `ethtool`, while the link is up.
   *
   * @context process
   * @nothrow
   */
  link_settings?(this: Ref<this>, dev: NetDevice): LinkSettings;
}

/**
 * A number that only grows. Any context may add to it.
 *
 * @lent
 */
export class Counter {
  #nominal;
  private constructor();

  /** Context: any. */
  add(this: Ref<Counter>, amount: number): void;

  /** What it is now. Context: any. */
  get value(): number;
}

/**
 * What `ip -s link` shows of an interface. Linux: struct rtnl_link_stats64.
 *
 * @lent
 */
export class NetStats {
  #nominal;
  private constructor();

  /** Packets received. */
  readonly rx_packets: Counter;

  /** Packets sent. */
  readonly tx_packets: Counter;

  /** Their bytes. */
  readonly rx_bytes: Counter;

  /** Their bytes. */
  readonly tx_bytes: Counter;

  /** Bad packets received; those of the more exact counters are among them. */
  readonly rx_errors: Counter;

  /** Packets that could not be sent. */
  readonly tx_errors: Counter;

  /** Received and thrown away for want of memory. */
  readonly rx_dropped: Counter;

  /** Packets thrown away before they were sent. */
  readonly tx_dropped: Counter;

  /** Packets that were too long or too short. */
  readonly rx_length_errors: Counter;

  /** Packets that were damaged on the wire. */
  readonly rx_crc_errors: Counter;

  /** Packets that did not end where a byte does, or broke off. */
  readonly rx_frame_errors: Counter;

  /** The card had no descriptor. */
  readonly rx_missed_errors: Counter;

  /** The card had no room for more. */
  readonly rx_fifo_errors: Counter;

  /** The cable was out. */
  readonly tx_carrier_errors: Counter;
}

/** Interfaces. */
export namespace netdev {
  /**
   * An interface that the stack knows. Dropping it takes it down and away, and drops its driver.
   *
   * Linux: register_netdev.
   */
  export class Registration {
    #nominal;
    private constructor();

    /** Its name: `eth0`. */
    get name(): string;

    /**
     * Context: process. Linux: unregister_netdev.
     *
     * @sleeps
     * @symbol unregister_netdev
     */
    [Symbol.dispose](): void;
  }

  /**
   * Registers an Ethernet interface, which is down at first, and its cable out. `%d` in the name
   * becomes the first number that is free.
   *
   * Context: process. Linux: alloc_etherdev, register_netdev.
   *
   * @param parent the device that it belongs to
   * @param address six bytes, of one station
   * @param driver handed over; dropped with the registration
   * @throws EINVAL a name or an address that none can have
   * @throws EEXIST the name is taken
   * @sleeps
   * @symbol register_netdev
   */
  export function register(parent: PlatformDevice, name: string, address: Readonly<Uint8Array>, driver: NetDriver): Registration;
}

/**
 * How a driver reaches the registers of PHYs. One call at a time.
 *
 * Linux: struct mii_bus.
 */
export interface MdioBus {
  /**
   * @context process
   * @throws any Errno, which whoever asked the PHY gets
   * @returns 16 bits
   */
  read(this: Ref<this>, phy: number, register: number): number;

  /**
   * @context process
   * @throws any Errno, which whoever asked the PHY gets
   */
  write(this: Ref<this>, phy: number, register: number, value: number): void;
}

/**
 * A PHY: found, reset, and watched. When its link comes or goes, the carrier of its interface does,
 * and `link_change` of the adapter's driver is called. Dropping it detaches it, and drops its bus.
 *
 * Linux: struct phy_device, phy_connect.
 */
export class Phy {
  #nominal;
  private constructor();

  /**
   * Finds the PHY of an adapter, and silences it. Context: `bind`. Linux: mdiobus_register.
   *
   * @param net whose link it is
   * @param bus handed over; dropped with the PHY
   * @param address of the PHY on its bus, 0 to 31
   * @throws ENODEV nobody answers there
   * @throws EIO the bus fails, or what else it throws
   * @sleeps
   * @symbol __mdiobus_register
   */
  static find(net: UsbNet, bus: MdioBus, address: number): Phy;

  /**
   * Resets it, and has it interrupt when its link changes, if it can and its driver can listen;
   * else it is asked each second. Context: `bind`. Linux: phy_connect_direct.
   *
   * @param interrupts `interrupt` will be called when it says that it wants something
   * @throws ETIMEDOUT its reset does not end
   * @throws EIO the bus fails, or what else it throws
   * @sleeps
   * @symbol phy_connect_direct
   */
  connect(this: Ref<Phy>, interrupts: boolean): void;

  /** As reports name it: `usb-001:004:01`. Linux: phydev_name. */
  get name(): string;

  /**
   * The interface goes up: the link is looked for. Context: process. Linux: phy_start.
   *
   * @sleeps
   * @symbol phy_start
   */
  start(this: Ref<Phy>): void;

  /**
   * The interface goes down: the link goes, and the PHY sleeps. Context: process. Linux: phy_stop.
   *
   * @sleeps
   * @symbol phy_stop
   */
  stop(this: Ref<Phy>): void;

  /**
   * It has slept, and may have lost its power: resets it, and has it interrupt as before. Context:
   * process. Linux: phy_init_hw.
   *
   * @throws ETIMEDOUT its reset does not end
   * @throws EIO the bus fails, or what else it throws
   * @sleeps
   * @symbol phy_init_hw
   */
  init_hw(this: Ref<Phy>): void;

  /**
   * Asks it whether there is a link, now. Context: process. Linux: mii_link_ok.
   *
   * @throws EIO the bus fails, or what else it throws
   * @sleeps
   * @symbol mii_link_ok
   */
  link_ok(this: Ref<Phy>): boolean;

  /**
   * It said that it wants something. Context: any. Linux: phy_mac_interrupt.
   *
   * @symbol phy_mac_interrupt
   */
  interrupt(this: Ref<Phy>): void;

  /**
   *
   * @sleeps
   * @symbol phy_disconnect
   */
  [Symbol.dispose](): void;
}

/** Where a checksum is to be made, in bytes from the first one of a packet. */
export interface PartialChecksum {
  /** Where summing begins. */
  readonly start: number;

  /** Where the result goes, from `start` on. */
  readonly offset: number;
}

/**
 * A packet, which belongs to whoever holds it. Dropping it frees it. Offsets count from its first
 * byte; whatever lies beyond its end is a panic.
 *
 * Linux: struct sk_buff.
 */
export class SkBuff {
  #nominal;
  private constructor();

  /**
   * A packet without bytes that has room for so many, placed so that an IP header behind an
   * Ethernet header is aligned; null without memory. Context: any. Linux:
   * netdev_alloc_skb_ip_align.
   *
   * @symbol __netdev_alloc_skb
   */
  static try_alloc(bytes: number): SkBuff | null;

  /** How many bytes it has. Linux: skb->len. */
  get length(): number;

  /** How many bytes `push` may still put in front. Linux: skb_headroom. */
  get headroom(): number;

  /** How many bytes `put` may still add. Linux: skb_tailroom. */
  get tailroom(): number;

  /**
   * Its first byte, for raw code: `push`, `pull` and `try_cow_head` move it, and nobody looks after
   * its end but KASAN. Context: any. Linux: skb->data.
   */
  as_ptr(this: Ref<SkBuff>): VoidPtr;

  /**
   * What is left of its checksum, if the device makes it: the sum of all bytes from `start` on
   * belongs at `start + offset`, where the sum of what is not in the packet stands already. Linux:
   * CHECKSUM_PARTIAL.
   */
  get partial_checksum(): PartialChecksum | null;

  /**
   * Makes the checksum that was left to the device. Context: any. Linux: skb_checksum_help.
   *
   * @symbol skb_checksum_help
   */
  finish_checksum(this: Mut<SkBuff>): void;

  /**
   * The device has summed up all bytes from `offset` to the end, which are those behind the header
   * of the link: `sum` has 16 bits, or more. Who checks the packet then need not do so again.
   * Linux: CHECKSUM_COMPLETE.
   */
  set_checksum_complete(this: Mut<SkBuff>, offset: number, sum: number): void;

  /** ETH_P_*: what the stack has set of a packet to send. Linux: skb->protocol. */
  get protocol(): number;

  /** What it carries, as who made it knows. */
  set protocol(protocol: number);

  /**
   * Adds bytes at the end, which are whatever was there. More than there is room for is an oops.
   * Context: any. Linux: skb_put.
   *
   * @symbol skb_put
   */
  put(this: Mut<SkBuff>, bytes: number): void;

  /**
   * Adds bytes in front. More than there is room for is an oops. Context: any. Linux: skb_push.
   *
   * @symbol skb_push
   */
  push(this: Mut<SkBuff>, bytes: number): void;

  /**
   * Takes bytes off the front; false when it has not so many. Context: any. Linux: skb_pull.
   *
   * @symbol skb_pull
   */
  pull(this: Mut<SkBuff>, bytes: number): boolean;

  /**
   * Cuts it to so many bytes, if it has more. Context: any. Linux: skb_trim.
   *
   * @symbol skb_trim
   */
  trim(this: Mut<SkBuff>, bytes: number): void;

  /** A byte of it. */
  load8(this: Ref<SkBuff>, offset: number): number;

  /** Two bytes of it, in network order. */
  load16(this: Ref<SkBuff>, offset: number): number;

  /** Four bytes of it, in network order. */
  load32(this: Ref<SkBuff>, offset: number): number;

  /** Four bytes of it, the lowest first. */
  load32_le(this: Ref<SkBuff>, offset: number): number;

  /** Writes a byte of it. */
  store8(this: Mut<SkBuff>, offset: number, value: number): void;

  /** Writes two bytes of it, in network order. */
  store16(this: Mut<SkBuff>, offset: number, value: number): void;

  /** Writes four bytes of it, in network order. */
  store32(this: Mut<SkBuff>, offset: number, value: number): void;

  /** Writes four bytes of it, the lowest first. */
  store32_le(this: Mut<SkBuff>, offset: number, value: number): void;

  /**
   * A packet of its own with so many of the bytes of this one, placed so that an IP header behind
   * an Ethernet header is aligned; null without memory. Context: any. Linux:
   * netdev_alloc_skb_ip_align and skb_put_data.
   *
   * @symbol __netdev_alloc_skb
   */
  try_copy(this: Ref<SkBuff>, offset: number, bytes: number): SkBuff | null;

  /**
   * Makes sure that `push` may put so many bytes in front, and that they are nobody else's; the
   * packet is copied if need be. False without memory. Context: any. Linux: skb_cow_head.
   *
   * @symbol pskb_expand_head
   */
  try_cow_head(this: Mut<SkBuff>, bytes: number): boolean;

  /**
   * A copy of so many bytes. Context: any. Linux: skb_copy_bits.
   *
   * @symbol skb_copy_bits
   */
  read(this: Ref<SkBuff>, offset: number, bytes: number): Uint8Array;

  /**
   * Writes bytes over what it has. Context: any. Linux: skb_store_bits.
   *
   * @symbol skb_store_bits
   */
  write(this: Mut<SkBuff>, offset: number, bytes: Uint8Array): void;

  /**
   * Frees it and counts it as thrown away, where dropping counts it as done. Context: any. Linux:
   * kfree_skb.
   *
   * @symbol sk_skb_reason_drop
   */
  discard(this: Own<SkBuff>): void;

  /**
   * Context: any. Linux: consume_skb.
   *
   * @symbol consume_skb
   */
  [Symbol.dispose](): void;
}

export {};
