// SPDX-License-Identifier: GPL-2.0-or-later
/** What is certain without running anything: that a node is evaluated, that a field was empty. */
import ts from 'typescript';

import { enclosingFunction, isAssignment, isFunctionNode, walk } from './syntax.ts';

/** An identifier that is no use of a variable but the name of something. */
export function isDeclarationName(node: ts.Node): boolean {
  const { parent } = node;
  return (
    (ts.isVariableDeclaration(parent) && parent.name === node) ||
    (ts.isParameter(parent) && parent.name === node) ||
    (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
    (ts.isPropertyAssignment(parent) && parent.name === node)
  );
}

/** True when the body of its function cannot come to its end without having evaluated `node`. */
export function isUnconditional(node: ts.Node): boolean {
  let at = node;
  while (!ts.isStatement(at)) {
    if (isFunctionNode(at) || ts.isConditionalExpression(at)) return false;
    if (ts.isBinaryExpression(at.parent) && at.parent.right === at) {
      if (isShortCircuit(at.parent.operatorToken.kind)) return false;
    }
    if (ts.isOptionalChain(at)) return false;
    at = at.parent;
  }
  const block = at.parent;
  if (!ts.isBlock(block) || !isFunctionNode(block.parent)) return false;
  if (!ts.isExpressionStatement(at) && !ts.isVariableStatement(at)) return false;
  let isFirst = true;
  for (const statement of block.statements) {
    if (statement === at) break;
    if (ts.isReturnStatement(statement)) isFirst = false;
    walk(
      statement,
      (inner) => {
        if (ts.isReturnStatement(inner)) isFirst = false;
      },
      false,
    );
  }
  return isFirst;
}

function isShortCircuit(operator: ts.SyntaxKind): boolean {
  return (
    operator === ts.SyntaxKind.AmpersandAmpersandToken ||
    operator === ts.SyntaxKind.BarBarToken ||
    operator === ts.SyntaxKind.QuestionQuestionToken ||
    operator === ts.SyntaxKind.QuestionQuestionEqualsToken
  );
}

/** `this.field = …` in a constructor, when nothing can have been in the field before. */
export function isInitialisation(node: ts.BinaryExpression, place: ts.Expression): boolean {
  if (!ts.isPropertyAccessExpression(place)) return false;
  if (place.expression.kind !== ts.SyntaxKind.ThisKeyword) return false;
  const constructor = enclosingFunction(node);
  if (!ts.isConstructorDeclaration(constructor) || constructor.body === undefined) return false;
  const field = constructor.parent.members.find(
    (member) => member.name !== undefined && member.name.getText() === place.name.text,
  );
  if (field === undefined || !ts.isPropertyDeclaration(field) || field.initializer !== undefined) {
    return false;
  }
  let count = 0;
  walk(constructor.body, (inner) => {
    if (
      isAssignment(inner) &&
      ts.isPropertyAccessExpression(inner.left) &&
      inner.left.expression.kind === ts.SyntaxKind.ThisKeyword &&
      inner.left.name.text === place.name.text
    ) {
      count++;
    }
  });
  for (let at: ts.Node = node; at !== constructor; at = at.parent) {
    if (ts.isIterationStatement(at, false)) return false;
  }
  return count === 1;
}
