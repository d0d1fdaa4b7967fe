// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A device of the bus and its parts, as the kernel knows them: what its descriptors said.
 *
 * Linux: struct usb_device, usb_host_config, usb_interface (include/linux/usb.h).
 */
import type { UsbSpeed } from '../../uapi/usb.ts';
import { DevicePower } from './device-power.ts';
import type { UsbDriver } from './usb-driver.ts';

export interface UsbEndpointInfo {
  /** `bEndpointAddress`. */
  readonly address: number;
  /** USB_XFER. */
  readonly kind: number;
  readonly packetBytes: number;
  /** `bInterval`, as it stands there. */
  readonly interval: number;
}

/** One way to use an interface. Linux: struct usb_host_interface. */
export interface UsbAltSetting {
  readonly number: number;
  readonly setting: number;
  readonly class: number;
  readonly subclass: number;
  readonly protocol: number;
  /** Number of the string that names it. */
  readonly name: number;
  readonly endpoints: readonly UsbEndpointInfo[];
}

export interface UsbConfiguration {
  /** `bConfigurationValue`. */
  readonly value: number;
  readonly attributes: number;
  readonly milliamps: number;
  /** Number of the string that names it. */
  readonly name: number;
  /** Alternate settings by interface. */
  readonly interfaces: readonly (readonly UsbAltSetting[])[];
  /** As the device sent it. */
  readonly bytes: Uint8Array;
}

/** What a device descriptor says. */
export interface UsbDeviceInfo {
  readonly usbRelease: number;
  readonly class: number;
  readonly subclass: number;
  readonly protocol: number;
  readonly vendor: number;
  readonly product: number;
  readonly release: number;
  /** Numbers of strings; 0 for none. */
  readonly manufacturer: number;
  readonly productName: number;
  readonly serial: number;
  readonly configurations: number;
  /** As the device sent it. */
  readonly bytes: Uint8Array;
}

/** Of a device whose descriptor nobody has read yet. */
const UNREAD: UsbDeviceInfo = {
  usbRelease: 0,
  class: 0,
  subclass: 0,
  protocol: 0,
  vendor: 0,
  product: 0,
  release: 0,
  manufacturer: 0,
  productName: 0,
  serial: 0,
  configurations: 0,
  bytes: new Uint8Array(0),
};

/** Linux: enum usb_device_state, without those that nobody can see. */
export type UsbState = 'not attached' | 'default' | 'addressed' | 'configured';

export interface UsbPlace {
  readonly bus: number;
  /** Undefined for the root hub. */
  readonly parent: UsbNode | undefined;
  /** Of the parent, from 1; 0 for the root hub. */
  readonly port: number;
}

/** Linux: struct usb_device. */
export class UsbNode {
  /** `1-1.2`: the bus, then ports; `usb1` for a root hub. Linux: dev_name. */
  readonly name: string;
  /** What of the name leads here: `1.2`; `0` for a root hub. Linux: devpath. */
  readonly path: string;
  readonly bus: number;
  readonly parent: UsbNode | undefined;
  readonly port: number;
  readonly speed: UsbSpeed;
  /** What it is called, and will listen to. Linux: devnum. */
  number = 0;
  /** What it listens to: 0 until it was told its number. */
  address = 0;
  state: UsbState = 'default';
  info = UNREAD;
  configurations: readonly UsbConfiguration[] = [];
  active: UsbConfiguration | undefined = undefined;
  interfaces: readonly UsbInterface[] = [];
  /** Of its strings: undefined until it was asked, -1 when it has none. Linux: string_langid. */
  language: number | undefined = undefined;
  manufacturer = '';
  product = '';
  serial = '';
  /** What the active configuration is called. */
  configurationName = '';
  /** Of a hub: what hangs at its ports, the first one at 0. */
  children: (UsbNode | undefined)[] = [];
  /** URBs that were given to it in all. Linux: urbnum. */
  urbCount = 0;
  readonly power = new DevicePower();
  /** It may be used. Linux: authorized. */
  isAuthorized = true;

  constructor({ bus, parent, port }: UsbPlace, speed: UsbSpeed) {
    this.bus = bus;
    this.parent = parent;
    this.port = port;
    this.speed = speed;
    if (parent === undefined) this.path = '0';
    else this.path = parent.parent === undefined ? `${port}` : `${parent.path}.${port}`;
    this.name = parent === undefined ? `usb${bus}` : `${bus}-${this.path}`;
  }

  /** Hubs between it and the root hub, which is 0. Linux: level. */
  get level(): number {
    return this.parent === undefined ? 0 : this.parent.level + 1;
  }

  get isAttached(): boolean {
    return this.state !== 'not attached';
  }

  /** The endpoint that a transfer is for, if the device has it now. */
  endpoint(address: number): UsbEndpointInfo | undefined {
    for (const { current, isEnabled } of this.interfaces) {
      const found = current.endpoints.find((endpoint) => endpoint.address === address);
      if (found !== undefined) return isEnabled ? found : undefined;
    }
    return undefined;
  }
}

/** Linux: struct usb_interface. */
export class UsbInterface {
  readonly device: UsbNode;
  readonly settings: readonly UsbAltSetting[];
  current: UsbAltSetting;
  /** Its endpoints may be used. */
  isEnabled = true;
  driver: UsbDriver | undefined = undefined;
  /** It is of use only if the device can wake its host. Set by its driver. */
  needsRemoteWakeup = false;
  readonly #configuration: number;

  constructor(device: UsbNode, configuration: number, settings: readonly UsbAltSetting[]) {
    this.device = device;
    this.#configuration = configuration;
    this.settings = settings;
    this.current = settings.find(({ setting }) => setting === 0) ?? settings[0]!;
  }

  /** `bInterfaceNumber`. */
  get number(): number {
    return this.current.number;
  }

  /** `1-1.2:1.0`. Linux: dev_name. */
  get name(): string {
    const { bus, path } = this.device;
    return `${bus}-${path}:${this.#configuration}.${this.number}`;
  }
}
