// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Variables that hold pointers, and where kmemleak finds what they hold: those of a function in its
 * task's roots while the frame lives, those of a file in `.bss`.
 *
 * The engine keeps the variables themselves, so each assignment is stored a second time.
 */
import ts from 'typescript';

import { isPointer } from './pointer-types.ts';
import {
  enclosingFunction,
  isAssignment,
  isFunctionNode,
  unwrap,
  walk,
  type FunctionNode,
} from './syntax.ts';

/** Where a variable's value is stored again: by index in the frame, by offset in `.bss`. */
export type Mirror =
  | { readonly kind: 'local'; readonly index: number }
  | { readonly kind: 'static'; readonly offset: number };

interface Variable {
  readonly owner: FunctionNode | ts.SourceFile;
  readonly mirror: Mirror;
}

export class PointerVariables {
  /** Those of files, in `.bss`. */
  readonly statics: { readonly name: string; readonly offset: number }[] = [];
  readonly #checker: ts.TypeChecker;
  readonly #pointerBytes: number;
  readonly #variables = new Map<ts.Symbol, Variable>();
  readonly #counts = new Map<FunctionNode, number>();
  readonly #parameters = new Map<FunctionNode, { name: string; index: number }[]>();
  readonly #mirrors = new Map<ts.Expression, Mirror>();

  constructor(checker: ts.TypeChecker, pointerBytes: number) {
    this.#checker = checker;
    this.#pointerBytes = pointerBytes;
  }

  analyse(files: readonly ts.SourceFile[]): void {
    for (const file of files) walk(file, (node) => this.#declare(node));
    if (this.#variables.size === 0) return;
    for (const file of files) walk(file, (node) => this.#visit(node));
  }

  /** Bytes of `.bss`. */
  get sizeBytes(): number {
    return this.statics.length * this.#pointerBytes;
  }

  get pointerBytes(): number {
    return this.#pointerBytes;
  }

  /** How many of a function's variables hold pointers. */
  countOf(node: FunctionNode): number {
    return this.#counts.get(node) ?? 0;
  }

  /** Where a variable of a file that holds pointers has its place in `.bss`. */
  staticOf(declaration: ts.VariableDeclaration): { readonly offset: number } | undefined {
    const symbol = this.#checker.getSymbolAtLocation(declaration.name);
    const mirror = symbol === undefined ? undefined : this.#variables.get(symbol)?.mirror;
    return mirror?.kind === 'static' ? mirror : undefined;
  }

  parametersOf(node: FunctionNode): readonly { readonly name: string; readonly index: number }[] {
    return this.#parameters.get(node) ?? [];
  }

  /** Where the value of an expression is stored again: it begins a variable, or changes it. */
  mirrorOf(node: ts.Expression): Mirror | undefined {
    return this.#mirrors.get(node);
  }

  #declare(node: ts.Node): void {
    if (!ts.isVariableDeclaration(node) && !ts.isParameter(node)) return;
    if (!ts.isIdentifier(node.name)) return;
    const type = this.#checker.getTypeAtLocation(node.name);
    if (!isPointer(this.#checker, this.#checker.getNonNullableType(type))) return;
    const symbol = this.#checker.getSymbolAtLocation(node.name);
    const owner = ts.isParameter(node) ? node.parent : enclosingFunction(node);
    if (symbol === undefined) return;
    if (ts.isSourceFile(owner)) {
      const isAtTop = node.parent.parent.parent === owner;
      if (!isAtTop) return;
      const offset = this.sizeBytes;
      this.statics.push({ name: node.name.text, offset });
      this.#variables.set(symbol, { owner, mirror: { kind: 'static', offset } });
    } else if (isFunctionNode(owner) && owner.body !== undefined) {
      const index = this.countOf(owner);
      this.#counts.set(owner, index + 1);
      this.#variables.set(symbol, { owner, mirror: { kind: 'local', index } });
      if (!ts.isParameter(node)) return;
      const known = this.#parameters.get(owner) ?? [];
      this.#parameters.set(owner, [...known, { name: node.name.text, index }]);
    }
  }

  #visit(node: ts.Node): void {
    if (ts.isVariableDeclaration(node) && node.initializer !== undefined) {
      this.#mirror(node.name, node.initializer);
    } else if (ts.isBinaryExpression(node) && isAssignment(node)) {
      this.#mirror(unwrap(node.left), node.right);
    }
  }

  #mirror(target: ts.Node, value: ts.Expression): void {
    if (!ts.isIdentifier(target)) return;
    const symbol = this.#checker.getSymbolAtLocation(target);
    const variable = symbol === undefined ? undefined : this.#variables.get(symbol);
    if (variable === undefined) return;
    // A closure outlives the frame whose variable it changes.
    const isReachable =
      variable.mirror.kind === 'static' || enclosingFunction(target) === variable.owner;
    if (isReachable) this.#mirrors.set(value, variable.mirror);
  }
}
