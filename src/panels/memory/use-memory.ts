// SPDX-License-Identifier: GPL-2.0-or-later
/** The kernel's memory, read again while the machine moves and somebody looks. */
import { useEffect, useState } from 'react';

import type { MachineSnapshot, MemoryView } from '../../../kernel-sim/machine-types.ts';
import { machineNowNs } from '../../store/machine-slice.ts';
import { usePlayground, useSelection } from '../../store/use-playground.ts';

/** Smooth to look at, and the kernel spends little of its time on it. */
const READ_EVERY_MS = 100;

/** undefined until the kernel has answered. */
export function useMemory(cache: string | undefined): MemoryView | undefined {
  const playground = usePlayground();
  const address = useSelection((state) => state.object);
  const isThere = useSelection((state) => state.snapshot !== undefined);
  const [view, setView] = useState<MemoryView>();
  useEffect(() => {
    let isWanted = true;
    let isAsking = false;
    let seen: MachineSnapshot | undefined;
    const read = async (): Promise<void> => {
      const { snapshot } = playground.store.getState();
      if (isAsking || snapshot === undefined || snapshot === seen) return;
      seen = snapshot;
      isAsking = true;
      const answer = await playground.describeMemory({
        ...(cache === undefined ? {} : { cache }),
        ...(address === undefined ? {} : { address }),
      });
      isAsking = false;
      if (!isWanted || answer === undefined) return;
      // The time of an idle machine runs on with the page's.
      const nowNs = machineNowNs(playground.store.getState(), performance.now());
      setView({ ...answer, nowNs });
    };
    void read();
    const timer = setInterval(() => void read(), READ_EVERY_MS);
    return () => {
      isWanted = false;
      clearInterval(timer);
    };
  }, [playground, cache, address]);
  return isThere ? view : undefined;
}
