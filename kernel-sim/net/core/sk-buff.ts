// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Socket buffers: packets on their way through the kernel.
 *
 *     head          data              tail           end
 *      | headroom    | the packet      | tailroom     |
 *
 * The data lie in the machine's memory, allocated like any other, so that whoever reads or writes
 * past them, or after they were freed, is told so. `push` grows the packet at its front, where a
 * layer puts its header, `put` at its end; `pull` and `trim` are the other way round. The structure
 * itself is a slab object of Linux's size with its mirror here.
 *
 * Differs from Linux: data are always in one piece; what clones share about them is kept here and
 * not behind `end`, so that a byte too many is reported and does not overwrite it.
 *
 * Linux: include/linux/skbuff.h, net/core/skbuff.c.
 */
import type { Ram } from '../../hw/ram/ram.ts';
import type { SlabAllocator } from '../../mm/kmalloc.ts';
import type { SlabCache } from '../../mm/slab.ts';
import { GFP } from '../../uapi/gfp.ts';
import { PACKET } from '../../uapi/if-ether.ts';
import { foldChecksum, foldSum, sumBytes } from './checksum.ts';
import type { NetDevice } from './net-device.ts';

/** How far a packet's checksum has been looked at, or made. Linux: CHECKSUM_*. */
export const CHECKSUM = {
  /** Received: not looked at. To be sent: complete, or not wanted. */
  NONE: 0,
  /** The hardware has found it right. */
  UNNECESSARY: 1,
  /** The hardware has summed up all that follows the link layer, into `csum`. */
  COMPLETE: 2,
  /** To be sent: from `csumStart` on, the sum belongs at `csumOffset`. */
  PARTIAL: 3,
} as const;

/** Room for the longest headers that a packet may get on its way down. Linux: MAX_TCP_HEADER. */
export const MAX_HEADER = 128;
/** Room that drivers leave in front, so that an IP header is aligned. Linux: NET_SKB_PAD. */
export const NET_SKB_PAD = 32;
/** So that what follows an Ethernet header is aligned. */
export const NET_IP_ALIGN = 2;

/** sizeof(struct sk_buff), on x86-64. */
const SKBUFF_BYTES = 232;
/** What a small packet's data lie in. Linux: SKB_SMALL_HEAD_CACHE_SIZE. */
const SMALL_HEAD_BYTES = 640;

/** Who is charged for a packet, and gets its memory back. Linux: struct sock. */
export interface SkBuffOwner {
  /** The packet is gone, or belongs to another. Linux: sock_wfree, sock_rfree. */
  released(skb: SkBuff): void;
}

/** The data that clones share. */
interface SharedData {
  references: number;
}

export class SkBuff {
  // Pointers.
  head = 0;
  data = 0;
  tail = 0;
  end = 0;
  macHeader = 0;
  networkHeader = 0;
  transportHeader = 0;

  /** Where it came in, or goes out. */
  dev: NetDevice | undefined = undefined;
  /** ETH_P, in host order. */
  protocol = 0;
  /** PACKET. */
  pktType: number = PACKET.HOST;
  /** CHECKSUM. */
  ipSummed: number = CHECKSUM.NONE;
  csum = 0;
  /** From `head` on. */
  csumStart = 0;
  /** From `csumStart` on. */
  csumOffset = 0;
  priority = 0;
  mark = 0;
  /** When it came in. */
  timestampNs = 0;
  /** Number of the interface that it came in by, for who asks after `dev` has changed. */
  ifIndexIn = 0;
  /** Memory that it stands for. */
  truesize = 0;
  /** The line of a driver that was the last to put something in front; 0 for none. */
  site = 0;
  /** Who is charged for it. */
  sock: SkBuffOwner | undefined = undefined;
  /** For the layer that has it. Linux: skb->cb. */
  control: unknown = undefined;
  /** The next one of a list that it is in. */
  next: SkBuff | undefined = undefined;

  /** The slab object that it is; 0 once it is free. */
  object = 0;
  shared: SharedData = { references: 1 };
  readonly #ram: Ram;
  readonly #buffers: SkBuffs;

  /** Only for SkBuffs. */
  constructor(buffers: SkBuffs, ram: Ram) {
    this.#buffers = buffers;
    this.#ram = ram;
  }

  get length(): number {
    return this.tail - this.data;
  }

  get headroom(): number {
    return this.data - this.head;
  }

  get tailroom(): number {
    return this.end - this.tail;
  }

  /** Others have the same data: they must not be changed. Linux: skb_cloned. */
  get isCloned(): boolean {
    return this.shared.references > 1;
  }

  /** Moves an empty packet away from the head. Linux: skb_reserve. */
  reserve(bytes: number): void {
    this.data += bytes;
    this.tail += bytes;
  }

  /** More at the end: where it begins. Oopses: beyond the buffer. Linux: skb_put. */
  put(bytes: number): number {
    const at = this.tail;
    this.tail += bytes;
    if (this.tail > this.end || bytes < 0) this.#buffers.onPanic('over', this, bytes);
    return at;
  }

  /** The same, with bytes of another packet: `at` counts from its data. Linux: skb_put_data. */
  putFrom(other: SkBuff, at: number, bytes: number): void {
    this.#ram.memcpy(this.put(bytes), other.data + at, bytes);
  }

  /** More in front: the new beginning. Oopses: beyond the buffer. Linux: skb_push. */
  push(bytes: number): number {
    this.data -= bytes;
    if (this.data < this.head || bytes < 0) this.#buffers.onPanic('under', this, bytes);
    return this.data;
  }

  /** Less in front: the new beginning, or 0 when there is not so much. Linux: skb_pull. */
  pull(bytes: number): number {
    if (bytes > this.length || bytes < 0) return 0;
    this.data += bytes;
    return this.data;
  }

  /** Cuts it to so many bytes, if it is longer. Linux: skb_trim. */
  trim(bytes: number): void {
    if (bytes >= 0 && bytes < this.length) this.tail = this.data + bytes;
  }

  // What is in it. `at` counts from `data`; words are in network order, unsigned.

  load8(at: number): number {
    return this.#ram.load8(this.data + at);
  }

  load16(at: number): number {
    const value = this.#ram.load16(this.data + at);
    return ((value & 0xff) << 8) | (value >>> 8);
  }

  load32(at: number): number {
    return swap32(this.#ram.load32(this.data + at));
  }

  store8(at: number, value: number): void {
    this.#ram.store8(this.data + at, value);
  }

  store16(at: number, value: number): void {
    this.#ram.store16(this.data + at, ((value & 0xff) << 8) | ((value >>> 8) & 0xff));
  }

  store32(at: number, value: number): void {
    this.#ram.store32(this.data + at, swap32(value));
  }

  /** Writes bytes into the packet. */
  copyIn(at: number, bytes: Uint8Array): void {
    this.#ram.storeBytes(this.data + at, bytes);
  }

  /** A copy of bytes of the packet. */
  copyOut(at: number, bytes: number): Uint8Array {
    return this.#ram.loadBytes(this.data + at, bytes);
  }

  /** All of it. */
  bytes(): Uint8Array {
    return this.copyOut(0, this.length);
  }

  /** The sum of its bytes, checked once and not folded: checksum.ts. Linux: skb_checksum. */
  checksum(at: number, bytes: number, initial = 0): number {
    const ram = this.#ram;
    const pointer = this.data + at;
    ram.checkRange(pointer, bytes, false);
    if (!ram.holds(pointer, Math.max(1, bytes))) return initial;
    return sumBytes(ram.view, ram.toPhysical(pointer), bytes, initial);
  }

  /** Makes the sum that was left to a device. Linux: skb_checksum_help. */
  finishChecksum(): void {
    if (this.ipSummed !== CHECKSUM.PARTIAL) return;
    this.ipSummed = CHECKSUM.NONE;
    const start = this.head + this.csumStart - this.data;
    const at = start + this.csumOffset;
    // The field holds what it is to begin with: it sums up itself.
    const sum = foldChecksum(this.checksum(start, this.length - start));
    this.store16(at, sum === 0 ? 0xffff : sum);
  }

  /**
   * Its device has summed up all bytes from `at` to the end: `sum` is that, not folded. Before
   * anything is cut off. Linux: CHECKSUM_COMPLETE.
   */
  setDeviceSum(at: number, sum: number): void {
    this.ipSummed = CHECKSUM.COMPLETE;
    this.csum = sum;
    this.csumStart = this.data + at - this.head;
    this.csumOffset = this.length - at;
  }

  /**
   * Whether its bytes and the sum of a pseudo-header add up: by what its device says, or by what
   * is in memory. Linux: __skb_checksum_validate, __skb_checksum_complete.
   */
  addsUp(pseudoSum: number): boolean {
    const told = this.#deviceSum();
    if (told !== undefined && foldSum(told + pseudoSum) === 0xffff) return true;
    const isRight = foldSum(this.checksum(0, this.length, pseudoSum)) === 0xffff;
    if (isRight && told !== undefined) this.#buffers.onWrongSum(this);
    return isRight;
  }

  /** Of its bytes, as the device has it: without headers that were taken off, and padding. */
  #deviceSum(): number | undefined {
    if (this.ipSummed !== CHECKSUM.COMPLETE) return undefined;
    const before = this.data - this.head - this.csumStart;
    const after = this.csumStart + this.csumOffset + this.head - this.tail;
    // Words do not lie across what was cut off.
    const isOdd = (before & 1) !== 0 || (after > 0 && (this.length & 1) !== 0);
    if (before < 0 || after < 0 || isOdd) return undefined;
    const cut = this.checksum(-before, before, this.checksum(this.length, after));
    return this.csum + 0xffff - foldSum(cut);
  }

  /** Nobody is charged for it any more. Linux: skb_orphan. */
  orphan(): void {
    const { sock } = this;
    this.sock = undefined;
    sock?.released(this);
  }
}

/** What becomes of a packet that grows out of its buffer. */
export type SkBuffPanic = (kind: 'over' | 'under', skb: SkBuff, bytes: number) => void;

export class SkBuffs {
  /** Does not come back: an oops. */
  /** A device has summed up a packet wrongly. Linux: netdev_rx_csum_fault. */
  onWrongSum: (skb: SkBuff) => void = () => undefined;
  onPanic: SkBuffPanic = (kind) => {
    throw new RangeError(`skb_${kind}_panic`);
  };
  /** How many there are. */
  live = 0;
  /** How many were thrown away, by why. Linux: enum skb_drop_reason. */
  readonly drops = new Map<string, number>();
  readonly #slabs: SlabAllocator;
  readonly #heads: SlabCache;
  readonly #smallData: SlabCache;

  constructor(slabs: SlabAllocator) {
    this.#slabs = slabs;
    this.#heads = slabs.createCache('skbuff_head_cache', SKBUFF_BYTES);
    this.#smallData = slabs.createCache('skbuff_small_head', SMALL_HEAD_BYTES);
  }

  get ram(): Ram {
    return this.#slabs.ram;
  }

  /** An empty packet with room for so many bytes, or undefined without memory. Linux: alloc_skb. */
  alloc(bytes: number, gfp: number = GFP.GFP_ATOMIC): SkBuff | undefined {
    const data = this.#allocData(bytes, gfp);
    if (data === 0) return undefined;
    const object = this.#slabs.alloc(this.#heads, gfp);
    if (object === 0) {
      this.#slabs.kfree(data);
      return undefined;
    }
    const skb = new SkBuff(this, this.ram);
    skb.object = object;
    skb.head = data;
    skb.data = data;
    skb.tail = data;
    skb.end = data + bytes;
    skb.truesize = SKBUFF_BYTES + Math.max(bytes, SMALL_HEAD_BYTES);
    this.live++;
    return skb;
  }

  /** Another packet with the same data, or undefined. Nobody is charged. Linux: skb_clone. */
  clone(skb: SkBuff, gfp: number = GFP.GFP_ATOMIC): SkBuff | undefined {
    const object = this.#slabs.alloc(this.#heads, gfp);
    if (object === 0) return undefined;
    const clone = new SkBuff(this, this.ram);
    copyFields(clone, skb);
    clone.object = object;
    clone.head = skb.head;
    clone.end = skb.end;
    clone.data = skb.data;
    clone.tail = skb.tail;
    clone.macHeader = skb.macHeader;
    clone.networkHeader = skb.networkHeader;
    clone.transportHeader = skb.transportHeader;
    clone.shared = skb.shared;
    clone.shared.references++;
    this.live++;
    return clone;
  }

  /** A packet with data of its own, and at least so much room in front. Linux: skb_copy_expand. */
  copy(skb: SkBuff, headroom = skb.headroom, gfp: number = GFP.GFP_ATOMIC): SkBuff | undefined {
    // Headers that were pulled stay in front of the data.
    const before = Math.min(headroom, skb.headroom);
    const copy = this.alloc(headroom + skb.length + skb.tailroom, gfp);
    if (copy === undefined) return undefined;
    copyFields(copy, skb);
    copy.reserve(headroom);
    copy.put(skb.length);
    this.ram.memcpy(copy.data - before, skb.data - before, before + skb.length);
    const moved = copy.data - skb.data;
    const place = (pointer: number): number =>
      pointer === 0 || pointer < skb.data - before ? 0 : pointer + moved;
    copy.macHeader = place(skb.macHeader);
    copy.networkHeader = place(skb.networkHeader);
    copy.transportHeader = place(skb.transportHeader);
    copy.csumStart = skb.csumStart + skb.head + moved - copy.head;
    return copy;
  }

  /** Throws a packet away that should have got further. Linux: kfree_skb_reason. */
  free(skb: SkBuff, reason = 'NOT_SPECIFIED'): void {
    this.drops.set(reason, (this.drops.get(reason) ?? 0) + 1);
    this.consume(skb);
  }

  /** Gives a packet back that has done its work. Linux: consume_skb. */
  consume(skb: SkBuff): void {
    skb.orphan();
    const { object, shared, head } = skb;
    if (object !== 0) this.live--;
    skb.object = 0;
    // A second free is the slab's to report.
    this.#slabs.kfree(object === 0 ? head : object);
    if (object === 0) return;
    shared.references--;
    if (shared.references === 0) this.#slabs.kfree(head);
  }

  #allocData(bytes: number, gfp: number): number {
    if (bytes <= 0) return 0;
    return bytes <= SMALL_HEAD_BYTES
      ? this.#slabs.allocRequested(this.#smallData, bytes, gfp)
      : this.#slabs.kmalloc(bytes, gfp);
  }
}

/** All but where its data lie. */
function copyFields(to: SkBuff, from: SkBuff): void {
  to.dev = from.dev;
  to.protocol = from.protocol;
  to.pktType = from.pktType;
  to.ipSummed = from.ipSummed;
  to.csum = from.csum;
  to.csumStart = from.csumStart;
  to.csumOffset = from.csumOffset;
  to.priority = from.priority;
  to.mark = from.mark;
  to.timestampNs = from.timestampNs;
  to.ifIndexIn = from.ifIndexIn;
  to.truesize = from.truesize;
  to.control = from.control;
}

function swap32(value: number): number {
  return (
    (((value & 0xff) << 24) |
      ((value & 0xff00) << 8) |
      ((value >>> 8) & 0xff00) |
      ((value >>> 24) & 0xff)) >>>
    0
  );
}
