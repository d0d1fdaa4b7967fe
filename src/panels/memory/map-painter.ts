// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Draws the part of a map that is in sight. Each state is drawn once, on a tile; an object is then
 * one copy of its tile, whatever its pattern costs.
 */
import { TOKENS, type ThemeName, type TokenName } from '../../lib/tokens.ts';
import { shortAddress } from '../../lib/addresses.ts';
import type { CacheObjects } from '../../../kernel-sim/machine-types.ts';
import { cellAt, MAP_TOP, type MapLayout, type MapPlace } from './map-layout.ts';
import { OBJECT, stateOf } from './object-states.ts';

/** What is drawn; a new object whenever any of it has changed. */
export interface MapScene {
  readonly objects: CacheObjects;
  readonly first: Int32Array;
  readonly layout: MapLayout;
  readonly theme: ThemeName;
  /** Others are dimmed; undefined: none is. */
  readonly owner: number | undefined;
  readonly chosen: MapPlace | undefined;
  /** The chosen object is the thing that is talked about: its ring is the highlighter's. */
  readonly isMarked: boolean;
}

const DIMMED = 0.42;
const RING = 2.5;
const FONT = '12px "IBM Plex Mono", ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace';
const DIM_BIT = 0x100;

export class MapPainter {
  readonly #canvas: HTMLCanvasElement;
  readonly #tiles = new Map<number, HTMLCanvasElement>();
  /** What the tiles were drawn for. */
  #tileKind = '';

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
  }

  /** Draws what is seen of the map through a window that begins `top` pixels below its edge. */
  draw(scene: MapScene, top: number, height: number, pixelRatio: number): void {
    const context = this.#canvas.getContext('2d');
    if (context === null) return;
    const { layout } = scene;
    this.#fit(layout.width, height, pixelRatio);
    this.#useTiles(scene, pixelRatio);
    context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, -Math.round(top * pixelRatio));
    context.clearRect(0, top, layout.width, height);
    const firstSlab = Math.max(0, Math.floor((top - MAP_TOP) / layout.slabHeight));
    const lastSlab = Math.min(
      scene.objects.slabs.length - 1,
      Math.floor((top + height) / layout.slabHeight),
    );
    for (let slab = firstSlab; slab <= lastSlab; slab++) this.#drawSlab(context, scene, slab);
    if (scene.chosen !== undefined) drawRing(context, scene, scene.chosen);
  }

  #fit(width: number, height: number, pixelRatio: number): void {
    const [w, h] = [Math.round(width * pixelRatio), Math.round(height * pixelRatio)];
    if (this.#canvas.width === w && this.#canvas.height === h) return;
    this.#canvas.width = w;
    this.#canvas.height = h;
    this.#canvas.style.width = `${width}px`;
    this.#canvas.style.height = `${height}px`;
  }

  #useTiles({ layout, theme }: MapScene, pixelRatio: number): void {
    const kind = `${theme} ${layout.pitch} ${pixelRatio}`;
    if (kind === this.#tileKind) return;
    this.#tileKind = kind;
    this.#tiles.clear();
  }

  #drawSlab(context: CanvasRenderingContext2D, scene: MapScene, slab: number): void {
    const { objects, first, layout, owner } = scene;
    const start = first[slab] ?? 0;
    const count = objects.counts[slab] ?? 0;
    const { y } = cellAt(layout, slab, 0);
    let allocated = 0;
    for (let index = 0; index < count; index++) {
      const state = objects.states[start + index] ?? 0;
      if ((state & OBJECT.STATE) === OBJECT.ALLOCATED) allocated++;
      const isDimmed = owner !== undefined && objects.owner[start + index] !== owner;
      const column = index % layout.perLine;
      const line = (index - column) / layout.perLine;
      context.drawImage(
        this.#tile(scene, state, isDimmed && state !== OBJECT.FREE),
        layout.left + column * layout.pitch,
        y + line * layout.linePitch,
        layout.cellWidth,
        layout.cellHeight,
      );
    }
    this.#drawLabels(context, scene, slab, `${allocated}/${count}`);
  }

  #drawLabels(
    context: CanvasRenderingContext2D,
    scene: MapScene,
    slab: number,
    used: string,
  ): void {
    const { objects, layout, theme, chosen } = scene;
    const isHere = chosen?.slab === slab;
    context.font = isHere ? `600 ${FONT}` : FONT;
    context.textBaseline = 'middle';
    context.fillStyle = TOKENS[theme][isHere ? 'ink' : 'ink3'].hex;
    const y = cellAt(layout, slab, 0).y + layout.cellHeight / 2 + 0.5;
    context.textAlign = 'left';
    context.fillText(shortAddress(objects.slabs[slab] ?? 0), 14, y);
    context.textAlign = 'right';
    context.fillText(used, layout.width - 14, y);
  }

  #tile(scene: MapScene, state: number, isDimmed: boolean): HTMLCanvasElement {
    const key = isDimmed ? state | DIM_BIT : state;
    let tile = this.#tiles.get(key);
    if (tile === undefined) {
      tile = makeTile(scene, state, isDimmed);
      this.#tiles.set(key, tile);
    }
    return tile;
  }
}

function makeTile({ layout, theme }: MapScene, state: number, isDimmed: boolean) {
  const { cellWidth, cellHeight, hasPatterns } = layout;
  const ratio = globalThis.devicePixelRatio;
  const tile = document.createElement('canvas');
  tile.width = Math.round(cellWidth * ratio);
  tile.height = Math.round(cellHeight * ratio);
  const context = tile.getContext('2d');
  if (context === null) return tile;
  context.scale(tile.width / cellWidth, tile.height / cellHeight);
  context.globalAlpha = isDimmed ? DIMMED : 1;
  const cell = { context, width: cellWidth, height: cellHeight, theme };
  if ((state & OBJECT.BAD_ACCESS) !== 0) drawBadAccess(cell, state, hasPatterns);
  else drawState(cell, state, hasPatterns);
  return tile;
}

interface Cell {
  readonly context: CanvasRenderingContext2D;
  readonly width: number;
  readonly height: number;
  readonly theme: ThemeName;
}

/** In shapes that stay different without colour. */
function drawState(cell: Cell, state: number, hasPatterns: boolean): void {
  const { context, width, height } = cell;
  switch (stateOf(state)) {
    case 'allocated':
      fill(cell, 'blue');
      return;
    case 'leaked':
      fill(cell, 'rose');
      if (hasPatterns) drawEye(cell);
      return;
    case 'quarantined':
      outline(cell, 'violet');
      if (!hasPatterns) return;
      context.beginPath();
      context.moveTo(2, 2.5);
      context.lineTo(width - 2, height - 2.5);
      context.moveTo(width - 2, 2.5);
      context.lineTo(2, height - 2.5);
      context.stroke();
      return;
    default:
      outline(cell, 'line2');
  }
}

function fill({ context, width, height, theme }: Cell, colour: TokenName): void {
  context.fillStyle = TOKENS[theme][colour].hex;
  context.fillRect(0, 0, width, height);
}

function outline({ context, width, height, theme }: Cell, colour: TokenName): void {
  context.strokeStyle = TOKENS[theme][colour].hex;
  context.lineWidth = 1;
  context.strokeRect(0.5, 0.5, width - 1, height - 1);
}

function drawEye({ context, width, height, theme }: Cell): void {
  const radius = Math.min(width, height) / 3;
  context.fillStyle = TOKENS[theme].bg1.hex;
  context.beginPath();
  context.ellipse(width / 2, height / 2, Math.max(1, radius), Math.max(1, radius * 0.8), 0, 0, 7);
  context.fill();
  context.fillStyle = TOKENS[theme].rose.hex;
  context.beginPath();
  context.arc(width / 2, height / 2, radius * 0.4, 0, 7);
  context.fill();
}

/** An octagon with an x, over what the object is apart from that. */
function drawBadAccess(cell: Cell, state: number, hasPatterns: boolean): void {
  const { context, width, height, theme } = cell;
  drawState(cell, state & ~OBJECT.BAD_ACCESS, false);
  const colour = TOKENS[theme].red.hex;
  if (!hasPatterns) {
    fill(cell, 'red');
    return;
  }
  const radius = Math.min(width, height) / 2;
  const [x, y] = [width / 2, height / 2];
  context.fillStyle = colour;
  context.beginPath();
  for (let corner = 0; corner < 8; corner++) {
    const angle = ((corner + 0.5) * Math.PI) / 4;
    context.lineTo(x + radius * Math.cos(angle), y + radius * Math.sin(angle));
  }
  context.fill();
  const arm = radius * 0.4;
  context.strokeStyle = TOKENS[theme].bg1.hex;
  context.lineWidth = Math.max(1, radius * 0.25);
  context.beginPath();
  context.moveTo(x - arm, y - arm);
  context.lineTo(x + arm, y + arm);
  context.moveTo(x + arm, y - arm);
  context.lineTo(x - arm, y + arm);
  context.stroke();
}

function drawRing(context: CanvasRenderingContext2D, scene: MapScene, chosen: MapPlace): void {
  const { layout, theme, isMarked } = scene;
  const { x, y } = cellAt(layout, chosen.slab, chosen.index);
  context.strokeStyle = TOKENS[theme][isMarked ? 'mark-e' : 'ink'].hex;
  context.lineWidth = RING;
  const out = RING / 2 + 0.5;
  context.strokeRect(x - out, y - out, layout.cellWidth + 2 * out, layout.cellHeight + 2 * out);
}
