// SPDX-License-Identifier: GPL-2.0-or-later
/** Frames that the page has of the machine's network, and what of them somebody looks at. */
import type { StateCreator } from 'zustand/vanilla';

import type { NetworkView, TimelinePlace, WireView } from '../../kernel-sim/machine-types.ts';
import type { PlaygroundState } from './playground-store.ts';

/** More than the kernel keeps, so that a long run can be read. */
const FRAMES_MAX = 100_000;

/** One frame of the machine's network cards. */
export interface Packet {
  /** Counts from 0 since the machine booted. */
  readonly number: number;
  readonly timeNs: number;
  readonly isReceived: boolean;
  /** Of the interface: `eth0`. */
  readonly device: string;
  readonly bytes: Uint8Array;
  /** The driver's line that sent it or handed it over, when one did. */
  readonly place: TimelinePlace | undefined;
}

export interface PacketBook {
  readonly frames: readonly Packet[];
  /** Number of the first one that has not been asked for. */
  readonly next: number;
  readonly epochSeconds: number;
  readonly wire: WireView | undefined;
  readonly isPlugged: boolean;
}

export interface PacketsSlice {
  readonly packets: PacketBook;
  /** As it was typed, right or wrong. */
  readonly packetFilter: string;
  /** Frames that come now wait for who looks. */
  readonly arePacketsPaused: boolean;
  /** Number of the frame that is open. */
  readonly packet: number | undefined;
  readonly packetsPart: 'packets' | 'wire';
  /** The wire leads to the machines of other tabs too. */
  readonly areTabsJoined: boolean;
  readonly takePackets: (view: NetworkView) => void;
  readonly clearPackets: () => void;
  readonly forgetPackets: () => void;
  readonly choosePacket: (packet: number | undefined) => void;
  readonly showPackets: (
    change: Partial<
      Pick<PacketsSlice, 'packetFilter' | 'arePacketsPaused' | 'packetsPart' | 'areTabsJoined'>
    >,
  ) => void;
}

const NO_PACKETS: PacketBook = {
  frames: [],
  next: 0,
  epochSeconds: 0,
  wire: undefined,
  isPlugged: true,
};

export const createPacketsSlice: StateCreator<PlaygroundState, [], [], PacketsSlice> = (set) => ({
  packets: NO_PACKETS,
  packetFilter: '',
  arePacketsPaused: false,
  packet: undefined,
  packetsPart: 'packets',
  areTabsJoined: false,
  takePackets: (view) => set(({ packets }) => ({ packets: withFrames(packets, view) })),
  clearPackets: () =>
    set(({ packets }) => ({ packets: { ...packets, frames: [] }, packet: undefined })),
  forgetPackets: () => set({ packets: NO_PACKETS, packet: undefined }),
  choosePacket: (packet) => set({ packet }),
  showPackets: (change) => set(change),
});

/** What was known, with an answer behind it. */
export function withFrames(old: PacketBook, view: NetworkView): PacketBook {
  const { epochSeconds, isPlugged, next, wire } = view;
  // A machine that was booted anew counts from 0 again.
  const isAnew = next < old.next;
  const added = framesOf(view).filter(({ number }) => isAnew || number >= old.next);
  const frames =
    added.length === 0 && !isAnew
      ? old.frames
      : [...(isAnew ? [] : old.frames), ...added].slice(-FRAMES_MAX);
  return { frames, next, epochSeconds, wire, isPlugged };
}

function framesOf(view: NetworkView): Packet[] {
  const places = new Map(view.places.map((place) => [place.site, place]));
  return Array.from(view.ends, (end, n) => ({
    number: view.first + n,
    timeNs: view.timesNs[n] ?? 0,
    isReceived: view.areReceived[n] === 1,
    device: view.names[view.devices[n] ?? 0] ?? '',
    bytes: view.bytes.subarray(view.ends[n - 1] ?? 0, end),
    place: places.get(view.sites[n] ?? 0),
  }));
}
