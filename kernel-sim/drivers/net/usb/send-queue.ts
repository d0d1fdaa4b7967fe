// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Packets of an adapter that are on their way to it, an URB for each.
 *
 * Linux: usbnet_start_xmit, tx_complete (drivers/net/usb/usbnet.c).
 */
import type { Hcd } from '../../usb/hcd.ts';
import type { Urb } from '../../usb/urb.ts';
import type { UsbEndpointInfo, UsbInterface } from '../../usb/usb-node.ts';
import type { NetCore } from '../../../net/core/net-core.ts';
import type { NetDevice } from '../../../net/core/net-device.ts';
import type { SkBuff } from '../../../net/core/sk-buff.ts';
import type { Sleeping } from '../../../uapi/coroutine.ts';
import { ERRNO } from '../../../uapi/errno.ts';
import { GFP } from '../../../uapi/gfp.ts';
import { URB } from '../../../uapi/usb.ts';

/** Bytes of packets under way in each direction. Linux: MAX_QUEUE_MEMORY. */
export const QUEUE_BYTES = 60 * 1518;

/** Whose packets they are. */
export interface Sender {
  readonly usbInterface: UsbInterface;
  readonly dev: NetDevice;
  readonly hardMtu: number;
}

/** Context: any. */
export interface SendEvents {
  /** The endpoint takes no more until somebody clears it. */
  readonly halted: () => void;
  /** There is room again. */
  readonly hasRoom: () => void;
}

export class SendQueue {
  readonly #core: NetCore;
  readonly #hcd: Hcd;
  readonly #sender: Sender;
  readonly #endpoint: UsbEndpointInfo;
  readonly #events: SendEvents;
  readonly #underWay = new Map<Urb, SkBuff>();

  constructor(
    { core, hcd }: { readonly core: NetCore; readonly hcd: Hcd },
    sender: Sender,
    endpoint: UsbEndpointInfo,
    events: SendEvents,
  ) {
    this.#core = core;
    this.#hcd = hcd;
    this.#sender = sender;
    this.#endpoint = endpoint;
    this.#events = events;
  }

  get endpoint(): number {
    return this.#endpoint.address;
  }

  get isFull(): boolean {
    return this.#underWay.size >= Math.floor(QUEUE_BYTES / this.#sender.hardMtu);
  }

  /** Takes a packet, which is counted with `payloadBytes`. Context: softirqs off. */
  send(skb: SkBuff, payloadBytes: number): void {
    const { stats } = this.#sender.dev;
    const urb = this.#hcd.alloc(GFP.GFP_ATOMIC);
    if (urb === undefined) {
      stats.txDropped++;
      this.#core.skbs.free(skb);
      return;
    }
    urb.device = this.#sender.usbInterface.device;
    urb.endpoint = this.#endpoint.address;
    urb.buffer = skb.data;
    urb.bufferBytes = skb.length;
    urb.site = skb.site;
    if (skb.length % this.#endpoint.packetBytes === 0) urb.flags |= URB.ZERO_PACKET;
    urb.complete = () => this.#sent(urb, payloadBytes);
    this.#underWay.set(urb, skb);
    const errno = this.#hcd.submit(urb);
    if (errno === 0) return;
    stats.txDropped++;
    this.#forget(urb);
    if (errno === -ERRNO.EPIPE) this.#events.halted();
  }

  /** Takes all of them back: soon nothing is under way. Context: any. */
  unlink(): void {
    for (const urb of this.#underWay.keys()) this.#hcd.unlink(urb);
  }

  /** The same, and waits for it. Context: process. */
  *stop(): Sleeping<void> {
    for (const urb of this.#underWay.keys()) yield* this.#hcd.kill(urb);
  }

  /** Context: softirq. */
  #sent(urb: Urb, payloadBytes: number): void {
    const { stats } = this.#sender.dev;
    if (urb.status === 0) {
      stats.txPackets++;
      stats.txBytes += payloadBytes;
    } else {
      stats.txErrors++;
      if (urb.status === -ERRNO.EPIPE) this.#events.halted();
    }
    this.#forget(urb);
    if (!this.isFull) this.#events.hasRoom();
  }

  #forget(urb: Urb): void {
    const skb = this.#underWay.get(urb);
    this.#underWay.delete(urb);
    if (skb !== undefined) this.#core.skbs.consume(skb);
    this.#hcd.free(urb);
  }
}
