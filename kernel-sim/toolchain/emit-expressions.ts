// SPDX-License-Identifier: GPL-2.0-or-later
/** Expressions: calls that may switch, moves, temporaries, and assignments that drop. */
import ts from 'typescript';

import { assign, empty, finish, id, kernelCall, placed, sequence, setSite } from './build-code.ts';
import { emitChain } from './emit-chains.ts';
import { dropIfHeld, dropValue, release } from './emit-drops.ts';
import type { CallForm } from './effects.ts';
import type { Emitter } from './emitter.ts';
import { isAssignment, isCallNode, isInert, unwrap, type CallNode } from './syntax.ts';

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
  const drops = [...temporaries].reverse().flatMap(({ name, type }) => {
    const held = emitter.temporary();
    return [assign(held, id(name)), assign(name, empty()), dropIfHeld(emitter, held, type)];
  });
  if (ts.isExpressionStatement(node.parent)) return sequence([emitted, ...drops]);
  const value = emitter.temporary();
  return sequence([assign(value, emitted), ...drops, value]);
}

function emitBare(emitter: Emitter, node: ts.Expression): ts.Expression {
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

export function emitCall(emitter: Emitter, node: CallNode): ts.Expression {
  const { plan, effects } = emitter.analysis;
  if (node.expression.kind === ts.SyntaxKind.SuperKeyword) return emitter.visitChildren(node);
  const dropped = plan.dropCalls.get(node);
  const callee = emitter.expression(node.expression);
  const values = (node.arguments ?? []).map((it) => emitter.expression(it));
  const before = beforeCall(emitter, node);
  if (dropped !== undefined && values[0] !== undefined) {
    return dropValue(emitter, sequence([...before, values[0]]), dropped);
  }
  const { receiver, args } = insertBefore(emitter, node, callee, values, before);
  if (ts.isNewExpression(node)) return emitNew(emitter, node, receiver, args);
  const form = effects.callForm(node, emitter.scope.isGenerator, emitter.build);
  if (form === 'collection' && emitter.scope.isGenerator)
    return collectionCall(node, receiver, args);
  const call = ts.isCallChain(node)
    ? f.updateCallChain(node, receiver, node.questionDotToken, undefined, args)
    : f.updateCallExpression(node, receiver, undefined, args);
  return finished(call, form);
}

/** The call's value, whether or not the call made a coroutine. */
export function finished(call: ts.Expression, form: CallForm): ts.Expression {
  switch (form) {
    case 'coroutine':
      return finish(call);
    case 'maybe':
      return finish(kernelCall('maybe', call));
    case 'sync':
      return kernelCall('sync', call);
    case 'plain':
    case 'collection':
      return call;
  }
}

/** What happens when all arguments are there and the call takes over. */
export function beforeCall(emitter: Emitter, node: CallNode): ts.Expression[] {
  const { plan, sites } = emitter.analysis;
  const isExact = sites.isExact(node) && emitter.scope.hasFrame;
  return [
    ...(isExact ? [setSite(sites.siteOf(node) ?? 0)] : []),
    ...(plan.callMoves.get(node) ?? []).map(release),
  ];
}

/**
 * Puts `before` behind the evaluation of everything else: into the last argument, or into what the
 * method is called on.
 */
function insertBefore(
  emitter: Emitter,
  node: CallNode,
  callee: ts.Expression,
  values: readonly ts.Expression[],
  before: readonly ts.Expression[],
): { receiver: ts.Expression; args: readonly ts.Expression[] } {
  if (before.length === 0) return { receiver: callee, args: values };
  const last = values.at(-1);
  const lastSource = node.arguments?.at(-1);
  if (last !== undefined && lastSource !== undefined) {
    const isSpread = ts.isSpreadElement(last);
    const value = isSpread ? last.expression : last;
    const source = ts.isSpreadElement(lastSource) ? lastSource.expression : lastSource;
    const late = afterwards(emitter, source, value, before);
    const argument = isSpread ? f.createSpreadElement(late) : late;
    return { receiver: callee, args: [...values.slice(0, -1), argument] };
  }
  if (ts.isNewExpression(node)) {
    return { receiver: afterwards(emitter, node.expression, callee, before), args: values };
  }
  const target = node.expression;
  if (ts.isPropertyAccessExpression(target) || ts.isElementAccessExpression(target)) {
    const access = callee as ts.PropertyAccessExpression | ts.ElementAccessExpression;
    if (isSuper(target.expression) || continuesChain(target)) return { receiver: callee, args: [] };
    const object = afterwards(emitter, target.expression, access.expression, before);
    return { receiver: withObject(access, object), args: [] };
  }
  return { receiver: afterwards(emitter, target, callee, before), args: [] };
}

function isSuper(node: ts.Expression): boolean {
  return node.kind === ts.SyntaxKind.SuperKeyword;
}

/** Parentheses would cut `a?.b.c()` in two. */
function continuesChain(node: ts.PropertyAccessExpression | ts.ElementAccessExpression): boolean {
  return ts.isOptionalChain(node) && node.questionDotToken === undefined;
}

function withObject(
  access: ts.PropertyAccessExpression | ts.ElementAccessExpression,
  object: ts.Expression,
): ts.Expression {
  if (ts.isPropertyAccessExpression(access)) {
    return ts.isPropertyAccessChain(access)
      ? f.updatePropertyAccessChain(access, object, access.questionDotToken, access.name)
      : f.updatePropertyAccessExpression(access, object, access.name);
  }
  return ts.isElementAccessChain(access)
    ? f.updateElementAccessChain(access, object, access.questionDotToken, access.argumentExpression)
    : f.updateElementAccessExpression(access, object, access.argumentExpression);
}

/** `value`, then `actions`, then the value again. */
function afterwards(
  emitter: Emitter,
  source: ts.Expression,
  value: ts.Expression,
  actions: readonly ts.Expression[],
): ts.Expression {
  if (isInert(source)) return sequence([...actions, value]);
  const kept = emitter.temporary();
  return sequence([assign(kept, value), ...actions, kept]);
}

function emitNew(
  emitter: Emitter,
  node: ts.NewExpression,
  callee: ts.Expression,
  args: readonly ts.Expression[],
): ts.Expression {
  if (!emitter.analysis.effects.makesFragile(node)) {
    return f.updateNewExpression(node, callee, undefined, args);
  }
  const { isGenerator } = emitter.scope;
  const helper = id(isGenerator ? '$constructSwitching' : '$construct');
  const call = f.createCallExpression(helper, undefined, [callee, ...args]);
  return isGenerator ? finish(call) : call;
}

/** `xs.map(f)` where `f` may switch: our own loop instead of the engine's. */
function collectionCall(
  node: ts.CallExpression,
  callee: ts.Expression,
  args: readonly ts.Expression[],
): ts.Expression {
  const source = unwrap(node.expression);
  if (!ts.isPropertyAccessExpression(source))
    return f.updateCallExpression(node, callee, undefined, args);
  const method = f.createPropertyAccessExpression(id('$collections'), source.name.text);
  const object = (callee as ts.PropertyAccessExpression).expression;
  return finish(f.createCallExpression(method, undefined, [object, ...args]));
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
