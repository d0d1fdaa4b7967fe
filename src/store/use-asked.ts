// SPDX-License-Identifier: GPL-2.0-or-later
/** A question to the machine, asked again while it moves and somebody looks. */
import { useEffect } from 'react';

import type { MachineSnapshot } from '../../kernel-sim/machine-types.ts';
import type { Playground } from './playground.ts';
import { usePlayground } from './use-playground.ts';

/** Takes an answer; true when there may be more to ask for at once. */
export type Take = () => boolean;

/** Answers how its answer is taken, or undefined when there is none. */
export type Ask = (playground: Playground) => Promise<Take | undefined>;

/** `ask` is to stay the same function for as long as the question does; undefined asks nothing. */
export function useAsked(everyMs: number, ask: Ask | undefined): void {
  const playground = usePlayground();
  useEffect(() => {
    if (ask === undefined) return undefined;
    let isWanted = true;
    let isAsking = false;
    let seen: MachineSnapshot | undefined;
    const read = async (): Promise<void> => {
      const { snapshot } = playground.store.getState();
      if (isAsking || snapshot === undefined || snapshot === seen) return;
      isAsking = true;
      const take = await ask(playground);
      isAsking = false;
      if (isWanted && take?.() !== true) seen = snapshot;
    };
    void read();
    const timer = setInterval(() => void read(), everyMs);
    return () => {
      isWanted = false;
      clearInterval(timer);
    };
  }, [playground, ask, everyMs]);
}
