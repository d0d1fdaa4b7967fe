// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What TypeScript has and the language of drivers and programs has not: RZ1000 for what means
 * nothing here, RZ1070 for what would get around the types, the sandbox or determinism.
 */
import ts from 'typescript';

import type { Kind } from './analysis.ts';
import { declarationOrigin } from './declarations.ts';
import type { Findings } from './diagnostics.ts';
import { enclosingFunction, isUsing, walk } from './syntax.ts';

/** Names that lead from an object to the code or prototypes behind it. */
const FORBIDDEN_MEMBERS = new Set([
  'constructor',
  '__proto__',
  'prototype',
  'caller',
  'callee',
  '__defineGetter__',
  '__defineSetter__',
  '__lookupGetter__',
  '__lookupSetter__',
]);

const FORBIDDEN_GLOBALS = new Set([
  'eval',
  'Function',
  'globalThis',
  'Reflect',
  'Proxy',
  'require',
]);

export function checkRestrictions(
  checker: ts.TypeChecker,
  file: ts.SourceFile,
  findings: Findings,
  kind: Kind,
): void {
  const who = kind === 'module' ? 'driver' : 'program';
  checkDirectives(file, findings, who);
  walk(file, (node) => {
    checkSandbox(checker, node, findings, who);
    checkLanguage(node, findings, who);
  });
}

/** Whose file it is, in messages. */
type Who = 'driver' | 'program';

/** As the compiler keeps them, so that no comment is missed and no string mistaken for one. */
interface WithDirectives {
  readonly commentDirectives?: readonly { readonly range: ts.TextRange }[];
  readonly checkJsDirective?: { readonly enabled: boolean; readonly pos: number };
}

function checkDirectives(file: ts.SourceFile & WithDirectives, findings: Findings, who: Who): void {
  const isUsed =
    (file.commentDirectives?.length ?? 0) > 0 ||
    file.checkJsDirective !== undefined ||
    file.referencedFiles.length + file.typeReferenceDirectives.length > 0 ||
    file.libReferenceDirectives.length > 0;
  if (!isUsed) return;
  const at = file.statements[0] ?? file.endOfFileToken;
  findings.add(
    at,
    'RZ1070',
    'a comment that directs the compiler (`@ts-…`, `/// <reference>`)',
    `a ${who} is checked as a whole: mend what the compiler points at`,
  );
}

function checkSandbox(checker: ts.TypeChecker, node: ts.Node, findings: Findings, who: Who): void {
  const forbid = (what: string, help: string | null = null): void => {
    findings.add(node, 'RZ1070', what, help);
  };
  if (node.kind === ts.SyntaxKind.AnyKeyword) {
    forbid('`any` switches the checks off', 'say what it is, or `unknown`');
  } else if (ts.isIdentifier(node) && FORBIDDEN_GLOBALS.has(node.text) && isFree(checker, node)) {
    forbid(`\`${node.text}\` does not exist in a ${who}`);
  } else if (isForbiddenMember(node)) {
    forbid(`\`${node.text}\` leads out of the ${who}'s own objects`);
  } else if (node.kind === ts.SyntaxKind.ImportKeyword && ts.isCallExpression(node.parent)) {
    forbid(`a ${who} cannot load code while it runs`, 'import it at the top');
  } else if (ts.isMetaProperty(node)) forbid(`\`${node.getText()}\` does not exist in a ${who}`);
  else if (isAmbient(node)) forbid('`declare` would promise what nobody gives');
  else if (ts.isAsExpression(node) || ts.isTypeAssertionExpression(node)) {
    // A program forges nothing but its own: the kernel trusts no object of it.
    if (who === 'driver') checkAssertion(checker, node, findings);
  } else if (ts.isTypePredicateNode(node) && node.type !== undefined) {
    if (who === 'driver' && isOfApi(checker.getTypeFromTypeNode(node.type))) {
      forbid('a type predicate would forge an object of the kernel');
    }
  }
}

function isFree(checker: ts.TypeChecker, node: ts.Identifier): boolean {
  const { parent } = node;
  const isName =
    (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
    (parent as ts.NamedDeclaration).name === node ||
    ts.isTypeNode(parent);
  if (isName) return false;
  const declarations = checker.getSymbolAtLocation(node)?.declarations ?? [];
  return declarations.every((it) => declarationOrigin(it) !== 'driver');
}

function isForbiddenMember(node: ts.Node): node is ts.Identifier | ts.StringLiteral {
  if (!ts.isIdentifier(node) && !ts.isStringLiteralLike(node)) return false;
  if (!FORBIDDEN_MEMBERS.has(node.text)) return false;
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  if (ts.isElementAccessExpression(parent)) return parent.argumentExpression === node;
  return (
    ts.isPropertyAssignment(parent) ||
    ts.isShorthandPropertyAssignment(parent) ||
    ts.isBindingElement(parent) ||
    ts.isComputedPropertyName(parent)
  );
}

function isAmbient(node: ts.Node): boolean {
  if (ts.isModuleDeclaration(node) && !ts.isIdentifier(node.name)) return true;
  return (
    ts.canHaveModifiers(node) &&
    !ts.isPropertyDeclaration(node) &&
    (ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.DeclareKeyword) ?? false)
  );
}

function checkAssertion(
  checker: ts.TypeChecker,
  node: ts.AsExpression | ts.TypeAssertion,
  findings: Findings,
): void {
  if (ts.isConstTypeReference(node.type)) return;
  const target = checker.getTypeFromTypeNode(node.type);
  const source = checker.getTypeAtLocation(node.expression);
  if (!isOfApi(target) || checker.isTypeAssignableTo(source, target)) return;
  findings.add(
    node,
    'RZ1070',
    `\`as ${node.type.getText()}\` would forge an object of the kernel`,
    'only the kernel makes these: take it as a parameter',
  );
}

/** True when a type is, or holds, a class or interface of the API. */
function isOfApi(type: ts.Type): boolean {
  if (type.isUnionOrIntersection()) return type.types.some(isOfApi);
  const declaration = type.symbol?.declarations?.[0];
  return (
    declaration !== undefined &&
    (ts.isClassDeclaration(declaration) || ts.isInterfaceDeclaration(declaration)) &&
    declarationOrigin(declaration) === 'api'
  );
}

function checkLanguage(node: ts.Node, findings: Findings, who: Who): void {
  const what = strangerIn(node, who);
  if (what !== null) findings.add(node, 'RZ1000', what[0], what[1] ?? null);
}

/** What is wrong with a node that the language does not have, and what to do instead. */
function strangerIn(node: ts.Node, who: Who): readonly [string, string?] | null {
  switch (node.kind) {
    case ts.SyntaxKind.AsyncKeyword:
    case ts.SyntaxKind.AwaitKeyword:
    case ts.SyntaxKind.AwaitExpression:
      return [`${who}s have no promises`, 'call what blocks as it is: the task waits'];
    case ts.SyntaxKind.YieldExpression:
      return [`${who}s write no generators`, 'call what blocks as it is: the task waits'];
    case ts.SyntaxKind.WithStatement:
      return ['`with` is not part of the language'];
    case ts.SyntaxKind.Decorator:
      return ['decorators are not part of the language'];
    case ts.SyntaxKind.RegularExpressionLiteral:
      return ['there are no regular expressions here', 'compare strings or bytes'];
    case ts.SyntaxKind.TaggedTemplateExpression:
      return ['tagged templates are not part of the language'];
    case ts.SyntaxKind.DebuggerStatement:
      return ['`debugger` stops nothing here', 'set a breakpoint on the line'];
    case ts.SyntaxKind.ModuleDeclaration:
      return ['namespaces are not part of the language', 'put it in a file of its own'];
    case ts.SyntaxKind.ExportAssignment:
      return (node as ts.ExportAssignment).isExportEquals === true
        ? ['`export =` is not part of the language', 'export default module(…)']
        : null;
    case ts.SyntaxKind.ImportEqualsDeclaration:
      return ['`import … = require(…)` is not part of the language', 'import { … } from "…"'];
    default:
      return strangerInFunction(node, who) ?? strangerInName(node) ?? strangerInFlow(node);
  }
}

function strangerInFunction(node: ts.Node, who: Who): readonly [string, string?] | null {
  const isFunction = ts.isFunctionDeclaration(node) || ts.isFunctionExpression(node);
  if ((isFunction || ts.isMethodDeclaration(node)) && node.asteriskToken !== undefined) {
    return [`${who}s write no generators`, 'call what blocks as it is: the task waits'];
  }
  if (ts.isClassLike(node)) {
    const base = node.heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword);
    const expression = base?.types[0]?.expression;
    const isLayout =
      expression === undefined ||
      (ts.isCallExpression(expression) && /^(struct|bits)$/.test(expression.expression.getText()));
    if (!isLayout) {
      return ['a class extends nothing but `struct(…)` or `bits(…)`', 'keep the other in a field'];
    }
  }
  if (ts.isVariableDeclarationList(node)) {
    const kind = node.flags & ts.NodeFlags.BlockScoped;
    if (kind === ts.NodeFlags.AwaitUsing) return [`${who}s have no promises`, 'say `using`'];
    if (isUsing(node) && ts.isSourceFile(enclosingFunction(node)) && isAtTop(node)) {
      return ['a `using` of the module itself would end at once', "keep it in the module's class"];
    }
  }
  if (ts.isCatchClause(node) && node.variableDeclaration !== undefined) {
    if (!ts.isIdentifier(node.variableDeclaration.name)) {
      return ['a `catch` takes what was thrown under one name'];
    }
  }
  return null;
}

function isAtTop(list: ts.VariableDeclarationList): boolean {
  return ts.isVariableStatement(list.parent) && ts.isSourceFile(list.parent.parent);
}

/** The toolchain's own variables begin with `$`. */
function strangerInName(node: ts.Node): readonly [string, string?] | null {
  if (!ts.isIdentifier(node)) return null;
  if (node.text === 'arguments' && !ts.isPropertyAccessExpression(node.parent)) {
    return ['`arguments` is not part of the language', 'say `...rest`'];
  }
  const isBinding =
    (ts.isVariableDeclaration(node.parent) ||
      ts.isParameter(node.parent) ||
      ts.isBindingElement(node.parent) ||
      ts.isFunctionLike(node.parent) ||
      ts.isClassLike(node.parent) ||
      ts.isImportSpecifier(node.parent) ||
      ts.isNamespaceImport(node.parent) ||
      ts.isImportClause(node.parent)) &&
    node.parent.name === node &&
    !ts.isClassElement(node.parent);
  return isBinding && node.text.startsWith('$')
    ? ["names that begin with `$` are the toolchain's"]
    : null;
}

/** Jumps out of a `finally`, which would make an oops or an error disappear. */
function strangerInFlow(node: ts.Node): readonly [string, string?] | null {
  const isJump =
    ts.isReturnStatement(node) || ts.isBreakStatement(node) || ts.isContinueStatement(node);
  if (!isJump || !leavesFinally(node)) return null;
  return ['a jump out of `finally` would swallow what was thrown', 'jump after the try statement'];
}

function leavesFinally(jump: ts.ReturnStatement | ts.BreakOrContinueStatement): boolean {
  let target: ts.Node = jump;
  for (let at: ts.Node = jump.parent; ; target = at, at = at.parent) {
    if (ts.isFunctionLike(at) || ts.isSourceFile(at)) return false;
    if (ts.isTryStatement(at) && at.finallyBlock === target) return true;
    if (ts.isReturnStatement(jump)) continue;
    if (jump.label !== undefined) {
      if (ts.isLabeledStatement(at) && at.label.text === jump.label.text) return false;
    } else if (ts.isIterationStatement(at, false)) return false;
    else if (ts.isBreakStatement(jump) && ts.isSwitchStatement(at)) return false;
  }
}
