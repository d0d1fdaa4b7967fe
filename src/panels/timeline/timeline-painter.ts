// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Draws lanes. Spans that would fall onto one pixel are drawn once, so a frame costs what is seen,
 * not what there is.
 */
import { shortened } from '../../lib/shortened.ts';
import { TOKENS, type ThemeName, type TokenName } from '../../lib/tokens.ts';
import { logTime } from '../../lib/log-time.ts';
import { spanWords } from './event-words.ts';
import { lastStarted, SPAN, type Lane } from './lanes.ts';
import { taskName, type TimelineData } from './timeline-data.ts';
import { rulerTicks, type Viewport } from './viewport.ts';

export const LANE_HEIGHT = 31;
export const RULER_HEIGHT = 24;
const BAR_TOP = 8;
const BAR_HEIGHT = 15;
const MARK_HEIGHT = 6;
/** Room that a word needs to be worth drawing. */
const WORD_LEAST = 36;
const TICK_LEAST = 96;
const MONO = '"IBM Plex Mono", ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace';

export interface TimelineScene {
  readonly data: TimelineData;
  readonly lanes: readonly Lane[];
  readonly view: Viewport;
  readonly theme: ThemeName;
  /** Pixels at the left in which lanes have their names. */
  readonly labels: number;
  /** Where the highlighter's line stands; undefined: nothing is talked about. */
  readonly cursorNs: number | undefined;
}

export class TimelinePainter {
  readonly #canvas: HTMLCanvasElement;
  readonly #patterns = new Map<string, CanvasPattern | null>();
  #kind = '';

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
  }

  /** Draws the lanes that are seen when the first `top` pixels of them are scrolled away. */
  draw(scene: TimelineScene, top: number, width: number, height: number, ratio: number): void {
    const context = this.#canvas.getContext('2d');
    if (context === null) return;
    this.#fit(width, height, ratio, scene.theme);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    const painting = { context, scene, width, height };
    drawRuler(painting);
    context.save();
    context.beginPath();
    context.rect(0, RULER_HEIGHT, width, height - RULER_HEIGHT);
    context.clip();
    const first = Math.max(0, Math.floor(top / LANE_HEIGHT));
    const last = Math.min(scene.lanes.length, Math.ceil((top + height) / LANE_HEIGHT));
    for (let n = first; n < last; n++) {
      const lane = scene.lanes[n];
      if (lane !== undefined) this.#drawLane(painting, lane, RULER_HEIGHT + n * LANE_HEIGHT - top);
    }
    context.restore();
    drawCursor(painting);
  }

  #fit(width: number, height: number, ratio: number, theme: ThemeName): void {
    const kind = `${theme} ${ratio}`;
    if (kind !== this.#kind) this.#patterns.clear();
    this.#kind = kind;
    const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (this.#canvas.width === w && this.#canvas.height === h) return;
    this.#canvas.width = w;
    this.#canvas.height = h;
    this.#canvas.style.width = `${width}px`;
    this.#canvas.style.height = `${height}px`;
  }

  #drawLane(painting: Painting, lane: Lane, y: number): void {
    const { context, scene, width } = painting;
    const colours = TOKENS[scene.theme];
    context.save();
    context.beginPath();
    context.rect(scene.labels, y, width - scene.labels, LANE_HEIGHT);
    context.clip();
    this.#drawSpans(painting, lane, y);
    this.#drawMarks(painting, lane, y);
    context.restore();
    const isCpu = lane.kind === 'cpu';
    context.font = isCpu ? `600 12px ${MONO}` : `12px ${MONO}`;
    context.fillStyle = colours[isCpu ? 'ink' : 'ink2'].hex;
    context.textAlign = 'left';
    context.textBaseline = 'middle';
    const name = isCpu ? `CPU ${lane.id}` : taskName(scene.data, lane.id);
    const letters = Math.floor((scene.labels - 18) / context.measureText('0').width);
    context.fillText(shortened(name, letters), 12, y + BAR_TOP + BAR_HEIGHT / 2);
  }

  #drawSpans(painting: Painting, lane: Lane, y: number): void {
    const { scene } = painting;
    const { starts, ends, states, events } = lane.spans;
    let drawn = -Infinity;
    for (let n = Math.max(0, lastStarted(lane.spans, scene.view.startNs)); n < starts.length; n++) {
      if ((starts[n] ?? 0) > scene.view.endNs) break;
      const x = xOf(painting, starts[n] ?? 0);
      const end = Math.max(x + 1, xOf(painting, ends[n] ?? 0));
      if (end <= drawn + 1 && end - x <= 1) continue;
      drawn = end;
      const state = states[n] ?? 0;
      this.#drawSpan(painting, state, x, end - x, y);
      if (end - x < WORD_LEAST || state === SPAN.RUNNABLE || state === SPAN.SLEEPING) continue;
      if (state === SPAN.RUNNING && lane.kind === 'task') continue;
      drawWord(painting, spanWords(scene.data, state, events[n] ?? 0), state, x, end, y);
    }
  }

  #drawSpan({ context, scene }: Painting, state: number, x: number, width: number, y: number) {
    const colours = TOKENS[scene.theme];
    const middle = y + BAR_TOP + BAR_HEIGHT / 2;
    switch (state) {
      case SPAN.RUNNING:
        context.fillStyle = colours.blue.hex;
        context.fillRect(x, y + BAR_TOP, width, BAR_HEIGHT);
        return;
      case SPAN.RUNNABLE:
        context.strokeStyle = colours.blue.hex;
        context.lineWidth = 1;
        context.strokeRect(x + 0.5, middle - 3.5, Math.max(1, width - 1), 7);
        return;
      case SPAN.SPINNING:
        context.fillStyle = this.#pattern('zigzag', scene.theme) ?? colours.amber.hex;
        context.fillRect(x, y + BAR_TOP, width, BAR_HEIGHT);
        context.strokeStyle = colours.amber.hex;
        context.lineWidth = 1;
        context.strokeRect(x + 0.5, y + BAR_TOP + 0.5, Math.max(1, width - 1), BAR_HEIGHT - 1);
        return;
      case SPAN.BLOCKED:
        line(context, colours.amber.hex, 2, [5, 3], x, x + width, middle);
        return;
      case SPAN.STUCK:
        line(context, colours.red.hex, 2, [5, 3], x, x + width, middle);
        return;
      default:
        line(context, colours.line2.hex, 1, [], x, x + width, Math.round(middle) + 0.5);
    }
  }

  #drawMarks(painting: Painting, { marks, kind }: Lane, y: number): void {
    const { context, scene } = painting;
    const { starts, ends, states, events } = marks;
    const colours = TOKENS[scene.theme];
    let drawn = -Infinity;
    // Spans of locks overlap: one that is long may begin far before what is in sight.
    for (let n = 0; n < starts.length && (starts[n] ?? 0) <= scene.view.endNs; n++) {
      if ((ends[n] ?? 0) < scene.view.startNs) continue;
      const x = xOf(painting, starts[n] ?? 0);
      const end = Math.max(x + 1, xOf(painting, ends[n] ?? 0));
      if (end <= drawn + 1 && end - x <= 1) continue;
      drawn = Math.max(drawn, end);
      if (states[n] === SPAN.IRQ) {
        context.fillStyle = colours.ink.hex;
        context.fillRect(x, y + 1, Math.max(2, end - x), BAR_TOP + BAR_HEIGHT - 1);
      } else if (states[n] === SPAN.SOFTIRQ) {
        context.fillStyle = this.#pattern('dots', scene.theme) ?? colours.violet.hex;
        context.fillRect(x, y + BAR_TOP - 3, Math.max(2, end - x), BAR_HEIGHT + 3);
        context.strokeStyle = colours.violet.hex;
        context.lineWidth = 1;
        context.strokeRect(x + 0.5, y + BAR_TOP - 2.5, Math.max(1, end - x - 1), BAR_HEIGHT + 2);
      } else if (kind === 'task') {
        drawBracket(context, colours.blue.hex, x, end, y + BAR_TOP + BAR_HEIGHT + 2);
        if (end - x >= 2 * WORD_LEAST) {
          const words = spanWords(scene.data, SPAN.HELD, events[n] ?? 0);
          drawUnder(painting, words, x, end, y);
        }
      }
    }
  }

  #pattern(name: 'zigzag' | 'dots', theme: ThemeName): CanvasPattern | null {
    const known = this.#patterns.get(name);
    if (known !== undefined) return known;
    const tile = document.createElement('canvas');
    [tile.width, tile.height] = [8, name === 'zigzag' ? 8 : 4];
    const context = tile.getContext('2d');
    const colours = TOKENS[theme];
    if (context !== null) {
      context.fillStyle = colours.bg1.hex;
      context.fillRect(0, 0, 8, 8);
      if (name === 'zigzag') {
        context.strokeStyle = colours.amber.hex;
        context.lineWidth = 1.5;
        context.beginPath();
        context.moveTo(0, 6);
        context.lineTo(4, 2);
        context.lineTo(8, 6);
        context.stroke();
      } else {
        context.fillStyle = colours.violet.hex;
        for (const [x, y] of DOTS) context.fillRect(x, y, 1.5, 1.5);
      }
    }
    const pattern = this.#canvas.getContext('2d')?.createPattern(tile, 'repeat') ?? null;
    this.#patterns.set(name, pattern);
    return pattern;
  }
}

const DOTS = [
  [0, 0],
  [4, 0],
  [2, 2],
  [6, 2],
] as const;

interface Painting {
  readonly context: CanvasRenderingContext2D;
  readonly scene: TimelineScene;
  readonly width: number;
  readonly height: number;
}

function xOf({ scene, width }: Painting, timeNs: number): number {
  const { startNs, endNs } = scene.view;
  const share = (timeNs - startNs) / Math.max(1, endNs - startNs);
  const x = scene.labels + share * (width - scene.labels);
  return Math.min(Math.max(x, -10), width + 10);
}

function drawRuler(painting: Painting): void {
  const { context, scene, width, height } = painting;
  const colours = TOKENS[scene.theme];
  context.font = `11px ${MONO}`;
  context.textBaseline = 'middle';
  context.textAlign = 'left';
  for (const tickNs of rulerTicks(scene.view, width - scene.labels, TICK_LEAST)) {
    const x = Math.round(xOf(painting, tickNs)) + 0.5;
    context.strokeStyle = colours.line.hex;
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(x, RULER_HEIGHT - 4);
    context.lineTo(x, height);
    context.stroke();
    const words = logTime(tickNs);
    if (x + 3 + context.measureText(words).width > width) continue;
    context.fillStyle = colours.ink3.hex;
    context.fillText(words, x + 3, RULER_HEIGHT / 2);
  }
}

function drawCursor(painting: Painting): void {
  const { context, scene, height, width } = painting;
  const { cursorNs, view, labels, theme } = scene;
  if (cursorNs === undefined || cursorNs < view.startNs || cursorNs > view.endNs) return;
  const colours = TOKENS[theme];
  const x = xOf(painting, cursorNs);
  context.fillStyle = colours['mark-e'].hex;
  context.fillRect(x - 1, RULER_HEIGHT - 4, 2, height);
  context.font = `600 11px ${MONO}`;
  const words = logTime(cursorNs);
  const wide = context.measureText(words).width + 12;
  const left = Math.min(Math.max(labels, x - wide / 2), width - wide);
  context.fillStyle = colours.mark.hex;
  context.fillRect(left, 2, wide, RULER_HEIGHT - 6);
  context.strokeStyle = colours['mark-e'].hex;
  context.lineWidth = 1;
  context.strokeRect(left + 0.5, 2.5, wide - 1, RULER_HEIGHT - 7);
  context.fillStyle = colours['mark-ink'].hex;
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  context.fillText(words, left + 6, RULER_HEIGHT / 2);
}

/** On a bar in its own contrast, elsewhere on a ground of the pane. */
function drawWord(
  painting: Painting,
  words: string,
  state: number,
  x: number,
  end: number,
  y: number,
): void {
  const { context, scene } = painting;
  const colours = TOKENS[scene.theme];
  const left = Math.max(x, scene.labels) + 6;
  context.font = state === SPAN.RUNNING ? `600 11px ${MONO}` : `11px ${MONO}`;
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  const text = fitted(context, words, end - left - 6);
  if (text === '') return;
  const middle = y + BAR_TOP + BAR_HEIGHT / 2;
  const isOnBar = state === SPAN.RUNNING;
  if (!isOnBar) {
    context.fillStyle = colours.bg1.hex;
    context.fillRect(left - 3, middle - 7, context.measureText(text).width + 6, 14);
  }
  context.fillStyle = colours[isOnBar ? 'bg1' : wordColour(state)].hex;
  context.fillText(text, left, middle + 0.5);
}

function wordColour(state: number): TokenName {
  if (state === SPAN.STUCK) return 'red';
  return state === SPAN.BLOCKED ? 'amber' : 'ink2';
}

function drawUnder(painting: Painting, words: string, x: number, end: number, y: number): void {
  const { context, scene } = painting;
  const left = Math.max(x, scene.labels) + 6;
  context.font = `11px ${MONO}`;
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  const text = fitted(context, words, end - left - 6);
  if (text === '') return;
  const at = y + BAR_TOP + BAR_HEIGHT + 3;
  context.fillStyle = TOKENS[scene.theme].bg1.hex;
  context.fillRect(left - 2, at - 6, context.measureText(text).width + 4, 12);
  context.fillStyle = TOKENS[scene.theme].blue.hex;
  context.fillText(text, left, at);
}

function drawBracket(
  context: CanvasRenderingContext2D,
  colour: string,
  x: number,
  end: number,
  y: number,
): void {
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  context.beginPath();
  context.moveTo(x + 0.75, y - MARK_HEIGHT / 2);
  context.lineTo(x + 0.75, y + 1);
  context.lineTo(end, y + 1);
  context.stroke();
}

function line(
  context: CanvasRenderingContext2D,
  colour: string,
  lineWidth: number,
  dash: readonly number[],
  x: number,
  end: number,
  y: number,
): void {
  context.strokeStyle = colour;
  context.lineWidth = lineWidth;
  context.setLineDash([...dash]);
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(end, y);
  context.stroke();
  context.setLineDash([]);
}

/** As much of the words as there is room for; nothing rather than a letter or two. */
function fitted(context: CanvasRenderingContext2D, words: string, width: number): string {
  const each = context.measureText('0').width;
  const room = Math.floor(width / each);
  if (words.length <= room) return words;
  return room < 4 ? '' : `${words.slice(0, room - 1)}…`;
}
