// SPDX-License-Identifier: GPL-2.0-or-later
/** The kernel's memory, read again while the machine moves and somebody looks. */
import { useMemo, useState } from 'react';

import type { MemoryView } from '../../../kernel-sim/machine-types.ts';
import { machineNowNs } from '../../store/machine-slice.ts';
import { type Ask, useAsked } from '../../store/use-asked.ts';
import { useSelection } from '../../store/use-playground.ts';

/** Smooth to look at, and the kernel spends little of its time on it. */
const READ_EVERY_MS = 100;

/** undefined until the kernel has answered. */
export function useMemory(cache: string | undefined): MemoryView | undefined {
  const address = useSelection((state) => state.object);
  const isThere = useSelection((state) => state.snapshot !== undefined);
  const [view, setView] = useState<MemoryView>();
  const ask = useMemo(() => askFor(cache, address, setView), [cache, address]);
  useAsked(READ_EVERY_MS, ask);
  return isThere ? view : undefined;
}

function askFor(
  cache: string | undefined,
  address: number | undefined,
  show: (view: MemoryView) => void,
): Ask {
  return async (playground) => {
    const answer = await playground.describeMemory({
      ...(cache === undefined ? {} : { cache }),
      ...(address === undefined ? {} : { address }),
    });
    if (answer === undefined) return undefined;
    return () => {
      // The time of an idle machine runs on with the page's.
      const nowNs = machineNowNs(playground.store.getState(), performance.now());
      show({ ...answer, nowNs });
      return false;
    };
  };
}
