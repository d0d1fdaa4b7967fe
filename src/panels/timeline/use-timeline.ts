// SPDX-License-Identifier: GPL-2.0-or-later
/** What has happened in the machine, asked for again while it moves and somebody looks. */
import { useMemo, useState } from 'react';

import { type Ask, useAsked } from '../../store/use-asked.ts';
import { useSelection } from '../../store/use-playground.ts';
import { withAnswer, type TimelineData } from './timeline-data.ts';

const READ_EVERY_MS = 200;

/** undefined until the kernel has answered. `isHeld`: what is seen stays as it is. */
export function useTimeline(isHeld: boolean): TimelineData | undefined {
  const isThere = useSelection((state) => state.snapshot !== undefined);
  const [data, setData] = useState<TimelineData>();
  const ask = useMemo(() => (isHeld ? undefined : askFromStart(setData)), [isHeld]);
  useAsked(READ_EVERY_MS, ask);
  return isThere ? data : undefined;
}

/** Each answer goes on where the last one has ended. */
function askFromStart(show: (data: TimelineData) => void): Ask {
  let known: TimelineData | undefined;
  return async (playground) => {
    const answer = await playground.describeTimeline({ from: known?.next ?? 0 });
    if (answer === undefined) return undefined;
    return () => {
      known = withAnswer(known, answer);
      show(known);
      return false;
    };
  };
}
