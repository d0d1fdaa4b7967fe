// SPDX-License-Identifier: GPL-2.0-or-later
/** The USB, asked for again while the machine moves and somebody looks. */
import { useEffect } from 'react';

import type { MachineSnapshot } from '../../../kernel-sim/machine-types.ts';
import { usePlayground } from '../../store/use-playground.ts';

const READ_EVERY_MS = 200;

export function useDevices(): void {
  const playground = usePlayground();
  useEffect(() => {
    let isWanted = true;
    let isAsking = false;
    let seen: MachineSnapshot | undefined;
    const read = async (): Promise<void> => {
      const { snapshot, devices, takeDevices } = playground.store.getState();
      if (isAsking || snapshot === undefined || snapshot === seen) return;
      isAsking = true;
      const answer = await playground.describeUsb({ from: devices.next });
      isAsking = false;
      if (!isWanted || answer === undefined) return;
      // An answer is a piece: the next one may be there already.
      if (answer.urbs.length === 0) seen = snapshot;
      takeDevices(answer);
    };
    void read();
    const timer = setInterval(() => void read(), READ_EVERY_MS);
    return () => {
      isWanted = false;
      clearInterval(timer);
    };
  }, [playground]);
}
