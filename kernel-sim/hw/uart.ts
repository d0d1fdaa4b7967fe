// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A paravirtual UART: bytes out at a fixed rate of virtual time, bytes in as interrupts.
 *
 * What is written waits in a FIFO. At the end of each short interval, as much as the line carries
 * in that time goes to the host in one piece, and the driver hears that there is room.
 *
 * Not a 16550: no registers, since nothing yet drives it through them. drivers/tty/serial.ts is its
 * driver.
 */
import type { Sim } from '../sim/sim.ts';

/** 4 MB in a virtual second. */
const NS_PER_BYTE = 250;
/** A shorter piece waits so long for company. */
const INTERVAL_NS = 50_000;
export const UART_FIFO_BYTES = 16 * 1024;
/** The line carries so much between two interrupts when it is busy. */
const PIECE_BYTES = 4096;

/** The CPU to which its line leads. */
const IRQ_CPU = 0;

export class Uart {
  /** Set by the driver. Context of both: interrupt. */
  onReceive: (bytes: Uint8Array) => void = () => undefined;
  onTransmitted: () => void = () => undefined;
  /** The carrier came or went: see `hasCarrier`. */
  onCarrierChanged: () => void = () => undefined;
  readonly #sim: Sim;
  readonly #output: (bytes: Uint8Array) => void;
  readonly #fifo = new Uint8Array(UART_FIFO_BYTES);
  #head = 0;
  #used = 0;
  #isStopped = false;
  #isSending = false;
  /** When the interval that ends next began. */
  #sinceNs = 0;
  #hasCarrier: boolean;

  /** `output` gets copies that are its own. */
  constructor(sim: Sim, output: (bytes: Uint8Array) => void, hasCarrier = true) {
    this.#sim = sim;
    this.#output = output;
    this.#hasCarrier = hasCarrier;
  }

  /** DCD: somebody is at the other end of the line. */
  get hasCarrier(): boolean {
    return this.#hasCarrier;
  }

  /** Context: interrupt. */
  setCarrier(isUp: boolean): void {
    if (isUp === this.#hasCarrier) return;
    this.#hasCarrier = isUp;
    this.onCarrierChanged();
  }

  get room(): number {
    return UART_FIFO_BYTES - this.#used;
  }

  get pending(): number {
    return this.#used;
  }

  /** Queues bytes to send. Returns how many there was room for. */
  transmit(bytes: Uint8Array, start: number, end: number): number {
    const count = Math.min(end - start, this.room);
    const tail = (this.#head + this.#used) % UART_FIFO_BYTES;
    const first = Math.min(count, UART_FIFO_BYTES - tail);
    this.#fifo.set(bytes.subarray(start, start + first), tail);
    this.#fifo.set(bytes.subarray(start + first, start + count), 0);
    this.#used += count;
    this.#start();
    return count;
  }

  /**
   * Sends bytes at once, past those that are queued, and takes the time that this takes: how the
   * kernel's console writes.
   */
  transmitPolled(bytes: Uint8Array): void {
    this.#sim.clock.charge(bytes.length * NS_PER_BYTE);
    this.#output(bytes.slice());
  }

  /** Throws away what has not been sent. */
  flush(): void {
    this.#used = 0;
    this.#head = 0;
  }

  setStopped(isStopped: boolean): void {
    this.#isStopped = isStopped;
    this.#start();
  }

  /** Bytes arrive; a line without carrier brings none. Context: interrupt. */
  receive(bytes: Uint8Array): void {
    if (this.#hasCarrier) this.onReceive(bytes);
  }

  #start(): void {
    if (this.#isSending || this.#isStopped || this.#used === 0) return;
    this.#isSending = true;
    this.#sinceNs = this.#sim.now();
    const sendingNs = Math.min(this.#used, PIECE_BYTES) * NS_PER_BYTE;
    const endNs = this.#sinceNs + Math.max(INTERVAL_NS, sendingNs);
    this.#sim.events.schedule(endNs, () => this.#finishInterval(), IRQ_CPU);
  }

  #finishInterval(): void {
    this.#isSending = false;
    if (this.#isStopped) return;
    const carried = Math.floor((this.#sim.now() - this.#sinceNs) / NS_PER_BYTE);
    const piece = this.#take(Math.min(this.#used, carried));
    if (piece.length > 0) this.#output(piece);
    this.#start();
    this.onTransmitted();
  }

  #take(count: number): Uint8Array {
    const piece = new Uint8Array(count);
    const first = Math.min(count, UART_FIFO_BYTES - this.#head);
    piece.set(this.#fifo.subarray(this.#head, this.#head + first));
    piece.set(this.#fifo.subarray(0, count - first), first);
    this.#head = (this.#head + count) % UART_FIFO_BYTES;
    this.#used -= count;
    return piece;
  }
}
