// SPDX-License-Identifier: GPL-2.0-or-later
/** Whether what the kernel's worker says of the network has the shape of a `NetworkView`. */
import type { NetworkView } from '../../kernel-sim/machine-types.ts';
import {
  hasShape,
  isBytes,
  isCount,
  isFields,
  isFlag,
  isListOf,
  isNumber,
  isText,
  listOf,
  optional,
  type Shape,
} from './guards.ts';

const SOURCE: Shape = { module: isText, file: isText, line: isCount };
const arePlaces = listOf({ site: isCount, where: isText, source: optional(SOURCE) });
const SETTINGS: Shape = {
  lossPerMille: isNumber,
  duplicatePerMille: isNumber,
  reorderPerMille: isNumber,
  corruptPerMille: isNumber,
  delayNs: isNumber,
  jitterNs: isNumber,
  bitsPerSecond: isNumber,
};
const COUNTERS: Shape = {
  frames: isCount,
  bytes: isCount,
  lost: isCount,
  duplicated: isCount,
  reordered: isCount,
  corrupted: isCount,
  dropped: isCount,
};
const areTexts = (value: unknown): value is readonly string[] => isListOf(value, isText);
const arePorts = listOf({
  name: isText,
  isLinked: isFlag,
  addresses: areTexts,
  received: isCount,
  sent: isCount,
});

export function isNetworkView(value: unknown): value is NetworkView {
  if (!isFields(value)) return false;
  const { nowNs, epochSeconds, first, next, names, places, wire, isPlugged } = value;
  return (
    isCount(nowNs) &&
    isCount(epochSeconds) &&
    isCount(first) &&
    isCount(next) &&
    areTexts(names) &&
    areFrames(value, next - first, names.length) &&
    arePlaces(places) &&
    isFlag(isPlugged) &&
    (wire === undefined || isWire(wire))
  );
}

function isWire(wire: unknown): boolean {
  if (!isFields(wire)) return false;
  const { settings, counters, ports } = wire;
  return hasShape(settings, SETTINGS) && hasShape(counters, COUNTERS) && arePorts(ports);
}

/** All columns of one length, and every frame within the bytes. */
function areFrames(value: Readonly<Record<string, unknown>>, length: number, names: number) {
  const { timesNs, areReceived, devices, sites, ends, bytes } = value;
  return (
    timesNs instanceof Float64Array &&
    timesNs.length === length &&
    timesNs.every(Number.isFinite) &&
    areReceived instanceof Uint8Array &&
    areReceived.length === length &&
    devices instanceof Uint8Array &&
    devices.length === length &&
    devices.every((device) => device < names) &&
    sites instanceof Int32Array &&
    sites.length === length &&
    ends instanceof Uint32Array &&
    ends.length === length &&
    isBytes(bytes) &&
    ends.every((end, n) => end >= (ends[n - 1] ?? 0) && end <= bytes.length)
  );
}
