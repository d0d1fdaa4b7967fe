// SPDX-License-Identifier: GPL-2.0-or-later
/** All that is kept at a glance: how busy the CPUs were, and which part of it the lanes show. */
import { useLayoutEffect, useMemo, useRef } from 'react';

import { TOKENS } from '../../lib/tokens.ts';
import { useBox } from '../../lib/use-box.ts';
import { useThemeName } from '../../lib/use-theme.ts';
import type { Lane } from './lanes.ts';
import { centre, type Viewport } from './viewport.ts';

const HEIGHT = 30;
const BOX_AT_FIRST = { width: 640, height: HEIGHT };
/** Pixels of a column. */
const COLUMN = 3;
/** The share that is drawn full, at least. */
const LEAST_SCALE = 0.02;

interface OverviewProps {
  readonly lanes: readonly Lane[];
  readonly view: Viewport;
  readonly all: Viewport;
  readonly onView: (view: Viewport) => void;
}

export function Overview({ lanes, view, all, onView }: OverviewProps) {
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width } = useBox(frame, BOX_AT_FIRST);
  const theme = useThemeName();
  const load = useMemo(
    () => busyShares(lanes, all, Math.max(1, Math.floor(width / COLUMN))),
    [lanes, all, width],
  );
  useLayoutEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (canvas.current === null || context === null || context === undefined) return;
    const ratio = devicePixelRatio;
    canvas.current.width = Math.round(width * ratio);
    canvas.current.height = Math.round(HEIGHT * ratio);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const colours = TOKENS[theme];
    context.fillStyle = colours.blue.hex;
    context.globalAlpha = 0.6;
    // A machine at rest is busy for moments: those are to be seen, too.
    const most = Math.max(...load, LEAST_SCALE);
    for (const [n, share] of load.entries()) {
      const tall = Math.ceil((share / most) * (HEIGHT - 4));
      context.fillRect(n * COLUMN, HEIGHT - tall, COLUMN - 1, tall);
    }
    const length = Math.max(1, all.endNs - all.startNs);
    const left = ((view.startNs - all.startNs) / length) * width;
    const right = ((view.endNs - all.startNs) / length) * width;
    context.globalAlpha = 1;
    context.strokeStyle = colours.ink.hex;
    context.lineWidth = 1;
    context.strokeRect(left + 0.5, 0.5, Math.max(2, right - left - 1), HEIGHT - 1);
  }, [load, view, all, width, theme]);
  const goTo = (event: React.PointerEvent): void => {
    const box = event.currentTarget.getBoundingClientRect();
    const share = (event.clientX - box.left) / Math.max(1, box.width);
    onView(centre(view, all.startNs + share * (all.endNs - all.startNs), all));
  };
  return (
    <div
      ref={frame}
      className="timeline-overview"
      aria-hidden
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        goTo(event);
      }}
      onPointerMove={(event) => {
        if (event.buttons === 1) goTo(event);
      }}
    >
      <canvas ref={canvas} />
    </div>
  );
}

/** Of the time of all CPUs, in each of so many columns. */
export function busyShares(
  lanes: readonly Lane[],
  { startNs, endNs }: Viewport,
  columns: number,
): readonly number[] {
  const busyNs = new Float64Array(columns);
  const columnNs = Math.max(1, (endNs - startNs) / columns);
  const cpus = lanes.filter(({ kind }) => kind === 'cpu');
  for (const { spans } of cpus) {
    for (const [n, from] of spans.starts.entries()) {
      let at = Math.max(from, startNs);
      const to = Math.min(spans.ends[n] ?? 0, endNs);
      while (at < to) {
        const column = Math.min(columns - 1, Math.floor((at - startNs) / columnNs));
        const edge = column === columns - 1 ? to : startNs + (column + 1) * columnNs;
        const next = Math.min(to, Math.max(edge, at + 1));
        busyNs[column] = (busyNs[column] ?? 0) + next - at;
        at = next;
      }
    }
  }
  return Array.from(busyNs, (ns) => Math.min(1, ns / columnNs / Math.max(1, cpus.length)));
}
