// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Classes of a driver whose objects several contexts may reach: those that are handed to the
 * kernel, also in what a closure holds, those of module variables, and what leads on from there.
 */
import ts from 'typescript';

import { declarationOrigin } from './declarations.ts';
import { isCallNode, isFunctionNode, walk } from './syntax.ts';

export class SharedClasses {
  readonly #checker: ts.TypeChecker;
  readonly #classes = new Set<ts.ClassLikeDeclaration>();
  readonly #types = new Set<ts.Type>();

  constructor(checker: ts.TypeChecker, files: readonly ts.SourceFile[]) {
    this.#checker = checker;
    for (const file of files) {
      for (const it of file.statements) this.#addVariables(it);
      walk(file, (node) => this.#addArguments(node));
    }
  }

  has(node: ts.ClassLikeDeclaration): boolean {
    return this.#classes.has(node);
  }

  #addVariables(node: ts.Statement): void {
    if (!ts.isVariableStatement(node)) return;
    for (const { name } of node.declarationList.declarations) this.#addTypeOf(name);
  }

  #addArguments(node: ts.Node): void {
    if (!isCallNode(node)) return;
    const declaration = this.#checker.getResolvedSignature(node)?.declaration;
    if (declaration === undefined || declarationOrigin(declaration) !== 'api') return;
    for (const argument of node.arguments ?? []) {
      this.#addTypeOf(argument);
      if (isFunctionNode(argument)) walk(argument, (inner) => this.#addHeld(inner));
    }
  }

  #addHeld(node: ts.Node): void {
    const isHeld = ts.isIdentifier(node) || node.kind === ts.SyntaxKind.ThisKeyword;
    if (isHeld) this.#addTypeOf(node);
  }

  #addTypeOf(node: ts.Node): void {
    this.#add(this.#checker.getTypeAtLocation(node));
  }

  #add(type: ts.Type): void {
    if (this.#types.has(type)) return;
    this.#types.add(type);
    if (type.isUnionOrIntersection()) for (const part of type.types) this.#add(part);
    for (const part of type.aliasTypeArguments ?? []) this.#add(part);
    if ((type.flags & ts.TypeFlags.Object) === 0) return;
    const isReference = ((type as ts.ObjectType).objectFlags & ts.ObjectFlags.Reference) !== 0;
    if (isReference) {
      for (const part of this.#checker.getTypeArguments(type as ts.TypeReference)) this.#add(part);
    }
    for (const declaration of type.symbol?.declarations ?? []) {
      if (ts.isClassLike(declaration) && declarationOrigin(declaration) === 'driver') {
        this.#addClass(declaration);
      }
    }
  }

  #addClass(node: ts.ClassLikeDeclaration): void {
    if (this.#classes.has(node)) return;
    this.#classes.add(node);
    for (const member of node.members) {
      if (ts.isPropertyDeclaration(member)) this.#addTypeOf(member);
      else if (ts.isConstructorDeclaration(member)) {
        for (const parameter of member.parameters) this.#addTypeOf(parameter);
      }
    }
    for (const base of this.#checker.getTypeAtLocation(node).getBaseTypes() ?? []) this.#add(base);
  }
}
