// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Devices of the USB, for who talks to one.
 *
 * @subpath kernel/usb
 */
import type { UsbInterface as CoreInterface, UsbNode } from '../drivers/usb/usb-node.ts';
import { errnoValue } from '../kernel/module/errno-value.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { GFP } from '../uapi/gfp.ts';
import { USB_DIR_IN, USB_RECIP, USB_SETUP_BYTES, USB_TYPE } from '../uapi/usb.ts';
import type { ApiContext } from './context.ts';
import type { Ref } from './ownership.ts';
import { sizeOf } from './raw-value.ts';

/** How long a device may take to answer. Linux: USB_CTRL_GET_TIMEOUT. */
const TIMEOUT_MS = 5000;
/** What may be asked for at once, as much as `kmalloc` surely has. */
const BULK_BYTES_MAX = 65_536;
const VENDOR_IN = USB_DIR_IN | USB_TYPE.VENDOR | USB_RECIP.DEVICE;
const VENDOR_OUT = USB_TYPE.VENDOR | USB_RECIP.DEVICE;

/**
 * A device of the USB. Holding it does not keep it plugged in: what is asked of one that has gone
 * fails with ENODEV.
 *
 * Linux: struct usb_device, usb_get_dev.
 *
 * @public
 */
export class UsbDevice {
  readonly #context: ApiContext;
  readonly #interface: CoreInterface;
  #isLive = true;

  /** @internal */
  constructor(context: ApiContext, usbInterface: CoreInterface) {
    this.#context = context;
    this.#interface = usbInterface;
  }

  /** @internal */
  static nodeOf(device: Ref<UsbDevice>): UsbNode {
    device.#check();
    return device.#interface.device;
  }

  /** As reports name it: `1-1.1`. Linux: dev_name. */
  get name(): string {
    return this.#interface.device.name;
  }

  /** 480 Mbit/s, where it could be 12. Linux: USB_SPEED_HIGH. */
  get high_speed(): boolean {
    return this.#interface.device.speed === 'high';
  }

  /**
   * Another holder of it. Linux: usb_get_dev.
   *
   * @symbol usb_get_dev
   */
  clone(this: Ref<UsbDevice>): UsbDevice {
    this.#check();
    return new UsbDevice(this.#context, this.#interface);
  }

  /**
   * Asks the device: a vendor request whose answer has so many bytes. A device that sleeps is woken
   * for that. Context: process. Linux:
   * usbnet_read_cmd.
   *
   * @symbol usbnet_read_cmd
   * @param request `bRequest`
   * @throws ENODATA it answered with fewer bytes
   * @throws EPIPE it does not know the request
   * @throws ETIMEDOUT it did not answer in five seconds
   * @throws ENODEV it has gone
   * @throws ENOMEM no memory for the transfer
   */
  *read_cmd(
    this: Ref<UsbDevice>,
    request: number,
    value: number,
    index: number,
    bytes: number,
  ): Sleeping<Uint8Array> {
    this.#check();
    const { scheduler, usb } = this.#context.services;
    scheduler.mightSleep();
    const count = sizeOf(bytes);
    const command = { type: VENDOR_IN, request, value, index };
    const { device } = this.#interface;
    const answer = yield* usb().power.during(device, () =>
      usb().messages.read(device, command, count, TIMEOUT_MS),
    );
    if (typeof answer === 'number') throw errnoValue(-answer);
    if (answer.length < count) throw errnoValue(ERRNO.ENODATA);
    return answer;
  }

  /**
   * Tells the device: a vendor request with bytes. Context: process. Linux: usbnet_write_cmd.
   *
   * @symbol usbnet_write_cmd
   * @param request `bRequest`
   * @throws EPIPE it does not know the request
   * @throws ETIMEDOUT it did not take it in five seconds
   * @throws ENODEV it has gone
   * @throws ENOMEM no memory for the transfer
   */
  *write_cmd(
    this: Ref<UsbDevice>,
    request: number,
    value: number,
    index: number,
    bytes: Readonly<Uint8Array>,
  ): Sleeping<void> {
    this.#check();
    const { scheduler, usb } = this.#context.services;
    scheduler.mightSleep();
    const command = { type: VENDOR_OUT, request, value, index };
    const { device } = this.#interface;
    const errno = yield* usb().power.during(device, () =>
      usb().messages.write(device, command, bytes, TIMEOUT_MS),
    );
    if (errno < 0) throw errnoValue(-errno);
  }

  /**
   * The same, without waiting for the end: false when it could not begin. Requests arrive in the
   * order in which they were made. Context: any. Linux: usbnet_write_cmd_async.
   *
   * @symbol usbnet_write_cmd_async
   * @param request `bRequest`
   */
  try_write_cmd_async(
    this: Ref<UsbDevice>,
    request: number,
    value: number,
    index: number,
    bytes: Readonly<Uint8Array>,
  ): boolean {
    this.#check();
    const { usb, slabs, ownedPointers } = this.#context.services;
    const { hcd, messages } = usb();
    const size = USB_SETUP_BYTES + bytes.length;
    const memory = slabs.kmalloc(size, GFP.GFP_ATOMIC);
    if (memory === 0) return false;
    const urb = hcd.alloc(GFP.GFP_ATOMIC);
    if (urb === undefined) {
      slabs.kfree(memory);
      return false;
    }
    ownedPointers.add(memory);
    messages.prepare(
      urb,
      this.#interface.device,
      memory,
      {
        type: VENDOR_OUT,
        request,
        value,
        index,
      },
      bytes,
    );
    const release = (): void => {
      ownedPointers.delete(memory);
      slabs.kfree(memory);
      hcd.free(urb);
    };
    urb.complete = release;
    if (hcd.submit(urb) === 0) return true;
    release();
    return false;
  }

  /**
   * Sends bytes to an endpoint, and waits until they are there: how many went. Context: process.
   * Linux: usb_bulk_msg.
   *
   * @symbol usb_bulk_msg
   * @param endpoint its number, from 1
   * @param timeout_ms 0 waits for ever
   * @throws EPIPE it is halted
   * @throws ETIMEDOUT the device did not take them in time
   * @throws ENOENT it has no such endpoint, or the driver is leaving
   * @throws ENODEV it has gone, or ESHUTDOWN: it has gone just now
   * @throws ENOMEM no memory for the transfer
   */
  *bulk_send(
    this: Ref<UsbDevice>,
    endpoint: number,
    bytes: Readonly<Uint8Array>,
    timeout_ms: number,
  ): Sleeping<number> {
    return (yield* this.#bulk(bulkEndpoint(endpoint), bytes, timeout_ms)).length;
  }

  /**
   * Waits for bytes of an endpoint, so many at most. Context: process. Linux: usb_bulk_msg.
   *
   * @symbol usb_bulk_msg
   * @param endpoint its number, from 1
   * @param timeout_ms 0 waits for ever
   * @throws EPIPE it is halted
   * @throws EOVERFLOW it sent more than was asked for
   * @throws ETIMEDOUT nothing came in time
   * @throws ENOENT it has no such endpoint, or the driver is leaving
   * @throws ENODEV it has gone, or ESHUTDOWN: it has gone just now
   * @throws ENOMEM no memory for the transfer
   */
  *bulk_receive(
    this: Ref<UsbDevice>,
    endpoint: number,
    bytes: number,
    timeout_ms: number,
  ): Sleeping<Uint8Array> {
    const room = new Uint8Array(Math.min(sizeOf(bytes), BULK_BYTES_MAX));
    return yield* this.#bulk(bulkEndpoint(endpoint) | USB_DIR_IN, room, timeout_ms);
  }

  /**
   * Has a halted endpoint go on. Context: process. Linux: usb_clear_halt.
   *
   * @symbol usb_clear_halt
   * @param address its number, with 0x80 for one that gives: `bEndpointAddress`
   * @throws EPIPE the device does not know it
   * @throws ETIMEDOUT it did not answer in five seconds
   * @throws ENODEV it has gone
   * @throws ENOMEM no memory for the transfer
   */
  *clear_halt(this: Ref<UsbDevice>, address: number): Sleeping<void> {
    this.#check();
    const { scheduler, usb } = this.#context.services;
    scheduler.mightSleep();
    const errno = yield* usb().messages.clearHalt(this.#interface.device, sizeOf(address) & 0x8f);
    if (errno < 0) throw errnoValue(-errno);
  }

  /** What went or came. */
  *#bulk(endpoint: number, bytes: Readonly<Uint8Array>, timeoutMs: number): Sleeping<Uint8Array> {
    this.#check();
    const { scheduler, usb, slabs, ownedPointers } = this.#context.services;
    const { ram } = slabs;
    scheduler.mightSleep();
    if (bytes.length > BULK_BYTES_MAX) throw errnoValue(ERRNO.EINVAL);
    const buffer = slabs.kmalloc(Math.max(1, bytes.length));
    if (buffer === 0) throw errnoValue(ERRNO.ENOMEM);
    ownedPointers.add(buffer);
    ram.bytes.set(bytes, ram.toPhysical(buffer));
    const { messages } = usb();
    const { device } = this.#interface;
    const count = yield* messages.bulk(device, endpoint, buffer, bytes.length, sizeOf(timeoutMs));
    const moved = ram.loadBytes(buffer, Math.max(0, count));
    ownedPointers.delete(buffer);
    slabs.kfree(buffer);
    if (count < 0) throw errnoValue(-count);
    return moved;
  }

  /** @symbol usb_put_dev */
  [Symbol.dispose](): void {
    this.#isLive = false;
  }

  #check(): void {
    if (!this.#isLive) throw new Error('use of a UsbDevice that was dropped');
  }
}

/** Endpoint 0 takes no bytes but with a request. */
function bulkEndpoint(number: number): number {
  const endpoint = sizeOf(number);
  if (endpoint < 1 || endpoint > 15) throw errnoValue(ERRNO.EINVAL);
  return endpoint;
}
