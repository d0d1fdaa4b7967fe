// SPDX-License-Identifier: GPL-2.0-or-later
/** Frames and the wire, asked for again while the machine moves and somebody looks. */
import { useEffect } from 'react';

import type { MachineSnapshot } from '../../../kernel-sim/machine-types.ts';
import { usePlayground } from '../../store/use-playground.ts';

const READ_EVERY_MS = 150;

/** Fills the store's packets; while they are paused, nothing comes. */
export function usePackets(isPaused: boolean): void {
  const playground = usePlayground();
  useEffect(() => {
    let isWanted = true;
    let isAsking = false;
    let seen: MachineSnapshot | undefined;
    const read = async (): Promise<void> => {
      const { snapshot, packets, takePackets } = playground.store.getState();
      if (isAsking || snapshot === undefined || snapshot === seen) return;
      isAsking = true;
      const answer = await playground.describeNetwork({ from: packets.next });
      isAsking = false;
      if (!isWanted || answer === undefined) return;
      // An answer is a piece: the next one may be there already.
      if (answer.ends.length === 0) seen = snapshot;
      takePackets(isPaused ? withoutFrames(answer, packets.next) : answer);
    };
    void read();
    const timer = setInterval(() => void read(), READ_EVERY_MS);
    return () => {
      isWanted = false;
      clearInterval(timer);
    };
  }, [playground, isPaused]);
}

/** The wire goes on while frames wait. */
function withoutFrames<View extends { readonly ends: Uint32Array<ArrayBuffer> }>(
  view: View,
  next: number,
): View {
  return { ...view, ends: new Uint32Array(), next };
}
