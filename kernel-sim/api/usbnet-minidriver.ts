// SPDX-License-Identifier: GPL-2.0-or-later
/** A driver's class for network adapters on USB, as the bus and `usbnet` call it. */
import { UsbNet as CoreUsbNet } from '../drivers/net/usb/usbnet.ts';
import { endpointsFor, type UsbNetDriver as CoreDriver } from '../drivers/net/usb/usbnet-driver.ts';
import type { UsbDeviceId as CoreId, UsbDriver, UsbPowerOps } from '../drivers/usb/usb-driver.ts';
import type { UsbInterface } from '../drivers/usb/usb-node.ts';
import type { LoadedModule } from '../kernel/module/loaded-module.ts';
import { innerEntryPath, innerPath } from '../kernel/module/sites.ts';
import type { EthtoolOps } from '../net/core/net-device.ts';
import type { SkBuff as CoreSkBuff } from '../net/core/sk-buff.ts';
import type { MaySleep, MaySwitch, Sleeping } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { finishNow } from './allocation.ts';
import type { ApiContext } from './context.ts';
import { DriverMethods } from './driver-methods.ts';
import { applyMethod, methodOf, propertyOf } from './driver-object.ts';
import { sizeOf } from './raw-value.ts';
import { SkBuff } from './sk-buff.ts';
import type { UsbDeviceId } from './usbnet.ts';
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
const ETHTOOL = innerEntryPath('dev_ethtool');
const ETHTOOL_LENGTH = innerPath('dev_ethtool');
const SUSPEND = innerEntryPath('usb_runtime_suspend', 'usb_suspend_both');
const RESUME = innerEntryPath('usb_runtime_resume', 'usb_resume_both');

/** A driver's class, as the bus calls it. */
export class BoundDriver implements UsbDriver {
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
    if (hasMethod(driverClass, 'suspend')) this.power = this.#powerOps();
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

/** Whether a class's instances have a method. */
function hasMethod(driverClass: object, name: string): boolean {
  return methodOf(propertyOf(driverClass, 'prototype'), name) !== undefined;
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

/** What a driver's method answered, or why it did not. */
function bytesOf(value: unknown, errno: number): Uint8Array | number {
  if (errno < 0) return errno;
  return ArrayBuffer.isView(value) ? Uint8Array.from(value as Uint8Array) : -ERRNO.EINVAL;
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

  ethtool(): EthtoolOps {
    const has = (name: string): boolean => hasMethod(this.#of.driverClass, name);
    const length = (name: string): number =>
      finishNow(
        this.#context,
        this.#call(ETHTOOL_LENGTH, name, [], (value) => sizeOf(value)),
      );
    return {
      ...(has('register_dump') && {
        registersBytes: () => length('register_dump_length'),
        registers: () => this.#call(ETHTOOL, 'register_dump', [], bytesOf),
      }),
      ...(has('read_eeprom') && {
        eepromBytes: () => length('eeprom_length'),
        readEeprom: (_, offset, bytes) =>
          this.#call(ETHTOOL, 'read_eeprom', [offset, bytes], bytesOf),
      }),
      ...(has('write_eeprom') && {
        writeEeprom: (_, magic, offset, bytes) =>
          this.#call(ETHTOOL, 'write_eeprom', [magic, offset, bytes], (__, errno) => errno),
      }),
    };
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
