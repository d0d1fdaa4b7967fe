// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Reads descriptors, which come from a device and may be anything: what makes no sense is skipped,
 * and the log says so.
 *
 * Linux: drivers/usb/core/config.c.
 */
import { ERRNO } from '../../uapi/errno.ts';
import { USB_DT, USB_DT_BYTES, type UsbSpeed } from '../../uapi/usb.ts';
import { parseEndpoint } from './config-endpoint.ts';
import type {
  UsbAltSetting,
  UsbConfiguration,
  UsbDeviceInfo,
  UsbEndpointInfo,
} from './usb-node.ts';

/** Linux: USB_MAXINTERFACES, USB_MAXALTSETTING, USB_MAXENDPOINTS, USB_MAXCONFIG. */
const INTERFACES_MAX = 32;
const SETTINGS_MAX = 128;
const ENDPOINTS_MAX = 30;
export const CONFIGURATIONS_MAX = 8;
const MILLIAMPS_PER_UNIT = 2;
const ASSOCIATION_BYTES = 8;

/** Told what is wrong with a device. */
export type Complain = (text: string) => void;

const le16 = (bytes: Uint8Array, at: number): number => bytes[at]! | (bytes[at + 1]! << 8);
const hex = (value: number): string => `0x${value.toString(16).toUpperCase()}`;

/** Of 18 bytes. */
export function parseDevice(bytes: Uint8Array): UsbDeviceInfo {
  return {
    usbRelease: le16(bytes, 2),
    class: bytes[4]!,
    subclass: bytes[5]!,
    protocol: bytes[6]!,
    vendor: le16(bytes, 8),
    product: le16(bytes, 10),
    release: le16(bytes, 12),
    manufacturer: bytes[14]!,
    productName: bytes[15]!,
    serial: bytes[16]!,
    configurations: bytes[17]!,
    bytes,
  };
}

/** Where descriptors are read, one after the other. */
interface Reading {
  readonly complain: Complain;
  readonly speed: UsbSpeed;
  /** `bConfigurationValue`. */
  readonly config: number;
  /** How often each interface was described, in the order in which they came. */
  readonly described: Map<number, number>;
  readonly settings: UsbAltSetting[];
}

const plural = (count: number): string => (count === 1 ? '' : 's');

/** A configuration as the device sent it, or why it is none. Linux: usb_parse_configuration. */
export function parseConfiguration(
  index: number,
  bytes: Uint8Array,
  speed: UsbSpeed,
  complain: Complain,
): UsbConfiguration | number {
  const length = bytes[0] ?? 0;
  if (bytes[1] !== USB_DT.CONFIG || length < USB_DT_BYTES.CONFIG || length > bytes.length) {
    complain(
      `invalid descriptor for config index ${index}: ` +
        `type = ${hex(bytes[1] ?? 0)}, length = ${length}`,
    );
    return -ERRNO.EINVAL;
  }
  const [declared, config, name, attributes, power] = [4, 5, 6, 7, 8].map((at) => bytes[at]!) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const described = new Map<number, number>();
  const reading: Reading = { complain, speed, config, described, settings: [] };
  const descriptors = split(reading, bytes.subarray(length));
  countInterfaces(reading, descriptors, declared);
  readInterfaces(reading, descriptors);

  const { settings } = reading;
  const interfaces = [...described.keys()]
    .map((number) => settings.filter((setting) => setting.number === number))
    .filter((found) => found.length > 0);
  for (const found of interfaces) findMissing(reading, found);
  const milliamps = power * MILLIAMPS_PER_UNIT;
  return { value: config, attributes, milliamps, name, interfaces, bytes };
}

/** The descriptors that follow each other, as far as their lengths lead. */
function split({ complain, config }: Reading, bytes: Uint8Array): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const left = bytes.length - at;
    if (left < 2) {
      complain(`config ${config} descriptor has ${left} excess byte${plural(left)}, ignoring`);
      break;
    }
    const length = bytes[at]!;
    if (length < 2 || length > left) {
      complain(
        `config ${config} has an invalid descriptor of length ${length}, ` +
          'skipping remainder of the config',
      );
      break;
    }
    found.push(bytes.subarray(at, at + length));
    at += length;
  }
  return found;
}

/** Looks over all before any is read. */
function countInterfaces(
  reading: Reading,
  descriptors: readonly Uint8Array[],
  declared: number,
): void {
  const { complain, config, described } = reading;
  if (declared > INTERFACES_MAX) {
    const most = INTERFACES_MAX;
    complain(
      `config ${config} has too many interfaces: ${declared}, using maximum allowed: ${most}`,
    );
  }
  for (const bytes of descriptors) {
    const kind = bytes[1];
    if (kind === USB_DT.INTERFACE) countInterface(reading, bytes, declared);
    if (kind === USB_DT.INTERFACE_ASSOCIATION && bytes.length < ASSOCIATION_BYTES) {
      complain(
        `config ${config} has an invalid interface association descriptor ` +
          `of length ${bytes.length}, skipping`,
      );
    }
    if (kind === USB_DT.DEVICE || kind === USB_DT.CONFIG) {
      complain(`config ${config} contains an unexpected descriptor of type ${hex(kind)}, skipping`);
    }
  }
  const count = described.size;
  if (count !== Math.min(declared, INTERFACES_MAX)) {
    complain(
      `config ${config} has ${count} interface${plural(count)}, different from the ` +
        `descriptor's value: ${declared}`,
    );
  } else if (count === 0) complain(`config ${config} has no interfaces?`);
  for (let number = 0; number < count; number++) {
    if (!described.has(number)) complain(`config ${config} has no interface number ${number}`);
  }
}

function countInterface(
  { complain, config, described }: Reading,
  bytes: Uint8Array,
  declared: number,
): void {
  if (bytes.length < USB_DT_BYTES.INTERFACE) {
    complain(
      `config ${config} has an invalid interface descriptor of length ${bytes.length}, skipping`,
    );
    return;
  }
  const number = bytes[2]!;
  if (number >= declared) {
    const most = declared - 1;
    complain(`config ${config} has an invalid interface number: ${number} but max is ${most}`);
  }
  const before = described.get(number);
  if (before !== undefined || described.size < INTERFACES_MAX) {
    described.set(number, (before ?? 0) + 1);
  }
}

/** Linux: usb_parse_interface, for all of them. */
function readInterfaces(reading: Reading, descriptors: readonly Uint8Array[]): void {
  const { complain, config, described } = reading;
  for (const [number, count] of described) {
    if (count <= SETTINGS_MAX) continue;
    complain(
      `too many alternate settings for config ${config} interface ${number}: ${count}, ` +
        `using maximum allowed: ${SETTINGS_MAX}`,
    );
  }
  let current: InterfaceReading | undefined;
  for (const bytes of descriptors) {
    if (bytes[1] === USB_DT.INTERFACE) {
      current?.end();
      current = beginInterface(reading, bytes);
    } else if (bytes[1] === USB_DT.ENDPOINT) current?.add(bytes);
  }
  current?.end();
}

/** Undefined when its endpoints are nobody's. */
function beginInterface(reading: Reading, bytes: Uint8Array): InterfaceReading | undefined {
  const { complain, config, described, settings } = reading;
  if (bytes.length < USB_DT_BYTES.INTERFACE) return undefined;
  const [number, setting] = [bytes[2]!, bytes[3]!];
  if (!described.has(number)) return undefined;
  const others = settings.filter((other) => other.number === number);
  if (others.length >= SETTINGS_MAX) return undefined;
  if (others.some((other) => other.setting === setting)) {
    complain(
      `Duplicate descriptor for config ${config} interface ${number} ` +
        `altsetting ${setting}, skipping`,
    );
    return undefined;
  }
  return new InterfaceReading(reading, bytes);
}

/** One alternate setting of an interface, and what of its endpoints was read. */
class InterfaceReading {
  readonly #reading: Reading;
  readonly #setting: UsbAltSetting;
  readonly #endpoints: UsbEndpointInfo[] = [];
  readonly #declared: number;
  /** `config 1 interface 0 altsetting 0`. */
  readonly #where: string;
  #seen = 0;

  constructor(reading: Reading, bytes: Uint8Array) {
    const { complain, config, settings } = reading;
    const [number, setting] = [bytes[2]!, bytes[3]!];
    this.#reading = reading;
    this.#declared = bytes[4]!;
    this.#where = `config ${config} interface ${number} altsetting ${setting}`;
    if (this.#declared > ENDPOINTS_MAX) {
      complain(
        `too many endpoints for ${this.#where}: ${this.#declared}, ` +
          `using maximum allowed: ${ENDPOINTS_MAX}`,
      );
    }
    this.#setting = {
      number,
      setting,
      class: bytes[5]!,
      subclass: bytes[6]!,
      protocol: bytes[7]!,
      name: bytes[8]!,
      endpoints: this.#endpoints,
    };
    settings.push(this.#setting);
  }

  add(bytes: Uint8Array): void {
    const { complain, speed, settings } = this.#reading;
    this.#seen++;
    const { number } = this.#setting;
    // Other settings of this interface are not there while this one is.
    const neighbours = settings
      .filter((other) => other === this.#setting || other.number !== number)
      .flatMap(({ endpoints }) => endpoints);
    const endpoint = parseEndpoint(bytes, {
      complain,
      speed,
      where: this.#where,
      isFirstSetting: this.#setting.setting === 0,
      isFull: this.#endpoints.length >= Math.min(this.#declared, ENDPOINTS_MAX),
      neighbours,
    });
    if (endpoint !== undefined) this.#endpoints.push(endpoint);
  }

  end(): void {
    if (this.#seen === this.#declared) return;
    this.#reading.complain(
      `${this.#where} has ${this.#seen} endpoint descriptor${plural(this.#seen)}, ` +
        `different from the interface descriptor's value: ${this.#declared}`,
    );
  }
}

function findMissing({ complain, config }: Reading, settings: readonly UsbAltSetting[]): void {
  for (const at of settings.keys()) {
    if (settings.some(({ setting }) => setting === at)) continue;
    complain(`config ${config} interface ${settings[0]!.number} has no altsetting ${at}`);
  }
}
