// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Registering interfaces: `netdev` of `kernel/net`.
 *
 * @subpath kernel/net
 */
import { errnoValue } from '../kernel/module/errno-value.ts';
import type { LoadedModule } from '../kernel/module/loaded-module.ts';
import { type EntryPath, innerEntryPath, innerPath } from '../kernel/module/sites.ts';
import { isUsableMac } from '../lib/mac-address.ts';
import {
  type EthtoolDriverInfo,
  type EthtoolOps,
  NETDEV_TX,
  type NetDevice as CoreNetDevice,
  type NetDeviceOps,
} from '../net/core/net-device.ts';
import type { SkBuff as CoreSkBuff } from '../net/core/sk-buff.ts';
import type { MaySleep, Sleeping } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { ETH_ALEN } from '../uapi/if-ether.ts';
import type { ApiContext } from './context.ts';
import { finishNow } from './allocation.ts';
import { DriverMethods } from './driver-methods.ts';
import type { Method } from './driver-object.ts';
import { NetDevice } from './net-device.ts';
import type { DriverInfo, LinkSettings, NetDriver, Statistic } from './net-driver.ts';
import { PlatformDevice } from './platform.ts';
import { SkBuff } from './sk-buff.ts';

const OPEN = innerEntryPath('__dev_change_flags', '__dev_open');
const STOP = innerPath('__dev_change_flags', '__dev_close_many');
const SET_MAC = innerPath('dev_set_mac_address');
const RX_MODE = innerPath('__dev_set_rx_mode');
const TX_TIMEOUT = innerPath('dev_watchdog');
const ETHTOOL = innerPath('dev_ethtool');
/** The stack's own frames are there already. */
const INNER = innerPath();

/**
 * An interface that the stack knows. Dropping it takes it down and away, and drops its driver.
 *
 * Linux: register_netdev.
 *
 * @public
 * @in netdev
 */
export class Registration {
  readonly #context: ApiContext;
  readonly #dev: CoreNetDevice;
  readonly #driver: object;
  readonly #module: LoadedModule;
  #isLive = true;

  /** @internal */
  constructor(context: ApiContext, dev: CoreNetDevice, driver: object) {
    this.#context = context;
    this.#dev = dev;
    this.#driver = driver;
    this.#module = context.module;
  }

  /** Its name: `eth0`. */
  get name(): string {
    return this.#dev.name;
  }

  /**
   * Context: process. Linux: unregister_netdev.
   *
   * @symbol unregister_netdev
   */
  *[Symbol.dispose](): Sleeping<void> {
    if (!this.#isLive) return;
    this.#isLive = false;
    const { net, runtime, scheduler } = this.#context.services;
    yield* net().unregister(this.#dev);
    // Who is in the driver's start_xmit on another CPU leaves it. Linux: synchronize_net.
    while (this.#dev.isTransmitting) yield* scheduler.relax();
    this.#module.instances.delete(this.#driver);
    yield* runtime.dropSwitching(this.#driver);
  }
}

/** @namespace */
export class NetdevApi {
  readonly #context: ApiContext;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * Registers an Ethernet interface, which is down at first, and its cable out. `%d` in the name
   * becomes the first number that is free.
   *
   * Context: process. Linux: alloc_etherdev, register_netdev.
   *
   * @symbol register_netdev
   * @param parent the device that it belongs to
   * @param address six bytes, of one station
   * @param driver handed over; dropped with the registration
   * @throws EINVAL a name or an address that none can have
   * @throws EEXIST the name is taken
   */
  *register(
    parent: PlatformDevice,
    name: string,
    address: Readonly<Uint8Array>,
    driver: NetDriver,
  ): Sleeping<Registration> {
    const { net, runtime, scheduler } = this.#context.services;
    scheduler.mightSleep();
    const ops = new DriverNetOps(this.#context, driver);
    const dev = net().allocDevice(String(name), ops);
    ops.attach(dev);
    const mac = addressOf(address);
    const { name: parentName, driverName } = PlatformDevice.of(parent);
    let errno = mac === undefined ? -ERRNO.EINVAL : 0;
    if (mac !== undefined) {
      dev.address = mac;
      dev.parentName = parentName;
      dev.driverName = driverName;
      dev.hasCarrier = false;
      errno = net().register(dev);
    }
    if (errno === 0) return new Registration(this.#context, dev, driver);
    yield* runtime.dropSwitching(driver);
    throw errnoValue(errno);
  }
}

/** What a driver gave as six bytes of a station, copied. */
function addressOf(value: Readonly<Uint8Array>): Uint8Array | undefined {
  const bytes = Uint8Array.from({ length: ETH_ALEN }, (_, at) => value[at] ?? 0);
  return value.length === ETH_ALEN && isUsableMac(bytes) ? bytes : undefined;
}

/** A driver's object, as the stack calls it. */
class DriverNetOps implements NetDeviceOps {
  readonly ethtool: EthtoolOps;
  readonly setRxMode?: (dev: CoreNetDevice) => MaySleep<void>;
  readonly txTimeout?: (dev: CoreNetDevice) => MaySleep<void>;
  readonly #context: ApiContext;
  readonly #methods: DriverMethods;
  readonly #xmit: Method | undefined;
  #dev: NetDevice | undefined;

  constructor(context: ApiContext, driver: object) {
    this.#context = context;
    this.#methods = new DriverMethods(context, driver);
    this.#methods.module.instances.add(driver);
    this.#xmit = this.#methods.find('start_xmit');
    if (this.#methods.find('set_rx_mode') !== undefined) {
      this.setRxMode = () => this.#tell(RX_MODE, 'set_rx_mode');
    }
    if (this.#methods.find('tx_timeout') !== undefined) {
      this.txTimeout = () => this.#tell(TX_TIMEOUT, 'tx_timeout');
    }
    this.ethtool = this.#makeEthtool();
  }

  attach(dev: CoreNetDevice): void {
    this.#dev = new NetDevice(this.#context, dev, (budget) => this.#poll(budget));
  }

  open(): MaySleep<number> {
    return this.#methods.call(OPEN, 'open', [this.#dev], (_, errno) => errno);
  }

  stop(): MaySleep<number> {
    return this.#methods.call(STOP, 'stop', [this.#dev], () => 0);
  }

  startXmit(skb: CoreSkBuff): MaySleep<number> {
    const args = [this.#dev, new SkBuff(this.#context, skb)];
    return this.#methods.run(INNER, this.#xmit, args, () => NETDEV_TX.OK);
  }

  /** Who does not say how can take another address only while it is down. Linux: eth_mac_addr. */
  setMacAddress(dev: CoreNetDevice, address: Uint8Array): MaySleep<number> {
    const method = this.#methods.find('set_mac_address');
    if (method === undefined) return dev.isUp ? -ERRNO.EBUSY : 0;
    return this.#methods.run(SET_MAC, method, [this.#dev, address.slice()], () => 0);
  }

  #poll(budget: number): MaySleep<number> {
    return this.#methods.call(INNER, 'poll', [this.#dev, budget], (value) => {
      return typeof value === 'number' && value >= 0 ? Math.min(budget, Math.trunc(value)) : 0;
    });
  }

  #tell(path: EntryPath, name: string): MaySleep<void> {
    return this.#methods.call(path, name, [this.#dev], () => undefined);
  }

  #makeEthtool(): EthtoolOps {
    const ask = <R>(name: string, then: (value: unknown) => R): MaySleep<R> =>
      this.#methods.call(ETHTOOL, name, [this.#dev], then);
    const now = <R>(answer: MaySleep<R>): R => finishNow(this.#context, answer);
    const has = (name: string): boolean => this.#methods.find(name) !== undefined;
    return {
      ...(has('driver_info') && { driverInfo: () => now(ask('driver_info', infoOf)) }),
      ...(has('statistics') && { statistics: () => ask('statistics', statisticsOf) }),
      ...(has('link_settings') && { linkSettings: () => now(ask('link_settings', linkOf)) }),
    };
  }
}

type Loose<T> = { readonly [K in keyof T]?: unknown } | undefined;

function infoOf(value: unknown): EthtoolDriverInfo {
  const info = (value ?? {}) as NonNullable<Loose<DriverInfo>>;
  return {
    driver: textOf(info.driver),
    version: textOf(info.version),
    firmware: textOf(info.firmware_version),
    bus: textOf(info.bus_info),
  };
}

function statisticsOf(value: unknown): readonly Statistic[] {
  if (!Array.isArray(value)) return [];
  return value.map((row: unknown) => {
    const [name, count] = Array.isArray(row) ? (row as readonly unknown[]) : [];
    return [textOf(name), typeof count === 'number' && count >= 0 ? Math.trunc(count) : 0];
  });
}

function linkOf(value: unknown): { readonly speedMbps: number; readonly isFullDuplex: boolean } {
  const link = (value ?? {}) as NonNullable<Loose<LinkSettings>>;
  const speed = typeof link.speed === 'number' && link.speed >= 0 ? Math.trunc(link.speed) : 0;
  return { speedMbps: speed, isFullDuplex: link.full_duplex === true };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
