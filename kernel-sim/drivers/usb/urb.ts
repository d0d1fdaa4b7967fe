// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A request for one transfer, which its driver submits, waits for, and may submit again.
 *
 * What is sent and where an answer goes are addresses of the kernel's memory, which belongs to the
 * host controller for as long as the URB is under way.
 *
 * Linux: struct urb, drivers/usb/core/urb.c.
 */
import type { HostTransfer } from '../../hw/usb/host-controller.ts';
import type { MaySwitch } from '../../uapi/coroutine.ts';
import type { UsbNode } from './usb-node.ts';

/** sizeof(struct urb), on x86-64. */
export const URB_BYTES = 192;

/** Called when the transfer has ended, one way or another. Context: softirq. */
export type UrbCompletion = (urb: Urb) => MaySwitch<void>;

export class Urb {
  /** Its memory; 0 once it is free. */
  object: number;
  device: UsbNode | undefined = undefined;
  /** `bEndpointAddress`; 0 or 0x80 of endpoint 0, by the direction of the data. */
  endpoint = 0;
  /** Where the eight bytes lie that begin a control transfer; 0 of others. */
  setup = 0;
  buffer = 0;
  bufferBytes = 0;
  /** URB. */
  flags = 0;
  complete: UrbCompletion = () => undefined;
  /** The line of a driver that it is for; 0: the one that submits it. */
  site = 0;

  // What came of it.

  /** 0, or a negative errno; -EINPROGRESS while it is under way. */
  status = 0;
  actualBytes = 0;

  // Kept by the core.

  /** Holders: who allocated it, and the core while it is under way. Linux: kref. */
  references = 1;
  /** Submitted, and `complete` has not returned. Linux: use_count. */
  uses = 0;
  /** Submitting it fails, as long as somebody kills it. Linux: reject. */
  rejections = 0;
  anchor: UrbAnchor | undefined = undefined;
  /** The line that it was submitted for. */
  submitSite = 0;
  /** What the controller has of it. Linux: hcpriv. */
  transfer: HostTransfer | undefined = undefined;
  /** How it is to end, since somebody took it back; 0 else. Linux: unlinked. */
  unlinked = 0;

  constructor(object: number) {
    this.object = object;
  }

  get isIn(): boolean {
    return (this.endpoint & 0x80) !== 0;
  }
}

/** URBs that are under way together, so that all of them can be ended. Linux: struct usb_anchor. */
export class UrbAnchor {
  readonly urbs = new Set<Urb>();

  /** Until it has ended. Linux: usb_anchor_urb. */
  add(urb: Urb): void {
    UrbAnchor.remove(urb);
    urb.anchor = this;
    this.urbs.add(urb);
  }

  /** Linux: usb_unanchor_urb. */
  static remove(urb: Urb): void {
    urb.anchor?.urbs.delete(urb);
    urb.anchor = undefined;
  }
}
