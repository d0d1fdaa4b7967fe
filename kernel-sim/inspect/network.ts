// SPDX-License-Identifier: GPL-2.0-or-later
/** The latest frames of a machine and the wire that they went over, for a view of packets. */
import type { Machine } from '../init/machine.ts';
import type { NetworkRequest, NetworkView } from '../machine-types.ts';
import { placeOf } from './place.ts';

/** What is asked for is answered in pieces: nobody may wait for all of a large transfer. */
const FRAMES_MAX = 4000;
const BYTES_MAX = 4 * 1024 * 1024;

/** undefined when the machine keeps no frames. Context: between two slices. */
export function networkView(machine: Machine, { from }: NetworkRequest): NetworkView | undefined {
  const { kernel, surroundings } = machine;
  const { frames: log } = kernel.net.core;
  if (!log.isOn) return undefined;
  // A machine that was booted anew has had fewer.
  const all = log.since(from > log.count ? 0 : from);
  const frames = all.slice(0, countWithin(all.map(({ bytes }) => bytes.length)));
  const first = all[0]?.sequence ?? log.count;
  const names = [...new Set(frames.map(({ device }) => device))];
  const sites = Int32Array.from(frames, ({ site }) => site);
  const ends = new Uint32Array(frames.length);
  let total = 0;
  for (const [n, { bytes }] of frames.entries()) ends[n] = total += bytes.length;
  const bytes = new Uint8Array(total);
  for (const [n, frame] of frames.entries()) bytes.set(frame.bytes, n === 0 ? 0 : ends[n - 1]);
  const wire = surroundings?.view;
  return {
    nowNs: kernel.scheduler.frontierNs,
    epochSeconds: kernel.image.epochSeconds,
    first,
    next: first + frames.length,
    timesNs: Float64Array.from(frames, ({ atNs }) => atNs),
    areReceived: Uint8Array.from(frames, ({ direction }) => (direction === 'rx' ? 1 : 0)),
    devices: Uint8Array.from(frames, ({ device }) => names.indexOf(device)),
    sites,
    ends,
    bytes,
    names,
    places: [...new Set(sites)].filter((site) => site !== 0).map((site) => placeOf(kernel, site)),
    isPlugged: kernel.cable.hasLink,
    ...(wire === undefined ? {} : { wire }),
  };
}

/** What of a view may change hands. */
export function networkBuffers(view: NetworkView): ArrayBuffer[] {
  const { timesNs, areReceived, devices, sites, ends, bytes } = view;
  return [timesNs, areReceived, devices, sites, ends, bytes].map(({ buffer }) => buffer);
}

/** How many of these are answered at once: one at least. */
function countWithin(lengths: readonly number[]): number {
  let total = 0;
  const tooMany = lengths.findIndex((length, n) => {
    total += length;
    return n > 0 && total > BYTES_MAX;
  });
  return Math.min(FRAMES_MAX, tooMany < 0 ? lengths.length : tooMany);
}
