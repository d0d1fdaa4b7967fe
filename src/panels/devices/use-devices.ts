// SPDX-License-Identifier: GPL-2.0-or-later
/** The USB and the wire behind it, asked for again while the machine moves and somebody looks. */
import type { Playground } from '../../store/playground.ts';
import { type Take, useAsked } from '../../store/use-asked.ts';

const READ_EVERY_MS = 200;

export function useDevices(): void {
  useAsked(READ_EVERY_MS, askForUsb);
}

/** Frames are the business of who shows them. */
export function useWire(): void {
  useAsked(READ_EVERY_MS, askForWire);
}

async function askForUsb(playground: Playground): Promise<Take | undefined> {
  const { devices, takeDevices } = playground.store.getState();
  const answer = await playground.describeUsb({ from: devices.next });
  if (answer === undefined) return undefined;
  return () => {
    takeDevices(answer);
    return answer.urbs.length > 0;
  };
}

async function askForWire(playground: Playground): Promise<Take | undefined> {
  const { packets, takePackets } = playground.store.getState();
  const answer = await playground.describeNetwork({ from: packets.next });
  if (answer === undefined) return undefined;
  return () => {
    takePackets({ ...answer, ends: new Uint32Array(), next: packets.next });
    return false;
  };
}
