// SPDX-License-Identifier: GPL-2.0-or-later
/** What a view may ask of frames, of the wire and of what hangs on it. */
import type { TimelinePlace } from './timeline.ts';

/** What the wire between the machine and the switch does to frames, in both directions. */
export interface WireSettings {
  /** Of 1000 frames, how many are lost, come twice, come late, come with a wrong bit. */
  readonly lossPerMille: number;
  readonly duplicatePerMille: number;
  readonly reorderPerMille: number;
  readonly corruptPerMille: number;
  /** From end to end; not less than the shortest that there is. */
  readonly delayNs: number;
  /** Added to it, more or less of it at random. */
  readonly jitterNs: number;
  readonly bitsPerSecond: number;
}

/** What has become of frames. */
export interface WireCounters {
  readonly frames: number;
  readonly bytes: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly reordered: number;
  readonly corrupted: number;
  /** There was no room in the switch. */
  readonly dropped: number;
}

/** A machine, or another wire, at a port of the switch. */
export interface SwitchPortView {
  readonly name: string;
  readonly isLinked: boolean;
  /** Addresses that the switch has seen there, as text. */
  readonly addresses: readonly string[];
  readonly received: number;
  readonly sent: number;
}

export interface WireView {
  readonly settings: WireSettings;
  readonly counters: WireCounters;
  readonly ports: readonly SwitchPortView[];
}

export interface NetworkRequest {
  /** Number of the first frame that is wanted: the `next` of the last answer. */
  readonly from: number;
}

/** Frames in columns of the same length, oldest first: the n-th entries of all are one frame. */
export interface NetworkView {
  readonly nowNs: number;
  /** What the clock of the machine said when its own time began, in seconds since 1970. */
  readonly epochSeconds: number;
  /** Number of the first frame here; what was before it is forgotten. */
  readonly first: number;
  /** Number of the frame after the last one here; there may be more to ask for. */
  readonly next: number;
  readonly timesNs: Float64Array<ArrayBuffer>;
  /** 1: received; 0: sent. */
  readonly areReceived: Uint8Array<ArrayBuffer>;
  /** Numbers of `names`. */
  readonly devices: Uint8Array<ArrayBuffer>;
  /** Of a driver's place in `places`; 0: in no driver. */
  readonly sites: Int32Array<ArrayBuffer>;
  /** Where each frame ends in `bytes`; the first begins at 0. */
  readonly ends: Uint32Array<ArrayBuffer>;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Of interfaces. */
  readonly names: readonly string[];
  readonly places: readonly TimelinePlace[];
  /** What the cable leads to, when it leads anywhere. */
  readonly wire?: WireView;
  /** Whether the machine's end of the cable is plugged in. */
  readonly isPlugged: boolean;
}
