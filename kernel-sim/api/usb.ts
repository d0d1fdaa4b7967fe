// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * `kernel/usb`: devices of the USB and their drivers.
 *
 * @subpath kernel/usb
 */
import type { ApiContext } from './context.ts';
import { Registration as DriverRegistration, UsbDriverApi } from './usb-driver.ts';
import { Registration, UsbNetApi } from './usbnet.ts';

/** @exports */
export class UsbApi {
  /** Devices of any kind. */
  readonly usb: UsbDriverApi & { readonly Registration: typeof DriverRegistration };
  /** Network adapters. */
  readonly usbnet: UsbNetApi & { readonly Registration: typeof Registration };

  constructor(context: ApiContext) {
    this.usb = Object.assign(new UsbDriverApi(context), { Registration: DriverRegistration });
    this.usbnet = Object.assign(new UsbNetApi(context), { Registration });
  }
}
