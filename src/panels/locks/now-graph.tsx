// SPDX-License-Identifier: GPL-2.0-or-later
/** Who waits for whom as a picture. The table beside it says the same in words. */
import { useMemo, useRef } from 'react';

import type { LocksView } from '../../../kernel-sim/machine-types.ts';
import { durationText } from '../../lib/duration.ts';
import { useBox } from '../../lib/use-box.ts';
import { className } from './lock-order.ts';
import {
  ArrowMarker,
  borderTowards,
  Disc,
  EdgeLine,
  LockShape,
  TaskShape,
  type BoxAt,
} from './shapes.tsx';
import { layoutWaits, type WaitEdge, type WaitGraph, type WaitNode } from './wait-graph.ts';

const BOX_AT_FIRST = { width: 420, height: 240 };
const NODE = { height: 46, minWidth: 118, maxWidth: 164 };
/** Room for the words on an edge between two columns. */
const GAP = { min: 74, max: 110 };
const ROW_PIXELS = 110;
const EDGE_PIXELS = 12;

interface NowGraphProps {
  readonly view: LocksView;
  readonly graph: WaitGraph;
}

export function NowGraph({ view, graph }: NowGraphProps) {
  const frame = useRef<HTMLDivElement>(null);
  const { width } = useBox(frame, BOX_AT_FIRST);
  const places = useMemo(() => layoutWaits(graph), [graph]);
  const columns = 1 + Math.max(0, ...[...places.values()].map(({ column }) => column));
  const rows = 1 + Math.max(0, ...[...places.values()].map(({ row }) => row));
  const room = (width - 2 * EDGE_PIXELS - (columns - 1) * GAP.min) / columns;
  const nodeWidth = Math.max(NODE.minWidth, Math.min(NODE.maxWidth, Math.floor(room)));
  const spare = columns > 1 ? (width - 2 * EDGE_PIXELS - columns * nodeWidth) / (columns - 1) : 0;
  const pitch = nodeWidth + Math.max(GAP.min, Math.min(GAP.max, spare));
  const boxOf = (id: string): BoxAt => {
    const { column, row } = places.get(id) ?? { column: 0, row: 0 };
    return {
      x: EDGE_PIXELS + nodeWidth / 2 + column * pitch,
      y: EDGE_PIXELS + NODE.height / 2 + row * ROW_PIXELS,
      width: nodeWidth,
      height: NODE.height,
    };
  };
  const [w, h] = [
    2 * EDGE_PIXELS + nodeWidth + (columns - 1) * pitch,
    2 * EDGE_PIXELS + NODE.height + (rows - 1) * ROW_PIXELS,
  ];
  const lit = new Map(graph.cycle.map((edge, index) => [edge, index + 1]));
  const inCycle = new Set(graph.cycle.map(({ from }) => from));
  return (
    <div className="lock-graph" ref={frame}>
      <svg role="img" aria-label={graphWords(view, graph)} width={w} height={h}>
        <defs>
          <ArrowMarker />
        </defs>
        {graph.edges.map((edge) => (
          <Edge
            key={`${edge.from} ${edge.to}`}
            edge={edge}
            from={boxOf(edge.from)}
            to={boxOf(edge.to)}
            number={lit.get(edge)}
          />
        ))}
        {graph.nodes.map((node) => (
          <Node
            key={node.id}
            node={node}
            view={view}
            box={boxOf(node.id)}
            isLit={inCycle.has(node.id)}
          />
        ))}
      </svg>
    </div>
  );
}

interface NodeProps {
  readonly node: WaitNode;
  readonly view: LocksView;
  readonly box: BoxAt;
  readonly isLit: boolean;
}

function Node({ node, view, box, isLit }: NodeProps) {
  const title = nodeName(view, node);
  if (node.kind === 'task') {
    return <TaskShape {...{ box, isLit, title }} detail={taskDetail(view, node.task.pid)} />;
  }
  const { lockClass, waiters } = node.lock;
  const how =
    view.classes.find(({ id }) => id === lockClass)?.spins === true ? 'spinning' : 'asleep';
  const many = waiters.length === 1 ? '1 waiter' : `${waiters.length} waiters`;
  return <LockShape {...{ box, isLit, title }} detail={`${many} ${how}`} />;
}

function taskDetail({ locks, nowNs, tasks }: LocksView, pid: number): string {
  const wait = locks.flatMap(({ waiters }) => waiters).find((it) => it.pid === pid);
  if (wait === undefined) return `on CPU ${tasks.find((it) => it.pid === pid)?.cpu ?? 0}`;
  return `waits, ${durationText(Math.max(0, nowNs - wait.sinceNs))}`;
}

interface EdgeProps {
  readonly edge: WaitEdge;
  readonly from: BoxAt;
  readonly to: BoxAt;
  /** In the circle. */
  readonly number: number | undefined;
}

function Edge({ edge, from, to, number }: EdgeProps) {
  const [start, end] = [borderTowards(from, to), borderTowards(to, from)];
  const middle = { x: (start.x + end.x) / 2, y: (start.y + end.y) / 2 };
  const isFlat = Math.abs(start.y - end.y) < 1;
  const isRightOf = end.y >= start.y;
  const words = isFlat
    ? ({
        x: middle.x,
        y: middle.y - (number === undefined ? 7 : 15),
        textAnchor: 'middle',
      } as const)
    : ({
        x: middle.x + (isRightOf ? 15 : -15),
        y: middle.y + 4,
        textAnchor: isRightOf ? 'start' : 'end',
      } as const);
  const kind = edge.kind === 'waits for' ? 'waiting' : 'held';
  return (
    <EdgeLine
      path={`M${start.x} ${start.y}L${end.x} ${end.y}`}
      className={number === undefined ? kind : `${kind} lit`}
    >
      {edge.kind === 'held by' && <circle className="dot" cx={start.x} cy={start.y} r={4} />}
      <text className="edge-words" {...words}>
        {edge.kind}
      </text>
      {number !== undefined && <Disc at={middle} number={number} />}
    </EdgeLine>
  );
}

function nodeName(view: LocksView, node: WaitNode): string {
  if (node.kind === 'task') return `${node.task.name}/${node.task.pid}`;
  return className(view, node.lock.lockClass);
}

/** The picture for those who do not see it. */
function graphWords(view: LocksView, { nodes, edges, cycle }: WaitGraph): string {
  const nameOf = (id: string): string => {
    const node = nodes.find((it) => it.id === id);
    return node === undefined ? '' : nodeName(view, node);
  };
  const shown = cycle.length > 0 ? cycle : edges;
  const words = shown.map(({ from, to, kind }, index) => {
    const verb = kind === 'held by' ? 'is held by' : kind;
    const number = cycle.length > 0 ? `${index + 1}: ` : '';
    return `${number}${nameOf(from)} ${verb} ${nameOf(to)}`;
  });
  return `${cycle.length > 0 ? `A circle of ${cycle.length}. ` : ''}${words.join('; ')}.`;
}
