// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What is done with a device that was just plugged in, until drivers may look at it.
 *
 * Linux: hub_port_init, usb_new_device (drivers/usb/core/hub.c), usb_set_configuration.
 */
import type { Printk } from '../../kernel/printk/printk.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import {
  USB_CLASS,
  USB_DT,
  USB_DT_BYTES,
  USB_PORT_STAT,
  USB_REQ,
  type UsbSpeed,
} from '../../uapi/usb.ts';
import { readCapabilities } from './capabilities.ts';
import { CONFIGURATIONS_MAX, parseConfiguration, parseDevice } from './config.ts';
import type { Hub } from './hub-port.ts';
import type { Messages } from './messages.ts';
import { type UsbConfiguration, UsbInterface, type UsbNode } from './usb-node.ts';

/** Linux: GET_DEVICE_DESCRIPTOR_TRIES, SET_ADDRESS_TRIES. */
const TRIES = 2;
const FIRST_BYTES = 64;
const ADDRESS_SETTLE_MS = 10;
const RETRY_MS = 100;
/** What a port gives. Linux: hub->mA_per_port. */
const PORT_MILLIAMPS = 500;
/** Devices that are newer than this have a descriptor of what else they can do. */
const BOS_RELEASE = 0x0201;
const CONTROL_PACKET_BYTES: ReadonlySet<number> = new Set([8, 16, 32, 64]);
const hex4 = (value: number): string => value.toString(16).padStart(4, '0');

export class Enumerator {
  readonly #messages: Messages;
  readonly #printk: Printk;
  readonly #controllerName: string;

  constructor(messages: Messages, printk: Printk, controllerName: string) {
    this.#messages = messages;
    this.#printk = printk;
    this.#controllerName = controllerName;
  }

  /** Resets a device until it has its number. 0 or a negative errno. Linux: hub_port_init. */
  *address(hub: Hub, node: UsbNode): Sleeping<number> {
    const { number, speed } = node;
    this.#say(node, `new ${speed}-speed USB device number ${number} using ${this.#controllerName}`);
    let errno = yield* this.#readFirst(hub, node);
    if (errno < 0) return errno;
    const status = yield* hub.reset(node.port);
    if (status < 0) return status;
    errno = yield* this.#setAddress(hub, node);
    if (errno < 0) return errno;
    const bytes = yield* this.#messages.descriptor(node, USB_DT.DEVICE, 0, USB_DT_BYTES.DEVICE);
    if (typeof bytes !== 'number' && bytes.length === USB_DT_BYTES.DEVICE) {
      node.info = parseDevice(bytes);
      if (node.info.usbRelease >= BOS_RELEASE) {
        yield* readCapabilities(this.#messages, node, (text) => this.#complain(node, text));
      }
      return 0;
    }
    const error = typeof bytes === 'number' ? bytes : -ERRNO.EMSGSIZE;
    this.#complain(node, `device descriptor read/all, error ${error}`);
    return error === -ERRNO.ENODEV ? error : -ERRNO.EMSGSIZE;
  }

  /**
   * Resets a device that is known, and tells it again who it is and what it does. 0, or a negative
   * errno: -ENODEV when it has become another one. Linux: usb_reset_and_verify_device.
   */
  *restore(hub: Hub, node: UsbNode): Sleeping<number> {
    const { number, speed, active } = node;
    const controller = this.#controllerName;
    this.#say(node, `reset ${speed}-speed USB device number ${number} using ${controller}`);
    node.address = 0;
    const status = yield* hub.reset(node.port);
    if (status < 0) return status;
    let errno = yield* this.#setAddress(hub, node);
    if (errno < 0) return errno;
    if (active !== undefined) node.state = 'configured';
    const bytes = yield* this.#messages.descriptor(node, USB_DT.DEVICE, 0, USB_DT_BYTES.DEVICE);
    if (typeof bytes === 'number') return bytes;
    if (!bytes.every((byte, at) => byte === node.info.bytes[at])) {
      this.#say(node, 'device firmware changed');
      return -ERRNO.ENODEV;
    }
    if (active === undefined) return 0;
    errno = yield* this.#messages.tell(node, 0, USB_REQ.SET_CONFIGURATION, active.value);
    if (errno < 0) {
      const text = `can't restore configuration #${active.value} (error=${errno})`;
      this.#complain(node, text);
    }
    return errno;
  }

  /** Reads all that it says of itself. 0 or a negative errno. Linux: usb_enumerate_device. */
  *describe(node: UsbNode): Sleeping<number> {
    const errno = yield* this.#readConfigurations(node);
    if (errno < 0) {
      const text = `can't read configurations, error ${errno}`;
      if (errno !== -ERRNO.ENODEV) this.#complain(node, text);
      return errno;
    }
    const { info } = node;
    node.product = yield* this.#messages.string(node, info.productName);
    node.manufacturer = yield* this.#messages.string(node, info.manufacturer);
    node.serial = yield* this.#messages.string(node, info.serial);
    this.announce(node);
    return 0;
  }

  /** Linux: announce_device. */
  announce(node: UsbNode): void {
    const { info } = node;
    const release = `${(info.release >>> 8).toString(16).padStart(2)}.${hex2(info.release & 0xff)}`;
    this.#say(
      node,
      `New USB device found, idVendor=${hex4(info.vendor)}, idProduct=${hex4(info.product)}, ` +
        `bcdDevice=${release}`,
    );
    this.#say(
      node,
      `New USB device strings: Mfr=${info.manufacturer}, Product=${info.productName}, ` +
        `SerialNumber=${info.serial}`,
    );
    if (node.product !== '') this.#say(node, `Product: ${node.product}`);
    if (node.manufacturer !== '') this.#say(node, `Manufacturer: ${node.manufacturer}`);
    if (node.serial !== '') this.#say(node, `SerialNumber: ${node.serial}`);
  }

  /**
   * The first that has a class of its own rather than its vendor's; what draws more than a port
   * gives is left out. Linux: usb_choose_configuration.
   */
  choose(node: UsbNode): UsbConfiguration | undefined {
    const { configurations, info } = node;
    const fitting = configurations.filter(({ milliamps }) => milliamps <= PORT_MILLIAMPS);
    const { length } = configurations;
    const rejected = length - fitting.length;
    if (rejected > 0) {
      const some = `${rejected} configuration${rejected === 1 ? '' : 's'}`;
      this.#say(node, `rejected ${some} due to insufficient available bus power`);
    }
    const known = fitting.find(({ interfaces: [first] }) => {
      const { VENDOR } = USB_CLASS;
      return info.class !== VENDOR && first !== undefined && first[0]!.class !== VENDOR;
    });
    const chosen = known ?? fitting[0];
    if (chosen === undefined) {
      this.#warn(node, `no configuration chosen from ${length} choice${length === 1 ? '' : 's'}`);
    }
    return chosen;
  }

  /** It has interfaces from now on. 0 or a negative errno. Linux: usb_set_configuration. */
  *configure(node: UsbNode, configuration: UsbConfiguration): Sleeping<number> {
    const { value, name } = configuration;
    if (value === 0) this.#warn(node, 'config 0 descriptor??');
    const errno = yield* this.#messages.tell(node, 0, USB_REQ.SET_CONFIGURATION, value);
    if (errno < 0) {
      const text = `can't set config #${value}, error ${errno}`;
      if (errno !== -ERRNO.ENODEV) this.#complain(node, text);
      return errno;
    }
    activate(node, configuration);
    node.configurationName = yield* this.#messages.string(node, name);
    return 0;
  }

  /** Linux: get_bMaxPacketSize0. */
  *#readFirst(hub: Hub, node: UsbNode): Sleeping<number> {
    let errno = -ERRNO.EPROTO;
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const bytes = yield* this.#messages.descriptor(node, USB_DT.DEVICE, 0, FIRST_BYTES);
      if (typeof bytes !== 'number') {
        const packetBytes = bytes[7] ?? 0;
        if (CONTROL_PACKET_BYTES.has(packetBytes)) return 0;
        errno = -ERRNO.EPROTO;
      } else errno = bytes;
      if (errno === -ERRNO.ENODEV) return errno;
      this.#complain(node, `device descriptor read/64, error ${errno}`);
      if (attempt + 1 < TRIES) yield* hub.sleep(RETRY_MS);
    }
    return errno;
  }

  *#setAddress(hub: Hub, node: UsbNode): Sleeping<number> {
    let errno = 0;
    for (let attempt = 0; attempt < TRIES; attempt++) {
      errno = yield* this.#messages.tell(node, 0, USB_REQ.SET_ADDRESS, node.number);
      if (errno >= 0) {
        node.address = node.number;
        node.state = 'addressed';
        yield* hub.sleep(ADDRESS_SETTLE_MS);
        return 0;
      }
      yield* hub.sleep(2 * RETRY_MS);
    }
    if (errno !== -ERRNO.ENODEV) {
      this.#complain(node, `device not accepting address ${node.number}, error ${errno}`);
    }
    return errno;
  }

  /** Linux: usb_get_configuration. */
  *#readConfigurations(node: UsbNode): Sleeping<number> {
    let count = node.info.configurations;
    if (count > CONFIGURATIONS_MAX) {
      const most = CONFIGURATIONS_MAX;
      this.#warn(node, `too many configurations: ${count}, using maximum allowed: ${most}`);
      count = most;
    }
    if (count < 1) {
      this.#complain(node, 'no configurations');
      return -ERRNO.EINVAL;
    }
    const found: UsbConfiguration[] = [];
    for (let index = 0; index < count; index++) {
      const configuration = yield* this.#readConfiguration(node, index);
      if (typeof configuration === 'number') return configuration;
      found.push(configuration);
    }
    node.configurations = found;
    return 0;
  }

  *#readConfiguration(node: UsbNode, index: number): Sleeping<UsbConfiguration | number> {
    const complain = (text: string): void => this.#warn(node, text);
    const unread = (part: string): string =>
      `unable to read config index ${index} descriptor/${part}`;
    const { CONFIG } = USB_DT;
    const head = yield* this.#messages.descriptor(node, CONFIG, index, USB_DT_BYTES.CONFIG);
    if (typeof head === 'number') {
      this.#complain(node, `${unread('start')}: ${head}`);
      if (head === -ERRNO.EPIPE) this.#warn(node, `chopping to ${index} config(s)`);
      return head;
    }
    if (head.length < 4) {
      const sizes = `(expected ${USB_DT_BYTES.CONFIG}, got ${head.length})`;
      this.#complain(node, `config index ${index} descriptor too short ${sizes}`);
      return -ERRNO.EINVAL;
    }
    const total = Math.max(USB_DT_BYTES.CONFIG, head[2]! | (head[3]! << 8));
    const bytes = yield* this.#messages.descriptor(node, CONFIG, index, total);
    if (typeof bytes === 'number') {
      this.#complain(node, unread('all'));
      return bytes;
    }
    if (bytes.length < total) {
      const sizes = `(expected ${total}, got ${bytes.length})`;
      complain(`config index ${index} descriptor too short ${sizes}`);
    }
    return parseConfiguration(index, bytes, node.speed, complain);
  }

  #say(node: UsbNode, text: string): void {
    this.#printk.info(`usb ${node.name}: ${text}`);
  }

  #warn(node: UsbNode, text: string): void {
    this.#printk.warn(`usb ${node.name}: ${text}`);
  }

  #complain(node: UsbNode, text: string): void {
    this.#printk.err(`usb ${node.name}: ${text}`);
  }
}

const hex2 = (value: number): string => value.toString(16).padStart(2, '0');

/** The device has no configuration, and nothing of it can be driven. */
export function deactivate(node: UsbNode): void {
  node.active = undefined;
  node.configurationName = '';
  node.interfaces = [];
  if (node.state === 'configured') node.state = 'addressed';
}

/** The device has this configuration: interfaces can be driven. */
export function activate(node: UsbNode, configuration: UsbConfiguration): void {
  node.active = configuration;
  node.state = 'configured';
  node.interfaces = configuration.interfaces.map(
    (settings) => new UsbInterface(node, configuration.value, settings),
  );
}

export function speedOf(status: number): UsbSpeed {
  if ((status & USB_PORT_STAT.LOW_SPEED) !== 0) return 'low';
  return (status & USB_PORT_STAT.HIGH_SPEED) !== 0 ? 'high' : 'full';
}
