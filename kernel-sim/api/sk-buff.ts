// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Packets.
 *
 * @subpath kernel/net
 */
import {
  CHECKSUM,
  NET_IP_ALIGN,
  NET_SKB_PAD,
  type SkBuff as CoreSkBuff,
} from '../net/core/sk-buff.ts';
import { GFP } from '../uapi/gfp.ts';
import type { ApiContext } from './context.ts';
import type { Mut, Own, Ref } from './ownership.ts';
import type { VoidPtr } from './raw-pointer.ts';
import { pointerTo, sizeOf } from './raw-value.ts';

/**
 * Where a checksum is to be made, in bytes from the first one of a packet.
 *
 * @public
 */
export interface PartialChecksum {
  /** Where summing begins. */
  readonly start: number;
  /** Where the result goes, from `start` on. */
  readonly offset: number;
}

/**
 * A packet, which belongs to whoever holds it. Dropping it frees it. Offsets count from its first
 * byte; whatever lies beyond its end is a panic.
 *
 * Linux: struct sk_buff.
 *
 * @public
 */
export class SkBuff {
  readonly #context: ApiContext;
  #skb: CoreSkBuff | undefined;

  /** @internal */
  constructor(context: ApiContext, skb: CoreSkBuff) {
    this.#context = context;
    this.#hold(skb);
  }

  #hold(skb: CoreSkBuff): void {
    this.#skb = skb;
    const { ownedPointers } = this.#context.services;
    ownedPointers.add(skb.object);
    ownedPointers.add(skb.head);
  }

  /**
   * The packet, which is somebody else's from now on.
   *
   * @internal
   */
  static take(value: SkBuff): CoreSkBuff {
    const skb = value.#packet();
    value.#skb = undefined;
    const { ownedPointers } = value.#context.services;
    ownedPointers.delete(skb.object);
    ownedPointers.delete(skb.head);
    return skb;
  }

  /** @internal */
  static peek(value: SkBuff): CoreSkBuff {
    return value.#packet();
  }

  /** How many bytes it has. Linux: skb->len. */
  get length(): number {
    return this.#packet().length;
  }

  /** How many bytes `push` may still put in front. Linux: skb_headroom. */
  get headroom(): number {
    return this.#packet().headroom;
  }

  /** How many bytes `put` may still add. Linux: skb_tailroom. */
  get tailroom(): number {
    return this.#packet().tailroom;
  }

  /**
   * Its first byte, for raw code: `push`, `pull` and `try_cow_head` move it, and nobody looks after
   * its end but KASAN. Context: any. Linux: skb->data.
   *
   * @symbol none
   */
  as_ptr(this: Ref<SkBuff>): VoidPtr {
    return pointerTo(this.#packet().data);
  }

  /**
   * What is left of its checksum, if the device makes it: the sum of all bytes from `start` on
   * belongs at `start + offset`, where the sum of what is not in the packet stands already. Linux:
   * CHECKSUM_PARTIAL.
   */
  get partial_checksum(): PartialChecksum | null {
    const { ipSummed, head, data, csumStart, csumOffset } = this.#packet();
    if (ipSummed !== CHECKSUM.PARTIAL) return null;
    return { start: head + csumStart - data, offset: csumOffset };
  }

  /**
   * Makes the checksum that was left to the device. Context: any. Linux: skb_checksum_help.
   *
   * @symbol skb_checksum_help
   */
  finish_checksum(this: Mut<SkBuff>): void {
    this.#packet().finishChecksum();
  }

  /**
   * The device has summed up all bytes from `offset` to the end, which are those behind the header
   * of the link: `sum` has 16 bits, or more. Who checks the packet then need not do so again.
   * Linux: CHECKSUM_COMPLETE.
   *
   * @symbol none
   */
  set_checksum_complete(this: Mut<SkBuff>, offset: number, sum: number): void {
    this.#packet(offset, 0).setDeviceSum(offset, sizeOf(sum));
  }

  /** ETH_P_*: what the stack has set of a packet to send. Linux: skb->protocol. */
  get protocol(): number {
    return this.#packet().protocol;
  }

  /** What it carries, as who made it knows. */
  set protocol(protocol: number) {
    this.#packet().protocol = protocol & 0xffff;
  }

  /**
   * Adds bytes at the end, which are whatever was there. More than there is room for is an oops.
   * Context: any. Linux: skb_put.
   */
  put(this: Mut<SkBuff>, bytes: number): void {
    this.#packet().put(sizeOf(bytes));
  }

  /** Adds bytes in front. More than there is room for is an oops. Context: any. Linux: skb_push. */
  push(this: Mut<SkBuff>, bytes: number): void {
    const skb = this.#packet();
    skb.push(sizeOf(bytes));
    skb.site = this.#context.services.runtime.site;
  }

  /** Takes bytes off the front; false when it has not so many. Context: any. Linux: skb_pull. */
  pull(this: Mut<SkBuff>, bytes: number): boolean {
    return this.#packet().pull(sizeOf(bytes)) !== 0;
  }

  /** Cuts it to so many bytes, if it has more. Context: any. Linux: skb_trim. */
  trim(this: Mut<SkBuff>, bytes: number): void {
    this.#packet().trim(sizeOf(bytes));
  }

  /**
   * A byte of it.
   *
   * @symbol none
   */
  load8(this: Ref<SkBuff>, offset: number): number {
    return this.#packet(offset, 1).load8(offset);
  }

  /**
   * Two bytes of it, in network order.
   *
   * @symbol none
   */
  load16(this: Ref<SkBuff>, offset: number): number {
    return this.#packet(offset, 2).load16(offset);
  }

  /**
   * Four bytes of it, in network order.
   *
   * @symbol none
   */
  load32(this: Ref<SkBuff>, offset: number): number {
    return this.#packet(offset, 4).load32(offset);
  }

  /**
   * Four bytes of it, the lowest first.
   *
   * @symbol none
   */
  load32_le(this: Ref<SkBuff>, offset: number): number {
    return swapped(this.#packet(offset, 4).load32(offset));
  }

  /**
   * Writes a byte of it.
   *
   * @symbol none
   */
  store8(this: Mut<SkBuff>, offset: number, value: number): void {
    this.#packet(offset, 1).store8(offset, value);
  }

  /**
   * Writes two bytes of it, in network order.
   *
   * @symbol none
   */
  store16(this: Mut<SkBuff>, offset: number, value: number): void {
    this.#packet(offset, 2).store16(offset, value);
  }

  /**
   * Writes four bytes of it, in network order.
   *
   * @symbol none
   */
  store32(this: Mut<SkBuff>, offset: number, value: number): void {
    this.#packet(offset, 4).store32(offset, value);
  }

  /**
   * Writes four bytes of it, the lowest first.
   *
   * @symbol none
   */
  store32_le(this: Mut<SkBuff>, offset: number, value: number): void {
    this.#packet(offset, 4).store32(offset, swapped(value));
  }

  /**
   * A packet of its own with so many of the bytes of this one, placed so that an IP header behind
   * an Ethernet header is aligned; null without memory. Context: any. Linux:
   * netdev_alloc_skb_ip_align and skb_put_data.
   *
   * @symbol __netdev_alloc_skb
   */
  try_copy(this: Ref<SkBuff>, offset: number, bytes: number): SkBuff | null {
    const source = this.#packet(offset, sizeOf(bytes));
    const copy = allocAligned(this.#context, bytes);
    if (copy === undefined) return null;
    copy.putFrom(source, offset, bytes);
    return new SkBuff(this.#context, copy);
  }

  /**
   * Makes sure that `push` may put so many bytes in front, and that they are nobody else's; the
   * packet is copied if need be. False without memory. Context: any. Linux: skb_cow_head.
   *
   * @symbol pskb_expand_head
   */
  try_cow_head(this: Mut<SkBuff>, bytes: number): boolean {
    const skb = this.#packet();
    const headroom = sizeOf(bytes);
    if (!skb.isCloned && skb.headroom >= headroom) return true;
    const { skbs } = this.#context.services.net();
    const copy = skbs.copy(skb, Math.max(headroom, NET_SKB_PAD), GFP.GFP_ATOMIC);
    if (copy === undefined) return false;
    skbs.consume(SkBuff.take(this));
    this.#hold(copy);
    return true;
  }

  /**
   * A copy of so many bytes. Context: any. Linux: skb_copy_bits.
   *
   * @symbol skb_copy_bits
   */
  read(this: Ref<SkBuff>, offset: number, bytes: number): Uint8Array {
    return this.#packet(offset, sizeOf(bytes)).copyOut(offset, bytes);
  }

  /**
   * Writes bytes over what it has. Context: any. Linux: skb_store_bits.
   *
   * @symbol skb_store_bits
   */
  write(this: Mut<SkBuff>, offset: number, bytes: Uint8Array): void {
    this.#packet(offset, bytes.length).copyIn(offset, bytes);
  }

  /**
   * Frees it and counts it as thrown away, where dropping counts it as done. Context: any. Linux:
   * kfree_skb.
   *
   * @symbol sk_skb_reason_drop
   */
  discard(this: Own<SkBuff>): void {
    this.#context.services.net().skbs.free(SkBuff.take(this));
  }

  /**
   * Context: any. Linux: consume_skb.
   *
   * @symbol consume_skb
   */
  [Symbol.dispose](): void {
    if (this.#skb !== undefined) this.#context.services.net().skbs.consume(SkBuff.take(this));
  }

  /** Panics when it has gone, or does not have these bytes. */
  #packet(offset = 0, bytes = 0): CoreSkBuff {
    const skb = this.#skb;
    if (skb === undefined) throw new Error('use of an SkBuff that was moved or dropped');
    if (Number.isInteger(offset) && offset >= 0 && offset + bytes <= skb.length) return skb;
    throw new Error(`${bytes} bytes at ${offset} of a packet of ${skb.length}`);
  }
}

function allocAligned(context: ApiContext, bytes: number): CoreSkBuff | undefined {
  const room = NET_SKB_PAD + NET_IP_ALIGN + bytes;
  const skb = context.services.net().skbs.alloc(room, GFP.GFP_ATOMIC);
  skb?.reserve(NET_SKB_PAD + NET_IP_ALIGN);
  return skb;
}

function swapped(value: number): number {
  const low = ((value & 0xff) << 24) | ((value & 0xff00) << 8);
  return (low | ((value >>> 8) & 0xff00) | (value >>> 24)) >>> 0;
}

/** @statics SkBuff */
export class SkBuffStatics {
  readonly #context: ApiContext;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * A packet without bytes that has room for so many, placed so that an IP header behind an
   * Ethernet header is aligned; null without memory. Context: any. Linux:
   * netdev_alloc_skb_ip_align.
   *
   * @symbol __netdev_alloc_skb
   */
  try_alloc(bytes: number): SkBuff | null {
    const skb = allocAligned(this.#context, sizeOf(bytes));
    return skb === undefined ? null : new SkBuff(this.#context, skb);
  }
}
