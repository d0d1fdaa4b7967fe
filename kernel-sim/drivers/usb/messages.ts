// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Transfers that somebody waits for, and the standard requests made of them.
 *
 * Linux: drivers/usb/core/message.c.
 */
import type { Ram } from '../../hw/ram/ram.ts';
import type { Printk } from '../../kernel/printk/printk.ts';
import type { Scheduler } from '../../kernel/sched/scheduler.ts';
import { WaitQueue } from '../../kernel/sched/wait-queue.ts';
import type { SlabAllocator } from '../../mm/kmalloc.ts';
import type { OwnedPointers } from '../../mm/owned-pointers.ts';
import type { Sim } from '../../sim/sim.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import {
  USB_DIR_IN,
  USB_DT,
  USB_FEATURE,
  USB_LANGUAGE_EN_US,
  USB_RECIP,
  USB_REQ,
  USB_SETUP_BYTES,
  USB_TYPE,
} from '../../uapi/usb.ts';
import type { Hcd } from './hcd.ts';
import type { Urb } from './urb.ts';
import type { UsbNode } from './usb-node.ts';

/** What begins a control transfer, but for its length. */
export interface ControlRequest {
  /** `bmRequestType`. */
  readonly type: number;
  readonly request: number;
  readonly value: number;
  readonly index: number;
}

/** How long a device may take to answer. Linux: USB_CTRL_GET_TIMEOUT, USB_CTRL_SET_TIMEOUT. */
export const CONTROL_TIMEOUT_MS = 5000;
const NS_PER_MS = 1_000_000;
/** Linux: MAX_USB_STRING_SIZE. */
const STRING_BYTES_MAX = 255;
const DESCRIPTOR_TRIES = 3;
/** Half of a character. */
const LONE_SURROGATE = /[\uD800-\uDFFF]/gu;

export interface MessagesParts {
  readonly sim: Sim;
  readonly scheduler: Scheduler;
  readonly ram: Ram;
  readonly slabs: SlabAllocator;
  readonly owned: OwnedPointers;
  readonly printk: Printk;
  readonly hcd: Hcd;
}

export class Messages {
  readonly #parts: MessagesParts;
  readonly #done: WaitQueue;

  constructor(parts: MessagesParts) {
    this.#parts = parts;
    this.#done = new WaitQueue(parts.scheduler, 'usb_start_wait_urb');
  }

  /**
   * A control transfer with the bytes that lie at `buffer`. Answers how many came or went, or a
   * negative errno. 0 waits for ever. Context: process. Linux: usb_control_msg.
   */
  *control(
    device: UsbNode,
    request: ControlRequest,
    buffer: number,
    bytes: number,
    timeoutMs: number,
  ): Sleeping<number> {
    const { hcd, ram } = this.#parts;
    const setup = this.#allocate(USB_SETUP_BYTES);
    if (setup === 0) return -ERRNO.ENOMEM;
    ram.bytes.set(setupBytes(request, bytes), ram.toPhysical(setup));
    const urb = hcd.alloc();
    if (urb === undefined) {
      this.#release(setup);
      return -ERRNO.ENOMEM;
    }
    urb.device = device;
    urb.endpoint = request.type & USB_DIR_IN;
    urb.setup = setup;
    urb.buffer = buffer;
    urb.bufferBytes = bytes;
    const answer = yield* this.#startAndWait(urb, timeoutMs);
    this.#release(setup);
    return answer;
  }

  /** A transfer over another endpoint. Context: process. Linux: usb_bulk_msg. */
  *bulk(
    device: UsbNode,
    endpoint: number,
    buffer: number,
    bytes: number,
    timeoutMs: number,
  ): Sleeping<number> {
    const urb = this.#parts.hcd.alloc();
    if (urb === undefined) return -ERRNO.ENOMEM;
    urb.device = device;
    urb.endpoint = endpoint;
    urb.buffer = buffer;
    urb.bufferBytes = bytes;
    return yield* this.#startAndWait(urb, timeoutMs);
  }

  /** What a device answers, or a negative errno. Context: process. */
  *read(
    device: UsbNode,
    request: ControlRequest,
    bytes: number,
    timeoutMs = CONTROL_TIMEOUT_MS,
  ): Sleeping<Uint8Array | number> {
    const { ram } = this.#parts;
    const buffer = this.#allocate(bytes);
    if (buffer === 0) return -ERRNO.ENOMEM;
    const count = yield* this.control(device, request, buffer, bytes, timeoutMs);
    const answer = count < 0 ? count : ram.loadBytes(buffer, count);
    this.#release(buffer);
    return answer;
  }

  /** Sends a device bytes: 0, or a negative errno. Context: process. */
  *write(
    device: UsbNode,
    request: ControlRequest,
    bytes: Readonly<Uint8Array>,
    timeoutMs = CONTROL_TIMEOUT_MS,
  ): Sleeping<number> {
    const { ram } = this.#parts;
    const buffer = this.#allocate(Math.max(1, bytes.length));
    if (buffer === 0) return -ERRNO.ENOMEM;
    ram.bytes.set(bytes, ram.toPhysical(buffer));
    const errno = yield* this.control(device, request, buffer, bytes.length, timeoutMs);
    this.#release(buffer);
    return Math.min(0, errno);
  }

  /** Makes an URB of a request with bytes, for which `memory` has room behind the setup packet. */
  prepare(
    urb: Urb,
    device: UsbNode,
    memory: number,
    request: ControlRequest,
    bytes: Readonly<Uint8Array>,
  ): void {
    const { ram } = this.#parts;
    const at = ram.toPhysical(memory);
    ram.bytes.set(setupBytes(request, bytes.length), at);
    ram.bytes.set(bytes, at + USB_SETUP_BYTES);
    urb.device = device;
    urb.endpoint = request.type & USB_DIR_IN;
    urb.setup = memory;
    urb.buffer = memory + USB_SETUP_BYTES;
    urb.bufferBytes = bytes.length;
  }

  /** A request without data: 0, or a negative errno. Context: process. */
  *tell(
    device: UsbNode,
    type: number,
    request: number,
    value: number,
    index = 0,
  ): Sleeping<number> {
    const errno = yield* this.control(
      device,
      { type, request, value, index },
      0,
      0,
      CONTROL_TIMEOUT_MS,
    );
    return Math.min(0, errno);
  }

  /** Tries three times. Linux: usb_get_descriptor. */
  *descriptor(
    device: UsbNode,
    kind: number,
    index: number,
    bytes: number,
    language = 0,
  ): Sleeping<Uint8Array | number> {
    const request = {
      type: USB_DIR_IN,
      request: USB_REQ.GET_DESCRIPTOR,
      value: (kind << 8) | index,
      index: language,
    };
    let answer: Uint8Array | number = -ERRNO.EIO;
    for (let attempt = 0; attempt < DESCRIPTOR_TRIES; attempt++) {
      answer = yield* this.read(device, request, bytes);
      if (answer === -ERRNO.ETIMEDOUT) return answer;
      if (typeof answer === 'number' || answer.length === 0) continue;
      if (answer.length > 1 && answer[1] !== kind) answer = -ERRNO.ENODATA;
      else break;
    }
    return answer;
  }

  /** Empty when the device has no such string, or cannot say. Linux: usb_cache_string. */
  *string(device: UsbNode, index: number): Sleeping<string> {
    if (index === 0) return '';
    device.language ??= yield* this.#readLanguage(device);
    if (device.language < 0) return '';
    const bytes = yield* this.#readString(device, index, device.language);
    if (typeof bytes === 'number') return '';
    let text = '';
    for (let at = 2; at + 1 < bytes.length; at += 2) {
      const unit = bytes[at]! | (bytes[at + 1]! << 8);
      if (unit === 0) break;
      text += String.fromCharCode(unit);
    }
    return text.replaceAll(LONE_SURROGATE, '');
  }

  /** The first of its languages, or -1 when it has no strings. Linux: usb_get_langid. */
  *#readLanguage(device: UsbNode): Sleeping<number> {
    const { printk } = this.#parts;
    const bytes = yield* this.#readString(device, 0, 0);
    if (typeof bytes !== 'number' && bytes.length >= 4) return bytes[2]! | (bytes[3]! << 8);
    if (typeof bytes !== 'number' || bytes === -ERRNO.ENODATA) {
      printk.err(
        `usb ${device.name}: language id specifier not provided by device, defaulting to English`,
      );
      return USB_LANGUAGE_EN_US;
    }
    printk.err(`usb ${device.name}: string descriptor 0 read error: ${bytes}`);
    return -1;
  }

  /** Its bytes, without what comes behind its end. Linux: usb_string_sub. */
  *#readString(device: UsbNode, index: number, language: number): Sleeping<Uint8Array | number> {
    const ask = (bytes: number): Sleeping<Uint8Array | number> =>
      this.descriptor(device, USB_DT.STRING, index, bytes, language);
    let bytes = yield* ask(STRING_BYTES_MAX);
    if (typeof bytes === 'number' || bytes.length < 2) {
      bytes = yield* ask(2);
      if (typeof bytes !== 'number' && bytes.length === 2) bytes = yield* ask(bytes[0]!);
    }
    if (typeof bytes === 'number') return bytes;
    const length = Math.min(bytes.length, bytes[0] ?? 0) & ~1;
    return length < 2 ? -ERRNO.EINVAL : bytes.subarray(0, length);
  }

  /** After a stall. Linux: usb_clear_halt. */
  *clearHalt(device: UsbNode, endpoint: number): Sleeping<number> {
    const type = USB_TYPE.STANDARD | USB_RECIP.ENDPOINT;
    const { CLEAR_FEATURE } = USB_REQ;
    return yield* this.tell(device, type, CLEAR_FEATURE, USB_FEATURE.ENDPOINT_HALT, endpoint);
  }

  /** Linux: usb_start_wait_urb. */
  *#startAndWait(urb: Urb, timeoutMs: number): Sleeping<number> {
    const { hcd, sim } = this.#parts;
    let isDone = false;
    urb.complete = () => {
      isDone = true;
      this.#done.wakeAll();
    };
    let errno = hcd.submit(urb);
    if (errno === 0) {
      const endNs = timeoutMs > 0 ? sim.now() + timeoutMs * NS_PER_MS : Infinity;
      while (!isDone && sim.now() < endNs) {
        if (endNs === Infinity) yield* this.#done.sleep();
        else yield* this.#done.sleepUntil(endNs);
      }
      if (!isDone) {
        yield* hcd.kill(urb);
        // One that ended at the last moment has ended.
        errno = urb.status === -ERRNO.ENOENT ? -ERRNO.ETIMEDOUT : urb.status;
      } else errno = urb.status;
    }
    const answer = errno < 0 ? errno : urb.actualBytes;
    hcd.free(urb);
    return answer;
  }

  #allocate(bytes: number): number {
    const { slabs, owned } = this.#parts;
    const pointer = slabs.kmalloc(bytes);
    if (pointer !== 0) owned.add(pointer);
    return pointer;
  }

  #release(pointer: number): void {
    const { slabs, owned } = this.#parts;
    owned.delete(pointer);
    slabs.kfree(pointer);
  }
}

function setupBytes({ type, request, value, index }: ControlRequest, bytes: number): Uint8Array {
  const packet = new Uint8Array(USB_SETUP_BYTES);
  const view = new DataView(packet.buffer);
  view.setUint8(0, type);
  view.setUint8(1, request);
  view.setUint16(2, value, true);
  view.setUint16(4, index, true);
  view.setUint16(6, bytes, true);
  return packet;
}
