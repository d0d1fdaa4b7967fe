// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Drivers for network adapters on USB: `usbnet` of `kernel/usb`.
 *
 * @subpath kernel/usb
 */
import { UsbNet as CoreUsbNet } from '../drivers/net/usb/usbnet.ts';
import { endpointsFor, type UsbNetDriver as CoreDriver } from '../drivers/net/usb/usbnet-driver.ts';
import type { UsbDeviceId as CoreId, UsbDriver, UsbPowerOps } from '../drivers/usb/usb-driver.ts';
import type { UsbInterface } from '../drivers/usb/usb-node.ts';
import { errnoValue } from '../kernel/module/errno-value.ts';
import type { LoadedModule } from '../kernel/module/loaded-module.ts';
import { innerEntryPath, innerPath } from '../kernel/module/sites.ts';
import type { SkBuff as CoreSkBuff } from '../net/core/sk-buff.ts';
import type { MaySleep, MaySwitch, Sleeping } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import type { ApiContext } from './context.ts';
import { DriverMethods } from './driver-methods.ts';
import { applyMethod, methodOf } from './driver-object.ts';
import type { PhyLink } from './net-driver.ts';
import type { Ref } from './ownership.ts';
import { SkBuff } from './sk-buff.ts';
import { UsbNet } from './usbnet-device.ts';

const BIND = innerEntryPath('usb_probe_interface', 'usbnet_probe');
const UNBIND = innerPath('usb_unbind_interface', 'usbnet_disconnect');
const OPEN = innerEntryPath('__dev_change_flags', '__dev_open', 'usbnet_open');
const STOP = innerPath('__dev_change_flags', '__dev_close_many', 'usbnet_stop');
const RX = innerPath('net_rx_action', 'usbnet_bh');
const TX = innerPath('usbnet_start_xmit');
const STATUS = innerPath('intr_complete');
const RX_MODE = innerPath('__dev_set_rx_mode');
const LINK = innerEntryPath('phy_state_machine', 'phy_link_change');
const SUSPEND = innerEntryPath('usb_runtime_suspend', 'usb_suspend_both');
const RESUME = innerEntryPath('usb_runtime_resume', 'usb_resume_both');

/**
 * A device that a driver can drive: what is left out may be anything.
 *
 * Linux: struct usb_device_id.
 *
 * @public
 */
export interface UsbDeviceId {
  /** `idVendor`. */
  readonly vendor?: number;
  /** `idProduct`. */
  readonly product?: number;
}

/**
 * A class whose instances each drive one adapter. The kernel makes an instance for each adapter
 * that it finds, and drops it when the driver or the adapter leaves, after the interface has gone.
 *
 * Linux: struct usb_driver, bind and unbind of struct driver_info.
 *
 * @public
 * @in usbnet
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
 * What an adapter's driver does for its interface.
 *
 * Linux: struct driver_info.
 *
 * @public
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

/**
 * A driver that the kernel knows. Dropping it drops the instances, one adapter after the other.
 *
 * @public
 * @in usbnet
 */
export class Registration {
  readonly #context: ApiContext;
  readonly #driver: UsbDriver;
  #isLive = true;

  /** @internal */
  constructor(context: ApiContext, driver: UsbDriver) {
    this.#context = context;
    this.#driver = driver;
  }

  /**
   * Context: process. Linux: usb_deregister.
   *
   * @symbol usb_deregister
   */
  *[Symbol.dispose](): Sleeping<void> {
    if (!this.#isLive) return;
    this.#isLive = false;
    yield* this.#context.services.usb().unregister(this.#driver);
  }
}

/** @namespace */
export class UsbNetApi {
  readonly #context: ApiContext;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * Registers a driver for adapters, now and when they are plugged in. Context: process. Linux:
   * usb_register.
   *
   * @symbol usb_register_driver
   * @param description of the adapter, as the log and `ethtool -i` have it
   * @param driver the kernel makes an instance for each adapter
   * @throws EBUSY there is such a driver
   */
  *register<D extends UsbNetDriver>(
    name: string,
    description: string,
    ids: readonly UsbDeviceId[],
    driver: Driver<D>,
  ): Sleeping<Registration> {
    const bound = new BoundDriver(this.#context, String(name), String(description), ids, driver);
    const errno = yield* this.#context.services.usb().register(bound);
    if (errno !== 0) throw errnoValue(-errno);
    return new Registration(this.#context, bound);
  }
}

/** A driver's class, as the bus calls it. */
class BoundDriver implements UsbDriver {
  readonly name: string;
  readonly ids: readonly CoreId[];
  readonly power: UsbPowerOps | undefined;
  readonly #context: ApiContext;
  readonly #description: string;
  readonly #class: object;
  readonly #owner: LoadedModule;
  readonly #adapters = new Map<UsbInterface, CoreUsbNet>();

  constructor(
    context: ApiContext,
    name: string,
    description: string,
    ids: readonly UsbDeviceId[],
    driverClass: object,
  ) {
    this.#context = context;
    this.name = name;
    this.#description = description;
    this.ids = idsOf(ids);
    this.#class = driverClass;
    this.#owner = context.module;
    const { value: instances } = Object.getOwnPropertyDescriptor(driverClass, 'prototype') ?? {};
    if (methodOf(instances, 'suspend') !== undefined) this.power = this.#powerOps();
  }

  #powerOps(): UsbPowerOps {
    const net = (of: UsbInterface): CoreUsbNet | undefined => this.#adapters.get(of);
    return {
      suspend: (of) => net(of)?.driver.suspend(net(of)!) ?? 0,
      resume: (of) => net(of)?.driver.resume(net(of)!, false) ?? 0,
      resetResume: (of) => net(of)?.driver.resume(net(of)!, true) ?? 0,
    };
  }

  *probe(usbInterface: UsbInterface): Sleeping<number> {
    const { usbNetParts } = this.#context.services;
    const endpoints = endpointsFor(usbInterface);
    if (endpoints === undefined) return -ERRNO.ENODEV;
    const minidriver = new Minidriver(this.#context, this.name, this.#description, {
      driverClass: this.#class,
      owner: this.#owner,
    });
    const net = new CoreUsbNet(usbNetParts(), minidriver, usbInterface, endpoints);
    const errno = yield* net.probe();
    if (errno === 0) this.#adapters.set(usbInterface, net);
    return errno;
  }

  *disconnect(usbInterface: UsbInterface): Sleeping<void> {
    const net = this.#adapters.get(usbInterface);
    this.#adapters.delete(usbInterface);
    if (net !== undefined) yield* net.disconnect();
  }
}

/** Whatever a driver gave, as the bus wants it. */
export function idsOf(ids: readonly UsbDeviceId[]): CoreId[] {
  const number = (value: unknown): number | undefined =>
    typeof value === 'number' ? value & 0xffff : undefined;
  return Array.from(ids, (id) => {
    const [vendor, product] = [number(id.vendor), number(id.product)];
    return {
      ...(vendor !== undefined && { vendor }),
      ...(product !== undefined && { product }),
    };
  });
}

interface MinidriverClass {
  readonly driverClass: object;
  readonly owner: LoadedModule;
}

/** An instance of a driver's class, once `bind` has made it. */
class Minidriver implements CoreDriver {
  readonly name: string;
  readonly description: string;
  readonly #context: ApiContext;
  readonly #of: MinidriverClass;
  #methods: DriverMethods | undefined;
  #lent: UsbNet | undefined;

  constructor(context: ApiContext, name: string, description: string, of: MinidriverClass) {
    this.#context = context;
    this.name = name;
    this.description = description;
    this.#of = of;
  }

  *bind(net: CoreUsbNet): Sleeping<number> {
    const { calls, runtime } = this.#context.services;
    const { driverClass, owner } = this.#of;
    const bind = methodOf(driverClass, 'bind');
    if (bind === undefined) return -ERRNO.EINVAL;
    this.#lent = new UsbNet(this.#context, net);
    const { errno, value } = yield* calls.callSwitching(owner, BIND, () =>
      runtime.maybe(applyMethod(bind, driverClass, [this.#lent])),
    );
    if (errno !== 0) return errno;
    if (typeof value !== 'object' || value === null) return -ERRNO.EINVAL;
    this.#methods = new DriverMethods(this.#context, value, owner);
    owner.instances.add(value);
    return 0;
  }

  *unbind(): Sleeping<void> {
    const { calls, runtime } = this.#context.services;
    const { owner } = this.#of;
    const instance = this.#methods?.object;
    this.#methods = undefined;
    if (instance === undefined) return;
    yield* calls.callSwitching(owner, UNBIND, () => runtime.dropSwitching(instance));
    owner.instances.delete(instance);
  }

  reset(): MaySleep<number> {
    return this.#call(OPEN, 'reset', [], (_, errno) => errno);
  }

  stop(): MaySleep<void> {
    return this.#call(STOP, 'stop', [], () => undefined);
  }

  rxFixup(_net: CoreUsbNet, skb: CoreSkBuff): MaySwitch<void> {
    return this.#call(RX, 'rx_fixup', [new SkBuff(this.#context, skb)], () => undefined);
  }

  txFixup(_net: CoreUsbNet, skb: CoreSkBuff): MaySwitch<CoreSkBuff | undefined> {
    return this.#call(TX, 'tx_fixup', [new SkBuff(this.#context, skb)], (value) =>
      value instanceof SkBuff ? SkBuff.take(value) : undefined,
    );
  }

  status(_net: CoreUsbNet, bytes: Uint8Array): MaySwitch<void> {
    return this.#call(STATUS, 'status', [bytes], () => undefined);
  }

  setRxMode(): MaySwitch<void> {
    return this.#call(RX_MODE, 'set_rx_mode', [], () => undefined);
  }

  linkChanged({ link }: CoreUsbNet): MaySleep<void> {
    const { isUp: up, speedMbps: speed, isFullDuplex: full_duplex } = link;
    return this.#call(LINK, 'link_change', [{ up, speed, full_duplex }], () => undefined);
  }

  suspend(): MaySleep<number> {
    return this.#call(SUSPEND, 'suspend', [], (_, errno) => errno);
  }

  resume(_net: CoreUsbNet, isReset: boolean): MaySleep<number> {
    const canReset = isReset && this.#methods?.find('reset_resume') !== undefined;
    return this.#call(RESUME, canReset ? 'reset_resume' : 'resume', [], (_, errno) => errno);
  }

  #call<R>(
    path: Parameters<DriverMethods['call']>[0],
    name: string,
    args: readonly unknown[],
    then: (value: unknown, errno: number) => R,
  ): MaySleep<R> {
    if (this.#methods === undefined) return then(undefined, 0);
    return this.#methods.call(path, name, [this.#lent, ...args], then);
  }
}
