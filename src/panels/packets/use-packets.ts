// SPDX-License-Identifier: GPL-2.0-or-later
/** Frames and the wire, asked for again while the machine moves and somebody looks. */
import type { NetworkView } from '../../../kernel-sim/machine-types.ts';
import type { Playground } from '../../store/playground.ts';
import { type Take, useAsked } from '../../store/use-asked.ts';

const READ_EVERY_MS = 150;

/** Fills the store's packets; while they are paused, nothing comes. */
export function usePackets(isPaused: boolean): void {
  useAsked(READ_EVERY_MS, isPaused ? askForWire : askForFrames);
}

function askForFrames(playground: Playground): Promise<Take | undefined> {
  return ask(playground, (answer) => answer);
}

/** The wire goes on while frames wait. */
function askForWire(playground: Playground): Promise<Take | undefined> {
  return ask(playground, (answer, next) => ({ ...answer, ends: new Uint32Array(), next }));
}

async function ask(
  playground: Playground,
  shown: (answer: NetworkView, next: number) => NetworkView,
): Promise<Take | undefined> {
  const { packets, takePackets } = playground.store.getState();
  const answer = await playground.describeNetwork({ from: packets.next });
  if (answer === undefined) return undefined;
  return () => {
    takePackets(shown(answer, packets.next));
    // An answer is a piece: the next one may be there already.
    return answer.ends.length > 0;
  };
}
