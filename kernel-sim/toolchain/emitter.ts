// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Rewrites one source file for one build: the transformer that TypeScript's own emitter runs first.
 *
 * It knows no types of its own; what to do at a node was found before (effects.ts, plan-drops.ts,
 * sites.ts). Nodes of the source are kept wherever possible, so that the compiler's source map says
 * where everything came from.
 */
import ts from 'typescript';

import type { Analysis } from './analysis.ts';
import { declare } from './build-code.ts';
import type { Build } from './effects.ts';
import { emitClass } from './emit-classes.ts';
import { emitExpression } from './emit-expressions.ts';
import { emitFunction } from './emit-functions.ts';
import { defineFunctions } from './emit-names.ts';
import { emitBlock, emitStatement } from './emit-statements.ts';
import { isFunctionNode, isUsing, type FunctionNode } from './syntax.ts';

/** What holds inside one function (or at the top level, where there is no frame). */
export interface Scope {
  readonly node: FunctionNode | ts.SourceFile;
  readonly isGenerator: boolean;
  /** A function that is plain in the fast build keeps its plain back-edges in both. */
  readonly maySwitchAtBackEdges: boolean;
  readonly hasFrame: boolean;
  /** Variables that the rewriting needs, declared at the function's start. */
  readonly temporaries: string[];
}

export class Emitter {
  readonly analysis: Analysis;
  readonly build: Build;
  readonly context: ts.TransformationContext;
  scope: Scope;

  constructor(
    analysis: Analysis,
    build: Build,
    context: ts.TransformationContext,
    file: ts.SourceFile,
  ) {
    this.analysis = analysis;
    this.build = build;
    this.context = context;
    this.scope = {
      node: file,
      isGenerator: false,
      maySwitchAtBackEdges: false,
      hasFrame: false,
      temporaries: [],
    };
  }

  emitFile(file: ts.SourceFile): ts.SourceFile {
    const isProgram = this.analysis.kind === 'program';
    const statements = file.statements
      .flatMap((it) => emitStatement(this, it))
      .map((it) => (isProgram ? assignable(it) : it));
    const slots = this.analysis.plan.regions.get(file)?.slots ?? [];
    const names = [...slots.map(({ name }) => name), ...this.scope.temporaries];
    const variables = [...declare(names.map((name) => ({ name }))), ...defineFunctions(this, file)];
    return ts.factory.updateSourceFile(
      file,
      ts.setTextRange(ts.factory.createNodeArray([...variables, ...statements]), file.statements),
    );
  }

  /** Any node that is no statement of its own. */
  readonly visit = (node: ts.Node): ts.Node => {
    if (isFunctionNode(node)) return emitFunction(this, node);
    if (ts.isClassLike(node)) return emitClass(this, node);
    if (ts.isBlock(node)) return emitBlock(this, node);
    if (ts.isVariableDeclarationList(node) && isUsing(node)) return this.#emitUsing(node);
    if (ts.isExpression(node)) return emitExpression(this, node);
    return this.visitChildren(node);
  };

  visitChildren<T extends ts.Node>(node: T): T {
    return ts.visitEachChild(node, this.visit, undefined);
  }

  expression(node: ts.Expression): ts.Expression {
    return this.visit(node) as ts.Expression;
  }

  /** A fresh variable of the current function. */
  temporary(): ts.Identifier {
    const name = `$t${this.scope.temporaries.length}`;
    this.scope.temporaries.push(name);
    return ts.factory.createIdentifier(name);
  }

  /** Runs `emit` with the state of another function. */
  within<T>(scope: Scope, emit: () => T): T {
    const outer = this.scope;
    this.scope = scope;
    try {
      return emit();
    } finally {
      this.scope = outer;
    }
  }

  /** The slot does what `using` does; the variable itself is constant. */
  #emitUsing(node: ts.VariableDeclarationList): ts.VariableDeclarationList {
    const declarations = node.declarations.map((it) => this.visitChildren(it));
    return ts.setTextRange(
      ts.factory.createVariableDeclarationList(declarations, ts.NodeFlags.Const),
      node,
    );
  }
}

/** A fork's child gets the values of its parent's constants, too: who may assign was checked. */
function assignable(node: ts.Statement): ts.Statement {
  if (!ts.isVariableStatement(node)) return node;
  const { declarationList: list } = node;
  if ((list.flags & ts.NodeFlags.BlockScoped) !== ts.NodeFlags.Const) return node;
  const made = ts.factory.createVariableDeclarationList(list.declarations, ts.NodeFlags.Let);
  return ts.factory.updateVariableStatement(node, node.modifiers, ts.setTextRange(made, list));
}
