// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What both sides of a conversation said to each other, put together from its frames.
 *
 * TCP: in the order of sequence numbers, once; what was never seen is a piece that is missing.
 * UDP: datagram by datagram, as they came.
 */
import { dissect, type PacketFlow } from './dissect.ts';

export interface StreamPiece {
  /** Said by the side whose frame was asked about. */
  readonly isFromSource: boolean;
  readonly bytes: Uint8Array;
  /** So many bytes before these were never seen. */
  readonly missingBytes: number;
  /** Which of the frames brought it. */
  readonly index: number;
}

/** A filter that wants the frames of one conversation and few others. */
export function conversationFilter(flow: PacketFlow): string {
  const { source, destination, sourcePort, destinationPort } = flow;
  const name = flow.protocol.toLowerCase();
  const ports = `${name} port ${sourcePort} and ${name} port ${destinationPort}`;
  return `host ${source} and host ${destination} and ${ports}`;
}

/** `frames` in the order in which they were seen; those of other conversations are left out. */
export function followStream(
  frames: readonly Uint8Array[],
  flow: PacketFlow,
): readonly StreamPiece[] {
  const pieces: StreamPiece[] = [];
  const sides = { source: new Side(), destination: new Side() };
  for (const [index, frame] of frames.entries()) {
    const seen = dissect(frame).flow;
    if (seen === undefined) continue;
    const isFromSource = isSameWay(seen, flow);
    if (!isFromSource && !isSameWay(seen, reversed(flow))) continue;
    const { payloadOffset, payloadBytes } = seen;
    const bytes = frame.subarray(payloadOffset, payloadOffset + payloadBytes);
    if (flow.protocol === 'UDP') {
      if (bytes.length > 0) pieces.push({ isFromSource, bytes, missingBytes: 0, index });
      continue;
    }
    const side = isFromSource ? sides.source : sides.destination;
    for (const part of side.take(seen, bytes)) pieces.push({ ...part, isFromSource, index });
  }
  const last = frames.length - 1;
  for (const part of sides.source.rest()) pieces.push({ ...part, isFromSource: true, index: last });
  for (const part of sides.destination.rest()) {
    pieces.push({ ...part, isFromSource: false, index: last });
  }
  return pieces;
}

type Part = Pick<StreamPiece, 'bytes' | 'missingBytes'>;

const SYN = 0x02;

/** Bytes that one side of a TCP connection has sent. */
class Side {
  /** The sequence number of the byte that comes next; undefined until one is known. */
  #next: number | undefined;
  /** What came too early. */
  #early: { readonly sequence: number; readonly bytes: Uint8Array }[] = [];

  take({ sequence, flags }: PacketFlow, bytes: Uint8Array): Part[] {
    const isBeginning = (flags & SYN) !== 0;
    const first = isBeginning ? (sequence + 1) >>> 0 : sequence;
    if (isBeginning) {
      this.#next = first;
      this.#early = [];
    }
    this.#next ??= first;
    if (bytes.length > 0) this.#early.push({ sequence: first, bytes });
    return this.#inOrder();
  }

  /** What never got its turn, with what is missing before it. */
  rest(): Part[] {
    const parts: Part[] = [];
    while (this.#early.length > 0) {
      this.#sort();
      const gap = this.#distance(this.#early[0]?.sequence ?? 0);
      this.#next = ((this.#next ?? 0) + Math.max(0, gap)) >>> 0;
      const [first, ...others] = this.#inOrder();
      if (first === undefined) continue;
      parts.push({ ...first, missingBytes: Math.max(0, gap) }, ...others);
    }
    return parts;
  }

  /** Takes out what follows on what is there, without what was there already. */
  #inOrder(): Part[] {
    const parts: Part[] = [];
    this.#sort();
    for (;;) {
      const [first] = this.#early;
      if (first === undefined || this.#distance(first.sequence) > 0) return parts;
      this.#early.shift();
      const fresh = first.bytes.subarray(-this.#distance(first.sequence));
      if (this.#distance(first.sequence) + first.bytes.length <= 0) continue;
      parts.push({ bytes: fresh, missingBytes: 0 });
      this.#next = ((this.#next ?? 0) + fresh.length) >>> 0;
    }
  }

  #sort(): void {
    this.#early.sort((a, b) => this.#distance(a.sequence) - this.#distance(b.sequence));
  }

  /** How far a sequence number is ahead; sequence numbers go around. */
  #distance(sequence: number): number {
    return (sequence - (this.#next ?? sequence)) | 0;
  }
}

function isSameWay(a: PacketFlow, b: PacketFlow): boolean {
  return (
    a.protocol === b.protocol &&
    a.source === b.source &&
    a.sourcePort === b.sourcePort &&
    a.destination === b.destination &&
    a.destinationPort === b.destinationPort
  );
}

function reversed(flow: PacketFlow): PacketFlow {
  const { source, sourcePort, destination, destinationPort } = flow;
  return {
    ...flow,
    source: destination,
    sourcePort: destinationPort,
    destination: source,
    destinationPort: sourcePort,
  };
}
