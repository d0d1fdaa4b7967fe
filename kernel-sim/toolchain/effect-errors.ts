// SPDX-License-Identifier: GPL-2.0-or-later
/** Functions that may block where nothing can, told with the calls that lead there. */
import type ts from 'typescript';

import type { Findings } from './diagnostics.ts';
import { causesOf, type Edge, type EffectNode, type Pin } from './effect-graph.ts';

/** Longer chains are cut: who mends the first call mends the rest. */
const CHAIN_MAX = 6;

export function reportPin(node: EffectNode, pin: Pin, findings: Findings): void {
  const isSwitching = node.effect > pin.limit;
  const chain = causesOf(node, isSwitching ? 'cause' : 'sleepCause');
  const first = chain[0];
  // In a constructor one points at the call; at a callback, where it was given away.
  const isOwnCode = pin.limit === 0 && first !== undefined && isInside(first.at, pin.at);
  const sleeps = node.effect === 2 || !isSwitching;
  const verb = sleeps ? 'sleep' : 'switch to another task';
  findings.add(
    isOwnCode ? first.at : pin.at,
    pin.limit === 1 ? 'RZ1020' : 'RZ1024',
    `${pin.reason} may not ${verb}${describe(chain)}`,
    pin.limit === 1 ? 'do it later, in a work item' : 'do it in a function that may block',
  );
}

function isInside(node: ts.Node, outer: ts.Node): boolean {
  const isInFile = node.getSourceFile() === outer.getSourceFile();
  return isInFile && node.pos >= outer.pos && node.end <= outer.end;
}

function describe(chain: readonly Edge[]): string {
  if (chain.length === 0) return '';
  const steps = chain.slice(0, CHAIN_MAX).map(({ to, at }) => {
    const { line } = at.getSourceFile().getLineAndCharacterOfPosition(at.getStart());
    return `${to.name} (line ${line + 1})`;
  });
  return `; it calls ${steps.join(', which calls ')}`;
}
