// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A network card's socket, and what a cable in it does.
 *
 * Frames go over it as bytes, without preamble and checksum, and take as long as their bits need.
 * Where they get to is the world's business: it plugs itself in (`plug`), is handed each frame
 * (`carry`), and lets frames arrive (`arrive`).
 */
import type { Sim } from '../sim/sim.ts';

/** Fast Ethernet. */
export const BITS_PER_SECOND = 100_000_000;
/** What goes over the wire beside a frame: preamble and delimiter, checksum, the gap after it. */
const OVERHEAD_BYTES = 8 + 4 + 12;
/** A shorter frame is filled up. */
const FRAME_BYTES_MIN = 60;
const BITS_PER_BYTE = 8;
const NS_PER_S = 1_000_000_000;
/** The CPU to which its line leads. */
const IRQ_CPU = 0;

/** How long a frame occupies a wire. */
export function wireTimeNs(frameBytes: number, bitsPerSecond: number): number {
  const bytes = Math.max(FRAME_BYTES_MIN, frameBytes) + OVERHEAD_BYTES;
  return Math.ceil((bytes * BITS_PER_BYTE * NS_PER_S) / bitsPerSecond);
}

/** Takes a frame that has wholly left at `leftNs`, which may be in the future. */
export type Carrier = (frame: Uint8Array, leftNs: number) => void;

export class CableEnd {
  /** Set by the card. Context: interrupt. The frame becomes the card's. */
  onReceive: (frame: Uint8Array) => void = () => undefined;
  /** The cable was put in or pulled out. Context: interrupt. */
  onLinkChanged: () => void = () => undefined;
  readonly #sim: Sim;
  #carry: Carrier | undefined;
  #bitsPerSecond = BITS_PER_SECOND;
  /** When the last frame will have left. */
  #busyUntilNs = 0;

  constructor(sim: Sim) {
    this.#sim = sim;
  }

  /** Somebody is at the other end. */
  get hasLink(): boolean {
    return this.#carry !== undefined;
  }

  get bitsPerSecond(): number {
    return this.#bitsPerSecond;
  }

  /** Puts the cable in, or with undefined pulls it out. Context: interrupt, or before boot. */
  plug(carry: Carrier | undefined, bitsPerSecond = BITS_PER_SECOND): void {
    const hadLink = this.hasLink;
    this.#carry = carry;
    this.#bitsPerSecond = bitsPerSecond;
    if (hadLink !== this.hasLink) this.onLinkChanged();
  }

  /**
   * Sends a frame, which becomes the cable's. `sent` is called when its last bit has left, as an
   * interrupt: at once when there is no cable. A card that was told to may send slower than the
   * cable is. Context: any.
   */
  transmit(frame: Uint8Array, sent: () => void, bitsPerSecondMax = Infinity): void {
    const nowNs = this.#sim.now();
    const isLinked = this.#carry !== undefined;
    const rate = Math.min(this.#bitsPerSecond, bitsPerSecondMax);
    const takesNs = isLinked ? wireTimeNs(frame.length, rate) : 0;
    this.#busyUntilNs = Math.max(nowNs, this.#busyUntilNs) + takesNs;
    this.#carry?.(frame, this.#busyUntilNs);
    this.#sim.events.schedule(this.#busyUntilNs, sent, IRQ_CPU);
  }

  /** A frame has come over the cable. Context: interrupt. */
  arrive(frame: Uint8Array): void {
    if (this.hasLink) this.onReceive(frame);
  }
}
