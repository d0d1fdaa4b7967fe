// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A USB device as its host sees it: endpoints that take and give transfers, and endpoint 0 with
 * the requests of chapter 9. What a certain device does beyond that is its subclass.
 *
 * A device knows nothing of who asks. The simulated host controller and a USB/IP server use the
 * same methods: `attach`, `reset`, `submit`, `cancel`, `detach`. Nothing that a host sends makes
 * it throw: what it does not know it stalls.
 */
import {
  USB_CONFIG_ATT,
  USB_DEVICE_STATUS,
  USB_DIR_IN,
  USB_FEATURE,
  USB_RECIP,
  USB_REQ,
  type UsbSpeed,
  USB_TYPE,
} from '../../uapi/usb.ts';
import {
  endpointsOf,
  findConfiguration,
  findDescriptor,
  type UsbDescriptors,
} from './descriptors.ts';
import { InEndpoint } from './in-endpoint.ts';
import { endEmpty, type SetupPacket, type UsbTransfer } from './transfer.ts';

/** What a request is answered: bytes (none for a request that only tells), or a stall. */
export type RequestAnswer = Uint8Array | 'stall';

const NOTHING = new Uint8Array(0);
const CONFIGURATION_ATTRIBUTES = 7;
const ADDRESS_MAX = 127;

interface Endpoint {
  readonly address: number;
  isHalted: boolean;
  /** Of an endpoint that sends. */
  readonly sender: InEndpoint | undefined;
}

export abstract class UsbDevice {
  /** The device asks its host to resume it. Set by what it is plugged into. */
  onRemoteWakeup: () => void = () => undefined;
  /** It was pulled out: whoever gave it transfers gives them up. Set by the host controller. */
  onDetached: () => void = () => undefined;
  readonly #highSpeed: UsbDescriptors;
  readonly #fullSpeed: UsbDescriptors;
  #speed: UsbSpeed = 'high';
  #address = 0;
  #isAttached = false;
  #isSuspended = false;
  #configuration = 0;
  #mayWakeHost = false;
  #endpoints = new Map<number, Endpoint>();

  /** `fullSpeed`: what it says when it does not run at high speed, if that differs. */
  protected constructor(descriptors: UsbDescriptors, fullSpeed = descriptors) {
    this.#highSpeed = descriptors;
    this.#fullSpeed = fullSpeed;
  }

  // ---- What a host does -------------------------------------------------------------------------

  get speed(): UsbSpeed {
    return this.#speed;
  }

  /** What it listens to: 0 after a reset, then what SET_ADDRESS said. */
  get address(): number {
    return this.#address;
  }

  /** What it says of itself at its speed. */
  get descriptors(): UsbDescriptors {
    return this.#speed === 'high' ? this.#highSpeed : this.#fullSpeed;
  }

  get isAttached(): boolean {
    return this.#isAttached;
  }

  get isSuspended(): boolean {
    return this.#isSuspended;
  }

  /** Plugs it in: power comes, and it is in its first state. */
  attach(speed: UsbSpeed): void {
    this.#speed = speed;
    this.#isAttached = true;
    this.#forget();
    this.onPowerOn();
  }

  /** Pulls it out. What waits never ends: the host has to give it up by itself. */
  detach(): void {
    if (!this.#isAttached) return;
    this.#isAttached = false;
    this.#forget();
    this.onPowerOff();
    this.onDetached();
  }

  /** A bus reset: no configuration any more, but the power stays. */
  reset(): void {
    this.#forget();
    this.onBusReset();
  }

  /** The bus sleeps; the device may draw next to nothing. */
  suspend(): void {
    if (this.#isSuspended || !this.#isAttached) return;
    this.#isSuspended = true;
    this.onSuspend();
  }

  resume(): void {
    if (!this.#isSuspended) return;
    this.#isSuspended = false;
    this.onResume();
  }

  /** Takes a transfer. It may be done at once, or wait for as long as the device has nothing. */
  submit(transfer: UsbTransfer): void {
    if (!this.#isAttached) return endEmpty(transfer, 'protocol-error');
    if (transfer.setup !== undefined) return this.#control(transfer, transfer.setup);
    const endpoint = this.#endpoints.get(transfer.endpoint);
    // There is nobody at that address to answer.
    if (endpoint === undefined) return endEmpty(transfer, 'protocol-error');
    if (endpoint.isHalted) return endEmpty(transfer, 'stall');
    if (endpoint.sender === undefined) return this.onOut(endpoint.address, transfer);
    endpoint.sender.addTransfer(transfer);
    if (endpoint.sender.isAsked) this.onAsked(endpoint.address);
  }

  /** Takes a transfer back. False when it has ended, or is not known: then nothing happens. */
  cancel(transfer: UsbTransfer): boolean {
    const sender = this.#endpoints.get(transfer.endpoint)?.sender;
    return sender === undefined ? this.onCancelOut(transfer) : sender.cancel(transfer);
  }

  // ---- What a device is made of -----------------------------------------------------------------

  /** Everything as after plugging in. */
  protected abstract onPowerOn(): void;
  /** It was pulled out. */
  protected abstract onPowerOff(): void;
  /** The bus was reset: what the data sheet says of that. */
  protected abstract onBusReset(): void;
  /** A request of a class or of the vendor; `out` is its data stage when the host sends one. */
  protected abstract request(setup: SetupPacket, out: Uint8Array): RequestAnswer;
  /** A transfer to an endpoint that takes: ends now or later, by its `complete`. */
  protected abstract onOut(endpoint: number, transfer: UsbTransfer): void;
  /** The host takes back what `onOut` got: true when it had not ended, and now never will. */
  protected onCancelOut(_transfer: UsbTransfer): boolean {
    return false;
  }
  /** A host waits at an endpoint that sends, and nothing is there yet. */
  protected onAsked(_endpoint: number): void {
    // A device that sends when something happens need not be asked.
  }
  /** Some transfer took what was queued for an endpoint that sends, or some of it. */
  protected onTaken(_endpoint: number): void {
    // Whoever sends one message at a time looks at `onAsked`.
  }
  /** The host chose a configuration; 0 is none. */
  protected onConfigured(_configuration: number): void {
    // Most devices have one, and do not care.
  }
  protected onSuspend(): void {
    // Nothing that a host could see.
  }
  protected onResume(): void {
    // Nothing that a host could see.
  }

  get configuration(): number {
    return this.#configuration;
  }

  /** The host allowed it to wake the bus. */
  get mayWakeHost(): boolean {
    return this.#mayWakeHost;
  }

  /** Some host waits at an endpoint for which nothing is queued. */
  protected isAsked(endpoint: number): boolean {
    return this.#endpoints.get(endpoint)?.sender?.isAsked ?? false;
  }

  /** Transfers that wait at an endpoint that sends, the first one first. */
  protected waiting(endpoint: number): readonly UsbTransfer[] {
    return this.#endpoints.get(endpoint)?.sender?.transfers ?? [];
  }

  /** Sends a message over an endpoint; nobody gets it while the device is not configured. */
  protected send(endpoint: number, bytes: Uint8Array, endsShort = true): void {
    const found = this.#endpoints.get(endpoint);
    if (found !== undefined && !found.isHalted) found.sender?.send(bytes, endsShort);
  }

  /** Bytes that are queued for an endpoint that sends. */
  protected queuedBytes(endpoint: number): number {
    return this.#endpoints.get(endpoint)?.sender?.queuedBytes ?? 0;
  }

  /** Forgets what was queued for an endpoint. */
  protected clear(endpoint: number): void {
    this.#endpoints.get(endpoint)?.sender?.clear();
  }

  /** Halts an endpoint: transfers stall until the host clears it. */
  protected halt(address: number): void {
    const endpoint = this.#endpoints.get(address);
    if (endpoint === undefined) return;
    endpoint.isHalted = true;
    for (const transfer of endpoint.sender?.takeTransfers() ?? []) endEmpty(transfer, 'stall');
  }

  // ---- Endpoint 0 -------------------------------------------------------------------------------

  #control(transfer: UsbTransfer, setup: SetupPacket): void {
    const isStandard = (setup.type & USB_TYPE.MASK) === USB_TYPE.STANDARD;
    const answer = isStandard ? this.#standard(setup) : this.request(setup, transfer.out);
    if (answer === 'stall') return endEmpty(transfer, 'stall');
    const isIn = (setup.type & USB_DIR_IN) !== 0;
    if (!isIn) return endEmpty(transfer, 'done');
    transfer.complete('done', answer.subarray(0, Math.min(setup.length, transfer.room)));
  }

  #standard(setup: SetupPacket): RequestAnswer {
    const isIn = (setup.type & USB_DIR_IN) !== 0;
    switch (setup.request) {
      case USB_REQ.GET_STATUS:
        return isIn ? this.#status(setup) : 'stall';
      case USB_REQ.GET_DESCRIPTOR:
        if (!isIn) return 'stall';
        return findDescriptor(this.descriptors, setup.value >>> 8, setup.value & 0xff) ?? 'stall';
      case USB_REQ.SET_ADDRESS:
        return isIn ? 'stall' : this.#setAddress(setup.value);
      case USB_REQ.GET_CONFIGURATION:
        return isIn ? Uint8Array.of(this.#configuration) : 'stall';
      case USB_REQ.SET_CONFIGURATION:
        return isIn ? 'stall' : this.#configure(setup.value & 0xff);
      case USB_REQ.CLEAR_FEATURE:
        return isIn ? 'stall' : this.#setFeature(setup, false);
      case USB_REQ.SET_FEATURE:
        return isIn ? 'stall' : this.#setFeature(setup, true);
      case USB_REQ.GET_INTERFACE:
        return isIn && this.#configuration !== 0 ? Uint8Array.of(0) : 'stall';
      case USB_REQ.SET_INTERFACE:
        return this.#configuration !== 0 && setup.value === 0 ? NOTHING : 'stall';
      default:
        return 'stall';
    }
  }

  #setAddress(address: number): RequestAnswer {
    if (address > ADDRESS_MAX) return 'stall';
    this.#address = address;
    return NOTHING;
  }

  #status(setup: SetupPacket): RequestAnswer {
    switch (setup.type & USB_RECIP.MASK) {
      case USB_RECIP.DEVICE:
        return Uint8Array.of(this.#deviceStatus(), 0);
      case USB_RECIP.INTERFACE:
        return Uint8Array.of(0, 0);
      case USB_RECIP.ENDPOINT: {
        if ((setup.index & 0x7f) === 0) return Uint8Array.of(0, 0);
        const endpoint = this.#endpoints.get(setup.index & 0xff);
        return endpoint === undefined ? 'stall' : Uint8Array.of(endpoint.isHalted ? 1 : 0, 0);
      }
      default:
        return 'stall';
    }
  }

  #deviceStatus(): number {
    const first = this.descriptors.configurations[0];
    const attributes =
      findConfiguration(this.descriptors, this.#configuration)?.[CONFIGURATION_ATTRIBUTES] ??
      first?.[CONFIGURATION_ATTRIBUTES] ??
      0;
    const own =
      (attributes & USB_CONFIG_ATT.SELF_POWERED) === 0 ? 0 : USB_DEVICE_STATUS.SELF_POWERED;
    return own | (this.#mayWakeHost ? USB_DEVICE_STATUS.REMOTE_WAKEUP : 0);
  }

  #setFeature(setup: SetupPacket, isSet: boolean): RequestAnswer {
    const recipient = setup.type & USB_RECIP.MASK;
    if (recipient === USB_RECIP.DEVICE && setup.value === USB_FEATURE.REMOTE_WAKEUP) {
      this.#mayWakeHost = isSet;
      return NOTHING;
    }
    if (recipient !== USB_RECIP.ENDPOINT || setup.value !== USB_FEATURE.ENDPOINT_HALT) {
      return 'stall';
    }
    if ((setup.index & 0x7f) === 0) return NOTHING;
    const endpoint = this.#endpoints.get(setup.index & 0xff);
    if (endpoint === undefined) return 'stall';
    if (isSet) this.halt(endpoint.address);
    else endpoint.isHalted = false;
    return NOTHING;
  }

  #configure(value: number): RequestAnswer {
    const configuration = findConfiguration(this.descriptors, value);
    if (value !== 0 && configuration === undefined) return 'stall';
    this.#endPending();
    this.#configuration = value;
    const described = configuration === undefined ? [] : endpointsOf(configuration);
    this.#endpoints = new Map(
      described.map(({ address, packetBytes }) => [
        address,
        {
          address,
          isHalted: false,
          sender: this.#makeSender(address, packetBytes),
        },
      ]),
    );
    this.onConfigured(value);
    return NOTHING;
  }

  #makeSender(address: number, packetBytes: number): InEndpoint | undefined {
    if ((address & USB_DIR_IN) === 0) return undefined;
    return new InEndpoint(packetBytes, () => this.onTaken(address));
  }

  /** Transfers to endpoints that are no more. */
  #endPending(): void {
    for (const { sender } of this.#endpoints.values()) {
      for (const transfer of sender?.takeTransfers() ?? []) endEmpty(transfer, 'protocol-error');
    }
  }

  #forget(): void {
    this.#address = 0;
    this.#isSuspended = false;
    this.#configuration = 0;
    this.#mayWakeHost = false;
    this.#endpoints = new Map();
  }
}
