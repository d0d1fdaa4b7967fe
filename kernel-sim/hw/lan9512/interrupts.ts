// SPDX-License-Identifier: GPL-2.0-or-later
/** The interrupt endpoint: it answers polls for as long as a cause lasts that a driver wants. */
import type { Sim } from '../../sim/sim.ts';
import { INTERRUPT_NS } from './descriptors.ts';
import type { RegisterFile } from './register-file.ts';
import { INT_EP_CTL, INT_STS } from './registers.ts';

const PACKET_BYTES = 4;
const IRQ_CPU = 0;
/** Bits of a packet, and of INT_EP_CTL, that INT_STS has elsewhere or not at all. */
const CAUSE = { RX_FIFO: INT_EP_CTL.RX_FIFO, MAC_RTO: INT_EP_CTL.MAC_RTO } as const;

export interface InterruptParts {
  readonly sim: Sim;
  readonly registers: RegisterFile;
  /** INT_STS, with what the PHY says at the moment. */
  readonly status: () => number;
  readonly hasFrame: () => boolean;
  readonly isAsked: () => boolean;
  readonly send: (packet: Uint8Array) => void;
}

export class Interrupts {
  readonly #parts: InterruptParts;
  /** When the endpoint may speak again. */
  #nextNs = 0;
  #isDue = false;

  constructor(parts: InterruptParts) {
    this.#parts = parts;
  }

  raise(bits: number): void {
    this.#parts.registers.setBits('INT_STS', bits);
    this.run();
  }

  /** Looks again: a host polls, or a cause came. It answers when the endpoint is polled. */
  run(): void {
    const { sim, registers, isAsked, send } = this.#parts;
    if (this.#isDue || !isAsked()) return;
    const causes = this.#causes();
    if (causes === 0 && !registers.has('INT_EP_CTL', INT_EP_CTL.INTEP_ON)) return;
    const nowNs = sim.now();
    if (nowNs < this.#nextNs) {
      this.#isDue = true;
      const again = (): void => {
        this.#isDue = false;
        this.run();
      };
      sim.events.schedule(this.#nextNs, again, IRQ_CPU);
      return;
    }
    this.#nextNs = nowNs + INTERRUPT_NS;
    const packet = new Uint8Array(PACKET_BYTES);
    new DataView(packet.buffer).setUint32(0, causes, true);
    send(packet);
  }

  #causes(): number {
    const { registers, status, hasFrame } = this.#parts;
    const now = status();
    const shared = now & ~INT_STS.MAC_RTO;
    const timeout = (now & INT_STS.MAC_RTO) === 0 ? 0 : CAUSE.MAC_RTO;
    const frame = hasFrame() ? CAUSE.RX_FIFO : 0;
    return (shared | timeout | frame) & registers.get('INT_EP_CTL') & ~INT_EP_CTL.INTEP_ON;
  }
}
