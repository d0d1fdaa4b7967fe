// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Where the classes of locks stand: in layers, those that are taken first at the top. The same
 * orders have always the same picture; nothing moves by itself.
 */
import { Graph, layout } from '@dagrejs/dagre';

import type { LockOrderView, LocksView } from '../../../kernel-sim/machine-types.ts';
import { className, orderId } from './lock-order.ts';
import { type BoxAt, type Point, widthFor } from './shapes.tsx';

const NODE_HEIGHT = 26;
const WIDEST = 190;
/** Room for a number on each line, which also keeps two that go both ways apart. */
const LABEL = { width: 34, height: 18 };

export interface OrderLayout {
  readonly width: number;
  readonly height: number;
  readonly classes: ReadonlyMap<number, BoxAt>;
  /** Bends of each order's line, by its id. */
  readonly lines: ReadonlyMap<string, readonly Point[]>;
}

/** Of the classes that have an order with another: those alone stand in the table. */
export function layoutOrders(view: LocksView): OrderLayout {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({
    rankdir: 'TB',
    nodesep: 26,
    ranksep: 30,
    edgesep: 30,
    marginx: 14,
    marginy: 14,
  });
  const orders = view.orders.filter(isBetweenTwo);
  for (const id of new Set(view.orders.flatMap(({ from, to }) => [from, to]))) {
    const width = Math.min(WIDEST, widthFor(className(view, id)));
    graph.setNode(String(id), { width, height: NODE_HEIGHT });
  }
  for (const order of orders) {
    graph.setEdge(String(order.from), String(order.to), { ...LABEL }, orderId(order));
  }
  layout(graph);
  const { width = 0, height = 0 } = graph.graph();
  return {
    width,
    height,
    classes: new Map(
      graph.nodes().map((id) => {
        const { x = 0, y = 0, width: w = 0, height: h = 0 } = graph.node(id);
        return [Number(id), { x, y, width: w, height: h }];
      }),
    ),
    lines: new Map(
      graph.edges().map((edge) => [edge.name ?? '', graph.edge(edge).points ?? []] as const),
    ),
  };
}

/** A class that is taken under itself has no line. */
function isBetweenTwo({ from, to }: LockOrderView): boolean {
  return from !== to;
}

/** A smooth line through the bends: to the middle between two of them, each bend pulls. */
export function linePath(points: readonly Point[]): string {
  const [first, ...rest] = points;
  const last = rest.at(-1);
  if (first === undefined || last === undefined) return '';
  const middles = rest.slice(0, -1).map((point, index) => {
    const next = rest[index + 1] ?? last;
    const isEnd = index === rest.length - 2;
    const to = isEnd ? next : { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 };
    return `Q${point.x} ${point.y} ${to.x} ${to.y}`;
  });
  const tail = rest.length === 1 ? `L${last.x} ${last.y}` : '';
  return `M${first.x} ${first.y}${middles.join('')}${tail}`;
}
