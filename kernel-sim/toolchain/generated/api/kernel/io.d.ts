// SPDX-License-Identifier: GPL-2.0-or-later
// Made by scripts/generate-api.mjs. Do not edit.

import type { Ref } from "kernel";
import type { VoidPtr } from "kernel/raw";

/**
 * The registers of a device, mapped. Dropping it unmaps them. Linux: ioremap; Rust-for-Linux:
 * IoMem.
 */
export class IoMem {
  #nominal;
  private constructor();

  /** How many bytes there are. */
  get len(): number;

  /**
   * Loads a register of 32 bits. An offset that is out of range, or no multiple of four, is a
   * panic. Context: any. Linux: readl.
   *
   * @param offset in bytes
   */
  readl(this: Ref<IoMem>, offset: number): number;

  /**
   * Stores into a register of 32 bits. What was stored into memory before can be seen by the device
   * then. An offset that is out of range, or no multiple of four, is a panic. Context: any. Linux:
   * writel.
   *
   * @param offset in bytes
   */
  writel(this: Ref<IoMem>, value: number, offset: number): void;

  /**
   * Context: process. Linux: iounmap.
   *
   * @symbol iounmap
   */
  [Symbol.dispose](): void;
}

/** Devices that the board has. */
export namespace platform {
  /**
   * A class whose instances each drive one device. The kernel makes an instance for each device that
   * it finds, and drops it when the driver leaves.
   *
   * Linux: struct platform_driver.
   */
  export interface Driver<D extends object> {
    /**
     * Called for each device of the name. What it throws means that it cannot drive this one: what
     * it has made until then is dropped, and the log says so, unless it is ENODEV.
     *
     * @context process
     */
    probe(device: PlatformDevice): D;
  }

  /**
   * A driver that the kernel knows. Dropping it drops the instances, one device after the other.
   */
  export class Registration {
    #nominal;
    private constructor();

    /**
     * Context: process. Linux: platform_driver_unregister.
     *
     * @sleeps
     * @symbol platform_driver_unregister
     */
    [Symbol.dispose](): void;
  }

  /**
   * Registers a driver for the devices of a name, which are probed before it returns. A device that
   * cannot be driven is no error. Context: process. Linux: platform_driver_register.
   *
   * @param driver the kernel makes an instance for each device
   * @throws EBUSY there is such a driver
   * @sleeps
   * @symbol __platform_driver_register
   */
  export function register<D extends object>(name: string, driver: Driver<D>): Registration;
}

/**
 * A device of the board. What a driver gets of it, it drops before its `remove` is over.
 *
 * Linux: struct platform_device.
 *
 * @lent
 */
export class PlatformDevice {
  #nominal;
  private constructor();

  /** As reports name it: `ringnic.0`. Linux: dev_name. */
  get name(): string;

  /** Its `struct device`, for raw code. Rust-for-Linux: as_raw. */
  as_ptr(this: Ref<PlatformDevice>): VoidPtr;

  /** The number of its interrupt line. Linux: platform_get_irq. */
  get irq(): number;

  /**
   * Maps its registers. Context: process. Linux: platform_get_resource, ioremap.
   *
   * @throws ENOMEM no addresses for them
   * @symbol ioremap
   */
  ioremap(this: Ref<PlatformDevice>): IoMem;
}

export {};
