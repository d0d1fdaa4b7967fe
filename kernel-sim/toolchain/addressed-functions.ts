// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Functions whose addresses memory may hold: those at a file's top level, and static methods, that
 * a module which touches memory uses as values. Others have no place of their own in its `.text`.
 */
import ts from 'typescript';

import type { Findings } from './diagnostics.ts';
import type { Places } from './places.ts';
import { isAssignment, unwrap, walk, type FunctionNode } from './syntax.ts';

export class AddressedFunctions {
  readonly #checker: ts.TypeChecker;
  readonly #found = new Set<FunctionNode>();
  #isRaw = false;

  constructor(checker: ts.TypeChecker) {
    this.#checker = checker;
  }

  /** Whether anything of `kernel/raw` is imported, which may take a function's address itself. */
  get isRaw(): boolean {
    return this.#isRaw;
  }

  analyse(file: ts.SourceFile, places: Places, findings: Findings): void {
    this.#isRaw ||= file.statements.some(isRawImport);
    walk(file, (node) => {
      if (ts.isIdentifier(node) && isValue(node)) {
        const declaration = this.#declarationOf(node);
        if (declaration !== undefined && hasAddress(declaration)) this.#found.add(declaration);
      }
      if (!ts.isBinaryExpression(node) || !isAssignment(node)) return;
      if (places.placeOf(node.left)?.shape.kind !== 'function') return;
      if (!this.#isClosure(unwrap(node.right))) return;
      findings.add(
        node.right,
        'RZ1000',
        'this function has no address: what it sees around it lies nowhere in memory',
        'name a function at the top level of the file, or a static method',
      );
    });
  }

  /** Those of `holder`: a file's own, or a class's static methods. */
  within(holder: ts.SourceFile | ts.ClassDeclaration): FunctionNode[] {
    return [...this.#found].filter(({ parent }) => parent === holder);
  }

  #isClosure(node: ts.Expression): boolean {
    if (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) return true;
    if (!ts.isIdentifier(node)) return false;
    const declaration = this.#declarationOf(node);
    if (declaration === undefined) return false;
    if (ts.isFunctionDeclaration(declaration)) {
      return declaration.body !== undefined && !hasAddress(declaration);
    }
    return (
      ts.isVariableDeclaration(declaration) &&
      declaration.initializer !== undefined &&
      this.#isClosure(unwrap(declaration.initializer))
    );
  }

  #declarationOf(node: ts.Identifier): ts.Declaration | undefined {
    const symbol = ts.isShorthandPropertyAssignment(node.parent)
      ? this.#checker.getShorthandAssignmentValueSymbol(node.parent)
      : this.#checker.getSymbolAtLocation(node);
    if (symbol === undefined) return undefined;
    const isAlias = (symbol.flags & ts.SymbolFlags.Alias) !== 0;
    return (isAlias ? this.#checker.getAliasedSymbol(symbol) : symbol).valueDeclaration;
  }
}

function isRawImport(statement: ts.Statement): boolean {
  if (!ts.isImportDeclaration(statement)) return false;
  const { moduleSpecifier } = statement;
  return ts.isStringLiteral(moduleSpecifier) && moduleSpecifier.text === 'kernel/raw';
}

function hasAddress(
  declaration: ts.Declaration,
): declaration is ts.FunctionDeclaration | ts.MethodDeclaration {
  if (ts.isFunctionDeclaration(declaration)) {
    return (
      declaration.body !== undefined &&
      declaration.name !== undefined &&
      ts.isSourceFile(declaration.parent)
    );
  }
  return (
    ts.isMethodDeclaration(declaration) &&
    declaration.body !== undefined &&
    ts.isIdentifier(declaration.name) &&
    ts.isClassDeclaration(declaration.parent) &&
    declaration.parent.name !== undefined &&
    (ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Static) !== 0
  );
}

/** Neither a name that is declared, nor what is called at once. */
function isValue(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isShorthandPropertyAssignment(parent)) return true;
  const isMember = ts.isPropertyAccessExpression(parent) && parent.name === node;
  const whole: ts.Node = isMember ? parent : node;
  const user = whole.parent;
  if (ts.isCallExpression(user) && user.expression === whole) return false;
  if (ts.isPropertyAccessExpression(user) && user.expression === whole) return false;
  return ts.isExpression(whole) && (user as ts.NamedDeclaration).name !== whole;
}
