// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Calls: finished when they make coroutines, and with what has to happen at the instant at which
 * the call takes over: the site is set, and what was moved belongs to the callee.
 */
import ts from 'typescript';

import {
  assign,
  finish,
  finishIfOpen,
  finishLibraryCall,
  id,
  kernelCall,
  sequence,
  setSite,
} from './build-code.ts';
import type { CallForm } from './effects.ts';
import { dropValue, release } from './emit-drops.ts';
import type { Emitter } from './emitter.ts';
import type { GlobalBuffer } from './global-buffers.ts';
import { isInert, unwrap, type CallNode } from './syntax.ts';

const f = ts.factory;

export function emitCall(emitter: Emitter, node: CallNode): ts.Expression {
  const { plan, effects } = emitter.analysis;
  if (node.expression.kind === ts.SyntaxKind.SuperKeyword) return emitter.visitChildren(node);
  const buffer = emitter.analysis.globals.of(node);
  if (buffer?.isPrepared === false) return globalMemory(buffer);
  const dropped = plan.dropCalls.get(node);
  const callee = emitter.expression(node.expression);
  const values = (node.arguments ?? []).map((it) => emitter.expression(it));
  const before = beforeCall(emitter, node);
  if (dropped !== undefined && values[0] !== undefined) {
    return dropValue(emitter, sequence([...before, values[0]]), dropped);
  }
  const placed = insertBefore(emitter, node, callee, values, before);
  const { receiver } = placed;
  const room = buffer && [globalMemory(buffer), f.createStringLiteral(buffer.name)];
  const lockName = emitter.analysis.locks.told.get(node);
  const told = lockName === undefined ? [] : [f.createStringLiteral(lockName)];
  const args = [...placed.args, ...(room ?? told)];
  if (ts.isNewExpression(node)) return emitNew(emitter, node, receiver, args);
  const form = effects.callForm(node, emitter.scope.isGenerator, emitter.build);
  const method = unwrap(node.expression);
  if (form === 'collection' && ts.isPropertyAccessExpression(method)) {
    const object = (receiver as ts.PropertyAccessExpression).expression;
    return collectionCall(method.name.text, object, args);
  }
  const call = ts.isCallChain(node)
    ? f.updateCallChain(node, receiver, node.questionDotToken, undefined, args)
    : f.updateCallExpression(node, receiver, undefined, args);
  return finished(emitter, call, form);
}

function globalMemory({ offset, sizeBytes }: GlobalBuffer): ts.Expression {
  const numbers = [offset, sizeBytes].map((it) => f.createNumericLiteral(it));
  return kernelCall('globalBuffer', id('$base'), ...numbers);
}

/** The call's value, whether or not the call made a coroutine. */
export function finished(emitter: Emitter, call: ts.Expression, form: CallForm): ts.Expression {
  switch (form) {
    case 'coroutine':
      return finish(call);
    case 'library':
      return finishLibraryCall(emitter.temporary(), call);
    case 'maybe':
      return emitter.analysis.kind === 'program'
        ? finish(kernelCall('maybe', call))
        : finishIfOpen(emitter.temporary(), call);
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
export function afterwards(
  emitter: Emitter,
  source: ts.Expression | undefined,
  value: ts.Expression,
  actions: readonly ts.Expression[],
): ts.Expression {
  if (actions.length === 0) return value;
  if (source !== undefined && isInert(source)) return sequence([...actions, value]);
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
export function collectionCall(
  method: string,
  object: ts.Expression,
  args: readonly ts.Expression[],
): ts.Expression {
  const callee = f.createPropertyAccessExpression(id('$collections'), method);
  return finish(f.createCallExpression(callee, undefined, [object, ...args]));
}
