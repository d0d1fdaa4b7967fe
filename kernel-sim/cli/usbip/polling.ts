// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What a host controller does for a client far away: transfers go to the device, and those of an
 * endpoint that is to be polled no more often than its client said.
 */
import type { UsbTransfer } from '../../hw/usb/transfer.ts';
import type { UsbDevice } from '../../hw/usb/usb-device.ts';
import { endpointsOf } from '../../hw/usb/descriptors.ts';
import { USB_DIR_IN, USB_ENDPOINT, USB_XFER } from '../../uapi/usb.ts';

/** The part of a simulation's event queue that is needed here. */
export interface PollClock {
  now(): number;
  /** Answers what calls it off. */
  schedule(atNs: number, fire: () => void): () => void;
}

/** A microframe of high speed, and a frame of the slower ones. */
const MICROFRAME_NS = 125_000;
const FRAME_NS = 1_000_000;
const INTERVALS_MAX = 32_768;

/** An endpoint whose transfers go to the device one at a time. */
interface Pipe {
  readonly waiting: UsbTransfer[];
  polled: UsbTransfer | undefined;
  nextPollNs: number;
  callOff: () => void;
}

export class PollingHost {
  readonly #device: UsbDevice;
  readonly #clock: PollClock;
  readonly #pipes = new Map<number, Pipe>();

  constructor(device: UsbDevice, clock: PollClock) {
    this.#device = device;
    this.#clock = clock;
    const { configurations } = device.descriptors;
    for (const { address, attributes } of configurations.flatMap(endpointsOf)) {
      const isPolled = (attributes & USB_ENDPOINT.XFERTYPE_MASK) === USB_XFER.INT;
      if (!isPolled || (address & USB_DIR_IN) === 0) continue;
      const idle = { polled: undefined, nextPollNs: 0, callOff: nothing };
      this.#pipes.set(address, { waiting: [], ...idle });
    }
  }

  /**
   * Answers what takes the transfer back, if it has not ended. `interval` counts microframes, or
   * frames below high speed, and matters to polled endpoints only.
   */
  submit(transfer: UsbTransfer, interval: number): () => void {
    const pipe = this.#pipes.get(transfer.endpoint);
    if (pipe === undefined) {
      this.#device.submit(transfer);
      return () => void this.#device.cancel(transfer);
    }
    const unitNs = this.#device.speed === 'high' ? MICROFRAME_NS : FRAME_NS;
    const intervalNs = Math.min(INTERVALS_MAX, Math.max(1, interval)) * unitNs;
    const polled: UsbTransfer = {
      ...transfer,
      complete: (status, data) => {
        this.#ended(pipe, this.#clock.now() + intervalNs);
        transfer.complete(status, data);
      },
    };
    pipe.waiting.push(polled);
    this.#poll(pipe);
    return () => this.#cancel(pipe, polled);
  }

  #poll(pipe: Pipe): void {
    pipe.callOff();
    pipe.callOff = nothing;
    const [transfer] = pipe.waiting;
    if (pipe.polled !== undefined || transfer === undefined) return;
    if (this.#clock.now() < pipe.nextPollNs) {
      pipe.callOff = this.#clock.schedule(pipe.nextPollNs, () => this.#poll(pipe));
      return;
    }
    pipe.waiting.shift();
    pipe.polled = transfer;
    this.#device.submit(transfer);
  }

  #ended(pipe: Pipe, nextPollNs: number): void {
    pipe.polled = undefined;
    pipe.nextPollNs = nextPollNs;
    this.#poll(pipe);
  }

  #cancel(pipe: Pipe, transfer: UsbTransfer): void {
    if (pipe.polled === transfer) {
      this.#device.cancel(transfer);
      this.#ended(pipe, pipe.nextPollNs);
      return;
    }
    const at = pipe.waiting.indexOf(transfer);
    if (at >= 0) pipe.waiting.splice(at, 1);
    this.#poll(pipe);
  }

  /** Forgets what waits: the client or the device is gone. */
  stop(): void {
    for (const pipe of this.#pipes.values()) {
      pipe.waiting.length = 0;
      pipe.polled = undefined;
      pipe.callOff();
    }
  }
}

const nothing = (): void => undefined;
