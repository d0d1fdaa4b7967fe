// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * From the wire to bulk IN: the FIFO, and how frames become transfers.
 *
 * What a transfer will have is gathered as soon as a host waits for it, and leaves the FIFO when it
 * is sent. It ends when the next frame would be beyond the burst cap, or
 * when nothing came for the bulk IN delay. After its last frame nothing is filled up.
 */
import type { TimedEvent } from '../../sim/event-queue.ts';
import type { Sim } from '../../sim/sim.ts';

export const RX_FIFO_BYTES = 20_480;
/** With no delay set, how often an empty FIFO answers with a packet of no bytes. */
const EMPTY_NS = 125_000;
/** The CPU that its events belong to. */
const IRQ_CPU = 0;
const WORD_BYTES = 4;

/** How transfers are to be made, as registers say it at the moment. */
export interface BurstRules {
  /** Several frames in a transfer. */
  readonly isMany: boolean;
  /** Bytes of a transfer at most; infinite without a cap. */
  readonly capBytes: number;
  readonly delayNs: number;
  /** A host that asks while nothing is there gets a packet of no bytes. */
  readonly answersEmpty: boolean;
}

export interface RxPathParts {
  readonly sim: Sim;
  readonly rules: () => BurstRules;
  readonly packetBytes: () => number;
  /** A host waits, and nothing is on its way to it. */
  readonly isAsked: () => boolean;
  readonly send: (bytes: Uint8Array) => void;
  /** The FIFO got emptier. */
  readonly onDrained: () => void;
}

export class RxPath {
  readonly #parts: RxPathParts;
  /** Status word, offset, frame and what follows it; not filled up. */
  readonly #fifo: Uint8Array[] = [];
  #usedBytes = 0;
  /** What the next transfer will have; it stays in the FIFO until then. */
  readonly #burst: Uint8Array[] = [];
  #burstBytes = 0;
  #timer: TimedEvent | undefined;
  /** Whole packets that the timer has seen. */
  #packets = 0;
  #isRunning = false;

  constructor(parts: RxPathParts) {
    this.#parts = parts;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  get hasFrame(): boolean {
    return this.#fifo.length > 0 || this.#burst.length > 0;
  }

  /** Takes a frame; false when there is no room for it. */
  add(entry: Uint8Array): boolean {
    const bytes = filledUp(entry.length);
    if (this.#usedBytes + bytes > RX_FIFO_BYTES) return false;
    this.#fifo.push(entry);
    this.#usedBytes += bytes;
    this.run();
    return true;
  }

  flush(): void {
    this.#fifo.length = 0;
    this.#usedBytes = 0;
    this.#forgetBurst();
  }

  /** Looks again: a host may have asked, or the rules may be others. */
  run(): void {
    if (this.#isRunning) return;
    // What is sent may make a host ask again before it returns.
    this.#isRunning = true;
    while (this.#parts.isAsked() && this.#step());
    this.#isRunning = false;
  }

  /** True when something was sent. */
  #step(): boolean {
    const rules = this.#parts.rules();
    const isFull = this.#gather(rules);
    if (isFull || (this.#burst.length > 0 && (!rules.isMany || rules.delayNs === 0))) {
      this.#sendBurst();
      return true;
    }
    const packets = Math.floor(this.#burstBytes / this.#parts.packetBytes());
    if (this.#burst.length === 0 && !rules.answersEmpty) return false;
    if (this.#timer !== undefined && packets === this.#packets) return false;
    this.#packets = packets;
    this.#wait(this.#burst.length === 0 && !rules.isMany ? EMPTY_NS : rules.delayNs || EMPTY_NS);
    return false;
  }

  /** Takes frames out of the FIFO for the next transfer. True when no further one may follow. */
  #gather({ isMany, capBytes }: BurstRules): boolean {
    let isFull = false;
    for (;;) {
      const next = this.#fifo[0];
      if (this.#burst.length > 0) {
        isFull = !isMany || this.#burstBytes >= capBytes;
        if (!isFull && next !== undefined) {
          isFull = filledUp(this.#burstBytes) + next.length > capBytes;
        }
      }
      if (isFull || next === undefined) break;
      this.#fifo.shift();
      this.#burst.push(next);
      this.#burstBytes = filledUp(this.#burstBytes) + next.length;
    }
    return isFull;
  }

  #wait(delayNs: number): void {
    const { sim } = this.#parts;
    this.#stopTimer();
    this.#timer = sim.events.schedule(
      sim.now() + delayNs,
      () => {
        this.#timer = undefined;
        this.#onTime();
      },
      IRQ_CPU,
    );
  }

  #onTime(): void {
    if (!this.#parts.isAsked()) return;
    const { answersEmpty } = this.#parts.rules();
    if (this.#burst.length > 0) this.#sendBurst();
    else if (answersEmpty) this.#parts.send(new Uint8Array(0));
    this.run();
  }

  #sendBurst(): void {
    const bytes = new Uint8Array(this.#burstBytes);
    let at = 0;
    for (const entry of this.#burst) {
      at = filledUp(at);
      bytes.set(entry, at);
      at += entry.length;
    }
    this.#forgetBurst();
    this.#usedBytes -= filledUp(bytes.length);
    this.#parts.send(bytes);
    this.#parts.onDrained();
  }

  #forgetBurst(): void {
    this.#burst.length = 0;
    this.#burstBytes = 0;
    this.#packets = 0;
    this.#stopTimer();
  }

  #stopTimer(): void {
    if (this.#timer !== undefined) this.#parts.sim.events.cancel(this.#timer);
    this.#timer = undefined;
  }
}

const filledUp = (bytes: number): number => bytes + (-bytes & (WORD_BYTES - 1));
