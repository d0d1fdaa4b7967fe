// SPDX-License-Identifier: GPL-2.0-or-later
/** Collects what the machine's ports send out, so that a frame's worth crosses as one message. */
import type { PortName } from '../../kernel-sim/machine-types.ts';

const CAPACITY_MIN = 4096;

interface Pile {
  bytes: Uint8Array<ArrayBuffer>;
  length: number;
}

export class OutputBuffer {
  readonly #piles = new Map<PortName, Pile>();
  #size = 0;

  /** Bytes that wait, over all ports. */
  get size(): number {
    return this.#size;
  }

  push(port: PortName, bytes: Uint8Array): void {
    let pile = this.#piles.get(port);
    if (pile === undefined) {
      pile = { bytes: new Uint8Array(CAPACITY_MIN), length: 0 };
      this.#piles.set(port, pile);
    }
    const needed = pile.length + bytes.byteLength;
    if (needed > pile.bytes.byteLength) {
      const grown = new Uint8Array(Math.max(needed, pile.bytes.byteLength * 2));
      grown.set(pile.bytes.subarray(0, pile.length));
      pile.bytes = grown;
    }
    pile.bytes.set(bytes, pile.length);
    pile.length = needed;
    this.#size += bytes.byteLength;
  }

  /** Hands over each port's bytes, whose buffer the taker may keep. */
  drain(take: (port: PortName, bytes: Uint8Array<ArrayBuffer>) => void): void {
    if (this.#size === 0) return;
    this.#size = 0;
    for (const [port, pile] of this.#piles) {
      if (pile.length === 0) continue;
      const bytes = pile.bytes.slice(0, pile.length);
      pile.length = 0;
      take(port, bytes);
    }
  }
}
