// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Network interfaces, and what a driver does for one.
 *
 * Linux: struct net_device, struct net_device_ops (include/linux/netdevice.h).
 */
import { formatMac } from '../../lib/mac-address.ts';
import type { MaySleep, MaySwitch, Sleeping } from '../../uapi/coroutine.ts';
import { IFF, OPERSTATE } from '../../uapi/if.ts';
import {
  ARPHRD,
  ETH_ALEN,
  ETH_DATA_LEN,
  ETH_HLEN,
  ETH_MAX_MTU,
  ETH_MIN_MTU,
} from '../../uapi/if-ether.ts';
import { PfifoFast } from './pfifo-fast.ts';
import type { SkBuff } from './sk-buff.ts';

/** What `startXmit` answers. */
export const NETDEV_TX = { OK: 0, BUSY: 0x10 } as const;

/** A driver's side of an interface. Callbacks may be coroutines. Linux: struct net_device_ops. */
export interface NetDeviceOps {
  /** The interface goes up. 0 or a negative errno. Context: process. */
  open(dev: NetDevice): MaySleep<number>;
  /** It goes down: no packet is given to the driver any more. Context: process. */
  stop(dev: NetDevice): MaySleep<number>;
  /**
   * Sends a packet, beginning with its link-layer header. NETDEV_TX.OK: it is the driver's, who
   * frees it; BUSY: it stays where it was. Context: softirqs off; called by one CPU at a time.
   */
  startXmit(skb: SkBuff, dev: NetDevice): MaySwitch<number>;
  /** What it listens to has changed: promiscuity, multicast groups. Context: softirqs off. */
  setRxMode?(dev: NetDevice): MaySwitch<void>;
  /** Takes another address, which `dev.address` is set to afterwards. Context: process. */
  setMacAddress?(dev: NetDevice, address: Uint8Array): MaySleep<number>;
  changeMtu?(dev: NetDevice, mtu: number): MaySleep<number>;
  /** Nothing has left for too long. Context: softirq. */
  txTimeout?(dev: NetDevice): MaySwitch<void>;
  readonly ethtool?: EthtoolOps;
}

/** What ethtool(8) asks a driver. Each may sleep. Linux: struct ethtool_ops. */
export interface EthtoolOps {
  driverInfo?(dev: NetDevice): EthtoolDriverInfo;
  /** Counters of the driver's own, by name. */
  statistics?(dev: NetDevice): MaySleep<readonly (readonly [name: string, value: number])[]>;
  linkSettings?(dev: NetDevice): { readonly speedMbps: number; readonly isFullDuplex: boolean };
  rings?(dev: NetDevice): {
    readonly rx: number;
    readonly tx: number;
    readonly rxMax: number;
    readonly txMax: number;
  };
  registers?(dev: NetDevice): MaySleep<Uint8Array | number>;
  /** What the log tells of it: bits of NETIF_MSG. */
  messageLevel?(dev: NetDevice): number;
  /** How many bytes `registers` answers. */
  registersBytes?(dev: NetDevice): number;
  eepromBytes?(dev: NetDevice): number;
  readEeprom?(dev: NetDevice, offset: number, bytes: number): MaySleep<Uint8Array | number>;
  /** `magic` is of the driver's choice: -EINVAL for another one. */
  writeEeprom?(dev: NetDevice, magic: number, offset: number, bytes: Uint8Array): MaySleep<number>;
  /** What of the link can be chosen; undefined when there is nobody to ask. */
  linkChoice?(dev: NetDevice): LinkChoice | undefined;
  chooseLink?(dev: NetDevice, choice: LinkWish): MaySleep<number>;
  /** Linux: nway_reset. */
  restartNegotiation?(dev: NetDevice): MaySleep<number>;
  selfTest?: SelfTestOps;
}

/** Masks are of bits of LINK_MODE. */
export interface LinkChoice {
  readonly supported: number;
  readonly advertised: number;
  /** What the partner has offered, 0 when nobody knows. */
  readonly partner: number;
  readonly isNegotiated: boolean;
  /** Of the PHY on its bus. */
  readonly address: number;
}

export interface LinkWish {
  readonly isNegotiated: boolean;
  readonly advertised: number;
  readonly speedMbps: number;
  readonly isFullDuplex: boolean;
}

export interface SelfTestOps {
  readonly names: readonly string[];
  /** What each test answers: 0 or a negative errno. Traffic stops meanwhile. */
  run(dev: NetDevice): Sleeping<number[]>;
}

export interface EthtoolDriverInfo {
  readonly driver: string;
  readonly version: string;
  readonly firmware: string;
  readonly bus: string;
}

/** Linux: struct rtnl_link_stats64. */
export class NetDeviceStats {
  rxPackets = 0;
  txPackets = 0;
  rxBytes = 0;
  txBytes = 0;
  rxErrors = 0;
  txErrors = 0;
  rxDropped = 0;
  txDropped = 0;
  multicast = 0;
  collisions = 0;
  rxLengthErrors = 0;
  rxOverErrors = 0;
  rxCrcErrors = 0;
  rxFrameErrors = 0;
  rxFifoErrors = 0;
  rxMissedErrors = 0;
  txAbortedErrors = 0;
  txCarrierErrors = 0;
  txFifoErrors = 0;
  txHeartbeatErrors = 0;
  txWindowErrors = 0;
  rxCompressed = 0;
  txCompressed = 0;
  rxNohandler = 0;
}

export class NetDevice {
  /** 0 until it is registered. */
  ifindex = 0;
  name: string;
  mtu = ETH_DATA_LEN;
  minMtu = ETH_MIN_MTU;
  maxMtu = ETH_DATA_LEN;
  /** IFF, without those that `reportedFlags` adds. */
  flags: number = IFF.BROADCAST | IFF.MULTICAST;
  /** ARPHRD. */
  type: number = ARPHRD.ETHER;
  /** Bytes of its link-layer header. */
  hardHeaderBytes = ETH_HLEN;
  address: Uint8Array = new Uint8Array(ETH_ALEN);
  broadcast: Uint8Array = new Uint8Array(ETH_ALEN).fill(0xff);
  /** Packets that wait to be sent at most. */
  txQueueLength = 1000;
  /** It takes each packet at once and needs no queue. Linux: IFF_NO_QUEUE. */
  hasNoQueue = false;
  /** It makes the sums of what it sends: CHECKSUM.PARTIAL is enough. Linux: NETIF_F_HW_CSUM. */
  sumsTransmitted = false;
  /** How long a packet may wait for the device before somebody says so. */
  watchdogNs = 5_000_000_000;
  readonly stats = new NetDeviceStats();
  readonly ops: NetDeviceOps;
  /** The driver's own. Linux: netdev_priv. */
  private: unknown = undefined;
  /** Name of the bus and of the device there, as `ethtool -i` and /sys have it. */
  parentName = '';
  /** Of the driver of that device. Linux: netdev_drivername. */
  driverName = '';

  // Kept by NetCore.
  isRegistered = false;
  hasCarrier = true;
  /** The driver has no room. Linux: __QUEUE_STATE_DRV_XOFF. */
  isQueueStopped = false;
  /** When the last packet was handed to the driver. Linux: trans_start. */
  lastTransmitNs = 0;
  /** Somebody runs its queue. */
  isTransmitting = false;
  readonly queue = new PfifoFast();
  /** How often a driver gave a packet back. */
  requeues = 0;
  /** How many want all packets of the wire, and all multicast packets. */
  promiscuity = 0;
  allMulticast = 0;
  /** Groups that somebody listens to, by address as text, and how many do. */
  readonly multicastGroups = new Map<string, number>();
  /** Who would be surprised if it were gone. Linux: dev_hold, dev_put. */
  references = 0;
  /** IFF.PROMISC and IFF.ALLMULTI as programs set them. Linux: gflags. */
  userFlags = 0;
  /** The address that it was registered with. */
  permanentAddress: Uint8Array = this.address;
  /** How often the cable came or went. */
  carrierChanges = 0;
  /** How often the driver was told that nothing leaves. */
  txTimeouts = 0;

  constructor(name: string, ops: NetDeviceOps) {
    this.name = name;
    this.ops = ops;
  }

  get isUp(): boolean {
    return (this.flags & IFF.UP) !== 0;
  }

  /** Packets can go out now. Linux: netif_running and netif_carrier_ok. */
  get isRunning(): boolean {
    return this.isUp && this.hasCarrier;
  }

  get isLoopback(): boolean {
    return (this.flags & IFF.LOOPBACK) !== 0;
  }

  /** OPERSTATE. A loopback does not know. */
  get operState(): number {
    if (!this.isUp) return OPERSTATE.DOWN;
    if (this.isLoopback) return OPERSTATE.UNKNOWN;
    return this.hasCarrier ? OPERSTATE.UP : OPERSTATE.DOWN;
  }

  /** IFF as programs see them. Linux: dev_get_flags. */
  get reportedFlags(): number {
    const modes = IFF.PROMISC | IFF.ALLMULTI;
    const running = this.isRunning ? IFF.RUNNING | IFF.LOWER_UP : 0;
    return (this.flags & ~modes) | (this.userFlags & modes) | running;
  }

  /** Somebody listens to this group. */
  hasGroup(group: Uint8Array): boolean {
    return this.multicastGroups.has(formatMac(group));
  }

  /** Whether frames of this group are wanted. */
  listensTo(group: Uint8Array): boolean {
    return this.allMulticast > 0 || this.hasGroup(group);
  }
}

/** What an interface on no wire is: as large as may be, and without addresses. */
export function setUpLoopback(dev: NetDevice): void {
  dev.type = ARPHRD.LOOPBACK;
  dev.flags = IFF.LOOPBACK;
  dev.mtu = 65_536;
  dev.maxMtu = ETH_MAX_MTU + 1;
  dev.minMtu = 0;
  dev.broadcast = new Uint8Array(ETH_ALEN);
  dev.hasNoQueue = true;
}
