// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What the stack asks of a network driver.
 *
 * @subpath kernel/net
 */
import type { NetDevice } from './net-device.ts';
import type { Ref } from './ownership.ts';
import type { SkBuff } from './sk-buff.ts';

/**
 * What `ethtool -i` prints of a driver.
 *
 * @public
 */
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

/**
 * What `ethtool` prints of a link that is up.
 *
 * @public
 */
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
 *
 * @public
 */
export interface PhyLink {
  /** Both sides are there, and agree. */
  readonly up: boolean;
  /** Megabits per second; while there is no link, what it was or would be. */
  readonly speed: number;
  /** It sends and receives at the same time. */
  readonly full_duplex: boolean;
}

/**
 * A counter of the driver's own: its name, and what it is now.
 *
 * @public
 */
export type Statistic = readonly [name: string, value: number];

/**
 * The driver of an interface. What is left out is as if it did nothing.
 *
 * Linux: struct net_device_ops, struct ethtool_ops.
 *
 * @public
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
