// SPDX-License-Identifier: GPL-2.0-or-later
/** Elements of arrays that are values, not places: `v.mac[i]` calls the view. */
import ts from 'typescript';

import { assign, sequence } from './build-code.ts';
import type { Emitter } from './emitter.ts';
import { methodCall, operatorOf, parenthesized } from './memory-code.ts';
import type { Element } from './places.ts';
import { isStatement } from './syntax.ts';

const f = ts.factory;

/** `v.mac[i] = x` */
export function emitElement(
  emitter: Emitter,
  node: ts.BinaryExpression,
  element: Element,
): ts.Expression {
  const array = emitter.temporary();
  const index = emitter.temporary();
  const value = emitter.temporary();
  const operator = operatorOf(node);
  const right = emitter.expression(node.right);
  const old = methodCall(array, 'get', [index]);
  const changed =
    operator === undefined ? right : f.createBinaryExpression(old, operator, parenthesized(right));
  const parts = [
    assign(array, emitter.expression(element.array)),
    assign(index, emitter.expression(element.index)),
    assign(value, changed),
    methodCall(array, 'set', [index, value]),
  ];
  return sequence(isStatement(node) ? parts : [...parts, value]);
}

/** `v.mac[i]++` */
export function emitElementStep(
  emitter: Emitter,
  node: ts.PrefixUnaryExpression | ts.PostfixUnaryExpression,
  element: Element,
): ts.Expression {
  const array = emitter.temporary();
  const index = emitter.temporary();
  const value = emitter.temporary();
  const counted = emitter.temporary();
  // What it counts by is of its own kind: a number or a bigint.
  const step =
    node.operator === ts.SyntaxKind.PlusPlusToken
      ? f.createPrefixIncrement(counted)
      : f.createPrefixDecrement(counted);
  const parts = [
    assign(array, emitter.expression(element.array)),
    assign(index, emitter.expression(element.index)),
    assign(value, methodCall(array, 'get', [index])),
    assign(counted, value),
    methodCall(array, 'set', [index, step]),
  ];
  if (isStatement(node)) return sequence(parts);
  return sequence([...parts, ts.isPrefixUnaryExpression(node) ? counted : value]);
}
