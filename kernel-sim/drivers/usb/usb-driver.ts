// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What drivers drive interfaces, and which.
 *
 * Linux: struct usb_driver, struct usb_device_id, usb_match_one_id (drivers/usb/core/driver.c).
 */
import type { MaySleep } from '../../uapi/coroutine.ts';
import type { UsbInterface } from './usb-node.ts';

/** What an interface must be; what is left out may be anything. Linux: struct usb_device_id. */
export interface UsbDeviceId {
  readonly vendor?: number;
  readonly product?: number;
  readonly interfaceClass?: number;
  readonly interfaceSubclass?: number;
  readonly interfaceProtocol?: number;
}

/** What a driver does for a device that sleeps. Each answers 0 or a negative errno. */
export interface UsbPowerOps {
  /** The device is about to sleep; -EBUSY when it must not. URBs are to be ended. */
  suspend(usbInterface: UsbInterface): MaySleep<number>;
  /** It is awake again, as it was. */
  resume(usbInterface: UsbInterface): MaySleep<number>;
  /** It is awake again, and has lost what it was told. */
  resetResume(usbInterface: UsbInterface): MaySleep<number>;
}

/** Linux: struct usb_driver. */
export interface UsbDriver {
  readonly name: string;
  readonly ids: readonly UsbDeviceId[];
  /** Undefined for who cannot let its devices sleep. Linux: supports_autosuspend. */
  readonly power?: UsbPowerOps | undefined;
  /** 0, or a negative errno: then it is no interface of this driver. Context: process. */
  probe(usbInterface: UsbInterface, id: UsbDeviceId): MaySleep<number>;
  /**
   * The driver or the device leaves. URBs have been ended, and can no longer be submitted.
   * Context: process.
   */
  disconnect(usbInterface: UsbInterface): MaySleep<void>;
}

/** The row of a driver that an interface fits. Linux: usb_match_id. */
export function matchId(
  { device, current }: UsbInterface,
  ids: readonly UsbDeviceId[],
): UsbDeviceId | undefined {
  const fits = (wanted: number | undefined, is: number): boolean =>
    wanted === undefined || wanted === is;
  return ids.find(
    (id) =>
      fits(id.vendor, device.info.vendor) &&
      fits(id.product, device.info.product) &&
      fits(id.interfaceClass, current.class) &&
      fits(id.interfaceSubclass, current.subclass) &&
      fits(id.interfaceProtocol, current.protocol),
  );
}
