// SPDX-License-Identifier: GPL-2.0-or-later
/** The ends of scopes: slots declared at their start, dropped at their end. */
import ts from 'typescript';

import {
  assign,
  declare,
  empty,
  finish,
  finishIfOpen,
  guarded,
  id,
  kernelCall,
  statement,
  unlessDying,
} from './build-code.ts';
import type { Slot } from './drop-plan.ts';
import type { Emitter } from './emitter.ts';

const f = ts.factory;

/** `$k.drop(value)`, or its coroutine where dropping may switch. */
export function dropValue(emitter: Emitter, value: ts.Expression, type: ts.Type): ts.Expression {
  const switches =
    emitter.scope.isGenerator && emitter.analysis.effects.dropSwitches(type, emitter.build);
  if (!switches) return kernelCall('drop', value);
  return emitter.analysis.kind === 'program'
    ? finish(kernelCall('dropSwitching', value))
    : finishIfOpen(emitter.temporary(), kernelCall('startDrop', value));
}

/** `$o === void 0 || drop`, as part of an expression. */
export function dropIfHeld(emitter: Emitter, holder: ts.Expression, type: ts.Type): ts.Expression {
  return f.createParenthesizedExpression(
    f.createLogicalOr(f.createStrictEquality(holder, empty()), dropValue(emitter, holder, type)),
  );
}

/** The drops of a scope's end, last slot first. */
export function dropSlots(emitter: Emitter, slots: readonly Slot[]): ts.Statement[] {
  return slots
    .toReversed()
    .map(({ name, type }) =>
      f.createIfStatement(
        f.createStrictInequality(id(name), empty()),
        statement(dropValue(emitter, id(name), type)),
      ),
    );
}

/** `body` as a scope of its own that drops what its slots hold, however it ends. */
export function inRegion(
  emitter: Emitter,
  node: ts.Node,
  body: readonly ts.Statement[],
  initial: ReadonlyMap<Slot, ts.Expression> = new Map(),
): readonly ts.Statement[] {
  const region = emitter.analysis.plan.regions.get(node);
  if (region === undefined) return body;
  return [
    ...declareSlots(region.slots, initial),
    guarded(body, unlessDying(dropSlots(emitter, region.slots))),
  ];
}

export function declareSlots(
  slots: readonly Slot[],
  initial: ReadonlyMap<Slot, ts.Expression>,
): ts.Statement[] {
  return declare(slots.map((slot) => ({ name: slot.name, value: initial.get(slot) })));
}

/** `$o = void 0`: what it held is somebody else's now. */
export function release(slot: Slot): ts.Expression {
  return assign(slot.name, empty());
}
