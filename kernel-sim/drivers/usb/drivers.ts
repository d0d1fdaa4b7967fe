// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Drivers and the interfaces that they drive.
 *
 * Linux: drivers/usb/core/driver.c.
 */
import type { Printk } from '../../kernel/printk/printk.ts';
import { finished } from '../../lib/coroutine.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import type { Hcd } from './hcd.ts';
import type { UsbPower } from './power.ts';
import { matchId, type UsbDriver } from './usb-driver.ts';
import type { UsbInterface, UsbNode } from './usb-node.ts';

/** Told of drivers, and of what they drive. */
export interface UsbDriverWatcher {
  driverAdded(driver: UsbDriver): void;
  driverRemoved(driver: UsbDriver): void;
  /** `usbInterface.driver` drives it from now on. */
  bound(usbInterface: UsbInterface): void;
  unbound(usbInterface: UsbInterface, driver: UsbDriver): void;
}

export class UsbDrivers {
  watcher: UsbDriverWatcher | undefined = undefined;
  readonly #drivers: UsbDriver[] = [];
  readonly #hcd: Hcd;
  readonly #printk: Printk;
  readonly #power: () => UsbPower;

  constructor(hcd: Hcd, printk: Printk, power: () => UsbPower) {
    this.#hcd = hcd;
    this.#printk = printk;
    this.#power = power;
  }

  get all(): readonly UsbDriver[] {
    return this.#drivers;
  }

  /** One of the kernel's own, before there are devices. Context: boot. */
  add(driver: UsbDriver): void {
    this.#drivers.push(driver);
    this.#printk.info(`usbcore: registered new interface driver ${driver.name}`);
  }

  /** Has a driver look at all interfaces that nobody drives. Context: process, bus locked. */
  *register(driver: UsbDriver, devices: Iterable<UsbNode>): Sleeping<number> {
    if (this.#drivers.some(({ name }) => name === driver.name)) {
      this.#printk.err(`Error: Driver '${driver.name}' is already registered, aborting...`);
      return -ERRNO.EBUSY;
    }
    this.#drivers.push(driver);
    this.watcher?.driverAdded(driver);
    for (const { interfaces } of devices) {
      for (const usbInterface of interfaces) yield* this.#tryOne(driver, usbInterface);
    }
    this.#printk.info(`usbcore: registered new interface driver ${driver.name}`);
    return 0;
  }

  /** Context: process, bus locked. Linux: usb_deregister. */
  *unregister(driver: UsbDriver, devices: Iterable<UsbNode>): Sleeping<void> {
    this.#printk.info(`usbcore: deregistering interface driver ${driver.name}`);
    const index = this.#drivers.indexOf(driver);
    if (index >= 0) this.#drivers.splice(index, 1);
    for (const { interfaces } of devices) {
      for (const usbInterface of interfaces) {
        if (usbInterface.driver === driver) yield* this.unbind(usbInterface);
      }
    }
    this.watcher?.driverRemoved(driver);
  }

  /** Looks for a driver of a new interface. Context: process, bus locked. Linux: device_attach. */
  *attach(usbInterface: UsbInterface): Sleeping<void> {
    for (const driver of this.#drivers.slice()) {
      if (usbInterface.driver === undefined) yield* this.#tryOne(driver, usbInterface);
    }
  }

  /** Has one driver look at an interface that nobody drives. Linux: device_driver_attach. */
  *bind(driver: UsbDriver, usbInterface: UsbInterface): Sleeping<number> {
    if (usbInterface.driver !== undefined) return -ERRNO.EBUSY;
    // It, or its driver, may have gone while somebody else held the bus.
    if (!usbInterface.device.interfaces.includes(usbInterface)) return -ERRNO.ENODEV;
    if (!this.#drivers.includes(driver)) return -ERRNO.ENODEV;
    if (matchId(usbInterface, driver.ids) === undefined) return -ERRNO.ENODEV;
    yield* this.#tryOne(driver, usbInterface);
    // A driver has come, whatever the compiler knows.
    return (usbInterface.driver as UsbDriver | undefined) === driver ? 0 : -ERRNO.ENODEV;
  }

  /** A driver leaves an interface, if it drives that. Linux: device_driver_detach. */
  *unbindFrom(driver: UsbDriver, usbInterface: UsbInterface): Sleeping<number> {
    if (usbInterface.driver !== driver) return -ERRNO.ENODEV;
    yield* this.unbind(usbInterface);
    return 0;
  }

  /** Linux: usb_unbind_interface. */
  *unbind(usbInterface: UsbInterface): Sleeping<void> {
    const { driver, device } = usbInterface;
    if (driver === undefined) return;
    yield* this.#power().hold(device);
    usbInterface.isEnabled = false;
    yield* this.#flush(usbInterface);
    yield* finished(driver.disconnect(usbInterface));
    usbInterface.driver = undefined;
    usbInterface.needsRemoteWakeup = false;
    this.#power().put(device);
    usbInterface.isEnabled = device.isAttached;
    this.watcher?.unbound(usbInterface, driver);
  }

  /** Linux: usb_probe_interface. */
  *#tryOne(driver: UsbDriver, usbInterface: UsbInterface): Sleeping<void> {
    if (usbInterface.driver !== undefined || !usbInterface.device.isAttached) return;
    const id = matchId(usbInterface, driver.ids);
    if (id === undefined) return;
    const { device } = usbInterface;
    yield* this.#power().hold(device);
    usbInterface.driver = driver;
    const errno = yield* finished(driver.probe(usbInterface, id));
    if (errno !== 0) yield* this.#flush(usbInterface);
    if (errno !== 0) usbInterface.driver = undefined;
    this.#power().put(device);
    if (errno === 0) {
      this.watcher?.bound(usbInterface);
      return;
    }
    if (errno === -ERRNO.ENODEV || errno === -ERRNO.ENXIO) return;
    const { name } = driver;
    this.#printk.err(
      `${name} ${usbInterface.name}: probe with driver ${name} failed with error ${errno}`,
    );
  }

  *#flush({ device, current }: UsbInterface): Sleeping<void> {
    for (const { address } of current.endpoints) yield* this.#hcd.flush(device, address);
  }
}
