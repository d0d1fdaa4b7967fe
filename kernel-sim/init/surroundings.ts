// SPDX-License-Identifier: GPL-2.0-or-later
/** What is around a machine, as it sees it: world/ supplies it. */
import type { CableEnd } from '../hw/cable.ts';
import type { RunState } from '../kernel/sched/scheduler.ts';
import type { RecordedChoice, WireInput, WireView } from '../machine-types.ts';

/** Runs the machine alone, up to an instant. */
export type RunAlone = (untilNs: number) => RunState;

export interface Surroundings {
  /** Runs the machine, and all others as far as it gets. */
  run(untilNs: number, alone: RunAlone): RunState;
  /** When somebody else will do something next, in the machine's time; Infinity for never. */
  readonly nextEventNs: number;
  /** A further device of the machine has a socket for a cable. Context: interrupt, or boot. */
  join(name: string, cable: CableEnd): void;
  /** Something happens to the machine's network. Context: interrupt of the machine. */
  land(input: WireInput): void;
  /** What there is to see of it. */
  readonly view: WireView;
  /** What was decided outside of the machine, and was not the usual. */
  readonly choices: readonly RecordedChoice[];
}
