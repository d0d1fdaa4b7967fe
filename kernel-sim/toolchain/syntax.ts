// SPDX-License-Identifier: GPL-2.0-or-later
/** Questions about the shape of the source that several passes ask. */
import ts from 'typescript';

/** What has a body of its own and a frame on the kernel's stack. */
export type FunctionNode =
  | ts.FunctionDeclaration
  | ts.FunctionExpression
  | ts.ArrowFunction
  | ts.MethodDeclaration
  | ts.ConstructorDeclaration
  | ts.GetAccessorDeclaration
  | ts.SetAccessorDeclaration;

export type CallNode = ts.CallExpression | ts.NewExpression;

export function isFunctionNode(node: ts.Node): node is FunctionNode {
  switch (node.kind) {
    case ts.SyntaxKind.FunctionDeclaration:
    case ts.SyntaxKind.FunctionExpression:
    case ts.SyntaxKind.ArrowFunction:
    case ts.SyntaxKind.MethodDeclaration:
    case ts.SyntaxKind.Constructor:
    case ts.SyntaxKind.GetAccessor:
    case ts.SyntaxKind.SetAccessor:
      return true;
    default:
      return false;
  }
}

export function isCallNode(node: ts.Node): node is CallNode {
  return ts.isCallExpression(node) || ts.isNewExpression(node);
}

export function isLoop(node: ts.Node): node is ts.IterationStatement {
  return ts.isIterationStatement(node, false);
}

/** The expression inside parentheses, assertions and `!`, none of which exist when it runs. */
export function unwrap(node: ts.Expression): ts.Expression {
  return ts.isParenthesizedExpression(node) ||
    ts.isAsExpression(node) ||
    ts.isNonNullExpression(node) ||
    ts.isSatisfiesExpression(node) ||
    ts.isTypeAssertionExpression(node)
    ? unwrap(node.expression)
    : node;
}

/** True when evaluating it runs no code of anybody and cannot throw. */
export function isInert(wrapped: ts.Expression): boolean {
  const node = unwrap(wrapped);
  switch (node.kind) {
    case ts.SyntaxKind.Identifier:
    case ts.SyntaxKind.ThisKeyword:
    case ts.SyntaxKind.SuperKeyword:
    case ts.SyntaxKind.NullKeyword:
    case ts.SyntaxKind.TrueKeyword:
    case ts.SyntaxKind.FalseKeyword:
    case ts.SyntaxKind.NumericLiteral:
    case ts.SyntaxKind.BigIntLiteral:
    case ts.SyntaxKind.StringLiteral:
    case ts.SyntaxKind.NoSubstitutionTemplateLiteral:
    case ts.SyntaxKind.ArrowFunction:
    case ts.SyntaxKind.FunctionExpression:
      return true;
    case ts.SyntaxKind.PrefixUnaryExpression:
      return ts.isNumericLiteral((node as ts.PrefixUnaryExpression).operand);
    default:
      return false;
  }
}

/** The function, class initialiser or file whose code `node` is part of. */
export function enclosingFunction(node: ts.Node): FunctionNode | ts.SourceFile | ts.ClassElement {
  let at = node.parent;
  while (
    !ts.isSourceFile(at) &&
    !isFunctionNode(at) &&
    !ts.isPropertyDeclaration(at) &&
    !ts.isClassStaticBlockDeclaration(at)
  ) {
    at = at.parent;
  }
  return at;
}

export function isAssignment(node: ts.Node): node is ts.AssignmentExpression<ts.EqualsToken> {
  return ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken;
}

/** `using`, on the list that a statement or loop declares. */
export function isUsing(list: ts.VariableDeclarationList): boolean {
  return (list.flags & ts.NodeFlags.BlockScoped) === ts.NodeFlags.Using;
}

/** Every node of a tree, parents first; functions and classes in it are entered only when asked. */
export function walk(node: ts.Node, visit: (node: ts.Node) => void, entersFunctions = true): void {
  ts.forEachChild(node, (child) => {
    visit(child);
    const isEntered = entersFunctions || !(isFunctionNode(child) || ts.isClassLike(child));
    if (isEntered) walk(child, visit, entersFunctions);
  });
}

/** `export function f() {}` */
export function isExportedFunction(node: ts.Node): node is ts.FunctionDeclaration {
  return (
    ts.isFunctionDeclaration(node) &&
    node.body !== undefined &&
    (ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Export) !== 0
  );
}

/** True where nobody looks at the value of an expression. */
export function isStatement(node: ts.Expression): boolean {
  const { parent } = node;
  if (ts.isParenthesizedExpression(parent)) return isStatement(parent);
  return (
    ts.isExpressionStatement(parent) || (ts.isForStatement(parent) && parent.condition !== node)
  );
}
