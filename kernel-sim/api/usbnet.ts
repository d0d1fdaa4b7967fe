// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Drivers for network adapters on USB: `usbnet` of `kernel/usb`.
 *
 * @subpath kernel/usb
 */
import type { UsbDriver } from '../drivers/usb/usb-driver.ts';
import { errnoValue } from '../kernel/module/errno-value.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import type { ApiContext } from './context.ts';
import type { PhyLink } from './net-driver.ts';
import type { Ref } from './ownership.ts';
import type { SkBuff } from './sk-buff.ts';
import type { UsbNet } from './usbnet-device.ts';
import { BoundDriver } from './usbnet-minidriver.ts';

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
   * How many bytes `register_dump` answers.
   *
   * Linux: get_regs_len of struct ethtool_ops.
   *
   * @context process
   * @nothrow
   */
  register_dump_length?(this: Ref<this>, net: UsbNet): number;

  /**
   * `ethtool -d`: the registers as they are now.
   *
   * Linux: get_regs of struct ethtool_ops.
   *
   * @context process
   * @throws any Errno, which `ethtool` then fails with
   */
  register_dump?(this: Ref<this>, net: UsbNet): Uint8Array;

  /**
   * How many bytes its EEPROM has.
   *
   * Linux: get_eeprom_len of struct ethtool_ops.
   *
   * @context process
   * @nothrow
   */
  eeprom_length?(this: Ref<this>, net: UsbNet): number;

  /**
   * `ethtool -e`: bytes of its EEPROM, which all lie in there.
   *
   * Linux: get_eeprom of struct ethtool_ops.
   *
   * @context process
   * @throws any Errno, which `ethtool` then fails with
   */
  read_eeprom?(this: Ref<this>, net: UsbNet, offset: number, length: number): Uint8Array;

  /**
   * `ethtool -E`: writes bytes that all lie in its EEPROM.
   *
   * Linux: set_eeprom of struct ethtool_ops.
   *
   * @context process
   * @param magic what only who means this adapter gives: EINVAL for something else
   * @throws any Errno, which `ethtool` then fails with
   */
  write_eeprom?(
    this: Ref<this>,
    net: UsbNet,
    magic: number,
    offset: number,
    bytes: Readonly<Uint8Array>,
  ): void;

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
