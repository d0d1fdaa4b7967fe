// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A device to learn on: what comes over one endpoint goes back over another.
 *
 * Bulk OUT 1 comes back over bulk IN 1; interrupt IN 2 tells how many bytes wait there, whenever
 * that changes; vendor requests keep 64 bytes. And it misbehaves when it is told to: see FAULTS.
 */
import {
  USB_CONFIG_ATT,
  USB_DIR_IN,
  USB_DT,
  USB_DT_BYTES,
  USB_TYPE,
  USB_XFER,
} from '../../uapi/usb.ts';
import type { UsbDescriptors } from './descriptors.ts';
import { endEmpty, type SetupPacket, type UsbTransfer } from './transfer.ts';
import { type RequestAnswer, UsbDevice } from './usb-device.ts';

/** Of pid.codes, for tests. */
export const LOOPBACK_VENDOR = 0x1209;
export const LOOPBACK_PRODUCT = 0x0001;
export const LOOPBACK_ENDPOINT = { OUT: 0x01, IN: 0x81, EVENTS: 0x82 } as const;
/** Vendor requests: the 64 bytes, and one of FAULTS in `wValue`. */
export const LOOPBACK_REQUEST = { STORE: 0x01, LOAD: 0x02, FAULT: 0x03, FORGET: 0x04 } as const;
/** What it does from now on with the next transfer over a bulk endpoint. */
export const FAULTS = ['none', 'stall', 'silence', 'babble', 'short', 'protocol-error'] as const;
export type Fault = (typeof FAULTS)[number];

const STORE_BYTES = 64;
/** What a bulk packet holds at full and at high speed. */
const PACKET_BYTES = { full: 64, high: 512 } as const;
const EVENT_BYTES = 4;
/** More than that is not taken before something was fetched. */
const QUEUE_BYTES_MAX = 65_536;
const VENDOR_CLASS = 0xff;
const NOTHING = new Uint8Array(0);

const le16 = (value: number): [number, number] => [value & 0xff, value >>> 8];
const endpoint = (address: number, kind: number, bytes: number, interval: number): number[] => [
  USB_DT_BYTES.ENDPOINT,
  USB_DT.ENDPOINT,
  address,
  kind,
  ...le16(bytes),
  interval,
];

const endpoints = (packetBytes: number): number[] => [
  ...endpoint(LOOPBACK_ENDPOINT.OUT, USB_XFER.BULK, packetBytes, 0),
  ...endpoint(LOOPBACK_ENDPOINT.IN, USB_XFER.BULK, packetBytes, 0),
  ...endpoint(LOOPBACK_ENDPOINT.EVENTS, USB_XFER.INT, EVENT_BYTES, 4),
];
const CONFIG_BYTES = USB_DT_BYTES.CONFIG + USB_DT_BYTES.INTERFACE + 3 * USB_DT_BYTES.ENDPOINT;

// prettier-ignore
const describe = (packetBytes: number): UsbDescriptors => ({
  device: Uint8Array.of(
    USB_DT_BYTES.DEVICE, USB_DT.DEVICE, ...le16(0x0200), VENDOR_CLASS, 0, 0, 64,
    ...le16(LOOPBACK_VENDOR), ...le16(LOOPBACK_PRODUCT), ...le16(0x0100), 1, 2, 3, 1,
  ),
  configurations: [
    Uint8Array.of(
      USB_DT_BYTES.CONFIG, USB_DT.CONFIG, ...le16(CONFIG_BYTES), 1, 1, 0, USB_CONFIG_ATT.ONE, 50,
      USB_DT_BYTES.INTERFACE, USB_DT.INTERFACE, 0, 0, 3, VENDOR_CLASS, 0, 0, 0,
      ...endpoints(packetBytes),
    ),
  ],
  strings: ['Ring Zero', 'Loop-back device', '0001'],
});

export class LoopbackDevice extends UsbDevice {
  #store = new Uint8Array(STORE_BYTES);
  #fault: Fault = 'none';
  /** Transfers that get no answer, for as long as nobody takes them back. */
  readonly #ignored = new Set<UsbTransfer>();

  constructor() {
    super(describe(PACKET_BYTES.high), describe(PACKET_BYTES.full));
  }

  /** What it does with the next bulk transfer; `silence` stays until another is chosen. */
  set fault(fault: Fault) {
    this.#fault = fault;
  }

  protected onPowerOn(): void {
    this.#store = new Uint8Array(STORE_BYTES);
    this.onBusReset();
  }

  protected onPowerOff(): void {
    this.onBusReset();
  }

  protected onBusReset(): void {
    this.#fault = 'none';
    this.#ignored.clear();
  }

  protected request(setup: SetupPacket, out: Uint8Array): RequestAnswer {
    if ((setup.type & USB_TYPE.MASK) !== USB_TYPE.VENDOR) return 'stall';
    const isIn = (setup.type & USB_DIR_IN) !== 0;
    if (isIn) return setup.request === LOOPBACK_REQUEST.LOAD ? this.#store.slice() : 'stall';
    switch (setup.request) {
      case LOOPBACK_REQUEST.STORE:
        if (out.length > STORE_BYTES) return 'stall';
        this.#store.set(out);
        return NOTHING;
      case LOOPBACK_REQUEST.FAULT: {
        const fault = FAULTS[setup.value];
        if (fault === undefined) return 'stall';
        this.#fault = fault;
        return NOTHING;
      }
      case LOOPBACK_REQUEST.FORGET:
        this.clear(LOOPBACK_ENDPOINT.IN);
        this.#tell();
        return NOTHING;
      default:
        return 'stall';
    }
  }

  protected onOut(_endpoint: number, transfer: UsbTransfer): void {
    const fault = this.#fault;
    const { out } = transfer;
    if (
      fault === 'silence' ||
      this.queuedBytes(LOOPBACK_ENDPOINT.IN) + out.length > QUEUE_BYTES_MAX
    ) {
      this.#ignored.add(transfer);
      return;
    }
    this.#fault = 'none';
    if (fault === 'protocol-error') return endEmpty(transfer, fault);
    if (fault === 'stall') {
      this.halt(LOOPBACK_ENDPOINT.OUT);
      return endEmpty(transfer, fault);
    }
    endEmpty(transfer, 'done');
    this.#sendBack(changed(out, fault));
  }

  protected override onCancelOut(transfer: UsbTransfer): boolean {
    return this.#ignored.delete(transfer);
  }

  #sendBack(bytes: Uint8Array): void {
    this.send(LOOPBACK_ENDPOINT.IN, bytes);
    this.#tell();
  }

  protected override onTaken(endpoint: number): void {
    if (endpoint === LOOPBACK_ENDPOINT.IN) this.#tell();
  }

  #tell(): void {
    const event = new Uint8Array(EVENT_BYTES);
    new DataView(event.buffer).setUint32(0, this.queuedBytes(LOOPBACK_ENDPOINT.IN), true);
    this.clear(LOOPBACK_ENDPOINT.EVENTS);
    this.send(LOOPBACK_ENDPOINT.EVENTS, event);
  }
}

/** What comes back is as long as what came, or not. */
function changed(bytes: Uint8Array, fault: Fault): Uint8Array {
  if (fault === 'short') return bytes.slice(0, bytes.length >>> 1);
  if (fault !== 'babble') return bytes.slice();
  const longer = new Uint8Array(bytes.length + PACKET_BYTES.high);
  longer.set(bytes);
  return longer;
}
