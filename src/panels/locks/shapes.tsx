// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What both graphs are drawn of: a task is a rectangle with a bar at its left, a lock or a class a
 * hexagon. The shape says what it is, never the colour.
 */
import type { ReactNode } from 'react';

import { shortened } from '../../lib/shortened.ts';

/** Of one letter of the data font. */
const LETTER_PIXELS = 7.25;
const TIP_PIXELS = 13;

export interface BoxAt {
  /** Of its centre. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

interface ShapeProps {
  readonly box: BoxAt;
  readonly isLit: boolean;
  readonly title: string;
  readonly detail?: string;
}

export function TaskShape(props: ShapeProps) {
  const { box, isLit } = props;
  const [left, top] = [box.x - box.width / 2, box.y - box.height / 2];
  return (
    <g className={isLit ? 'shape lit' : 'shape'}>
      <rect className="outline" x={left} y={top} width={box.width} height={box.height} />
      <rect className="bar" x={left} y={top} width={5} height={box.height} />
      <Words {...props} inset={16} isCentred={false} />
    </g>
  );
}

export function LockShape(props: ShapeProps) {
  const { box, isLit } = props;
  const [left, right] = [box.x - box.width / 2, box.x + box.width / 2];
  const [top, bottom] = [box.y - box.height / 2, box.y + box.height / 2];
  const tip = Math.min(TIP_PIXELS, box.height / 2);
  const path =
    `M${left} ${box.y}L${left + tip} ${top}H${right - tip}L${right} ${box.y}` +
    `L${right - tip} ${bottom}H${left + tip}z`;
  return (
    <g className={isLit ? 'shape lit filled' : 'shape'}>
      <path className="outline" d={path} />
      <Words {...props} inset={TIP_PIXELS} isCentred />
    </g>
  );
}

interface WordsProps extends ShapeProps {
  readonly inset: number;
  readonly isCentred: boolean;
}

function Words({ box, title, detail, inset, isCentred }: WordsProps) {
  const x = isCentred ? box.x : box.x - box.width / 2 + inset;
  const anchor = isCentred ? 'middle' : 'start';
  const letters = Math.floor((box.width - inset - (isCentred ? inset : 6)) / LETTER_PIXELS);
  const top = detail === undefined ? box.y + 4 : box.y - 3;
  return (
    <>
      <title>{title}</title>
      <text className="shape-title" x={x} y={top} textAnchor={anchor}>
        {shortened(title, letters)}
      </text>
      {detail !== undefined && (
        <text className="shape-detail" x={x} y={box.y + 13} textAnchor={anchor}>
          {detail}
        </text>
      )}
    </>
  );
}

/** How wide a shape must be for its title. */
export function widthFor(title: string): number {
  return Math.ceil(title.length * LETTER_PIXELS) + 2 * TIP_PIXELS + 8;
}

interface EdgeProps {
  readonly path: string;
  readonly className: string;
  readonly children?: ReactNode;
}

/** A line with an arrow at its end, and a halo where it is lit. */
export function EdgeLine({ path, className, children }: EdgeProps) {
  return (
    <g className={`edge ${className}`}>
      <path className="halo" d={path} />
      <path className="line" d={path} markerEnd="url(#lock-arrow)" />
      {children}
    </g>
  );
}

/** An arrow's tip in the colour of its line; for the `defs` of a graph. */
export function ArrowMarker() {
  return (
    <marker
      id="lock-arrow"
      viewBox="0 0 10 10"
      refX="9"
      refY="5"
      markerWidth="10"
      markerHeight="10"
      markerUnits="userSpaceOnUse"
      orient="auto-start-reverse"
    >
      <path d="M0 1 10 5 0 9z" fill="context-stroke" />
    </marker>
  );
}

/** Which of a circle's edges it is. */
export function Disc({ at, number }: { readonly at: Point; readonly number: number }) {
  return (
    <g className="disc">
      <circle cx={at.x} cy={at.y} r={8} />
      <text x={at.x} y={at.y + 4} textAnchor="middle">
        {number}
      </text>
    </g>
  );
}

/** Where the line from the centre of a box to a point leaves the box. */
export function borderTowards(box: BoxAt, to: Point): Point {
  const [dx, dy] = [to.x - box.x, to.y - box.y];
  if (dx === 0 && dy === 0) return box;
  const scale = Math.min(
    dx === 0 ? Infinity : box.width / 2 / Math.abs(dx),
    dy === 0 ? Infinity : box.height / 2 / Math.abs(dy),
  );
  return { x: box.x + dx * scale, y: box.y + dy * scale };
}
