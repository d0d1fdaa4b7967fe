// SPDX-License-Identifier: GPL-2.0-or-later
/** The kernel's locks, read again while the machine moves and somebody looks. */
import { useEffect, useState } from 'react';

import type { LocksView, MachineSnapshot } from '../../../kernel-sim/machine-types.ts';
import { machineNowNs } from '../../store/machine-slice.ts';
import { usePlayground, useSelection } from '../../store/use-playground.ts';

/** Smooth to look at, and the kernel spends little of its time on it. */
const READ_EVERY_MS = 100;
/** How long somebody waits grows while nothing happens. */
const TICK_MS = 500;

/** undefined until the kernel has answered. */
export function useLocks(): LocksView | undefined {
  const playground = usePlayground();
  const isThere = useSelection((state) => state.snapshot !== undefined);
  const [view, setView] = useState<LocksView>();
  useEffect(() => {
    let isWanted = true;
    let isAsking = false;
    let seen: MachineSnapshot | undefined;
    let shown: LocksView | undefined;
    let shownAtMs = 0;
    const show = (answer: LocksView): void => {
      shownAtMs = performance.now();
      // The time of an idle machine runs on with the page's.
      shown = { ...answer, nowNs: machineNowNs(playground.store.getState(), shownAtMs) };
      setView(shown);
    };
    const read = async (): Promise<void> => {
      const { snapshot } = playground.store.getState();
      if (isAsking || snapshot === undefined) return;
      if (snapshot === seen) {
        if (shown !== undefined && performance.now() - shownAtMs >= TICK_MS) show(shown);
        return;
      }
      seen = snapshot;
      isAsking = true;
      const answer = await playground.describeLocks();
      isAsking = false;
      if (isWanted && answer !== undefined) show(answer);
    };
    void read();
    const timer = setInterval(() => void read(), READ_EVERY_MS);
    return () => {
      isWanted = false;
      clearInterval(timer);
    };
  }, [playground]);
  return isThere ? view : undefined;
}
