// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Drivers for devices of the USB of any kind: `usb` of `kernel/usb`.
 *
 * @subpath kernel/usb
 */
import type { UsbDeviceId as CoreId, UsbDriver } from '../drivers/usb/usb-driver.ts';
import type { UsbInterface } from '../drivers/usb/usb-node.ts';
import { errnoValue } from '../kernel/module/errno-value.ts';
import type { LoadedModule } from '../kernel/module/loaded-module.ts';
import { innerEntryPath, innerPath } from '../kernel/module/sites.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import type { ApiContext } from './context.ts';
import { applyMethod, methodOf } from './driver-object.ts';
import { UsbDevice } from './usb-device.ts';
import type { UsbDeviceId } from './usbnet.ts';
import { idsOf } from './usbnet-minidriver.ts';

const PROBE = innerEntryPath('usb_probe_interface');
const DISCONNECT = innerPath('usb_unbind_interface');

/**
 * A class whose instances each drive one interface of a device. The kernel makes an instance for
 * each that it finds, and drops it when the driver or the device leaves; transfers that somebody
 * waits for have failed by then.
 *
 * Linux: struct usb_driver.
 *
 * @public
 * @in usb
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
 *
 * @public
 * @in usb
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
export class UsbDriverApi {
  readonly #context: ApiContext;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * Registers a driver for devices, now and when they are plugged in. Context: process. Linux:
   * usb_register.
   *
   * @symbol usb_register_driver
   * @param driver the kernel makes an instance for each interface
   * @throws EBUSY there is such a driver
   */
  *register<D extends object>(
    name: string,
    ids: readonly UsbDeviceId[],
    driver: Driver<D>,
  ): Sleeping<Registration> {
    const bound = new BoundDriver(this.#context, String(name), idsOf(ids), driver);
    const errno = yield* this.#context.services.usb().register(bound);
    if (errno !== 0) throw errnoValue(-errno);
    return new Registration(this.#context, bound);
  }
}

/** A driver's class, as the bus calls it. */
class BoundDriver implements UsbDriver {
  readonly name: string;
  readonly ids: readonly CoreId[];
  readonly #context: ApiContext;
  readonly #class: object;
  readonly #owner: LoadedModule;
  readonly #instances = new Map<UsbInterface, object>();

  constructor(context: ApiContext, name: string, ids: readonly CoreId[], driverClass: object) {
    this.#context = context;
    this.name = name;
    this.ids = ids;
    this.#class = driverClass;
    this.#owner = context.module;
  }

  *probe(usbInterface: UsbInterface): Sleeping<number> {
    const { calls, runtime } = this.#context.services;
    const owner = this.#owner;
    const probe = methodOf(this.#class, 'probe');
    if (probe === undefined) return -ERRNO.EINVAL;
    const device = new UsbDevice(this.#context, usbInterface);
    const { errno, value } = yield* calls.callSwitching(owner, PROBE, () =>
      runtime.maybe(applyMethod(probe, this.#class, [device])),
    );
    if (errno !== 0) return errno;
    if (typeof value !== 'object' || value === null) return -ERRNO.EINVAL;
    this.#instances.set(usbInterface, value);
    owner.instances.add(value);
    return 0;
  }

  *disconnect(usbInterface: UsbInterface): Sleeping<void> {
    const { calls, runtime } = this.#context.services;
    const owner = this.#owner;
    const instance = this.#instances.get(usbInterface);
    if (instance === undefined) return;
    this.#instances.delete(usbInterface);
    yield* calls.callSwitching(owner, DISCONNECT, () => runtime.dropSwitching(instance));
    owner.instances.delete(instance);
  }
}
