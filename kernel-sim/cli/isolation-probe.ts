// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * For isolation.test.ts: the border as it is, and a way to run texts as a driver's text is run.
 * Takes the place of border.ts in the bundle.
 */
import { type Border, type Compile, evaluator, openBorder as openReal } from './border.ts';

export interface ProbeBorder extends Border {
  /** Evaluates `code`, calls what it evaluates to, and returns its answer as it is. */
  readonly probe: (code: string) => unknown;
  /** Runs during the next turns in place of the kernel. */
  readonly setTurn: (code: string) => void;
}

export function openBorder(compile: Compile): ProbeBorder {
  const border = openReal(compile);
  const evaluate = evaluator(compile);
  let inTurn: (() => unknown) | undefined;
  return {
    ...border,
    probe: (code) => (evaluate(code, 'probe.ts') as () => unknown)(),
    setTurn: (code) => {
      inTurn = evaluate(code, 'turn.ts') as () => unknown;
    },
    turn: () => (inTurn === undefined ? border.turn() : (inTurn() as number)),
  };
}
