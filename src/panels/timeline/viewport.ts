// SPDX-License-Identifier: GPL-2.0-or-later
/** Which part of virtual time is in sight, and how it moves. */
export interface Viewport {
  readonly startNs: number;
  readonly endNs: number;
}

const LEAST_NS = 1000;
/** Of the width, with each press of a key. */
const STEP = 0.15;
const ZOOM = 1.4;

/** Makes it longer or shorter around an instant that stays where it is. */
export function zoom(view: Viewport, factor: number, aroundNs: number, all: Viewport): Viewport {
  const { startNs, endNs } = view;
  const length = Math.max(LEAST_NS, (endNs - startNs) * factor);
  const share = (aroundNs - startNs) / Math.max(1, endNs - startNs);
  const from = aroundNs - share * length;
  return within({ startNs: from, endNs: from + length }, all);
}

export function pan({ startNs, endNs }: Viewport, byNs: number, all: Viewport): Viewport {
  return within({ startNs: startNs + byNs, endNs: endNs + byNs }, all);
}

/** The same length around an instant. */
export function centre({ startNs, endNs }: Viewport, timeNs: number, all: Viewport): Viewport {
  const half = (endNs - startNs) / 2;
  return within({ startNs: timeNs - half, endNs: timeNs + half }, all);
}

/** What a key of the timeline does to it; undefined: it is none. */
export function moveByKey(
  key: string,
  view: Viewport,
  aroundNs: number,
  all: Viewport,
): Viewport | undefined {
  const length = view.endNs - view.startNs;
  switch (key) {
    case 'w':
    case 'W':
      return zoom(view, 1 / ZOOM, aroundNs, all);
    case 's':
    case 'S':
      return zoom(view, ZOOM, aroundNs, all);
    case 'a':
    case 'A':
    case 'ArrowLeft':
      return pan(view, -STEP * length, all);
    case 'd':
    case 'D':
    case 'ArrowRight':
      return pan(view, STEP * length, all);
    case 'Home':
      return all;
    default:
      return undefined;
  }
}

function within({ startNs, endNs }: Viewport, all: Viewport): Viewport {
  const length = Math.min(endNs - startNs, Math.max(LEAST_NS, all.endNs - all.startNs));
  const from = Math.min(Math.max(startNs, all.startNs), all.endNs - length);
  return { startNs: from, endNs: from + length };
}

const NICE = [1, 2, 5] as const;

/** Instants at which a ruler has its lines, with `least` pixels between two. */
export function rulerTicks({ startNs, endNs }: Viewport, width: number, least: number): number[] {
  const length = endNs - startNs;
  const wanted = (length * least) / Math.max(1, width);
  let stepNs = 10 ** Math.floor(Math.log10(Math.max(1, wanted)));
  stepNs *= NICE.find((factor) => factor * stepNs >= wanted) ?? 10;
  const ticks: number[] = [];
  for (let n = Math.ceil(startNs / stepNs); n * stepNs <= endNs; n++) ticks.push(n * stepNs);
  return ticks;
}
