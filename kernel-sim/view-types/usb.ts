// SPDX-License-Identifier: GPL-2.0-or-later
/** What a view may ask of the USB, and of the chip that hangs on it. */
import type { TimelinePlace } from './timeline.ts';

export interface UsbRequest {
  /** Number of the first URB that is wanted: the `next` of the last answer. */
  readonly from: number;
}

/** A transfer that has come back. */
export interface UrbView {
  /** Counts from 0. */
  readonly number: number;
  readonly submittedNs: number;
  readonly endedNs: number;
  /** `1-1.1`. */
  readonly device: string;
  /** Its number on the bus. */
  readonly address: number;
  readonly kind: 'control' | 'isochronous' | 'bulk' | 'interrupt';
  readonly isIn: boolean;
  /** Without its direction. */
  readonly endpoint: number;
  /** Of a control transfer: its eight bytes. */
  readonly setup?: Uint8Array;
  /** What it asks for, in words, where that is known: `read MAC_CR`. */
  readonly meaning: string;
  readonly wanted: number;
  readonly actual: number;
  /** 0 or a negative errno. */
  readonly status: number;
  /** Empty, or the name of that. */
  readonly error: string;
  /** The first bytes. */
  readonly data: Uint8Array;
  /** Of a place in `places`; 0: nobody's line. */
  readonly site: number;
}

/** Bits of a register that belong together. */
export interface BitFieldView {
  readonly name: string;
  /** The lowest one. */
  readonly at: number;
  readonly width: number;
  readonly access: 'rw' | 'ro' | 'w1c' | 'sc' | 'wo';
  readonly meaning: string;
}

export interface RegisterView {
  readonly name: string;
  readonly offset: number;
  readonly meaning: string;
  /** What it holds now. */
  readonly value: number;
  readonly fields: readonly BitFieldView[];
}

/** The last time that a driver read or wrote a register. */
export interface RegisterAccessView {
  readonly offset: number;
  readonly atNs: number;
  readonly isWrite: boolean;
  readonly value: number;
  /** What was written or read there before; undefined: nothing. */
  readonly before?: number;
  readonly site: number;
}

/** The LAN9512, when it is plugged in. */
export interface AdapterView {
  readonly isHighSpeed: boolean;
  readonly isLinkLit: boolean;
  readonly isActivityLit: boolean;
  readonly isSpeedLit: boolean;
  readonly isFullDuplexLit: boolean;
  /** Of its socket. */
  readonly isCablePlugged: boolean;
  /** `eth0`, once a driver has made one. */
  readonly interface?: string;
  /** `b8:27:eb:95:12:00`, of that. */
  readonly address?: string;
  readonly registers: readonly RegisterView[];
}

export interface UsbView {
  readonly nowNs: number;
  /** By port, from 1: what is plugged in; empty for nothing. */
  readonly ports: readonly string[];
  /** The adapter is on the machine's board: nobody can unplug it. */
  readonly isSoldered: boolean;
  readonly adapter?: AdapterView;
  /** Of URBs here: the number of the first; older ones are forgotten. */
  readonly first: number;
  /** Number behind the last one here; there may be more to ask for. */
  readonly next: number;
  readonly urbs: readonly UrbView[];
  /** The last one of each register since the first URB that was asked for, however long ago. */
  readonly accesses: readonly RegisterAccessView[];
  readonly places: readonly TimelinePlace[];
}
