// SPDX-License-Identifier: GPL-2.0-or-later
/** Locks now: who has which and since when, and who waits. */
import type { LockHold, LocksView, LockView } from '../../../kernel-sim/machine-types.ts';
import { logTime } from '../../lib/log-time.ts';
import { usePlayground, useSelection } from '../../store/use-playground.ts';
import { Button } from '../../widgets/button.tsx';
import { StateGlyph } from '../../widgets/state-glyph.tsx';
import { className } from './lock-order.ts';
import { NowGraph } from './now-graph.tsx';
import { PlaceLink } from './place-link.tsx';
import type { WaitGraph } from './wait-graph.ts';

/** Two locks in two orders; its README has the commands that show them. */
const EXAMPLE = 'cd ~/bug_abba_deadlock && cat README.md';

interface NowPartProps {
  readonly view: LocksView;
  readonly graph: WaitGraph;
  /** The order is not beside it. */
  readonly isAlone: boolean;
}

export function NowPart({ view, graph, isAlone }: NowPartProps) {
  const { cycle, edges } = graph;
  return (
    <section className="locks-part" aria-label="Now">
      <header className="locks-head">
        <h3>Now</h3>
        <span className="quiet">who holds, who waits</span>
        {cycle.length > 0 && (
          <span className="badge" data-state="cycle">
            <StateGlyph state="cycle" />
            cycle of {cycle.length}
          </span>
        )}
      </header>
      {edges.length > 0 && <NowGraph view={view} graph={graph} />}
      {view.locks.length === 0 ? (
        <NoLock view={view} isAlone={isAlone} />
      ) : (
        <LockTable view={view} cycle={new Set(cycle.map(({ from }) => from))} />
      )}
    </section>
  );
}

interface LockTableProps {
  readonly view: LocksView;
  /** Ids of what is in the circle. */
  readonly cycle: ReadonlySet<string>;
}

function LockTable({ view, cycle }: LockTableProps) {
  return (
    <div className="lock-table now-table">
      <table className="data">
        <caption className="unseen">Locks that somebody has or waits for</caption>
        <thead>
          <tr>
            <th scope="col">Lock</th>
            <th scope="col">Held by</th>
            <th scope="col" className="minor">
              Since
            </th>
            <th scope="col">Taken at</th>
            <th scope="col">Waiting</th>
          </tr>
        </thead>
        <tbody>
          {view.locks.map((lock) => (
            <LockRow
              key={lock.address}
              lock={lock}
              view={view}
              isStuck={cycle.has(`lock ${lock.address}`)}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface LockRowProps {
  readonly lock: LockView;
  readonly view: LocksView;
  readonly isStuck: boolean;
}

function LockRow({ lock, view, isStuck }: LockRowProps) {
  const { holders, waiters, lockClass } = lock;
  const isHeld = holders.length > 0;
  return (
    <tr>
      <td className="name">
        <span className="state">
          <StateGlyph
            state={isStuck ? 'cycle' : isHeld ? 'held' : 'free'}
            label={isStuck ? 'in a cycle' : isHeld ? 'held' : 'free'}
          />
          {className(view, lockClass)}
        </span>
      </td>
      <td data-label="held by">
        {holders.map((hold) => (
          <span key={hold.pid} className="lock-line">
            {taskName(view, hold)}
            {hold.isShared && <span className="quiet"> shared</span>}
          </span>
        ))}
      </td>
      <td className="minor" data-label="since">
        {holders.map(({ pid, sinceNs }) => (
          <span key={pid} className="lock-line">
            {logTime(sinceNs)}
          </span>
        ))}
      </td>
      <td data-label="taken at">
        {holders.map(({ pid, at }) => (
          <span key={pid} className="lock-line">
            <PlaceLink at={at} />
          </span>
        ))}
      </td>
      <td data-label="waiting">
        {waiters.map((wait) => (
          <span key={wait.pid} className="lock-line">
            <StateGlyph state="waiting" label="waiting" />
            {taskName(view, wait)} <PlaceLink at={wait.at} />
          </span>
        ))}
      </td>
    </tr>
  );
}

function taskName({ tasks }: LocksView, { pid }: LockHold): string {
  return `${tasks.find((task) => task.pid === pid)?.name ?? ''}/${pid}`;
}

function NoLock({ view, isAlone }: Omit<NowPartProps, 'graph'>) {
  const { typist } = usePlayground();
  const showLocks = useSelection((state) => state.showLocks);
  return (
    <div className="empty-frame">
      <p>Nobody has a lock just now.</p>
      <p className="quiet">
        {view.orders.length > 0
          ? 'They come and go in microseconds. The order in which they were taken stays: see Order.'
          : 'They come and go in microseconds, unless somebody waits. A driver that takes one ' +
            'while it has another leaves their order behind.'}
      </p>
      {view.orders.length > 0 && isAlone && (
        <Button label="Show the order" onPress={() => showLocks({ locksPart: 'order' })}>
          Show the order
        </Button>
      )}
      {view.orders.length === 0 && (
        <Button
          label={`Show the example: ${EXAMPLE}`}
          onPress={() => void typist.typeAside(EXAMPLE)}
        >
          Show the example
          <span className="mono quiet">bug_abba_deadlock</span>
        </Button>
      )}
    </div>
  );
}
