// SPDX-License-Identifier: GPL-2.0-or-later
/** What the kernel's realm has for the process around it, in order. See border.ts. */
import type { PortName } from '../machine-types.ts';

export const PARCEL = {
  /** The script's standard output and standard error. */
  STDOUT: 1,
  STDERR: 2,
  /** A request to the toolchain; the parcel's number is its id. */
  COMPILE: 3,
  /** Text for the trace file. */
  TRACE: 4,
  /** A frame that leaves the world. */
  FRAME: 5,
} as const;

export interface Parcel {
  readonly kind: number;
  readonly number: number;
  readonly bytes: Uint8Array;
}

export class Outbox {
  #parcels: Parcel[] = [];
  /** Parcels before this one are taken. */
  #taken = 0;
  sizeBytes = 0;
  /** A request to the toolchain waits. */
  isAsking = false;

  get first(): Parcel | undefined {
    return this.#parcels[this.#taken];
  }

  /** Terminals have no reader here. */
  output(port: PortName, bytes: Uint8Array): void {
    if (port === 'hvc0') this.#put(PARCEL.STDOUT, 0, bytes);
    else if (port === 'hvc1') this.#put(PARCEL.STDERR, 0, bytes);
  }

  ask(id: number, request: Uint8Array): void {
    this.isAsking = true;
    this.#put(PARCEL.COMPILE, id, request);
  }

  trace(bytes: Uint8Array): void {
    this.#put(PARCEL.TRACE, 0, bytes);
  }

  frame(bytes: Uint8Array): void {
    this.#put(PARCEL.FRAME, 0, bytes);
  }

  /** The bytes of the first parcel, in a buffer of their own. */
  take(): ArrayBuffer | undefined {
    const parcel = this.first;
    if (parcel === undefined) return undefined;
    this.#taken++;
    this.sizeBytes -= parcel.bytes.length;
    if (parcel.kind === PARCEL.COMPILE) this.isAsking = false;
    if (this.#taken === this.#parcels.length) {
      this.#parcels = [];
      this.#taken = 0;
    }
    return parcel.bytes.slice().buffer;
  }

  #put(kind: number, number: number, bytes: Uint8Array): void {
    this.sizeBytes += bytes.length;
    this.#parcels.push({ kind, number, bytes });
  }
}
