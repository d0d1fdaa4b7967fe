// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Devices that the board has, and drivers for them: `platform` of `kernel/io`.
 *
 * @subpath kernel/io
 */
import type { PlatformDevice as CoreDevice, PlatformDriver } from '../drivers/base/platform.ts';
import { errnoValue } from '../kernel/module/errno-value.ts';
import { innerEntryPath, innerPath } from '../kernel/module/sites.ts';
import type { LoadedModule } from '../kernel/module/loaded-module.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import type { ApiContext } from './context.ts';
import { applyMethod, methodOf } from './driver-object.ts';
import { IoMem } from './io-mem.ts';
import type { Ref } from './ownership.ts';
import type { VoidPtr } from './raw-pointer.ts';
import { pointerTo } from './raw-value.ts';

const PROBE = innerEntryPath('platform_probe');
const REMOVE = innerPath('platform_remove');

/**
 * A device of the board. What a driver gets of it, it drops before its `remove` is over.
 *
 * Linux: struct platform_device.
 *
 * @public
 * @lent
 */
export class PlatformDevice {
  readonly #context: ApiContext;
  readonly #device: CoreDevice;

  /** @internal */
  constructor(context: ApiContext, device: CoreDevice) {
    this.#context = context;
    this.#device = device;
  }

  /** @internal */
  static of(device: PlatformDevice): CoreDevice {
    return device.#device;
  }

  /** As reports name it: `ringnic.0`. Linux: dev_name. */
  get name(): string {
    return this.#device.name;
  }

  /**
   * Its `struct device`, for raw code. Rust-for-Linux: as_raw.
   *
   * @symbol none
   */
  as_ptr(this: Ref<PlatformDevice>): VoidPtr {
    return pointerTo(this.#device.pointer);
  }

  /** The number of its interrupt line. Linux: platform_get_irq. */
  get irq(): number {
    return this.#device.irq;
  }

  /**
   * Maps its registers. Context: process. Linux: platform_get_resource, ioremap.
   *
   * @symbol ioremap
   * @throws ENOMEM no addresses for them
   */
  ioremap(this: Ref<PlatformDevice>): IoMem {
    const { base, sizeBytes } = this.#device;
    const pointer = this.#context.services.io.map(base, sizeBytes);
    if (pointer === 0) throw errnoValue(ERRNO.ENOMEM);
    return new IoMem(this.#context, pointer, sizeBytes);
  }
}

/**
 * A class whose instances each drive one device. The kernel makes an instance for each device that
 * it finds, and drops it when the driver leaves.
 *
 * Linux: struct platform_driver.
 *
 * @public
 * @in platform
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
 *
 * @public
 * @in platform
 */
export class Registration {
  readonly #context: ApiContext;
  readonly #driver: PlatformDriver;
  #isLive = true;

  /** @internal */
  constructor(context: ApiContext, driver: PlatformDriver) {
    this.#context = context;
    this.#driver = driver;
  }

  /**
   * Context: process. Linux: platform_driver_unregister.
   *
   * @symbol platform_driver_unregister
   */
  *[Symbol.dispose](): Sleeping<void> {
    if (!this.#isLive) return;
    this.#isLive = false;
    yield* this.#context.services.platform.unregister(this.#driver);
  }
}

/** @namespace */
export class PlatformApi {
  readonly #context: ApiContext;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * Registers a driver for the devices of a name, which are probed before it returns. A device that
   * cannot be driven is no error. Context: process. Linux: platform_driver_register.
   *
   * @symbol __platform_driver_register
   * @param driver the kernel makes an instance for each device
   * @throws EBUSY there is such a driver
   */
  *register<D extends object>(name: string, driver: Driver<D>): Sleeping<Registration> {
    const { platform } = this.#context.services;
    const bound = new BoundDriver(this.#context, String(name), driver);
    const errno = yield* platform.register(bound);
    if (errno !== 0) throw errnoValue(errno);
    return new Registration(this.#context, bound);
  }
}

/** A driver's class, as the bus calls it. */
class BoundDriver implements PlatformDriver {
  readonly name: string;
  readonly #context: ApiContext;
  readonly #class: object;
  readonly #owner: LoadedModule;
  readonly #instances = new Map<CoreDevice, unknown>();

  constructor(context: ApiContext, name: string, driverClass: object) {
    this.#context = context;
    this.name = name;
    this.#class = driverClass;
    this.#owner = context.module;
  }

  *probe(device: CoreDevice): Sleeping<number> {
    const { calls, runtime } = this.#context.services;
    const probe = methodOf(this.#class, 'probe');
    if (probe === undefined) return -ERRNO.EINVAL;
    const args = [new PlatformDevice(this.#context, device)];
    const { errno, value } = yield* calls.callSwitching(this.#owner, PROBE, () =>
      runtime.maybe(applyMethod(probe, this.#class, args)),
    );
    if (errno !== 0) return errno;
    this.#instances.set(device, value);
    this.#owner.instances.add(value);
    return 0;
  }

  *remove(device: CoreDevice): Sleeping<void> {
    const { calls, runtime } = this.#context.services;
    const instance = this.#instances.get(device);
    this.#instances.delete(device);
    yield* calls.callSwitching(this.#owner, REMOVE, () => runtime.dropSwitching(instance));
    this.#owner.instances.delete(instance);
  }
}
