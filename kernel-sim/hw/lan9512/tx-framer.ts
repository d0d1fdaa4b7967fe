// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Takes what comes over bulk OUT apart into frames.
 *
 * A transfer is a sequence of buffers, each begun by two command words, and each but the last
 * filled up to whole words; a frame is one buffer or several, of one transfer or several.
 */
import { onesSum } from './checksum.ts';

/** Bits of the first command word. */
export const TX_CMD_A = {
  OFFSET: 0x001f_0000,
  FIRST: 0x2000,
  LAST: 0x1000,
  SIZE: 0x07ff,
} as const;
/** Bits of the second one. */
export const TX_CMD_B = {
  CHECKSUM: 0x4000,
  NO_CRC: 0x2000,
  NO_PADDING: 0x1000,
  LENGTH: 0x07ff,
} as const;

const COMMAND_BYTES = 8;
const OFFSET_SHIFT = 16;
/** Before a frame whose checksum is asked for: where to begin, and where the result goes. */
const PREAMBLE_BYTES = 4;
/** More than any frame needs: buffers that lead nowhere may not fill the FIFO. */
const UNFINISHED_MAX = 4096;
/** With a header, two VLAN tags and what else may stand before 1500 bytes, without checksum. */
export const FRAME_BYTES_MAX = 1534;
const CRC_BYTES = 4;

export interface TxFrame {
  readonly bytes: Uint8Array;
  /** The frame's own last four bytes are its checksum. */
  readonly hasCrc: boolean;
  readonly mayPad: boolean;
  /** Bytes that it took of the FIFO, command words and filling included. */
  readonly fifoBytes: number;
}

export class TxFramer {
  readonly #onFrame: (frame: TxFrame) => void;
  readonly #isOffloading: () => boolean;
  readonly #command = new Uint8Array(COMMAND_BYTES);
  /** Bytes of the command that have come. */
  #got = 0;
  /** What the buffer still lacks: bytes to skip, data, filling. */
  #skip = 0;
  #data = 0;
  #fill = 0;
  #isLast = false;
  /** The frame that is being put together. */
  #frame: Uint8Array | undefined;
  #filled = 0;
  #commandB = 0;
  #consumed = 0;

  /** `isOffloading`: checksums are to be put in where a frame asks for it. */
  constructor(onFrame: (frame: TxFrame) => void, isOffloading: () => boolean) {
    this.#onFrame = onFrame;
    this.#isOffloading = isOffloading;
  }

  /** Bytes that have come and are in no frame yet. */
  get pendingBytes(): number {
    return this.#consumed;
  }

  /** What has come of a frame is more than the FIFO has room for. */
  get isOverrun(): boolean {
    return this.#consumed > UNFINISHED_MAX;
  }

  reset(): void {
    this.#got = 0;
    this.#skip = 0;
    this.#data = 0;
    this.#fill = 0;
    this.#frame = undefined;
    this.#consumed = 0;
  }

  /** Takes bytes of a transfer; false when they make no sense. */
  push(bytes: Uint8Array): boolean {
    let at = 0;
    while (at < bytes.length) {
      const before = at;
      if (this.#got < COMMAND_BYTES) {
        this.#command[this.#got++] = bytes[at++]!;
        this.#consumed++;
        if (this.#got === COMMAND_BYTES && !this.#beginBuffer()) return false;
      } else {
        at = this.#takeBuffer(bytes, at);
        this.#consumed += at - before;
      }
      if (!this.#endBuffer()) return false;
    }
    return !this.isOverrun;
  }

  /** The transfer has ended; false when it did in the middle of a buffer. */
  end(): boolean {
    const isWhole = this.#got === COMMAND_BYTES ? this.#skip + this.#data === 0 : this.#got === 0;
    this.#got = 0;
    this.#fill = 0;
    return isWhole;
  }

  #beginBuffer(): boolean {
    const words = new DataView(this.#command.buffer);
    const a = words.getUint32(0, true);
    const b = words.getUint32(4, true);
    this.#skip = (a & TX_CMD_A.OFFSET) >>> OFFSET_SHIFT;
    this.#data = a & TX_CMD_A.SIZE;
    this.#fill = -(this.#skip + this.#data) & 3;
    this.#isLast = (a & TX_CMD_A.LAST) !== 0;
    const isFirst = (a & TX_CMD_A.FIRST) !== 0;
    if (isFirst !== (this.#frame === undefined)) return false;
    if (isFirst) {
      this.#frame = new Uint8Array(b & TX_CMD_B.LENGTH);
      this.#filled = 0;
      this.#commandB = b;
    }
    const differs = (this.#commandB ^ b) & ~TX_CMD_B.CHECKSUM;
    return differs === 0 && this.#filled + this.#data <= this.#frame!.length;
  }

  #takeBuffer(bytes: Uint8Array, from: number): number {
    let at = from;
    const skipped = Math.min(this.#skip, bytes.length - at);
    this.#skip -= skipped;
    at += skipped;
    const taken = Math.min(this.#data, bytes.length - at);
    this.#frame?.set(bytes.subarray(at, at + taken), this.#filled);
    this.#filled += taken;
    this.#data -= taken;
    at += taken;
    if (this.#skip + this.#data > 0) return at;
    const padded = Math.min(this.#fill, bytes.length - at);
    this.#fill -= padded;
    return at + padded;
  }

  /** Hands a frame over as soon as its data are there: what fills up its last word may not come. */
  #endBuffer(): boolean {
    if (this.#got < COMMAND_BYTES || this.#skip + this.#data > 0) return true;
    if (this.#isLast && this.#frame !== undefined) {
      const frame = this.#finish(this.#frame);
      this.#frame = undefined;
      if (frame === undefined) return false;
      this.#onFrame(frame);
      this.#consumed = 0;
    }
    if (this.#fill === 0) this.#got = 0;
    return true;
  }

  #finish(bytes: Uint8Array): TxFrame | undefined {
    if (this.#filled !== bytes.length) return undefined;
    const asks = (this.#commandB & TX_CMD_B.CHECKSUM) !== 0 && this.#isOffloading();
    const frame = asks ? summed(bytes) : bytes;
    if (frame === undefined || frame.length === 0) return undefined;
    const mayPad = (this.#commandB & TX_CMD_B.NO_PADDING) === 0;
    const hasCrc = (this.#commandB & TX_CMD_B.NO_CRC) !== 0 && frame.length > PREAMBLE_BYTES;
    if (frame.length > FRAME_BYTES_MAX + (hasCrc ? CRC_BYTES : 0)) return undefined;
    return { bytes: frame, hasCrc, mayPad, fifoBytes: this.#consumed };
  }
}

/** The frame behind its preamble, with the sum where that wants it; undefined if too short. */
function summed(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.length <= PREAMBLE_BYTES) return undefined;
  const preamble = new DataView(bytes.buffer, bytes.byteOffset);
  const start = preamble.getUint16(0, true);
  const place = preamble.getUint16(2, true);
  const frame = bytes.slice(PREAMBLE_BYTES);
  if (start >= frame.length || place + 1 >= frame.length) return frame;
  const sum = ~onesSum(frame, start) & 0xffff;
  frame[place] = sum >>> 8;
  frame[place + 1] = sum & 0xff;
  return frame;
}
