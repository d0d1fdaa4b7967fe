// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Where owned values are kept until they are dropped: the data that the planner (plan-drops.ts)
 * finds and the emitter reads, all keyed by nodes of the source.
 *
 * Whatever a scope may have to drop has a *slot*: a variable beside the learner's own that holds
 * the value while the scope owns it and `undefined` before and after. It is drop flag and value in
 * one: taking a value over is an assignment to the slot, moving it away clears the slot, and a
 * scope ends by dropping what its slots still hold, last one first.
 */
import type ts from 'typescript';

export interface Slot {
  readonly name: string;
  readonly type: ts.Type;
  /** What an error points at. */
  readonly at: ts.Node;
  /** A value without a name, dropped at the end of its statement. */
  readonly isTemporary: boolean;
  /** Moved at the top level of the function's body, so that only an exception finds it here. */
  isSurelyMoved: boolean;
}

/** The end of a scope, where its slots are dropped: a block, loop, switch or function. */
export interface Region {
  readonly node: ts.Node;
  readonly slots: Slot[];
}

/** `place = value` where the place owned something before. */
export interface AssignmentDrop {
  /** The slot of the variable assigned to; undefined when the place is a field. */
  readonly slot: Slot | undefined;
  readonly type: ts.Type;
  /** False when what is assigned is only borrowed, so that the slot stays empty. */
  readonly isOwnedValue: boolean;
}

export interface DropPlan {
  readonly regions: ReadonlyMap<ts.Node, Region>;
  /** An expression, parameter or loop variable whose value goes into a slot. */
  readonly intoSlot: ReadonlyMap<ts.Node, Slot>;
  /** A use of a variable that moves its value away, at once. */
  readonly moves: ReadonlyMap<ts.Node, Slot>;
  /** Slots that a call empties, at the instant at which it takes its arguments over. */
  readonly callMoves: ReadonlyMap<ts.Node, readonly Slot[]>;
  /** Full expressions, with the temporaries dropped at their ends. */
  readonly temporaries: ReadonlyMap<ts.Node, readonly Slot[]>;
  readonly assignments: ReadonlyMap<ts.Node, AssignmentDrop>;
  /** Calls of the API's `drop`. */
  readonly dropCalls: ReadonlyMap<ts.Node, ts.Type>;
  /** Each class of the driver whose construction may fail with something owned in its fields. */
  readonly fragileClasses: ReadonlySet<ts.ClassLikeDeclaration>;
  /** Every slot by the function (or file) in whose scope it is dropped. */
  readonly slotsByOwner: ReadonlyMap<ts.Node, readonly Slot[]>;
}
