// SPDX-License-Identifier: GPL-2.0-or-later
/** Whether what the kernel's worker says of lately has the shape of a `TimelineView`. */
import type { TimelineView } from '../../kernel-sim/machine-types.ts';
import { isCount, isFields, isText, listOf, optional, type Shape } from './guards.ts';

const CPUS_MAX = 64;
const SOURCE: Shape = { module: isText, file: isText, line: isCount };
const areTexts = listOf({ id: isCount, text: isText });
const areNames = listOf({ pid: isCount, name: isText });
const arePlaces = listOf({ site: isCount, where: isText, source: optional(SOURCE) });

export function isTimelineView(value: unknown): value is TimelineView {
  if (!isFields(value)) return false;
  const { nowNs, cpus, first, next, texts, names, places } = value;
  return (
    isCount(nowNs) &&
    isCount(cpus) &&
    cpus > 0 &&
    cpus <= CPUS_MAX &&
    isCount(first) &&
    isCount(next) &&
    areColumns(value, next - first) &&
    areTexts(texts) &&
    areNames(names) &&
    arePlaces(places)
  );
}

/** All of one length: nobody asks again later. */
function areColumns(value: Readonly<Record<string, unknown>>, length: number): boolean {
  const { kinds, timesNs, cpuIds, pids, a, b, sites } = value;
  return (
    kinds instanceof Uint8Array &&
    kinds.length === length &&
    timesNs instanceof Float64Array &&
    timesNs.length === length &&
    timesNs.every(Number.isFinite) &&
    cpuIds instanceof Uint8Array &&
    cpuIds.length === length &&
    pids instanceof Int32Array &&
    pids.length === length &&
    a instanceof Float64Array &&
    a.length === length &&
    b instanceof Float64Array &&
    b.length === length &&
    sites instanceof Int32Array &&
    sites.length === length
  );
}
