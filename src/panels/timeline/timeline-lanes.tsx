// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Lanes on a canvas: drawn at most once per frame, moved by keys, wheel and drag as in Perfetto.
 * The table says the same to those who do not see it.
 */
import { useEffect, useLayoutEffect, useMemo, useRef } from 'react';

import { useBox } from '../../lib/use-box.ts';
import { useThemeName } from '../../lib/use-theme.ts';
import { lastStarted, SPAN, type Lane } from './lanes.ts';
import type { TimelineData } from './timeline-data.ts';
import {
  LANE_HEIGHT,
  RULER_HEIGHT,
  TimelinePainter,
  type TimelineScene,
} from './timeline-painter.ts';
import { moveByKey, pan, zoom, type Viewport } from './viewport.ts';

const BOX_AT_FIRST = { width: 640, height: 240 };
const LABELS = 118;
const LABELS_NARROW = 84;
const NARROW = 480;
/** Of the length in sight, for a notch of a mouse's wheel. */
const WHEEL_ZOOM = 1.2;
/** Pixels that a finger may tremble while it points. */
const TREMBLE = 3;

interface TimelineLanesProps {
  readonly data: TimelineData;
  readonly lanes: readonly Lane[];
  readonly view: Viewport;
  readonly all: Viewport;
  /** Index of the chosen event. */
  readonly chosen: number | undefined;
  readonly onView: (view: Viewport) => void;
  readonly onHover: (event: number | undefined) => void;
  readonly onChoose: (event: number) => void;
  /** Keys that are not about what is in sight. */
  readonly onKey: (key: string) => boolean;
}

export function TimelineLanes(props: TimelineLanesProps) {
  const { data, lanes, view, chosen } = props;
  const window = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width, height } = useBox(window, BOX_AT_FIRST);
  const theme = useThemeName();
  const labels = width < NARROW ? LABELS_NARROW : LABELS;
  const cursorNs = chosen === undefined ? undefined : data.timesNs[chosen];
  const scene = useMemo(
    () => ({ data, lanes, view, theme, labels, cursorNs }),
    [data, lanes, view, theme, labels, cursorNs],
  );
  const schedule = useDrawing(window, canvas, scene, width, height);
  const moves = useMoves(props, window, { labels, width, cursorNs });
  return (
    <div
      ref={window}
      className="timeline-lanes"
      role="application"
      aria-label="Timeline: W and S zoom, A and D move, comma and period choose events"
      tabIndex={0}
      onScroll={schedule}
      {...moves}
    >
      <div role="presentation" style={{ height: RULER_HEIGHT + lanes.length * LANE_HEIGHT }}>
        <canvas ref={canvas} className="timeline-canvas" aria-hidden />
      </div>
    </div>
  );
}

interface Place {
  readonly labels: number;
  readonly width: number;
  readonly cursorNs: number | undefined;
}

/** What keys, pointers and wheels do to what is in sight. */
function useMoves(
  props: TimelineLanesProps,
  window: React.RefObject<HTMLDivElement | null>,
  { labels, width, cursorNs }: Place,
): React.HTMLAttributes<HTMLDivElement> {
  const { lanes, view, all, onView, onHover, onChoose, onKey } = props;
  const drag = useRef<Drag>(undefined);
  const pointedNs = useRef<number>(undefined);
  const room = Math.max(1, width - labels);
  const pixelNs = (view.endNs - view.startNs) / room;
  const timeAt = (clientX: number): number => {
    const left = window.current?.getBoundingClientRect().left ?? 0;
    return view.startNs + (clientX - left - labels) * pixelNs;
  };
  const eventAt = ({ clientX, clientY }: React.PointerEvent): number | undefined => {
    const box = window.current;
    if (box === null) return undefined;
    const y = clientY - box.getBoundingClientRect().top - RULER_HEIGHT + box.scrollTop;
    const lane = lanes[Math.floor(y / LANE_HEIGHT)];
    return lane === undefined ? undefined : eventUnder(lane, timeAt(clientX), 3 * pixelNs);
  };
  useWheel(window, ({ ctrlKey, metaKey, shiftKey, deltaX, deltaY, clientX }) => {
    if (ctrlKey || metaKey) {
      onView(zoom(view, deltaY > 0 ? WHEEL_ZOOM : 1 / WHEEL_ZOOM, timeAt(clientX), all));
      return true;
    }
    const sideways = deltaX === 0 && shiftKey ? deltaY : deltaX;
    if (sideways !== 0) onView(pan(view, sideways * pixelNs, all));
    return sideways !== 0;
  });
  const move = (event: React.PointerEvent, begun: Drag): void => {
    const by = event.clientX - begun.x;
    begun.hasMoved ||= Math.abs(by) > TREMBLE;
    if (begun.hasMoved) onView(pan(begun.view, -by * pixelNs, all));
  };
  return {
    onKeyDown: (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const aroundNs = pointedNs.current ?? cursorNs ?? (view.startNs + view.endNs) / 2;
      const moved = moveByKey(event.key, view, aroundNs, all);
      if (moved !== undefined) onView(moved);
      if (moved !== undefined || onKey(event.key)) event.preventDefault();
    },
    onPointerDown: (event) => {
      if (event.button !== 0) return;
      drag.current = { x: event.clientX, view, hasMoved: false };
      event.currentTarget.setPointerCapture(event.pointerId);
    },
    onPointerMove: (event) => {
      pointedNs.current = timeAt(event.clientX);
      if (drag.current === undefined) onHover(eventAt(event));
      else move(event, drag.current);
    },
    onPointerUp: (event) => {
      const wasClick = drag.current?.hasMoved === false;
      drag.current = undefined;
      const under = wasClick ? eventAt(event) : undefined;
      if (under !== undefined) onChoose(under);
    },
    onPointerLeave: () => {
      pointedNs.current = undefined;
      onHover(undefined);
    },
  };
}

interface Drag {
  readonly x: number;
  readonly view: Viewport;
  hasMoved: boolean;
}

/** The event with which what is seen there began; marks lie on top. */
function eventUnder({ spans, marks }: Lane, timeNs: number, nearNs: number): number | undefined {
  const mark = lastStarted(marks, timeNs + nearNs);
  const isMark = mark >= 0 && marks.states[mark] !== SPAN.HELD;
  if (isMark && (marks.ends[mark] ?? 0) >= timeNs - nearNs) return marks.events[mark];
  const at = lastStarted(spans, timeNs + nearNs);
  return at >= 0 && (spans.ends[at] ?? 0) >= timeNs - nearNs ? spans.events[at] : undefined;
}

/** React listens to wheels passively: it cannot keep the page from scrolling. */
function useWheel(
  window: React.RefObject<HTMLDivElement | null>,
  onWheel: (event: WheelEvent) => boolean,
): void {
  const latest = useRef(onWheel);
  useLayoutEffect(() => {
    latest.current = onWheel;
  });
  useEffect(() => {
    const { current } = window;
    const listen = (event: WheelEvent): void => {
      if (latest.current(event)) event.preventDefault();
    };
    current?.addEventListener('wheel', listen, { passive: false });
    return () => current?.removeEventListener('wheel', listen);
  }, [window]);
}

/** Draws in the next frame; returns what asks for that. */
function useDrawing(
  window: React.RefObject<HTMLDivElement | null>,
  canvas: React.RefObject<HTMLCanvasElement | null>,
  scene: TimelineScene,
  width: number,
  height: number,
): () => void {
  const painter = useRef<TimelinePainter>(undefined);
  const frame = useRef(0);
  const latest = useRef({ scene, width, height });
  const schedule = useMemo(() => {
    const draw = (): void => {
      frame.current = 0;
      if (canvas.current === null || window.current === null) return;
      painter.current ??= new TimelinePainter(canvas.current);
      const { scene: seen, width: wide, height: high } = latest.current;
      painter.current.draw(seen, window.current.scrollTop, wide, high, devicePixelRatio);
    };
    return (): void => {
      if (frame.current === 0) frame.current = requestAnimationFrame(draw);
    };
  }, [window, canvas]);
  useLayoutEffect(() => {
    latest.current = { scene, width, height };
    schedule();
  }, [scene, width, height, schedule]);
  useEffect(
    () => () => {
      cancelAnimationFrame(frame.current);
      frame.current = 0;
      painter.current = undefined;
    },
    [],
  );
  return schedule;
}
