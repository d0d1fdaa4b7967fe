// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Devices that a board simply has, and how drivers find them: by name.
 *
 * Linux: drivers/base/platform.c, drivers/base/dd.c.
 */
import type { Printk } from '../../kernel/printk/printk.ts';
import { finished } from '../../lib/coroutine.ts';
import type { DmaDevice } from '../../mm/dma-debug.ts';
import type { MaySleep, Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';

export interface PlatformResources {
  /** Physical address of its registers. */
  readonly base: number;
  readonly sizeBytes: number;
  readonly irq: number;
}

/** sizeof(struct platform_device), on x86-64. */
export const PLATFORM_DEVICE_BYTES = 792;

/** Linux: struct platform_device. */
export class PlatformDevice implements DmaDevice, PlatformResources {
  /** `ringnic.0`. */
  readonly name: string;
  /** What drivers ask for. */
  readonly id: string;
  readonly base: number;
  readonly sizeBytes: number;
  readonly irq: number;
  driver: PlatformDriver | undefined = undefined;
  /** Where its structure lies. */
  pointer = 0;

  constructor(id: string, instance: number, { base, sizeBytes, irq }: PlatformResources) {
    this.id = id;
    this.name = `${id}.${instance}`;
    this.base = base;
    this.sizeBytes = sizeBytes;
    this.irq = irq;
  }

  get driverName(): string {
    return this.driver?.name ?? 'platform';
  }
}

/** Linux: struct platform_driver. */
export interface PlatformDriver {
  readonly name: string;
  /** 0, or a negative errno: then it is no device of this driver. Context: process. */
  probe(device: PlatformDevice): MaySleep<number>;
  /** Context: process. */
  remove(device: PlatformDevice): MaySleep<void>;
}

export class PlatformBus {
  /** Told when a driver has left a device. */
  onUnbound: (device: PlatformDevice) => void = () => undefined;
  readonly devices: PlatformDevice[] = [];
  readonly #drivers: PlatformDriver[] = [];
  readonly #printk: Printk;

  constructor(printk: Printk) {
    this.#printk = printk;
  }

  /** `pointer` is memory for its structure. */
  add(device: PlatformDevice, pointer: number): void {
    device.pointer = pointer;
    this.devices.push(device);
  }

  /** Has a driver look at the devices of its name. 0 or -EBUSY. Linux: platform_driver_register. */
  *register(driver: PlatformDriver): Sleeping<number> {
    if (this.#drivers.some(({ name }) => name === driver.name)) {
      this.#printk.err(`Error: Driver '${driver.name}' is already registered, aborting...`);
      return -ERRNO.EBUSY;
    }
    this.#drivers.push(driver);
    for (const device of this.devices) {
      if (device.id !== driver.name || device.driver !== undefined) continue;
      yield* this.#bind(driver, device);
    }
    return 0;
  }

  /** Linux: platform_driver_unregister. */
  *unregister(driver: PlatformDriver): Sleeping<void> {
    const index = this.#drivers.indexOf(driver);
    if (index >= 0) this.#drivers.splice(index, 1);
    for (const device of this.devices) {
      if (device.driver !== driver) continue;
      yield* finished(driver.remove(device));
      this.onUnbound(device);
      device.driver = undefined;
    }
  }

  /** Linux: really_probe, call_driver_probe. */
  *#bind(driver: PlatformDriver, device: PlatformDevice): Sleeping<void> {
    device.driver = driver;
    const errno = yield* finished(driver.probe(device));
    if (errno === 0) return;
    this.onUnbound(device);
    device.driver = undefined;
    if (errno === -ERRNO.ENODEV || errno === -ERRNO.ENXIO) return;
    const { name } = driver;
    this.#printk.err(
      `${name} ${device.name}: probe with driver ${name} failed with error ${errno}`,
    );
  }
}
