// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A hub: a device with ports for other devices. The root hub of a host controller is one, too.
 *
 * Chapter 11 of the USB 2.0 specification.
 */
import type { Sim } from '../../sim/sim.ts';
import {
  USB_CLASS,
  USB_CONFIG_ATT,
  USB_DIR_IN,
  USB_DT,
  USB_DT_BYTES,
  USB_PORT_FEAT,
  USB_PORT_STAT_C,
  USB_RECIP,
  USB_REQ,
  USB_TYPE,
  USB_XFER,
} from '../../uapi/usb.ts';
import type { UsbDescriptors } from './descriptors.ts';
import { UsbPort } from './port.ts';
import { endEmpty, type SetupPacket, type UsbTransfer } from './transfer.ts';
import { type RequestAnswer, UsbDevice } from './usb-device.ts';

export interface HubSpec {
  readonly vendor: number;
  readonly product: number;
  /** `bcdDevice`. */
  readonly release: number;
  readonly ports: number;
  readonly strings?: readonly string[];
  /** Numbers of manufacturer, product and serial number among them. */
  readonly names?: readonly [number, number, number];
}

const EVENTS = 0x81;
const NOTHING = new Uint8Array(0);
/** Power is switched and overcurrent noticed for each port; no compound device. */
const CHARACTERISTICS = 0x0009;
/** Until the power of a port is good, in units of 2 ms. */
const POWER_GOOD = 1;
const EVENT_INTERVAL = 12;

const le16 = (value: number): [number, number] => [value & 0xff, value >>> 8];

function describe(spec: HubSpec): UsbDescriptors {
  const [manufacturer, product, serial] = spec.names ?? [0, 0, 0];
  const bytes = USB_DT_BYTES.CONFIG + USB_DT_BYTES.INTERFACE + USB_DT_BYTES.ENDPOINT;
  const attributes = USB_CONFIG_ATT.ONE | USB_CONFIG_ATT.SELF_POWERED | USB_CONFIG_ATT.WAKEUP;
  // prettier-ignore
  const configuration = Uint8Array.of(
    USB_DT_BYTES.CONFIG, USB_DT.CONFIG, ...le16(bytes), 1, 1, 0, attributes, 0,
    USB_DT_BYTES.INTERFACE, USB_DT.INTERFACE, 0, 0, 1, USB_CLASS.HUB, 0, 0, 0,
    USB_DT_BYTES.ENDPOINT, USB_DT.ENDPOINT, EVENTS, USB_XFER.INT,
    ...le16(bitmapBytes(spec.ports)), EVENT_INTERVAL,
  );
  // prettier-ignore
  const device = Uint8Array.of(
    USB_DT_BYTES.DEVICE, USB_DT.DEVICE, ...le16(0x0200), USB_CLASS.HUB, 0, 1, 64,
    ...le16(spec.vendor), ...le16(spec.product), ...le16(spec.release),
    manufacturer, product, serial, 1,
  );
  return { device, configurations: [configuration], strings: spec.strings ?? [] };
}

/** A bit for the hub itself, and one for each port. */
function bitmapBytes(ports: number): number {
  return (ports >>> 3) + 1;
}

export class HubDevice extends UsbDevice {
  readonly ports: readonly UsbPort[];

  constructor(sim: Sim, spec: HubSpec) {
    super(describe(spec));
    this.ports = Array.from({ length: spec.ports }, () => new UsbPort(sim));
    for (const port of this.ports) port.onChange = () => this.#changed();
  }

  protected onPowerOn(): void {
    for (const port of this.ports) port.setPower(false);
  }

  protected onPowerOff(): void {
    for (const port of this.ports) port.setPower(false);
  }

  protected onBusReset(): void {
    for (const port of this.ports) port.setPower(false);
  }

  protected onOut(_endpoint: number, transfer: UsbTransfer): void {
    endEmpty(transfer, 'protocol-error');
  }

  protected override onAsked(): void {
    this.#tell();
  }

  protected request(setup: SetupPacket): RequestAnswer {
    if ((setup.type & USB_TYPE.MASK) !== USB_TYPE.CLASS) return 'stall';
    const isIn = (setup.type & USB_DIR_IN) !== 0;
    const isOfPort = (setup.type & USB_RECIP.MASK) === USB_RECIP.OTHER;
    const port = isOfPort ? this.ports[(setup.index & 0xff) - 1] : undefined;
    if (isOfPort && port === undefined) return 'stall';
    switch (setup.request) {
      case USB_REQ.GET_DESCRIPTOR:
        return isIn && setup.value >>> 8 === USB_DT.HUB ? this.#hubDescriptor() : 'stall';
      case USB_REQ.GET_STATUS:
        return isIn ? statusBytes(port) : 'stall';
      case USB_REQ.SET_FEATURE:
        return isIn || port === undefined ? 'stall' : setFeature(port, setup.value);
      case USB_REQ.CLEAR_FEATURE:
        if (isIn) return 'stall';
        return port === undefined ? NOTHING : clearFeature(port, setup.value);
      default:
        return 'stall';
    }
  }

  #hubDescriptor(): Uint8Array {
    const bitmap = bitmapBytes(this.ports.length);
    const bytes = new Uint8Array(7 + 2 * bitmap);
    bytes.set([bytes.length, USB_DT.HUB, this.ports.length, ...le16(CHARACTERISTICS), POWER_GOOD]);
    bytes.fill(0xff, 7 + bitmap);
    return bytes;
  }

  /** While the bus sleeps nobody asks: the host is woken, if it allows that. */
  #changed(): void {
    if (!this.isSuspended) this.#tell();
    else if (this.mayWakeHost) this.onRemoteWakeup();
  }

  /** Says which ports have something new, if somebody asks. */
  #tell(): void {
    if (!this.isAsked(EVENTS)) return;
    const bitmap = new Uint8Array(bitmapBytes(this.ports.length));
    for (const [at, { changes }] of this.ports.entries()) {
      if (changes !== 0) bitmap[(at + 1) >>> 3]! |= 1 << ((at + 1) & 7);
    }
    if (bitmap.some((byte) => byte !== 0)) this.send(EVENTS, bitmap);
  }
}

function statusBytes(port: UsbPort | undefined): Uint8Array {
  // The hub itself has power, and not too much current.
  if (port === undefined) return new Uint8Array(4);
  return Uint8Array.of(...le16(port.status), ...le16(port.changes));
}

function setFeature(port: UsbPort, feature: number): RequestAnswer {
  switch (feature) {
    case USB_PORT_FEAT.POWER:
      port.setPower(true);
      return NOTHING;
    case USB_PORT_FEAT.RESET:
      port.reset();
      return NOTHING;
    case USB_PORT_FEAT.SUSPEND:
      port.suspend();
      return NOTHING;
    default:
      return 'stall';
  }
}

const CHANGE_OF: ReadonlyMap<number, number> = new Map([
  [USB_PORT_FEAT.C_CONNECTION, USB_PORT_STAT_C.CONNECTION],
  [USB_PORT_FEAT.C_ENABLE, USB_PORT_STAT_C.ENABLE],
  [USB_PORT_FEAT.C_SUSPEND, USB_PORT_STAT_C.SUSPEND],
  [USB_PORT_FEAT.C_RESET, USB_PORT_STAT_C.RESET],
  [USB_PORT_FEAT.C_OVER_CURRENT, 0],
]);

function clearFeature(port: UsbPort, feature: number): RequestAnswer {
  const change = CHANGE_OF.get(feature);
  if (change !== undefined) {
    port.changes &= ~change;
    return NOTHING;
  }
  switch (feature) {
    case USB_PORT_FEAT.ENABLE:
      port.disable();
      return NOTHING;
    case USB_PORT_FEAT.SUSPEND:
      port.resume();
      return NOTHING;
    case USB_PORT_FEAT.POWER:
      port.setPower(false);
      return NOTHING;
    default:
      return 'stall';
  }
}
