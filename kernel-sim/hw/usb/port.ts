// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A port of a hub: where a device is plugged in, gets its power, and is reset.
 *
 * Chapter 11.5 of the USB 2.0 specification.
 */
import { USB_PORT_STAT, USB_PORT_STAT_C, type UsbSpeed } from '../../uapi/usb.ts';
import type { Sim } from '../../sim/sim.ts';
import type { UsbDevice } from './usb-device.ts';

/** How long a hub drives a reset. */
const RESET_NS = 10_000_000;
/** How long it signals to a device that it is to wake up. */
const RESUME_NS = 20_000_000;
/** Where the event of a hub's microcontroller is to land. */
const CPU = 0;

export class UsbPort {
  /** Something of `status` or `changes` is new. Set by the hub. */
  onChange: () => void = () => undefined;
  /** Bits of USB_PORT_STAT_C, until the host takes them away. */
  changes = 0;
  readonly #sim: Sim;
  #device: UsbDevice | undefined;
  #speed: UsbSpeed = 'high';
  #isPowered = false;
  #isEnabled = false;
  #isSuspended = false;
  #isResetting = false;
  #isResuming = false;
  /** Counts resets and resumes, so that one that was cut short ends nothing. */
  #signal = 0;

  constructor(sim: Sim) {
    this.#sim = sim;
  }

  /** What is plugged in, whether or not anybody has noticed. */
  get device(): UsbDevice | undefined {
    return this.#device;
  }

  /** What transfers reach. */
  get enabledDevice(): UsbDevice | undefined {
    return this.#isEnabled && !this.#isSuspended ? this.#device : undefined;
  }

  get status(): number {
    const isThere = this.#isPowered && this.#device !== undefined;
    const bit = (is: boolean, mask: number): number => (is ? mask : 0);
    return (
      bit(isThere, USB_PORT_STAT.CONNECTION) |
      bit(this.#isEnabled, USB_PORT_STAT.ENABLE) |
      bit(this.#isSuspended, USB_PORT_STAT.SUSPEND) |
      bit(this.#isResetting, USB_PORT_STAT.RESET) |
      bit(this.#isPowered, USB_PORT_STAT.POWER) |
      bit(isThere && this.#speed === 'low', USB_PORT_STAT.LOW_SPEED) |
      bit(isThere && this.#speed === 'high', USB_PORT_STAT.HIGH_SPEED)
    );
  }

  /** Plugs a device in; what was there is pulled out. Context: interrupt, or before boot. */
  plug(device: UsbDevice, speed: UsbSpeed): void {
    this.unplug();
    this.#device = device;
    this.#speed = speed;
    device.onRemoteWakeup = () => this.resume();
    if (!this.#isPowered) return;
    device.attach(speed);
    this.#change(USB_PORT_STAT_C.CONNECTION);
  }

  /** Pulls out what is plugged in. Context: interrupt. */
  unplug(): void {
    const device = this.#device;
    if (device === undefined) return;
    this.#device = undefined;
    device.onRemoteWakeup = () => undefined;
    this.#disable();
    device.detach();
    if (this.#isPowered) this.#change(USB_PORT_STAT_C.CONNECTION);
  }

  setPower(isOn: boolean): void {
    if (isOn === this.#isPowered) return;
    this.#isPowered = isOn;
    const device = this.#device;
    if (isOn) {
      if (device === undefined) return;
      device.attach(this.#speed);
      this.#change(USB_PORT_STAT_C.CONNECTION);
    } else {
      this.#disable();
      this.changes = 0;
      device?.detach();
    }
  }

  /** Begins a reset, after which the device listens to address 0. */
  reset(): void {
    if (!this.#isPowered || this.#device === undefined) return;
    this.#isResetting = true;
    this.#isEnabled = false;
    this.#isSuspended = false;
    this.#isResuming = false;
    const signal = ++this.#signal;
    this.#sim.events.schedule(this.#sim.now() + RESET_NS, () => this.#endReset(signal), CPU);
  }

  disable(): void {
    this.#disable();
  }

  suspend(): void {
    if (!this.#isEnabled || this.#isSuspended) return;
    this.#isSuspended = true;
    this.#device?.suspend();
  }

  /** Begins to wake the device, because the host wants it or the device itself does. */
  resume(): void {
    if (!this.#isSuspended || this.#isResuming) return;
    this.#isResuming = true;
    const signal = ++this.#signal;
    this.#sim.events.schedule(this.#sim.now() + RESUME_NS, () => this.#endResume(signal), CPU);
  }

  #endResume(signal: number): void {
    if (signal !== this.#signal || !this.#isResuming) return;
    this.#isResuming = false;
    this.#isSuspended = false;
    this.#device?.resume();
    this.#change(USB_PORT_STAT_C.SUSPEND);
  }

  #endReset(signal: number): void {
    if (signal !== this.#signal || !this.#isResetting) return;
    this.#isResetting = false;
    this.#isEnabled = true;
    this.#device?.reset();
    this.#change(USB_PORT_STAT_C.RESET);
  }

  #disable(): void {
    this.#isEnabled = false;
    this.#isSuspended = false;
    this.#isResuming = false;
    this.#isResetting = false;
  }

  #change(bits: number): void {
    this.changes |= bits;
    this.onChange();
  }
}
