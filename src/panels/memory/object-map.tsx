// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The objects of a cache as a map. Only what is in sight is drawn, at most once per frame, and only
 * when something has changed; the table says the same to those who do not see it.
 */
import { useEffect, useLayoutEffect, useMemo, useRef } from 'react';

import type { CacheObjects } from '../../../kernel-sim/machine-types.ts';
import { useBox } from '../../lib/use-box.ts';
import { useThemeName } from '../../lib/use-theme.ts';
import {
  addressOf,
  cellAt,
  firstObjects,
  layoutMap,
  neighbourOf,
  objectAt,
  placeOf,
  type MapPlace,
} from './map-layout.ts';
import { MapPainter, type MapScene } from './map-painter.ts';
import { stateWords } from './object-states.ts';

const BOX_AT_FIRST = { width: 640, height: 200 };

interface ObjectMapProps {
  readonly objects: CacheObjects;
  /** An address in the chosen object. */
  readonly address: number | undefined;
  readonly isMarked: boolean;
  /** Others are dimmed. */
  readonly owner: string | undefined;
  readonly onChoose: (address: number) => void;
  /** Enter: on to what is known of the chosen object. */
  readonly onOpen: () => void;
  readonly onHover: (place: MapPlace | undefined) => void;
}

export function ObjectMap(props: ObjectMapProps) {
  const { objects, onChoose, onOpen, onHover } = props;
  const window = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width, height } = useBox(window, BOX_AT_FIRST);
  const scene = useScene(props, width);
  const schedule = useDrawing(window, canvas, scene, height);
  const { layout, chosen } = scene;

  useLayoutEffect(() => {
    if (window.current !== null && chosen !== undefined) lookAt(window.current, scene, chosen);
    // oxlint-disable-next-line react/exhaustive-deps -- only when another one is chosen
  }, [chosen?.object, layout.slabHeight, height]);

  const choose = (place: MapPlace): void => onChoose(addressOf(objects, place));
  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (event.key === 'Enter' && chosen !== undefined) {
      event.preventDefault();
      onOpen();
      return;
    }
    const perPage = Math.max(1, Math.floor(height / layout.slabHeight) - 1);
    const { counts } = objects;
    const to = neighbourOf(layout, counts, scene.first, chosen, event.key, perPage);
    if (to === undefined) return;
    event.preventDefault();
    choose(to);
  };
  const under = (event: React.MouseEvent): MapPlace | undefined => {
    const box = event.currentTarget.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    return objectAt(layout, objects.counts, scene.first, x, y);
  };
  return (
    <div
      ref={window}
      className="map"
      role="grid"
      aria-label={`Objects of ${objects.cache}`}
      aria-rowcount={objects.slabs.length}
      aria-activedescendant={chosen === undefined ? undefined : 'map-chosen'}
      tabIndex={0}
      onScroll={schedule}
      onKeyDown={onKeyDown}
    >
      <div
        className="map-page"
        role="presentation"
        style={{ height: layout.height }}
        onClick={(event) => {
          const place = under(event);
          if (place !== undefined) choose(place);
        }}
        onMouseMove={(event) => onHover(under(event))}
        onMouseLeave={() => onHover(undefined)}
      >
        <canvas ref={canvas} className="map-canvas" aria-hidden />
      </div>
      {chosen !== undefined && <ChosenInWords objects={objects} chosen={chosen} />}
    </div>
  );
}

interface ChosenProps {
  readonly objects: CacheObjects;
  readonly chosen: MapPlace;
}

/** What of the map a screen reader is told. */
function ChosenInWords({ objects, chosen }: ChosenProps) {
  return (
    <div className="unseen" role="row" aria-rowindex={chosen.slab + 1}>
      <span id="map-chosen" role="gridcell" aria-selected tabIndex={-1}>
        {`Slab ${chosen.slab + 1}, object ${chosen.index}: `}
        {stateWords(objects.states[chosen.object] ?? 0)}
      </span>
    </div>
  );
}

function useScene(props: ObjectMapProps, width: number): MapScene {
  const { objects, address, isMarked, owner: name } = props;
  const theme = useThemeName();
  const first = useMemo(() => firstObjects(objects.counts), [objects]);
  const layout = useMemo(() => layoutMap(objects, width), [objects, width]);
  return useMemo(() => {
    // Who owns nothing here dims all.
    const owner = name === undefined ? undefined : objects.owners.indexOf(name);
    const chosen = address === undefined ? undefined : placeOf(objects, first, address);
    return { objects, first, layout, theme, owner, chosen, isMarked };
  }, [objects, first, layout, theme, name, isMarked, address]);
}

/** Draws in the next frame; returns what asks for that. */
function useDrawing(
  window: React.RefObject<HTMLDivElement | null>,
  canvas: React.RefObject<HTMLCanvasElement | null>,
  scene: MapScene,
  height: number,
): () => void {
  const painter = useRef<MapPainter>(undefined);
  const frame = useRef(0);
  const latest = useRef({ scene, height });
  const schedule = useMemo(() => {
    const draw = (): void => {
      frame.current = 0;
      if (canvas.current === null || window.current === null) return;
      painter.current ??= new MapPainter(canvas.current);
      const { scrollTop } = window.current;
      const { scene: seen, height: box } = latest.current;
      painter.current.draw(seen, scrollTop, box, devicePixelRatio);
    };
    return (): void => {
      if (frame.current === 0) frame.current = requestAnimationFrame(draw);
    };
  }, [window, canvas]);
  useLayoutEffect(() => {
    latest.current = { scene, height };
    schedule();
  }, [scene, height, schedule]);
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

function lookAt(window: HTMLDivElement, { layout }: MapScene, place: MapPlace): void {
  const { y } = cellAt(layout, place.slab, place.index);
  const margin = 6;
  if (y - margin < window.scrollTop) window.scrollTop = y - margin;
  const bottom = y + layout.cellHeight + margin;
  if (bottom > window.scrollTop + window.clientHeight) {
    window.scrollTop = bottom - window.clientHeight;
  }
}
