// SPDX-License-Identifier: GPL-2.0-or-later
/** In what order classes of locks were taken, as a picture; the table says the same. */
import { useMemo } from 'react';

import type { LockOrderView, LocksView } from '../../../kernel-sim/machine-types.ts';
import { className, orderId } from './lock-order.ts';
import { layoutOrders, linePath } from './order-layout.ts';
import { ArrowMarker, Disc, EdgeLine, LockShape } from './shapes.tsx';

interface OrderGraphProps {
  readonly view: LocksView;
  readonly circle: readonly LockOrderView[];
  readonly chosen: string | undefined;
  readonly onChoose: (id: string) => void;
}

// oxlint-disable-next-line import/no-default-export -- loaded when it is needed, with its layout
export default function OrderGraph({ view, circle, chosen, onChoose }: OrderGraphProps) {
  // Times and counts move; the picture only with the orders.
  const key = view.orders.map(orderId).join(' ');
  // oxlint-disable-next-line react/exhaustive-deps -- as above
  const layout = useMemo(() => layoutOrders(view), [key]);
  const numbers = new Map(circle.map((order, index) => [orderId(order), index + 1]));
  const inCircle = new Set(circle.flatMap(({ from, to }) => [from, to]));
  const words = view.orders
    .map(({ from, to }) => `${className(view, from)} before ${className(view, to)}`)
    .join('; ');
  return (
    <div className="lock-graph">
      <svg
        role="img"
        aria-label={`Orders of locks: ${words}.`}
        width={layout.width}
        height={layout.height}
      >
        <defs>
          <ArrowMarker />
        </defs>
        {view.orders.map((order) => {
          const id = orderId(order);
          const points = layout.lines.get(id) ?? [];
          const number = numbers.get(id);
          const middle = points[Math.floor(points.length / 2)];
          const path = linePath(points);
          const isOpen = id === chosen;
          return (
            <EdgeLine
              key={id}
              path={path}
              className={`order${number === undefined ? '' : ' lit'}${isOpen ? ' open' : ''}`}
            >
              <path className="touch" d={path} onClick={() => onChoose(id)} />
              {number !== undefined && middle !== undefined && <Disc at={middle} number={number} />}
            </EdgeLine>
          );
        })}
        {[...layout.classes].map(([id, box]) => (
          <LockShape key={id} box={box} isLit={inCircle.has(id)} title={className(view, id)} />
        ))}
      </svg>
    </div>
  );
}
