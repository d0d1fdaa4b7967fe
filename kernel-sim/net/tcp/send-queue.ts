// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What was sent and is not yet acknowledged, and what waits to be sent: one list of segments, in
 * the order of their sequence numbers, with the scoreboard of what became of each.
 *
 *     head                    unsent           tail
 *      | sent, not acknowledged | to be sent    |
 *
 * A segment's buffer holds its data and has room for headers in front; each transmission is a clone
 * of it. Linux: sk_write_queue and tcp_rtx_queue, struct tcp_skb_cb.
 */
import type { SkBuff } from '../core/sk-buff.ts';
import { before } from './seq.ts';

/** Bits of `SentSegment.marks`. Linux: TCPCB_SACKED_ACKED, TCPCB_LOST, TCPCB_SACKED_RETRANS. */
export const MARK = {
  /** The peer has got it, behind a gap. */
  SACKED: 1,
  /** Believed lost. */
  LOST: 2,
  /** Sent again, and that is under way. */
  RETRANSMITTED: 4,
  /** Was ever sent again: it says nothing about round-trip times. */
  EVER_RETRANSMITTED: 8,
} as const;

export class SentSegment {
  seq: number;
  endSeq: number;
  /** TCP_FLAG bits besides ACK. */
  flags: number;
  /** MARK bits. */
  marks = 0;
  /** When it was sent last, and first. */
  sentNs = 0;
  firstSentNs = 0;
  readonly skb: SkBuff;
  next: SentSegment | undefined = undefined;

  constructor(skb: SkBuff, seq: number, flags: number, endSeq: number) {
    this.skb = skb;
    this.seq = seq;
    this.flags = flags;
    this.endSeq = endSeq;
  }
}

/** A block that the peer has told of, and the last segment that it covers. */
export interface SackedBlock {
  readonly start: number;
  readonly end: number;
  readonly last: SentSegment;
}

/** An acknowledgment tells of no more at once. */
const BLOCKS_MAX = 4;

export class SendQueue {
  head: SentSegment | undefined = undefined;
  /** The first that was not sent yet. */
  unsent: SentSegment | undefined = undefined;
  tail: SentSegment | undefined = undefined;
  /** Memory of all, by truesize. Linux: sk_wmem_queued. */
  queuedBytes = 0;

  // How many segments were sent and not acknowledged; of those, how many have which mark.
  packetsOut = 0;
  /** Without SACK: how many duplicate acknowledgments came. */
  sackedOut = 0;
  lostOut = 0;
  retransOut = 0;
  /** What the peer has told of late, the latest first. */
  sacked: readonly SackedBlock[] = [];

  /** Segments that are believed to be in the network. Linux: tcp_packets_in_flight. */
  get inFlight(): number {
    return this.packetsOut - this.sackedOut - this.lostOut + this.retransOut;
  }

  get isEmpty(): boolean {
    return this.head === undefined;
  }

  append(segment: SentSegment): void {
    if (this.tail === undefined) this.head = segment;
    else this.tail.next = segment;
    this.tail = segment;
    this.unsent ??= segment;
    this.queuedBytes += segment.skb.truesize;
  }

  /** The first unsent segment is on its way. */
  sent(segment: SentSegment): void {
    this.unsent = segment.next;
    this.packetsOut++;
  }

  insertAfter(segment: SentSegment, added: SentSegment): void {
    added.next = segment.next;
    segment.next = added;
    if (this.tail === segment) this.tail = added;
    this.queuedBytes += added.skb.truesize;
  }

  /** Takes the head away, which was acknowledged; its buffer is the caller's. */
  shift(): SentSegment {
    const segment = this.head!;
    this.head = segment.next;
    if (this.head === undefined) this.tail = undefined;
    this.packetsOut--;
    this.setMarks(segment, 0);
    this.queuedBytes -= segment.skb.truesize;
    return segment;
  }

  noteSacked(block: SackedBlock): void {
    const others = this.sacked.filter(({ start }) => start !== block.start);
    this.sacked = [block, ...others].slice(0, BLOCKS_MAX);
  }

  /** Keeps the counts beside the marks. */
  setMarks(segment: SentSegment, marks: number): void {
    const changed = segment.marks ^ marks;
    if ((changed & MARK.SACKED) !== 0) this.sackedOut += (marks & MARK.SACKED) === 0 ? -1 : 1;
    if ((changed & MARK.LOST) !== 0) this.lostOut += (marks & MARK.LOST) === 0 ? -1 : 1;
    if ((changed & MARK.RETRANSMITTED) !== 0) {
      this.retransOut += (marks & MARK.RETRANSMITTED) === 0 ? -1 : 1;
    }
    segment.marks = marks;
  }

  /** Believed lost; what was sent again for it, too. */
  markLost(segment: SentSegment): void {
    this.setMarks(segment, (segment.marks | MARK.LOST) & ~MARK.RETRANSMITTED);
  }

  /** Only those that were sent. */
  forEachSent(visit: (segment: SentSegment) => void): void {
    for (let at = this.head; at !== this.unsent && at !== undefined; at = at.next) visit(at);
  }

  /** All of it, when the connection ends; buffers are given to `free`. */
  clear(free: (skb: SkBuff) => void): void {
    for (let at = this.head; at !== undefined; at = at.next) free(at.skb);
    this.head = undefined;
    this.unsent = undefined;
    this.tail = undefined;
    this.queuedBytes = 0;
    this.packetsOut = 0;
    this.sackedOut = 0;
    this.lostOut = 0;
    this.retransOut = 0;
    this.sacked = [];
  }

  /** Whether the segment was sent. */
  wasSent(segment: SentSegment): boolean {
    return this.unsent === undefined || before(segment.seq, this.unsent.seq);
  }
}
