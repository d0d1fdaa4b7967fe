// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * `kernel/usb`: devices of the USB and their drivers.
 *
 * @subpath kernel/usb
 */
import type { ApiContext } from './context.ts';
import { Registration, UsbNetApi } from './usbnet.ts';

/** @exports */
export class UsbApi {
  /** Network adapters. */
  readonly usbnet: UsbNetApi & { readonly Registration: typeof Registration };

  constructor(context: ApiContext) {
    this.usbnet = Object.assign(new UsbNetApi(context), { Registration });
  }
}
