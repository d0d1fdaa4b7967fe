// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What a device tells by its interrupt endpoint, for as long as somebody listens.
 *
 * Linux: intr_complete, usbnet_status_start (drivers/net/usb/usbnet.c).
 */
import type { Hcd } from '../../usb/hcd.ts';
import type { Urb } from '../../usb/urb.ts';
import type { UsbEndpointInfo, UsbNode } from '../../usb/usb-node.ts';
import type { SlabAllocator } from '../../../mm/kmalloc.ts';
import type { OwnedPointers } from '../../../mm/owned-pointers.ts';
import { finished } from '../../../lib/coroutine.ts';
import type { MaySwitch, Sleeping, Switching } from '../../../uapi/coroutine.ts';
import { ERRNO } from '../../../uapi/errno.ts';

/** As often in a row it may fail before nobody asks any more: it is most likely gone. */
const ERRORS_MAX = 10;

export interface EventListenerParts {
  readonly hcd: Hcd;
  readonly slabs: SlabAllocator;
  readonly owned: OwnedPointers;
}

export class EventListener {
  readonly #parts: EventListenerParts;
  readonly #device: UsbNode;
  readonly #endpoint: UsbEndpointInfo;
  readonly #tell: (bytes: Uint8Array) => MaySwitch<void>;
  #urb: Urb | undefined;
  #errors = 0;

  /** `tell` is given what came. Context: softirq. */
  constructor(
    parts: EventListenerParts,
    device: UsbNode,
    endpoint: UsbEndpointInfo,
    tell: (bytes: Uint8Array) => MaySwitch<void>,
  ) {
    this.#parts = parts;
    this.#device = device;
    this.#endpoint = endpoint;
    this.#tell = tell;
  }

  /** 0 or a negative errno. Context: process. */
  start(): number {
    const { hcd, slabs, owned } = this.#parts;
    const bytes = Math.max(1, this.#endpoint.packetBytes);
    const buffer = slabs.kmalloc(bytes);
    const urb = buffer === 0 ? undefined : hcd.alloc();
    if (urb === undefined) {
      slabs.kfree(buffer);
      return -ERRNO.ENOMEM;
    }
    owned.add(buffer);
    urb.device = this.#device;
    urb.endpoint = this.#endpoint.address;
    urb.buffer = buffer;
    urb.bufferBytes = bytes;
    urb.complete = () => this.#happened(urb);
    this.#errors = 0;
    const errno = hcd.submit(urb);
    if (errno === 0) this.#urb = urb;
    else this.#free(urb);
    return errno;
  }

  /** Nothing is told any more when this is over. Context: process. */
  *stop(): Sleeping<void> {
    const urb = this.#urb;
    if (urb === undefined) return;
    yield* this.#parts.hcd.kill(urb);
    this.#urb = undefined;
    this.#free(urb);
  }

  /** Context: softirq. */
  *#happened(urb: Urb): Switching<void> {
    const { hcd, slabs } = this.#parts;
    const { status, actualBytes, buffer } = urb;
    if (status === -ERRNO.ENOENT || status === -ERRNO.ESHUTDOWN) return;
    this.#errors = status === 0 ? 0 : this.#errors + 1;
    if (status === 0) yield* finished(this.#tell(slabs.ram.loadBytes(buffer, actualBytes)));
    if (this.#errors < ERRORS_MAX) hcd.submit(urb);
  }

  #free(urb: Urb): void {
    const { hcd, slabs, owned } = this.#parts;
    owned.delete(urb.buffer);
    slabs.kfree(urb.buffer);
    hcd.free(urb);
  }
}
