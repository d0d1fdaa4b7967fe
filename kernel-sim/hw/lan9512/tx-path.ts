// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * From bulk OUT to the wire: transfers that wait for room in the FIFO, the FIFO, and the frame that
 * is being sent.
 */
import { endEmpty, type UsbTransfer } from '../usb/transfer.ts';
import { type TxFrame, TxFramer } from './tx-framer.ts';

export const TX_FIFO_BYTES = 8192;

export interface TxPathParts {
  /** Bytes of a packet, which is what the FIFO takes or does not. */
  readonly packetBytes: () => number;
  /** Frames may leave now. */
  readonly isOn: () => boolean;
  readonly isOffloading: () => boolean;
  /** Puts a frame onto the wire; `sent` is called when it has left. */
  readonly send: (frame: TxFrame, site: number, sent: () => void) => void;
  /** What came made no sense, or was too much; true when the endpoint halts for that. */
  readonly fail: (isOverrun: boolean) => boolean;
}

interface Waiting {
  readonly transfer: UsbTransfer;
  /** Where the next packet begins. */
  at: number;
  readonly site: number;
}

export class TxPath {
  readonly #parts: TxPathParts;
  readonly #framer: TxFramer;
  readonly #waiting: Waiting[] = [];
  readonly #frames: { readonly frame: TxFrame; readonly site: number }[] = [];
  #queuedBytes = 0;
  #isSending = false;
  /** Counts flushes: what began before one ends without effect. */
  #generation = 0;
  #site = 0;

  constructor(parts: TxPathParts) {
    this.#parts = parts;
    this.#framer = new TxFramer((frame) => {
      this.#frames.push({ frame, site: this.#site });
      this.#queuedBytes += frame.fifoBytes;
    }, parts.isOffloading);
  }

  get freeBytes(): number {
    return Math.max(0, TX_FIFO_BYTES - this.#queuedBytes - this.#framer.pendingBytes);
  }

  /** The wire has a frame of it. */
  get isSending(): boolean {
    return this.#isSending;
  }

  /** Takes a transfer, when there is room: until then it waits, which a bus sees as NAKs. */
  submit(transfer: UsbTransfer): void {
    this.#waiting.push({ transfer, at: 0, site: transfer.site ?? 0 });
    this.run();
  }

  cancel(transfer: UsbTransfer): boolean {
    const at = this.#waiting.findIndex((waiting) => waiting.transfer === transfer);
    if (at < 0) return false;
    const [{ at: taken }] = this.#waiting.splice(at, 1) as [Waiting];
    // Half a frame would only make nonsense of the next one.
    if (taken > 0) this.#framer.reset();
    return true;
  }

  /** Ends all that wait; with undefined they never end, since nobody is there. */
  giveUp(status: 'stall' | 'protocol-error' | undefined): void {
    for (const { transfer } of this.#waiting.splice(0)) {
      if (status !== undefined) endEmpty(transfer, status);
    }
  }

  /** Empties the FIFO. Transfers that wait go on waiting. */
  flush(): void {
    this.#generation++;
    this.#isSending = false;
    this.#frames.length = 0;
    this.#queuedBytes = 0;
    this.#framer.reset();
    for (const waiting of this.#waiting) waiting.at = 0;
  }

  /** Looks again: there may be room, or the transmitter may have been turned on. */
  run(): void {
    this.#accept();
    this.#sendNext();
  }

  #accept(): void {
    for (;;) {
      const first = this.#waiting[0];
      if (first === undefined) return;
      const packetBytes = this.#parts.packetBytes();
      const { out } = first.transfer;
      const packet = out.subarray(first.at, first.at + packetBytes);
      if (this.freeBytes < packetBytes) return;
      first.at += packet.length;
      this.#site = first.site;
      const isEnd = first.at >= out.length;
      if (!this.#framer.push(packet) || (isEnd && !this.#framer.end())) {
        if (!this.#fail()) return;
      } else if (isEnd) {
        this.#waiting.shift();
        endEmpty(first.transfer, 'done');
      }
    }
  }

  /** Drops the rest of the transfer. True when the next one may be looked at. */
  #fail(): boolean {
    const { isOverrun } = this.#framer;
    this.#framer.reset();
    const failed = this.#waiting.shift();
    const isHalted = this.#parts.fail(isOverrun);
    if (failed !== undefined) endEmpty(failed.transfer, isHalted ? 'stall' : 'done');
    if (isHalted) this.giveUp('stall');
    return !isHalted;
  }

  #sendNext(): void {
    if (this.#isSending || !this.#parts.isOn()) return;
    const next = this.#frames.shift();
    if (next === undefined) return;
    this.#isSending = true;
    const generation = this.#generation;
    this.#parts.send(next.frame, next.site, () => {
      if (generation !== this.#generation) return;
      this.#isSending = false;
      this.#queuedBytes -= next.frame.fifoBytes;
      this.run();
    });
  }
}
