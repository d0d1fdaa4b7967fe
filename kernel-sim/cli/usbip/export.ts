// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A device that clients may import, one at a time. Each import plugs it in: power comes, and it
 * forgets what the last one did. While somebody has it, no list tells of it.
 */
import type { UsbDevice } from '../../hw/usb/usb-device.ts';
import { type PollClock, PollingHost } from './polling.ts';
import { type DeviceEntry, deviceIdOf, ST } from './protocol.ts';
import { UrbStream } from './urb-stream.ts';

/** Who has imported it. */
export interface Holder {
  /** The device is pulled out from under it. */
  unplug(): void;
}

const BUS = 1;
const DEVICE = 2;

export class Export {
  readonly entry: DeviceEntry;
  readonly #device: UsbDevice;
  readonly #clock: PollClock;
  #holder: Holder | undefined;

  constructor(device: UsbDevice, clock: PollClock) {
    this.#device = device;
    this.#clock = clock;
    const { descriptors } = device;
    const place = { busid: '1-1', busNumber: BUS, deviceNumber: DEVICE };
    this.entry = { ...place, speed: 'high', descriptors };
  }

  get isImported(): boolean {
    return this.#holder !== undefined;
  }

  /** What a client could import now. */
  get available(): readonly DeviceEntry[] {
    return this.isImported ? [] : [this.entry];
  }

  /** Plugs the device in for a client; the status that refuses it when another has it. */
  take(holder: Holder, send: (message: Uint8Array) => void): UrbStream | number {
    if (this.#holder !== undefined) return ST.DEV_BUSY;
    this.#holder = holder;
    this.#device.attach(this.entry.speed);
    const host = new PollingHost(this.#device, this.#clock);
    return new UrbStream(host, deviceIdOf(this.entry), send);
  }

  /** A client is gone. Nothing when it never had the device. */
  release(holder: Holder): void {
    if (this.#holder !== holder) return;
    this.#holder = undefined;
    this.#device.detach();
  }

  /** Pulls the device out. False when nobody has it. */
  unplug(): boolean {
    const holder = this.#holder;
    holder?.unplug();
    return holder !== undefined;
  }
}
