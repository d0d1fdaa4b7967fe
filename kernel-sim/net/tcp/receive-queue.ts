// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What has arrived: bytes in order, which wait to be read, and bytes behind a gap, which wait for
 * what is missing.
 *
 * The two lists hold packets as they came, each with the part of it that counts. Those behind a gap
 * are in order and do not overlap; runs of them are what SACK tells the sender.
 *
 * Linux: sk_receive_queue, out_of_order_queue; tcp_queue_rcv, tcp_data_queue_ofo, tcp_ofo_queue.
 */
import type { SkBuff } from '../core/sk-buff.ts';
import { after, before, distance } from './seq.ts';

/** A packet, and which bytes of the stream are counted of it. */
export class ReceivedSegment {
  readonly skb: SkBuff;
  seq: number;
  endSeq: number;
  /** Where the byte `seq` lies. */
  data: number;
  /** The stream ends behind it. */
  isFin: boolean;
  next: ReceivedSegment | undefined = undefined;

  constructor(skb: SkBuff, seq: number, endSeq: number, isFin: boolean) {
    this.skb = skb;
    this.seq = seq;
    this.endSeq = endSeq;
    this.data = skb.data;
    this.isFin = isFin;
  }

  get length(): number {
    return distance(this.seq, this.endSeq);
  }

  /** Bytes before `seq` are there already. */
  trimFront(seq: number): void {
    if (!after(seq, this.seq)) return;
    this.data += distance(this.seq, seq);
    this.seq = seq;
  }

  /** Bytes from `endSeq` on do not count, nor does an end behind them. */
  trimBack(endSeq: number): void {
    if (!before(endSeq, this.endSeq)) return;
    this.endSeq = endSeq;
    this.isFin = false;
  }
}

export class ReceiveQueue {
  /** In order: what can be read. */
  head: ReceivedSegment | undefined = undefined;
  #tail: ReceivedSegment | undefined = undefined;
  /** Behind a gap. */
  gapHead: ReceivedSegment | undefined = undefined;
  #gapTail: ReceivedSegment | undefined = undefined;
  /** Memory of both lists, by truesize. */
  memoryBytes = 0;
  readonly #free: (skb: SkBuff) => void;
  /** Runs behind the gap, the one that grew last first: starts and ends. RFC 2018, section 4. */
  readonly sackBlocks: number[] = [];

  /** `free` takes packets that have been read, or that nobody wants. */
  constructor(free: (skb: SkBuff) => void) {
    this.#free = free;
  }

  get isEmpty(): boolean {
    return this.head === undefined;
  }

  get hasGap(): boolean {
    return this.gapHead !== undefined;
  }

  /** Behind all that is in order. Small packets move together where there is room. */
  append(segment: ReceivedSegment): void {
    const tail = this.#tail;
    if (tail !== undefined && coalesce(tail, segment)) {
      this.#free(segment.skb);
      return;
    }
    this.memoryBytes += segment.skb.truesize;
    segment.next = undefined;
    if (tail === undefined) this.head = segment;
    else tail.next = segment;
    this.#tail = segment;
  }

  /** Takes the first packet away, which has been read. */
  shift(): void {
    const segment = this.head!;
    this.head = segment.next;
    if (this.head === undefined) this.#tail = undefined;
    this.#drop(segment);
  }

  /** Keeps a packet behind a gap; false when all of its bytes were there already. */
  insert(segment: ReceivedSegment): boolean {
    this.memoryBytes += segment.skb.truesize;
    let last: ReceivedSegment | undefined;
    let at: ReceivedSegment | undefined;
    if (this.#gapTail !== undefined && !after(this.#gapTail.seq, segment.seq)) {
      last = this.#gapTail;
    } else {
      for (at = this.gapHead; at !== undefined && !after(at.seq, segment.seq); at = at.next) {
        last = at;
      }
    }
    if (last !== undefined) segment.trimFront(last.endSeq);
    if (!before(segment.seq, segment.endSeq)) {
      // An end of the stream may be news even where its bytes are not.
      if (segment.isFin && segment.endSeq === last?.endSeq) last.isFin = true;
      this.#drop(segment);
      return false;
    }
    while (at !== undefined && !after(at.endSeq, segment.endSeq)) {
      if (at.endSeq === segment.endSeq && at.isFin) segment.isFin = true;
      const { next } = at;
      this.#drop(at);
      at = next;
    }
    if (at === undefined) this.#gapTail = segment;
    else segment.trimBack(at.seq);
    segment.next = at;
    if (last === undefined) this.gapHead = segment;
    else last.next = segment;
    this.#noteRun(segment);
    return true;
  }

  /**
   * Moves what follows `rcvNxt` without a gap to what is in order; `accept` is told of each such
   * segment, and answers the new `rcvNxt`.
   */
  fill(rcvNxt: number, accept: (segment: ReceivedSegment) => number): void {
    let next = rcvNxt;
    for (;;) {
      const segment = this.gapHead;
      if (segment === undefined || after(segment.seq, next)) break;
      this.#shiftGap(segment);
      this.memoryBytes -= segment.skb.truesize;
      segment.trimFront(next);
      if (before(segment.endSeq, segment.seq) || (segment.length === 0 && !segment.isFin)) {
        this.#free(segment.skb);
        continue;
      }
      next = accept(segment);
    }
    this.#forgetRuns(next);
  }

  /** Gives up the last packet behind a gap: its sender will send it again. RFC 2018, section 8. */
  prune(): boolean {
    let last: ReceivedSegment | undefined;
    let at = this.gapHead;
    if (at === undefined) return false;
    while (at.next !== undefined) {
      last = at;
      at = at.next;
    }
    if (last === undefined) this.gapHead = undefined;
    else last.next = undefined;
    this.#gapTail = last;
    this.sackBlocks.length = 0;
    this.#drop(at);
    return true;
  }

  clear(): void {
    while (this.head !== undefined) this.shift();
    while (this.gapHead !== undefined) {
      const segment: ReceivedSegment = this.gapHead;
      this.#shiftGap(segment);
      this.#drop(segment);
    }
    this.sackBlocks.length = 0;
  }

  #shiftGap(head: ReceivedSegment): void {
    this.gapHead = head.next;
    if (head.next === undefined) this.#gapTail = undefined;
  }

  /** A packet that goes nowhere else. */
  free(skb: SkBuff): void {
    this.#free(skb);
  }

  #drop(segment: ReceivedSegment): void {
    this.memoryBytes -= segment.skb.truesize;
    this.#free(segment.skb);
  }

  /** The run that a new segment belongs to comes first, the others as they were. */
  #noteRun(segment: ReceivedSegment): void {
    const { sackBlocks } = this;
    if (segment.next === undefined && sackBlocks[1] === segment.seq) {
      sackBlocks[1] = segment.endSeq;
      return;
    }
    let start = segment;
    let previous: ReceivedSegment | undefined;
    for (let at = this.gapHead; at !== undefined; at = at.next) {
      if (previous?.endSeq !== at.seq) start = at;
      if (at === segment) break;
      previous = at;
    }
    let end = segment;
    while (end.next !== undefined && end.next.seq === end.endSeq) end = end.next;
    const [low, high] = [start.seq, end.endSeq];
    const kept = [low, high];
    for (let n = 0; n < sackBlocks.length && kept.length < 2 * SACK_BLOCKS_KEPT; n += 2) {
      const [from, to] = [sackBlocks[n]!, sackBlocks[n + 1]!];
      const isPart = !before(from, low) && !after(to, high);
      if (!isPart) kept.push(from, to);
    }
    sackBlocks.splice(0, sackBlocks.length, ...kept);
  }

  #forgetRuns(rcvNxt: number): void {
    const { sackBlocks } = this;
    if (sackBlocks.length === 0) return;
    let kept = 0;
    for (let n = 0; n < sackBlocks.length; n += 2) {
      if (!after(sackBlocks[n + 1]!, rcvNxt)) continue;
      sackBlocks[kept] = sackBlocks[n]!;
      sackBlocks[kept + 1] = sackBlocks[n + 1]!;
      kept += 2;
    }
    sackBlocks.length = kept;
  }
}

const SACK_BLOCKS_KEPT = 4;
/** Larger ones are not worth a copy. */
const COALESCED_BYTES_MAX = 512;

/** Copies a small packet behind the last one, whose buffer has room. Linux: tcp_try_coalesce. */
function coalesce(tail: ReceivedSegment, segment: ReceivedSegment): boolean {
  const { length } = segment;
  const { skb } = tail;
  if (length > COALESCED_BYTES_MAX || tail.isFin || segment.isFin) return false;
  if (tail.endSeq !== segment.seq || skb.isCloned || skb.tailroom < length) return false;
  // The tail's last byte must be the packet's, too.
  if (tail.data + tail.length !== skb.tail) return false;
  const at = skb.length;
  skb.put(length);
  skb.copyIn(at, segment.skb.copyOut(segment.data - segment.skb.data, length));
  tail.endSeq = segment.endSeq;
  return true;
}
