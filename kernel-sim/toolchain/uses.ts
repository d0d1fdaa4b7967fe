// SPDX-License-Identifier: GPL-2.0-or-later
/** What becomes of an expression's value: whether, and to whom, it is given away. */
import ts from 'typescript';

import { conventionOf, type Convention } from './declarations.ts';
import { enclosingFunction, isAssignment, isFunctionNode, type CallNode } from './syntax.ts';

export type Use =
  /** Looked at or thrown away. */
  | { readonly kind: 'borrow' }
  /** Taken over by a call. Indirect when only one branch of the argument gives it. */
  | {
      readonly kind: 'argument' | 'receiver';
      readonly call: CallNode;
      readonly index: number;
      readonly isDirect: boolean;
    }
  | { readonly kind: 'variable'; readonly declaration: ts.VariableDeclaration }
  | { readonly kind: 'assignment'; readonly node: ts.BinaryExpression }
  /** Returned, stored in a field or a literal, thrown. */
  | { readonly kind: 'escape' };

/** How a call takes argument `index`; -1 is its receiver. */
export type ConventionOfArgument = (call: CallNode, index: number) => Convention;

const BORROW: Use = { kind: 'borrow' };
const ESCAPE: Use = { kind: 'escape' };

export function useOf(
  node: ts.Expression,
  conventionOfArgument: ConventionOfArgument,
  isDirect = true,
): Use {
  const { parent } = node;
  if (
    ts.isParenthesizedExpression(parent) ||
    ts.isAsExpression(parent) ||
    ts.isNonNullExpression(parent) ||
    ts.isSatisfiesExpression(parent) ||
    ts.isTypeAssertionExpression(parent)
  ) {
    return useOf(parent, conventionOfArgument, isDirect);
  }
  if (ts.isConditionalExpression(parent)) {
    return parent.condition === node ? BORROW : useOf(parent, conventionOfArgument, false);
  }
  if (ts.isBinaryExpression(parent)) return useOfOperand(node, parent, conventionOfArgument);
  if (ts.isCallExpression(parent) || ts.isNewExpression(parent)) {
    const index = parent.arguments?.indexOf(node) ?? -1;
    if (index < 0 || conventionOfArgument(parent, index) !== 'move') return BORROW;
    return { kind: 'argument', call: parent, index, isDirect };
  }
  if (ts.isPropertyAccessExpression(parent)) {
    const call = parent.parent;
    const isReceiver = ts.isCallExpression(call) && call.expression === parent;
    if (!isReceiver || conventionOfArgument(call, -1) !== 'move') return BORROW;
    return { kind: 'receiver', call, index: -1, isDirect };
  }
  if (ts.isVariableDeclaration(parent)) {
    return ts.isIdentifier(parent.name) ? { kind: 'variable', declaration: parent } : BORROW;
  }
  if (ts.isReturnStatement(parent) || (ts.isArrowFunction(parent) && parent.body === node)) {
    const owner = enclosingFunction(node);
    return isFunctionNode(owner) && conventionOf(owner.type) !== 'move' ? BORROW : ESCAPE;
  }
  if (ts.isPropertyDeclaration(parent)) {
    return conventionOf(parent.type) === 'move' ? ESCAPE : BORROW;
  }
  const isStored =
    ts.isPropertyAssignment(parent) ||
    ts.isShorthandPropertyAssignment(parent) ||
    ts.isArrayLiteralExpression(parent) ||
    ts.isSpreadElement(parent) ||
    ts.isParameter(parent) ||
    ts.isThrowStatement(parent) ||
    ts.isExportAssignment(parent);
  return isStored ? ESCAPE : BORROW;
}

function useOfOperand(
  node: ts.Expression,
  parent: ts.BinaryExpression,
  conventionOfArgument: ConventionOfArgument,
): Use {
  if (isAssignment(parent)) {
    return parent.right === node ? { kind: 'assignment', node: parent } : BORROW;
  }
  switch (parent.operatorToken.kind) {
    case ts.SyntaxKind.QuestionQuestionToken:
    case ts.SyntaxKind.BarBarToken:
      return useOf(parent, conventionOfArgument, false);
    case ts.SyntaxKind.AmpersandAmpersandToken:
    case ts.SyntaxKind.CommaToken:
      return parent.right === node ? useOf(parent, conventionOfArgument, false) : BORROW;
    case ts.SyntaxKind.QuestionQuestionEqualsToken:
      return parent.right === node ? ESCAPE : BORROW;
    default:
      return BORROW;
  }
}
