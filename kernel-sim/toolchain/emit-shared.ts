// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Accesses to fields and variables that several contexts may reach, as code: `this.count += 1`
 * becomes a read and a write, each of which `$w` is told of where somebody looks for data races.
 * In the stepped build another task may run before either, so that an update can really be lost.
 */
import ts from 'typescript';

import { assign, id, sequence } from './build-code.ts';
import { accessPoints } from './emit-memory.ts';
import type { Emitter } from './emitter.ts';
import { methodCall, number, operatorOf, parenthesized } from './memory-code.ts';
import type { Access, SharedPlace } from './shared-places.ts';
import { isInert, isStatement, unwrap } from './syntax.ts';

const f = ts.factory;

/** An access whose object is evaluated once. */
interface Target {
  readonly node: Access;
  readonly place: SharedPlace;
  /** What has to come before. */
  readonly before: readonly ts.Expression[];
  /** The field or variable as code, however often. */
  readonly access: () => ts.Expression;
  /** What `$w` is told of where it is. */
  readonly where: () => readonly ts.Expression[];
}

/** Undefined for an expression that is no such access. */
export function emitShared(emitter: Emitter, node: ts.Expression): ts.Expression | undefined {
  const { shared, plan } = emitter.analysis;
  if (!shared.isUsed) return undefined;
  if (ts.isBinaryExpression(node)) {
    const target = targetOf(emitter, node.left);
    return target === undefined || plan.assignments.has(node)
      ? undefined
      : operandOf(node, emitAssignment(emitter, node, target));
  }
  if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) {
    const target = targetOf(emitter, node.operand);
    return target && operandOf(node, emitStep(emitter, node, target));
  }
  const place = shared.writeOf(node) === undefined ? shared.readOf(node) : undefined;
  if (place === undefined) return undefined;
  const target = makeTarget(emitter, node as Access, place);
  return sequence([...target.before, read(emitter, target)]);
}

/** The value of an assignment is wanted: it stands in parentheses. */
function operandOf(node: ts.Expression, emitted: ts.Expression): ts.Expression {
  return isStatement(node) ? emitted : parenthesized(emitted);
}

function targetOf(emitter: Emitter, node: ts.Expression): Target | undefined {
  const access = unwrap(node);
  const place = emitter.analysis.shared.writeOf(access);
  return place === undefined ? undefined : makeTarget(emitter, access as Access, place);
}

function makeTarget(emitter: Emitter, node: Access, place: SharedPlace): Target {
  if (place.kind === 'variable') {
    const where = (): ts.Expression[] => [
      f.createAdd(id('$bss'), number(place.offset)),
      number(place.sizeBytes),
    ];
    return { node, place, before: [], access: () => node, where };
  }
  const { expression, name } = node as ts.PropertyAccessExpression;
  let object = (): ts.Expression => emitter.expression(expression);
  const before: ts.Expression[] = [];
  if (!isInert(expression) || emitter.analysis.shared.isAccess(unwrap(expression))) {
    const kept = emitter.temporary();
    before.push(assign(kept, object()));
    object = () => kept;
  }
  const access = (): ts.Expression => f.createPropertyAccessExpression(object(), name);
  const where = (): ts.Expression[] => [
    object(),
    number(place.bodyBytes()),
    number(place.offset),
    number(place.sizeBytes),
  ];
  return { node, place, before, access, where };
}

/** `(… $w && $w.load(this, 24, 8, 8), this.count)` */
function read(emitter: Emitter, { node, place, access, where }: Target): ts.Expression {
  const name = place.kind === 'variable' ? 'loadVariable' : 'loadField';
  return sequence([...accessPoints(emitter, node), whenWatched(name, where()), access()]);
}

/** `this.count = (t = value, … $w && $w.store(this, 24, 8, 8, this.count, t), t)` */
function write(emitter: Emitter, target: Target, value: ts.Expression): ts.Expression {
  const { node, place, access, where } = target;
  const name = place.kind === 'variable' ? 'storeVariable' : 'storeField';
  const kept = emitter.temporary();
  const told = whenWatched(name, [...where(), access(), kept]);
  const stored = sequence([assign(kept, value), ...accessPoints(emitter, node), told, kept]);
  return assign(access(), stored);
}

function whenWatched(name: string, values: readonly ts.Expression[]): ts.Expression {
  return f.createLogicalAnd(id('$w'), methodCall(id('$w'), name, values));
}

function emitAssignment(
  emitter: Emitter,
  node: ts.BinaryExpression,
  target: Target,
): ts.Expression {
  const { kind } = node.operatorToken;
  if (kind === ts.SyntaxKind.EqualsToken) {
    const value = emitter.expression(node.right);
    return sequence([...target.before, write(emitter, target, value)]);
  }
  const operator = operatorOf(node) ?? ts.SyntaxKind.PlusToken;
  const old = parenthesized(read(emitter, target));
  const right = parenthesized(emitter.expression(node.right));
  if (isLogical(operator)) {
    const changed = parenthesized(write(emitter, target, right));
    return sequence([...target.before, f.createBinaryExpression(old, operator, changed)]);
  }
  const value = f.createBinaryExpression(old, operator, right);
  return sequence([...target.before, write(emitter, target, value)]);
}

function isLogical(operator: ts.BinaryOperator): boolean {
  const { AmpersandAmpersandToken, BarBarToken, QuestionQuestionToken } = ts.SyntaxKind;
  return (
    operator === AmpersandAmpersandToken ||
    operator === BarBarToken ||
    operator === QuestionQuestionToken
  );
}

function emitStep(
  emitter: Emitter,
  node: ts.PrefixUnaryExpression | ts.PostfixUnaryExpression,
  target: Target,
): ts.Expression {
  const isUp = node.operator === ts.SyntaxKind.PlusPlusToken;
  const operator = isUp ? ts.SyntaxKind.PlusToken : ts.SyntaxKind.MinusToken;
  const one = emitter.analysis.shared.isBig(target.node) ? f.createBigIntLiteral('1n') : number(1);
  const old = parenthesized(read(emitter, target));
  if (ts.isPrefixUnaryExpression(node) || isStatement(node)) {
    const value = f.createBinaryExpression(old, operator, one);
    return sequence([...target.before, write(emitter, target, value)]);
  }
  const before = emitter.temporary();
  const value = f.createBinaryExpression(parenthesized(assign(before, old)), operator, one);
  return sequence([...target.before, write(emitter, target, value), before]);
}
