// SPDX-License-Identifier: GPL-2.0-or-later
/** Statements: where the task is, points at which it may stop, loops, scopes, and exceptions. */
import ts from 'typescript';

import {
  backEdge,
  catchAll,
  guarded,
  id,
  kernelCall,
  programBackEdge,
  setSite,
  statement,
  stepPoint,
  unlessDying,
} from './build-code.ts';
import type { Slot } from './drop-plan.ts';
import { introduce } from './emit-names.ts';
import { inRegion } from './emit-drops.ts';
import type { Emitter } from './emitter.ts';
import { isLoop } from './syntax.ts';

const f = ts.factory;

/** What a statement of the source becomes, with what has to stand before it. */
export function emitStatement(emitter: Emitter, node: ts.Statement): readonly ts.Statement[] {
  return [
    ...prefixOf(emitter, labelled(node)),
    emitAlone(emitter, node),
    ...(ts.isClassDeclaration(node) ? introduce(emitter, node) : []),
  ];
}

export function emitStatements(
  emitter: Emitter,
  nodes: readonly ts.Statement[],
): readonly ts.Statement[] {
  return nodes.flatMap((node) => emitStatement(emitter, node));
}

function labelled(node: ts.Statement): ts.Statement {
  return ts.isLabeledStatement(node) ? labelled(node.statement) : node;
}

function prefixOf(emitter: Emitter, node: ts.Statement): ts.Statement[] {
  const site = emitter.analysis.sites.siteOf(node);
  if (site === undefined || !emitter.scope.hasFrame) return [];
  const isStepped = emitter.build === 'stepped' && emitter.scope.isGenerator;
  return [
    ...(isStepped || emitter.analysis.sites.isNameable(node) ? [statement(setSite(site))] : []),
    ...(isStepped ? [stepPoint(site)] : []),
  ];
}

function emitAlone(emitter: Emitter, node: ts.Statement): ts.Statement {
  if (ts.isLabeledStatement(node)) return emitLabeled(emitter, node);
  if (ts.isBlock(node)) return emitBlock(emitter, node);
  if (ts.isIfStatement(node)) {
    return f.updateIfStatement(
      node,
      emitter.expression(node.expression),
      embedded(emitter, node.thenStatement),
      node.elseStatement === undefined ? undefined : embedded(emitter, node.elseStatement),
    );
  }
  if (isLoop(node)) return ownScope(emitter, node, emitLoop(emitter, node));
  if (ts.isSwitchStatement(node)) return ownScope(emitter, node, emitSwitch(emitter, node));
  if (ts.isTryStatement(node)) return emitTry(emitter, node);
  return emitter.visit(node) as ts.Statement;
}

/** A label stays at its loop, so what the loop's scope needs stands around both. */
function emitLabeled(emitter: Emitter, node: ts.LabeledStatement): ts.Statement {
  const inner = labelled(node);
  if (isLoop(inner)) {
    const relabel = (at: ts.Statement): ts.Statement =>
      ts.isLabeledStatement(at)
        ? f.createLabeledStatement(at.label, relabel(at.statement))
        : emitLoop(emitter, inner);
    return ownScope(emitter, inner, relabel(node));
  }
  return f.updateLabeledStatement(node, node.label, emitAlone(emitter, node.statement));
}

export function emitBlock(emitter: Emitter, node: ts.Block): ts.Block {
  const body = inRegion(emitter, node, emitStatements(emitter, node.statements));
  return f.updateBlock(node, body);
}

/** A block around a statement that owns something itself, such as `for (using x = …; …)`. */
function ownScope(emitter: Emitter, node: ts.Statement, emitted: ts.Statement): ts.Statement {
  if (!emitter.analysis.plan.regions.has(node)) return emitted;
  return f.createBlock(inRegion(emitter, node, [emitted]), true);
}

/** A statement where only one may stand: a block, as soon as something comes before it. */
function embedded(
  emitter: Emitter,
  node: ts.Statement,
  before: readonly ts.Statement[] = [],
): ts.Statement {
  if (ts.isBlock(node)) {
    const block = emitBlock(emitter, node);
    return before.length === 0 ? block : f.updateBlock(block, [...before, ...block.statements]);
  }
  const body = [...before, ...emitStatement(emitter, node)];
  const [only] = body;
  return only !== undefined && body.length === 1 ? only : f.createBlock(body, true);
}

function emitLoop(emitter: Emitter, node: ts.IterationStatement): ts.Statement {
  const before = [backEdgeOf(emitter)];
  if (ts.isForOfStatement(node) || ts.isForInStatement(node)) return emitForEach(emitter, node);
  const body = embedded(emitter, node.statement, before);
  if (ts.isWhileStatement(node)) {
    return f.updateWhileStatement(node, emitter.expression(node.expression), body);
  }
  if (ts.isDoStatement(node)) {
    return f.updateDoStatement(node, body, emitter.expression(node.expression));
  }
  const loop = node as ts.ForStatement;
  const visit = <T extends ts.Node>(part: T | undefined): T | undefined =>
    part === undefined ? undefined : (emitter.visit(part) as T);
  return f.updateForStatement(
    loop,
    visit(loop.initializer),
    visit(loop.condition),
    visit(loop.incrementor),
    body,
  );
}

function backEdgeOf({ analysis, scope }: Emitter): ts.Statement {
  const make = analysis.kind === 'module' ? backEdge : programBackEdge;
  return make(scope.maySwitchAtBackEdges);
}

function emitForEach(emitter: Emitter, node: ts.ForOfStatement | ts.ForInStatement): ts.Statement {
  const { plan } = emitter.analysis;
  const expression = emitter.expression(node.expression);
  const initializer = emitter.visit(node.initializer) as ts.ForInitializer;
  // `for (using x of …)`: each turn's scope owns its `x`.
  const initial = new Map<Slot, ts.Expression>();
  if (ts.isVariableDeclarationList(node.initializer)) {
    for (const declaration of node.initializer.declarations) {
      const slot = plan.intoSlot.get(declaration);
      if (slot !== undefined && ts.isIdentifier(declaration.name)) {
        initial.set(slot, id(declaration.name.text));
      }
    }
  }
  const inner = ts.isBlock(node.statement)
    ? emitStatements(emitter, node.statement.statements)
    : emitStatement(emitter, node.statement);
  const body = f.createBlock(
    [backEdgeOf(emitter), ...inRegion(emitter, node.statement, inner, initial)],
    true,
  );
  return ts.isForOfStatement(node)
    ? f.updateForOfStatement(node, undefined, initializer, expression, body)
    : f.updateForInStatement(node, initializer, expression, body);
}

function emitSwitch(emitter: Emitter, node: ts.SwitchStatement): ts.Statement {
  const clauses = node.caseBlock.clauses.map((clause) => {
    const statements = emitStatements(emitter, clause.statements);
    return ts.isCaseClause(clause)
      ? f.updateCaseClause(clause, emitter.expression(clause.expression), statements)
      : f.updateDefaultClause(clause, statements);
  });
  return f.updateSwitchStatement(
    node,
    emitter.expression(node.expression),
    f.updateCaseBlock(node.caseBlock, clauses),
  );
}

/**
 * A `catch` of the source sees Errnos only, and a `finally` runs only in a task that lives: so a
 * panic is known as one before the `finally` is reached.
 */
function emitTry(emitter: Emitter, node: ts.TryStatement): ts.Statement {
  const body = emitBlock(emitter, node.tryBlock);
  const clause = node.catchClause === undefined ? undefined : emitCatch(emitter, node.catchClause);
  if (node.finallyBlock === undefined) return f.updateTryStatement(node, body, clause, undefined);
  const last = unlessDying(emitBlock(emitter, node.finallyBlock).statements);
  const inner =
    clause === undefined ? body.statements : [f.createTryStatement(body, clause, undefined)];
  return guarded(inner, last);
}

function emitCatch(emitter: Emitter, node: ts.CatchClause): ts.CatchClause {
  const name = node.variableDeclaration?.name;
  const isNamed = name !== undefined && ts.isIdentifier(name);
  const check = statement(kernelCall('caught', id(isNamed ? name.text : '$e')));
  const block = emitBlock(emitter, node.block);
  if (!isNamed) return catchAll([check, ...block.statements]);
  return f.updateCatchClause(
    node,
    node.variableDeclaration,
    f.updateBlock(block, [check, ...block.statements]),
  );
}
