// SPDX-License-Identifier: GPL-2.0-or-later
/** Which of the machine's terminals somebody sits at, and which of them is in front. */
import type { StateCreator } from 'zustand/vanilla';

import type { ForegroundView } from '../../kernel-sim/machine-types.ts';
import type { MachineSlice } from './machine-slice.ts';
import type { PlaygroundState } from './playground-store.ts';

/** ttyS0 to ttyS3. */
export const TERMINALS_MAX = 4;

export interface TerminalSlice {
  /** Numbers of the terminals that are open, in the order of their tabs; the first is ttyS0. */
  readonly terminals: readonly number[];
  /** The one in front: what is typed for people goes there. */
  readonly terminal: number;
  /** The bar that finds text in it is open. */
  readonly isFinding: boolean;

  readonly addTerminal: (tty: number) => void;
  readonly dropTerminal: (tty: number) => void;
  readonly chooseTerminal: (tty: number) => void;
  readonly setFinding: (isFinding: boolean) => void;
}

export const createTerminalSlice: StateCreator<PlaygroundState, [], [], TerminalSlice> = (set) => ({
  terminals: [0],
  terminal: 0,
  isFinding: false,
  addTerminal: (tty) =>
    set((state) => ({
      terminals: [...state.terminals, tty].toSorted((a, b) => a - b),
      terminal: tty,
    })),
  dropTerminal: (tty) => set((state) => withoutTerminal(state, tty)),
  chooseTerminal: (tty) => set({ terminal: tty }),
  setFinding: (isFinding) => set({ isFinding }),
});

/** Its neighbour at the left comes forward when it was in front. */
export function withoutTerminal(
  state: Pick<TerminalSlice, 'terminals' | 'terminal'>,
  tty: number,
): Pick<TerminalSlice, 'terminals' | 'terminal'> {
  const at = state.terminals.indexOf(tty);
  const terminals = state.terminals.filter((each) => each !== tty);
  const terminal = state.terminal === tty ? (terminals[Math.max(0, at - 1)] ?? 0) : state.terminal;
  return { terminals, terminal };
}

/** The terminal that a new tab would get, or undefined when all are taken. */
export function freeTerminal({ terminals }: Pick<TerminalSlice, 'terminals'>): number | undefined {
  return Array.from({ length: TERMINALS_MAX }, (_, tty) => tty).find(
    (tty) => !terminals.includes(tty),
  );
}

const NOBODY: ForegroundView = { name: '', atPrompt: false };

/** Who has a terminal's keys. */
export function foregroundOf(state: Pick<MachineSlice, 'snapshot'>, tty: number): ForegroundView {
  return state.snapshot?.foreground[tty] ?? NOBODY;
}
