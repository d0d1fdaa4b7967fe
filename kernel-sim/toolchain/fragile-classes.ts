// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Classes whose construction may fail half-way, with something owned already in place.
 *
 * A constructor is never a coroutine, but dropping what it leaves behind may switch. So it drops
 * nothing itself: it hands over what was set, and the `new` that called it drops that.
 */
import ts from 'typescript';

import type { DropPlan } from './drop-plan.ts';
import type { Ownership } from './ownership.ts';
import { isStatic } from './ownership.ts';
import { isAssignment, isInert, unwrap } from './syntax.ts';

export function isFragile(
  node: ts.ClassLikeDeclaration,
  ownership: Ownership,
  plan: Pick<DropPlan, 'slotsByOwner'>,
): boolean {
  const constructor = constructorOf(node);
  const slots = constructor === undefined ? [] : (plan.slotsByOwner.get(constructor) ?? []);
  if (ownership.fieldsOf(node).length === 0 && slots.length === 0) return false;
  return hasRiskyInitialiser(node) || (constructor?.body?.statements.some(mayThrow) ?? false);
}

export function constructorOf(
  node: ts.ClassLikeDeclaration,
): ts.ConstructorDeclaration | undefined {
  return node.members.find(
    (member): member is ts.ConstructorDeclaration =>
      ts.isConstructorDeclaration(member) && member.body !== undefined,
  );
}

export function hasRiskyInitialiser(node: ts.ClassLikeDeclaration): boolean {
  return node.members.some(
    (member) =>
      ts.isPropertyDeclaration(member) &&
      !isStatic(member) &&
      member.initializer !== undefined &&
      !isInert(member.initializer),
  );
}

/** Anything but `this.field = name`. */
function mayThrow(statement: ts.Statement): boolean {
  if (!ts.isExpressionStatement(statement)) return true;
  const expression = unwrap(statement.expression);
  return !(
    isAssignment(expression) &&
    ts.isPropertyAccessExpression(expression.left) &&
    expression.left.expression.kind === ts.SyntaxKind.ThisKeyword &&
    isInert(expression.right)
  );
}
