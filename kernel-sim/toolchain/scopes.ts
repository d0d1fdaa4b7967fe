// SPDX-License-Identifier: GPL-2.0-or-later
/** Scopes that end by dropping something, and the expressions whose ends drop temporaries. */
import ts from 'typescript';

import { isFunctionNode } from './syntax.ts';

/**
 * The scope that drops what `node` makes: a block, a `switch`, a loop over something, a function or
 * the file. Null in the initialiser of a field, which is part of no scope.
 */
export function regionNodeOf(node: ts.Node): ts.Node | null {
  let child = node;
  for (let at = node.parent; ; child = at, at = at.parent) {
    if (isFunctionNode(at) || ts.isSourceFile(at)) return at;
    if (ts.isBlock(at)) return isFunctionNode(at.parent) ? at.parent : at;
    if (ts.isCaseBlock(at)) return at.parent;
    if (ts.isPropertyDeclaration(at)) return null;
    // What is iterated over lives as long as the loop.
    if ((ts.isForOfStatement(at) || ts.isForInStatement(at)) && at.expression === child) return at;
  }
}

/** Every expression that is not part of another one, in all functions of `root`. */
export function fullExpressionsOf(root: ts.Node): ts.Expression[] {
  const found: ts.Expression[] = [];
  const visit = (node: ts.Node, isInside: boolean): void => {
    const isExpression = ts.isExpression(node) && !isNameOnly(node);
    if (isExpression && !isInside) found.push(node);
    const startsAnew = isFunctionNode(node) || ts.isClassLike(node);
    const staysInside = (isInside || isExpression) && !startsAnew;
    ts.forEachChild(node, (child) => visit(child, staysInside));
  };
  ts.forEachChild(root, (child) => visit(child, false));
  return found;
}

/** Identifiers in positions where they are no expression. */
function isNameOnly(node: ts.Expression): boolean {
  const { parent } = node;
  if (!ts.isIdentifier(node)) return ts.isTypeNode(node);
  return (
    ts.isTypeNode(parent) ||
    ts.isQualifiedName(parent) ||
    ((ts.isVariableDeclaration(parent) ||
      ts.isParameter(parent) ||
      ts.isBindingElement(parent) ||
      ts.isClassElement(parent) ||
      ts.isClassLike(parent) ||
      isFunctionNode(parent) ||
      ts.isTypeElement(parent)) &&
      (parent as ts.NamedDeclaration).name === node)
  );
}
