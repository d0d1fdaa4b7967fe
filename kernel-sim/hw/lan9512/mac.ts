// SPDX-License-Identifier: GPL-2.0-or-later
/** The MAC: frames onto the wire and from it, flow control, and what it counts. */
import type { Sim } from '../../sim/sim.ts';
import { BITS_PER_SECOND, type CableEnd, wireTimeNs } from '../cable.ts';
import { isBroadcast, isForAddress, isGroup, passesFilter } from './filter.ts';
import {
  endsWithFcs,
  FCS_BYTES,
  FRAME_BYTES_MIN,
  padded,
  pauseFrame,
  pauseOf,
  RX_STATUS,
  rxEntry,
  rxStatus,
} from './frames.ts';
import type { Phy } from './phy.ts';
import type { RegisterFile } from './register-file.ts';
import { AFC_CFG, FLOW, HW_CFG, MAC_CR, TX_CFG } from './registers.ts';
import { Counters, RX_COUNTERS, TX_COUNTERS } from './statistics.ts';
import type { TxFrame } from './tx-framer.ts';
import { macOf } from './wake-up.ts';

/** A shorter one has no header, and is not told of. */
const HEADER_BYTES = 14;
const PAUSE_BITS = 512;
const NS_PER_S = 1_000_000_000;
/** What AFC_CFG counts in. */
const LEVEL_BYTES = 64;
const [HI_SHIFT, LO_SHIFT] = [16, 8] as const;
const TIME_SHIFT = 16;
const IRQ_CPU = 0;

export interface MacParts {
  readonly sim: Sim;
  readonly port: CableEnd;
  readonly registers: RegisterFile;
  readonly phy: Phy;
  /** A frame is on its way out, of a line of a driver. */
  readonly onTransmit: (frame: Uint8Array, site: number) => void;
  /** A good frame that no sleeper is looking at: for the FIFO. False when that is full. */
  readonly deliver: (entry: Uint8Array) => boolean;
  /** Looks at a frame before the filter. True when it goes no further. */
  readonly intercept: (frame: Uint8Array) => boolean;
  /** A frame passed the filter. */
  readonly onPassed: () => void;
  /** Bytes in the RX FIFO. */
  readonly rxLevel: () => number;
  /** The transmitter may go on. */
  readonly onResumed: () => void;
}

export class Mac {
  readonly received = new Counters(RX_COUNTERS);
  readonly sent = new Counters(TX_COUNTERS);
  /** When the wire last carried a frame for it or of it. */
  lastActivityNs = -Infinity;
  readonly #parts: MacParts;
  #pausedUntilNs = 0;
  /** The partner was asked to wait, and not yet to go on. */
  #isHoldingOff = false;
  /** Counts resets: what was on its way inside of it then is lost. */
  #generation = 0;

  constructor(parts: MacParts) {
    this.#parts = parts;
  }

  reset(): void {
    this.#generation++;
    this.#pausedUntilNs = 0;
    this.#isHoldingOff = false;
  }

  get mayTransmit(): boolean {
    const { registers, sim } = this.#parts;
    const isOn =
      registers.has('MAC_CR', MAC_CR.TXEN) &&
      (registers.get('TX_CFG') & (TX_CFG.ON | TX_CFG.STOP)) === TX_CFG.ON;
    return isOn && sim.now() >= this.#pausedUntilNs;
  }

  // ---- Sending ----------------------------------------------------------------------------------

  transmit({ bytes, hasCrc, mayPad }: TxFrame, site: number, sent: () => void): void {
    // A frame that has to be filled up gets a checksum in any case.
    const keepsFcs = hasCrc && !(mayPad && bytes.length < FRAME_BYTES_MIN + FCS_BYTES);
    const isIntact = !keepsFcs || endsWithFcs(bytes);
    const body = keepsFcs ? bytes.subarray(0, bytes.length - FCS_BYTES) : bytes;
    const frame = mayPad && !keepsFcs ? padded(body) : body;
    const { port, phy, registers, onTransmit } = this.#parts;
    this.#touch();
    if (registers.has('MAC_CR', MAC_CR.LOOPBK) || phy.isLoopback) {
      this.#after(frame, () => {
        this.sent.count('good');
        sent();
        this.#receive(frame, isIntact);
      });
      return;
    }
    const { link } = phy;
    if (link === undefined) {
      this.#after(frame, () => {
        this.sent.count('carrierErrors');
        this.sent.count('bad');
        sent();
      });
      return;
    }
    onTransmit(frame, site);
    const done = (): void => {
      this.sent.count('good');
      sent();
    };
    // Nobody at the other end of a wire takes a runt, or one with a wrong checksum.
    if (!isIntact || frame.length < FRAME_BYTES_MIN) this.#after(frame, done);
    else port.transmit(frame, done, link.bitsPerSecond);
  }

  /** Calls back when the frame would have left. */
  #after(frame: Uint8Array, done: () => void): void {
    const { sim, phy } = this.#parts;
    const rate = phy.link?.bitsPerSecond ?? BITS_PER_SECOND;
    const generation = this.#generation;
    const end = (): void => {
      if (generation === this.#generation) done();
    };
    sim.events.schedule(sim.now() + wireTimeNs(frame.length, rate), end, IRQ_CPU);
  }

  #touch(): void {
    this.lastActivityNs = this.#parts.sim.now();
  }

  // ---- Receiving --------------------------------------------------------------------------------

  /** A frame comes over the cable. */
  arrive(frame: Uint8Array): void {
    const { phy, registers } = this.#parts;
    if (phy.link === undefined || phy.isLoopback || registers.has('MAC_CR', MAC_CR.LOOPBK)) return;
    this.#touch();
    // Whoever sent it filled it up: only a frame without a header was never one.
    this.#receive(frame.length < HEADER_BYTES ? frame : padded(frame), true);
  }

  #receive(frame: Uint8Array, isIntact: boolean): void {
    const { registers, intercept } = this.#parts;
    if (isIntact && frame.length >= FRAME_BYTES_MIN && intercept(frame)) return;
    const control = registers.get('MAC_CR');
    if ((control & MAC_CR.RXEN) === 0) return;
    let status = rxStatus(registers, frame, isIntact);
    const isBad = (status & RX_STATUS.ERROR) !== 0;
    if (isBad) this.#countBad(status);
    const isRunt = (status & RX_STATUS.RUNT) !== 0;
    if (isRunt && ((control & MAC_CR.PASSBAD) === 0 || frame.length < HEADER_BYTES)) return;
    const isPause = !isBad && this.#obeyPause(frame);
    if (isPause && !registers.has('FLOW', FLOW.FCPASS) && (control & MAC_CR.PRMS) === 0) return;
    if (!isPause && !passesFilter(registers, frame)) {
      if ((control & MAC_CR.RXALL) === 0) return;
      status = (status | RX_STATUS.FILTER_FAIL) >>> 0;
    }
    if (!isBad) this.received.count('good');
    else if (registers.has('HW_CFG', HW_CFG.DRP)) return;
    this.#deliver(frame, status, isIntact);
  }

  #deliver(frame: Uint8Array, status: number, isIntact: boolean): void {
    const { registers, deliver, onPassed } = this.#parts;
    if (!deliver(rxEntry(registers, frame, status, isIntact))) this.received.count('dropped');
    onPassed();
    this.#holdOff(frame);
  }

  #countBad(status: number): void {
    this.received.count('bad');
    if ((status & RX_STATUS.CRC_ERROR) !== 0) this.received.count('crcErrors');
    if ((status & RX_STATUS.RUNT) !== 0) this.received.count('runts');
    if ((status & RX_STATUS.TOO_LONG) !== 0) this.received.count('tooLong');
  }

  // ---- Flow control -----------------------------------------------------------------------------

  get #isFullDuplex(): boolean {
    return this.#parts.registers.has('MAC_CR', MAC_CR.FDPX);
  }

  /** True when it is a pause frame, and pause frames are obeyed. */
  #obeyPause(frame: Uint8Array): boolean {
    const { registers, sim, phy, onResumed } = this.#parts;
    if (!this.#isFullDuplex || !registers.has('FLOW', FLOW.FCEN)) return false;
    const time = pauseOf(frame, isForAddress(registers, frame));
    if (time === undefined) return false;
    const rate = phy.link?.bitsPerSecond ?? BITS_PER_SECOND;
    this.#pausedUntilNs = sim.now() + Math.ceil((time * PAUSE_BITS * NS_PER_S) / rate);
    sim.events.schedule(this.#pausedUntilNs, onResumed, IRQ_CPU);
    return true;
  }

  /** Asks the partner to wait, as FLOW says: with full duplex by a pause frame. */
  sendPause(sent: () => void): void {
    const { registers } = this.#parts;
    if (this.#isFullDuplex) this.#pause(registers.get('FLOW') >>> TIME_SHIFT, sent);
    else sent();
  }

  /** The FIFO got emptier: the partner may go on. */
  drained(): void {
    if (!this.#isHoldingOff || this.#parts.rxLevel() > this.#level(AFC_CFG.LO, LO_SHIFT)) return;
    this.#isHoldingOff = false;
    this.#pause(0, () => undefined);
  }

  /** The FIFO is nearly full, and the frame is one at which the partner is to be told. */
  #holdOff(frame: Uint8Array): void {
    const { registers, rxLevel } = this.#parts;
    const afc = registers.get('AFC_CFG');
    const isMeant =
      (afc & AFC_CFG.FC_ANY) !== 0 ||
      ((afc & AFC_CFG.FC_ADD) !== 0 && isForAddress(registers, frame)) ||
      ((afc & AFC_CFG.FC_BRD) !== 0 && isBroadcast(frame)) ||
      ((afc & AFC_CFG.FC_MULT) !== 0 && isGroup(frame) && !isBroadcast(frame));
    if (!isMeant || !this.#isFullDuplex || this.#isHoldingOff) return;
    if (rxLevel() < this.#level(AFC_CFG.HI, HI_SHIFT)) return;
    this.#isHoldingOff = true;
    this.#pause(registers.get('FLOW') >>> TIME_SHIFT, () => undefined);
  }

  #level(mask: number, shift: number): number {
    return ((this.#parts.registers.get('AFC_CFG') & mask) >>> shift) * LEVEL_BYTES;
  }

  #pause(time: number, sent: () => void): void {
    const { registers, port, phy, onTransmit } = this.#parts;
    const { link } = phy;
    const isOn = registers.has('MAC_CR', MAC_CR.TXEN);
    if (link === undefined || phy.isLoopback || !isOn) return sent();
    const frame = pauseFrame(macOf(registers), time);
    this.#touch();
    this.sent.count('pauses');
    onTransmit(frame, 0);
    port.transmit(frame, sent, link.bitsPerSecond);
  }
}
