// SPDX-License-Identifier: GPL-2.0-or-later
/** Expressions: calls that may switch, moves, temporaries, and assignments that drop. */
import ts from 'typescript';

import { assign, empty, id, placed, sequence, setSite } from './build-code.ts';
import { emitCall } from './emit-calls.ts';
import { emitChain } from './emit-chains.ts';
import { dropIfHeld, release } from './emit-drops.ts';
import { emitMemory } from './emit-memory.ts';
import { emitMirror } from './emit-roots.ts';
import { emitShared } from './emit-shared.ts';
import type { Emitter } from './emitter.ts';
import { isAssignment, isCallNode, isInert, unwrap } from './syntax.ts';

const f = ts.factory;

export function emitExpression(emitter: Emitter, node: ts.Expression): ts.Expression {
  const { plan, sites } = emitter.analysis;
  let emitted = emitBare(emitter, node);

  const target = plan.intoSlot.get(node);
  const source = plan.moves.get(node);
  if (target !== undefined) emitted = f.createParenthesizedExpression(assign(target.name, emitted));
  if (source !== undefined) {
    // The slot may be empty already: then nothing is handed on.
    emitted =
      target === undefined
        ? sequence([release(source), emitted])
        : sequence([
            assign(target.name, id(source.name)),
            release(source),
            emitBare(emitter, node),
          ]);
  }
  const mirror = emitter.analysis.variables.mirrorOf(node);
  if (mirror !== undefined) emitted = emitMirror(emitter, mirror, emitted);
  const temporaries = plan.temporaries.get(node);
  if (temporaries !== undefined) emitted = withDrops(emitter, node, emitted, temporaries);

  const site = sites.isCondition(node) ? sites.siteOf(node) : undefined;
  if (site !== undefined && emitter.scope.hasFrame && sites.isNameable(node)) {
    emitted = sequence([setSite(site), emitted]);
  }
  return emitted === node ? node : placed(emitted, node);
}

/** The end of a full expression: its value, after its temporaries were dropped. */
function withDrops(
  emitter: Emitter,
  node: ts.Expression,
  emitted: ts.Expression,
  temporaries: readonly { readonly name: string; readonly type: ts.Type }[],
): ts.Expression {
  const drops = temporaries.toReversed().flatMap(({ name, type }) => {
    const held = emitter.temporary();
    return [assign(held, id(name)), assign(name, empty()), dropIfHeld(emitter, held, type)];
  });
  if (ts.isExpressionStatement(node.parent)) return sequence([emitted, ...drops]);
  const value = emitter.temporary();
  return sequence([assign(value, emitted), ...drops, value]);
}

function emitBare(emitter: Emitter, node: ts.Expression): ts.Expression {
  const touching = emitMemory(emitter, node);
  if (touching !== undefined) return touching;
  const shared = emitShared(emitter, node);
  if (shared !== undefined) return shared;
  if (ts.isOptionalChain(node)) {
    const lowered = emitChain(emitter, node);
    if (lowered !== undefined) return lowered;
  }
  if (isCallNode(node)) return emitCall(emitter, node);
  if (isAssignment(node) && emitter.analysis.plan.assignments.has(node)) {
    return emitAssignment(emitter, node);
  }
  if (ts.isObjectLiteralExpression(node)) return emitObject(emitter, node);
  return emitter.visitChildren(node);
}

/** `{ x }` where `x` is moved cannot stay short. */
function emitObject(emitter: Emitter, node: ts.ObjectLiteralExpression): ts.Expression {
  const properties = node.properties.map((property) =>
    ts.isShorthandPropertyAssignment(property) && emitter.analysis.plan.moves.has(property.name)
      ? f.createPropertyAssignment(
          f.createIdentifier(property.name.text),
          emitExpression(emitter, property.name),
        )
      : (emitter.visit(property) as ts.ObjectLiteralElementLike),
  );
  return f.updateObjectLiteralExpression(node, properties);
}

/** `place = value`, and then the end of what was in the place. */
function emitAssignment(emitter: Emitter, node: ts.BinaryExpression): ts.Expression {
  const plan = emitter.analysis.plan.assignments.get(node);
  if (plan === undefined) return emitter.visitChildren(node);
  const value = emitter.temporary();
  const old = emitter.temporary();
  const parts: ts.Expression[] = [];
  const place = unwrap(node.left);
  if (plan.slot !== undefined) {
    parts.push(
      assign(value, emitter.expression(node.right)),
      assign(old, id(plan.slot.name)),
      assign(emitter.expression(place), value),
      assign(plan.slot.name, plan.isOwnedValue ? value : empty()),
    );
  } else {
    const target = fixedPlace(emitter, place, parts);
    parts.push(
      assign(value, emitter.expression(node.right)),
      assign(old, target()),
      assign(target(), value),
    );
  }
  parts.push(dropIfHeld(emitter, old, plan.type));
  if (!ts.isExpressionStatement(node.parent)) parts.push(value);
  return sequence(parts);
}

/** The place as something to evaluate twice, its object only once. */
function fixedPlace(
  emitter: Emitter,
  place: ts.Expression,
  parts: ts.Expression[],
): () => ts.Expression {
  const fix = (source: ts.Expression): (() => ts.Expression) => {
    if (isInert(source)) return () => emitter.expression(source);
    const kept = emitter.temporary();
    parts.push(assign(kept, emitter.expression(source)));
    return () => kept;
  };
  if (ts.isPropertyAccessExpression(place)) {
    const object = fix(place.expression);
    return () => f.createPropertyAccessExpression(object(), place.name);
  }
  if (ts.isElementAccessExpression(place)) {
    const object = fix(place.expression);
    const index = fix(place.argumentExpression);
    return () => f.createElementAccessExpression(object(), index());
  }
  return () => emitter.expression(place);
}
