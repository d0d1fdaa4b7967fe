// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The order in which classes of locks are taken, seen before anything goes wrong: a circle among
 * them is a deadlock that waits for its day. Each order shows the first place that took both.
 */
import { lazy, Suspense, type KeyboardEvent } from 'react';

import type { LockOrderView, LocksView } from '../../../kernel-sim/machine-types.ts';
import { durationText } from '../../lib/duration.ts';
import { logTime } from '../../lib/log-time.ts';
import { usePlayground, useSelection } from '../../store/use-playground.ts';
import { Button } from '../../widgets/button.tsx';
import { Choice } from '../../widgets/fields.tsx';
import { StateGlyph } from '../../widgets/state-glyph.tsx';
import { circleOf, className, orderId, orderWords } from './lock-order.ts';
import { PlaceLink } from './place-link.tsx';

const OrderGraph = lazy(() => import('./order-graph.tsx'));

/** Prints every class with what was taken after it. */
const LOCKDEP = 'sudo cat /proc/lockdep';

interface OrderPartProps {
  readonly view: LocksView;
  /** Tasks wait in a circle right now. */
  readonly isStuck: boolean;
}

export function OrderPart({ view, isStuck }: OrderPartProps) {
  const isTable = useSelection((state) => state.isOrderTable);
  const chosen = useSelection((state) => state.order);
  const showLocks = useSelection((state) => state.showLocks);
  const circle = circleOf(view.orders);
  const choose = (id: string): void => showLocks({ order: id === chosen ? undefined : id });
  return (
    <section className="locks-part order-part" aria-label="Order">
      <header className="locks-head">
        <h3>Order</h3>
        <span className="quiet">lock classes, by who was taken first</span>
        {circle.length > 0 && (
          <span className="badge" data-state="cycle">
            <StateGlyph state="cycle" />
            contradiction
          </span>
        )}
        <Choice
          label="Orders as"
          value={isTable ? 'table' : 'graph'}
          choices={[
            ['graph', 'Graph'],
            ['table', 'Table'],
          ]}
          onChange={(id) => showLocks({ isOrderTable: id === 'table' })}
        />
      </header>
      {view.orders.length === 0 && <NoOrder view={view} />}
      {view.orders.length > 0 && !isTable && (
        <Suspense fallback={<p className="empty">The graph is loading.</p>}>
          <OrderGraph {...{ view, circle, chosen }} onChoose={choose} />
        </Suspense>
      )}
      {view.orders.length > 0 && (
        <Orders {...{ view, circle, chosen }} isAll={isTable} onChoose={choose} />
      )}
      {isTable && view.classes.length > 0 && <Classes view={view} />}
      {view.orders.length > 0 && (
        <p className="locks-foot">
          {orderWords(circle, isStuck)}
          {!view.isChecking && ' Lockdep has reported, and looks no further until the next boot.'}
        </p>
      )}
    </section>
  );
}

interface OrdersProps {
  readonly view: LocksView;
  readonly circle: readonly LockOrderView[];
  readonly chosen: string | undefined;
  /** Not just what contradicts, and what is open. */
  readonly isAll: boolean;
  readonly onChoose: (id: string) => void;
}

/** Where each was first seen: both lines. */
function Orders({ view, circle, chosen, isAll, onChoose }: OrdersProps) {
  const others = view.orders.filter((order) => !circle.includes(order));
  const shown = [
    ...circle,
    ...(isAll || circle.length === 0 ? others : others.filter((it) => orderId(it) === chosen)),
  ];
  return (
    <ol className="orders" aria-label="First seen">
      {shown.map((order) => {
        const id = orderId(order);
        const number = circle.indexOf(order) + 1;
        const isOpen = id === chosen;
        const onKeyDown = (event: KeyboardEvent): void => {
          if (event.target !== event.currentTarget) return;
          if (event.key !== 'Enter' && event.key !== ' ') return;
          event.preventDefault();
          onChoose(id);
        };
        return (
          <li key={id} className={isOpen ? 'order-row open' : 'order-row'}>
            <div
              className="order-choice"
              role="button"
              tabIndex={0}
              aria-pressed={isOpen}
              aria-label={`${className(view, order.from)} before ${className(view, order.to)}`}
              onClick={() => onChoose(id)}
              onKeyDown={onKeyDown}
            >
              {number > 0 && (
                <span className="order-number" aria-label={`${number} of the contradiction`}>
                  {number}
                </span>
              )}
              <strong className="mono">
                {className(view, order.from)} → {className(view, order.to)}
              </strong>
              <span className="order-time">{logTime(order.timeNs)}</span>
            </div>
            <p className="order-where">
              <span className="mono">
                {order.task}/{order.pid}
              </span>
              <PlaceLink at={order.fromAt} />
              then
              <PlaceLink at={order.toAt} />
            </p>
          </li>
        );
      })}
    </ol>
  );
}

/** What is known of each class: also of those that were never taken with another. */
function Classes({ view }: { readonly view: LocksView }) {
  return (
    <div className="lock-table classes">
      <table className="data">
        <caption className="unseen">Classes of locks</caption>
        <thead>
          <tr>
            <th scope="col">Class</th>
            <th scope="col">Waits</th>
            <th scope="col" className="minor">
              Usage
            </th>
            <th scope="col" className="figure">
              Taken
            </th>
            <th scope="col" className="figure">
              Contended
            </th>
            {view.isTiming && <TimeHeadings />}
          </tr>
        </thead>
        <tbody>
          {view.classes.map((each) => (
            <tr key={each.id}>
              <td className="name">{each.name}</td>
              <td>{each.spins ? 'spinning' : 'asleep'}</td>
              <td className="minor">{each.usage}</td>
              <td className="figure">{each.acquisitions}</td>
              <td className="figure">{each.contentions}</td>
              {view.isTiming && (
                <>
                  <td className="figure">{durationText(each.waitNs)}</td>
                  <td className="figure">{durationText(each.maxWaitNs)}</td>
                </>
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {!view.isTiming && (
        <p className="locks-foot">
          Booted with <span className="mono">lock_stat=on</span> the kernel times how long each was
          waited for.
        </p>
      )}
    </div>
  );
}

function TimeHeadings() {
  return (
    <>
      <th scope="col" className="figure">
        Waited
      </th>
      <th scope="col" className="figure">
        At most
      </th>
    </>
  );
}

function NoOrder({ view }: { readonly view: LocksView }) {
  const { typist } = usePlayground();
  return (
    <div className="empty-frame">
      <p>No task has taken a lock while it had another.</p>
      <p className="quiet">
        {view.isChecking
          ? 'The first that does is drawn here, and stays: two orders that contradict each other ' +
            'show before anybody is stuck.'
          : 'Lockdep is off, and learns no orders.'}
      </p>
      <Button label={`Ask lockdep: ${LOCKDEP}`} onPress={() => void typist.typeAside(LOCKDEP)}>
        Ask lockdep
        <span className="mono quiet">/proc/lockdep</span>
      </Button>
    </div>
  );
}
