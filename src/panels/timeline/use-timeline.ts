// SPDX-License-Identifier: GPL-2.0-or-later
/** What has happened in the machine, asked for again while it moves and somebody looks. */
import { useEffect, useState } from 'react';

import type { MachineSnapshot } from '../../../kernel-sim/machine-types.ts';
import { usePlayground, useSelection } from '../../store/use-playground.ts';
import { withAnswer, type TimelineData } from './timeline-data.ts';

const READ_EVERY_MS = 200;

/** undefined until the kernel has answered. `isHeld`: what is seen stays as it is. */
export function useTimeline(isHeld: boolean): TimelineData | undefined {
  const playground = usePlayground();
  const isThere = useSelection((state) => state.snapshot !== undefined);
  const [data, setData] = useState<TimelineData>();
  useEffect(() => {
    if (isHeld) return undefined;
    let isWanted = true;
    let isAsking = false;
    let known: TimelineData | undefined;
    let seen: MachineSnapshot | undefined;
    const read = async (): Promise<void> => {
      const { snapshot } = playground.store.getState();
      if (isAsking || snapshot === undefined || snapshot === seen) return;
      seen = snapshot;
      isAsking = true;
      const answer = await playground.describeTimeline({ from: known?.next ?? 0 });
      isAsking = false;
      if (!isWanted || answer === undefined) return;
      known = withAnswer(known, answer);
      setData(known);
    };
    void read();
    const timer = setInterval(() => void read(), READ_EVERY_MS);
    return () => {
      isWanted = false;
      clearInterval(timer);
    };
  }, [playground, isHeld]);
  return isThere ? data : undefined;
}
