// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * ringnic: a network card as simple as one can be that works as those of today do. README.md is its
 * data sheet.
 *
 * It has two rings of descriptors in memory, which it reads and writes by itself, a page of
 * registers, and one interrupt line, which stays raised as long as a cause is set that the mask
 * lets through. A driver may write anything anywhere: what makes no sense is an error bit.
 */
import type { Sim } from '../../sim/sim.ts';
import type { CableEnd } from '../cable.ts';
import type { DmaBus } from '../dma.ts';
import type { MmioDevice } from '../mmio.ts';
import { FilterRegisters } from './filter.ts';
import {
  CAUSE,
  CONTROL_OWN,
  CTRL,
  ERROR,
  FRAME_MAX,
  FRAME_MIN,
  LENGTH_MASK,
  REGISTER_BYTES,
  type RegisterName,
  REGISTERS,
  RINGNIC_ID,
  RINGNIC_VERSION,
  STATUS,
  STATUS_DONE,
  STATUS_ERROR,
} from './registers.ts';
import { Ring } from './ring.ts';

/** How long it takes to look at a descriptor. */
const FETCH_NS = 500;
/** The CPU that its events belong to, as its line leads there. */
const IRQ_CPU = 0;
const BITS_PER_MEGABIT = 1_000_000;

export interface RingNicParts {
  readonly sim: Sim;
  readonly dma: DmaBus;
  readonly port: CableEnd;
  /** Its address after a reset. */
  readonly mac: Uint8Array;
  /** Raises or lowers its line. */
  readonly setLine: (isRaised: boolean) => void;
  /** A frame has been taken out of memory. */
  readonly onTransmit: (frame: Uint8Array, site: number) => void;
}

/** Names by offset / 4. */
const NAMES: readonly (RegisterName | undefined)[] = Array.from(
  { length: REGISTER_BYTES / 4 },
  (_, word) =>
    (Object.keys(REGISTERS) as RegisterName[]).find((n) => REGISTERS[n].offset === word * 4),
);

export class RingNic implements MmioDevice {
  readonly name = 'ringnic';
  readonly sizeBytes = REGISTER_BYTES;
  readonly #parts: RingNicParts;
  readonly #tx: Ring;
  readonly #rx: Ring;
  /** What the registers hold that do nothing else. */
  readonly #values = new Map<RegisterName, number>();
  readonly #filter: FilterRegisters;
  /** Counts resets: what began before one ends without effect. */
  #generation = 0;
  #isSending = false;
  #isRaised = false;
  /** Where the driver last rang the transmit doorbell. */
  #doorbellSite = 0;

  constructor(parts: RingNicParts) {
    const { dma, port } = parts;
    this.#parts = parts;
    const onError = (bits: number): void => this.#fail(bits);
    this.#tx = new Ring(dma, onError);
    this.#rx = new Ring(dma, onError);
    this.#filter = new FilterRegisters((name) => this.#value(name));
    port.onReceive = (frame) => this.#receive(frame);
    port.onLinkChanged = () => this.#setCause(CAUSE.LINK);
    this.#reset();
  }

  /** A driver loads a register. Context: any. */
  load(offset: number): number {
    const name = NAMES[offset / 4];
    return name === undefined ? 0 : this.#value(name);
  }

  /** A driver stores into a register. Context: any. */
  store(offset: number, value: number): void {
    const name = NAMES[offset / 4];
    if (name === undefined) return;
    const { access, mask } = REGISTERS[name];
    if (access === 'ro') return;
    const old = this.#values.get(name) ?? 0;
    const bits = (value & mask) >>> 0;
    this.#values.set(name, access === 'w1c' ? (old & ~bits) >>> 0 : bits);
    this.#act(name);
  }

  #act(name: RegisterName): void {
    switch (name) {
      case 'CTRL':
        this.#control();
        break;
      case 'CAUSE':
      case 'MASK':
        this.#updateLine();
        break;
      case 'TX_BASE':
      case 'TX_LENGTH':
        this.#tx.place(this.#value('TX_BASE'), this.#value('TX_LENGTH'));
        break;
      case 'RX_BASE':
      case 'RX_LENGTH':
        this.#rx.place(this.#value('RX_BASE'), this.#value('RX_LENGTH'));
        break;
      case 'TX_TAIL':
        this.#tx.setTail(this.#value('TX_TAIL'));
        this.#doorbellSite = this.#parts.sim.site();
        this.#startSending();
        break;
      case 'RX_TAIL':
        this.#rx.setTail(this.#value('RX_TAIL'));
        break;
      default:
    }
  }

  #value(name: RegisterName): number {
    switch (name) {
      case 'STATUS':
        return this.#status();
      case 'TX_HEAD':
        return this.#tx.head;
      case 'RX_HEAD':
        return this.#rx.head;
      default:
        return this.#values.get(name) ?? 0;
    }
  }

  #status(): number {
    const { port } = this.#parts;
    if (!port.hasLink) return 0;
    const megabits = Math.min(0xffff, Math.floor(port.bitsPerSecond / BITS_PER_MEGABIT));
    return (STATUS.LINK | STATUS.FULL_DUPLEX | (megabits << STATUS.SPEED_SHIFT)) >>> 0;
  }

  #is(bit: number): boolean {
    return (this.#value('CTRL') & bit) !== 0;
  }

  #control(): void {
    if (this.#is(CTRL.RESET)) this.#reset();
    else this.#startSending();
  }

  #reset(): void {
    const { mac } = this.#parts;
    this.#generation++;
    this.#isSending = false;
    this.#values.clear();
    this.#values.set('ID', RINGNIC_ID);
    this.#values.set('VERSION', RINGNIC_VERSION);
    this.#values.set(
      'MAC_LOW',
      (mac[0]! | (mac[1]! << 8) | (mac[2]! << 16) | (mac[3]! << 24)) >>> 0,
    );
    this.#values.set('MAC_HIGH', mac[4]! | (mac[5]! << 8));
    this.#tx.reset();
    this.#rx.reset();
    this.#updateLine();
  }

  // ---- Interrupts ------------------------------------------------------------------------------

  #setCause(bits: number): void {
    this.#values.set('CAUSE', this.#value('CAUSE') | bits);
    this.#updateLine();
  }

  #fail(bits: number): void {
    this.#values.set('ERROR', this.#value('ERROR') | bits);
    this.#setCause(CAUSE.ERROR);
  }

  #updateLine(): void {
    const isRaised = (this.#value('CAUSE') & this.#value('MASK')) !== 0;
    if (isRaised === this.#isRaised) return;
    this.#isRaised = isRaised;
    this.#parts.setLine(isRaised);
  }

  #count(name: RegisterName, by = 1): void {
    this.#values.set(name, ((this.#values.get(name) ?? 0) + by) >>> 0);
  }

  // ---- Sending ---------------------------------------------------------------------------------

  /** One frame after the other; each takes a moment to be fetched, and its time on the wire. */
  #startSending(): void {
    if (this.#isSending || !this.#is(CTRL.TX_ENABLE) || this.#tx.isEmpty) return;
    const { sim } = this.#parts;
    const generation = this.#generation;
    this.#isSending = true;
    sim.events.schedule(
      sim.now() + FETCH_NS,
      () => {
        if (generation === this.#generation) this.#sendNext();
      },
      IRQ_CPU,
    );
  }

  #sendNext(): void {
    const { port, onTransmit } = this.#parts;
    this.#isSending = false;
    if (!this.#is(CTRL.TX_ENABLE) || this.#tx.isEmpty) return;
    const descriptor = this.#tx.load();
    if (descriptor === undefined) return;
    const frame = this.#fetch(descriptor.address, descriptor.control);
    if (frame === undefined) {
      this.#count('TX_ERRORS');
      this.#finish(this.#tx, STATUS_DONE | STATUS_ERROR, CAUSE.TX);
      this.#startSending();
      return;
    }
    const generation = this.#generation;
    this.#isSending = true;
    onTransmit(frame, this.#doorbellSite);
    port.transmit(frame, () => {
      if (generation !== this.#generation) return;
      this.#isSending = false;
      this.#count('TX_FRAMES');
      this.#count('TX_BYTES', frame.length);
      this.#finish(this.#tx, STATUS_DONE, CAUSE.TX);
      this.#startSending();
    });
  }

  /** The bytes that a descriptor leads to, if they are a frame and within reach. */
  #fetch(address: number, control: number): Uint8Array | undefined {
    const length = control & LENGTH_MASK;
    if ((control & CONTROL_OWN) === 0 || length < FRAME_MIN || length > FRAME_MAX) {
      this.#fail(ERROR.BAD_DESCRIPTOR);
      return undefined;
    }
    const frame = this.#parts.dma.read(address, length);
    if (frame === undefined) this.#fail(ERROR.DMA_FAULT);
    return frame;
  }

  // ---- Receiving -------------------------------------------------------------------------------

  #receive(frame: Uint8Array): void {
    if (!this.#is(CTRL.RX_ENABLE) || frame.length < FRAME_MIN || frame.length > FRAME_MAX) return;
    if (!this.#filter.accepts(frame)) return;
    if (this.#rx.isEmpty) {
      this.#count('RX_MISSED');
      this.#fail(ERROR.RX_OVERRUN);
      return;
    }
    const descriptor = this.#rx.load();
    if (descriptor === undefined) {
      this.#count('RX_ERRORS');
      return;
    }
    const { address, control } = descriptor;
    const isWritten = this.#deliver(frame, address, control);
    const status = isWritten ? STATUS_DONE | frame.length : STATUS_DONE | STATUS_ERROR;
    this.#count(isWritten ? 'RX_FRAMES' : 'RX_ERRORS');
    if (isWritten) this.#count('RX_BYTES', frame.length);
    this.#finish(this.#rx, status, CAUSE.RX);
  }

  #deliver(frame: Uint8Array, address: number, control: number): boolean {
    if ((control & CONTROL_OWN) === 0 || (control & LENGTH_MASK) < frame.length) {
      this.#fail(ERROR.BAD_DESCRIPTOR);
      return false;
    }
    const isWritten = this.#parts.dma.write(address, frame);
    if (!isWritten) this.#fail(ERROR.DMA_FAULT);
    return isWritten;
  }

  /** Gives a descriptor back to the driver, and goes on to the next one. */
  #finish(ring: Ring, status: number, cause: number): void {
    ring.complete(status);
    this.#setCause(cause);
  }
}
