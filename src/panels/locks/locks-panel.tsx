// SPDX-License-Identifier: GPL-2.0-or-later
/** The kernel's locks: who has which and who waits now, and in what order they are ever taken. */
import { useEffect, useMemo, useRef } from 'react';

import type { LocksView } from '../../../kernel-sim/machine-types.ts';
import { useBox } from '../../lib/use-box.ts';
import { usePlayground, useSelection } from '../../store/use-playground.ts';
import { Choice } from '../../widgets/fields.tsx';
import { StateGlyph } from '../../widgets/state-glyph.tsx';
import { NowPart } from './now-part.tsx';
import { OrderPart } from './order-part.tsx';
import { useLocks } from './use-locks.ts';
import { waitGraph } from './wait-graph.ts';

/** Narrower than this there is room for one of both parts. */
const TWO_PARTS_PIXELS = 760;
const BOX_AT_FIRST = { width: 600, height: 400 };
const LEGEND = ['held', 'waiting', 'cycle'] as const;

export function LocksPanel() {
  const view = useLocks();
  if (view === undefined) return <p className="empty">The kernel is asked about its locks.</p>;
  return <Locks view={view} />;
}

function Locks({ view }: { readonly view: LocksView }) {
  const frame = useRef<HTMLDivElement>(null);
  const { width } = useBox(frame, BOX_AT_FIRST);
  const part = useSelection((state) => state.locksPart);
  const showLocks = useSelection((state) => state.showLocks);
  const { locks, tasks } = view;
  const graph = useMemo(() => waitGraph({ locks, tasks }), [locks, tasks]);
  useNotes(view);
  const isWide = width >= TWO_PARTS_PIXELS;
  return (
    <div className="locks" ref={frame}>
      <div className="filters">
        {!isWide && (
          <Choice
            label="Part"
            value={part}
            choices={[
              ['now', 'Now'],
              ['order', 'Order'],
            ]}
            onChange={(locksPart) => showLocks({ locksPart })}
          />
        )}
        <ul className="legend" aria-label="Legend">
          {LEGEND.map((state) => (
            <li key={state}>
              <StateGlyph state={state} />
              {state}
            </li>
          ))}
        </ul>
      </div>
      <div className={isWide ? 'locks-parts two' : 'locks-parts'}>
        {(isWide || part === 'now') && <NowPart view={view} graph={graph} isAlone={!isWide} />}
        {(isWide || part === 'order') && <OrderPart view={view} isStuck={graph.cycle.length > 0} />}
      </div>
    </div>
  );
}

/** The sources say who has what and who waits, while one looks at locks. */
function useNotes(view: LocksView): void {
  const playground = usePlayground();
  // The view is a new object ten times a second; who holds what seldom changes.
  const key = JSON.stringify([view.locks, view.tasks]);
  useEffect(() => {
    playground.noteLocks(view);
    // oxlint-disable-next-line react/exhaustive-deps -- as above
  }, [playground, key]);
  useEffect(() => () => playground.noteLocks(undefined), [playground]);
}
