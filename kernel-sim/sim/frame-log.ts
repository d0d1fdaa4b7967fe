// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The latest frames of a machine's network cards, as they were on the wire, for who wants to look
 * at them. Without a reader nothing is kept: `isOn` is false, and costs one test.
 *
 * What a card takes to send is noted by the device's model, with the line of the driver that told
 * it to; what a driver hands to the stack is noted there, with the driver's line.
 */
import { EVENT } from './trace.ts';
import type { Sim } from './sim.ts';

export interface LoggedFrame {
  /** Counts from 0; older ones are gone. */
  readonly sequence: number;
  readonly atNs: number;
  readonly direction: 'tx' | 'rx';
  /** The interface's name, or the card's before it has one. */
  readonly device: string;
  readonly bytes: Uint8Array;
  /** Where in a driver; 0: nowhere. */
  readonly site: number;
  readonly cpu: number;
  readonly pid: number;
}

export class FrameLog {
  readonly #sim: Sim;
  readonly #frames: LoggedFrame[] = [];
  #capacity = 0;
  #next = 0;

  constructor(sim: Sim) {
    this.#sim = sim;
  }

  /** Somebody keeps frames: who adds may skip what that costs otherwise. */
  get isOn(): boolean {
    return this.#capacity > 0;
  }

  /** From now on the latest `capacity` frames are kept. */
  keep(capacity: number): void {
    this.#capacity = capacity;
  }

  /** How many there have ever been. */
  get count(): number {
    return this.#next;
  }

  /** `bytes` become the log's. */
  add(direction: 'tx' | 'rx', device: string, bytes: Uint8Array, site: number): void {
    const sim = this.#sim;
    if (sim.trace.on) sim.trace.emit(EVENT.FRAME, direction === 'tx' ? 0 : 1, bytes.length);
    if (this.#capacity === 0) return;
    const sequence = this.#next++;
    const { cpu, pid } = sim;
    const frame = { sequence, atNs: sim.now(), direction, device, bytes, site, cpu, pid };
    this.#frames[sequence % this.#capacity] = frame;
  }

  /** Those from `sequence` on that are still there, oldest first. */
  since(sequence: number): LoggedFrame[] {
    const first = Math.max(sequence, this.#next - this.#capacity, 0);
    return Array.from(
      { length: Math.max(0, this.#next - first) },
      (_, n) => this.#frames[(first + n) % this.#capacity]!,
    );
  }
}
