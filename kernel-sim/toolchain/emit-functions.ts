// SPDX-License-Identifier: GPL-2.0-or-later
/** Functions: a frame on the kernel's stack, and a generator where they may switch. */
import ts from 'typescript';

import {
  assign,
  catchAll,
  closeFrame,
  declare,
  empty,
  entryPoint,
  guarded,
  id,
  kernelCall,
  leaveFrame,
  openFrame,
  placed,
  setSite,
  statement,
  stepPoint,
  unlessDying,
} from './build-code.ts';
import type { Slot } from './drop-plan.ts';
import { declareSlots, dropSlots } from './emit-drops.ts';
import { closeRoots, openRoots } from './emit-roots.ts';
import { emitStatements } from './emit-statements.ts';
import type { Emitter, Scope } from './emitter.ts';
import { isThisParameter } from './declarations.ts';
import type { FunctionNode } from './syntax.ts';
import { initialisersCall, partsOf } from './emit-classes.ts';

const f = ts.factory;

export function emitFunction(emitter: Emitter, node: FunctionNode): ts.Node {
  if (node.body === undefined) return node; // An overload.
  const { effects } = emitter.analysis;
  const canBeGenerator = !ts.isConstructorDeclaration(node) && !ts.isAccessor(node);
  const isGenerator = canBeGenerator && effects.isGenerator(node, emitter.build);
  const scope: Scope = {
    node,
    isGenerator,
    maySwitchAtBackEdges: isGenerator && effects.isGenerator(node, 'fast'),
    hasFrame: true,
    temporaries: [],
  };
  // Defaults are evaluated before the frame is open.
  const outside: Scope = { ...emitter.scope, isGenerator: false, hasFrame: false };
  const parameters = emitter.within(outside, () =>
    node.parameters.map((it) => emitter.visitChildren(it)),
  );
  const body = emitter.within(scope, () => emitBody(emitter, node, node.body ?? never()));
  return rebuild(node, parameters, placed(f.createBlock(body, true), node.body), isGenerator);
}

function emitBody(
  emitter: Emitter,
  node: FunctionNode,
  source: ts.Block | ts.Expression,
): ts.Statement[] {
  const { plan, sites } = emitter.analysis;
  const slots = plan.regions.get(node)?.slots ?? [];
  const initial = new Map<Slot, ts.Expression>();
  for (const parameter of node.parameters) {
    const slot = plan.intoSlot.get(parameter);
    if (slot === undefined) continue;
    initial.set(
      slot,
      isThisParameter(parameter) ? f.createThis() : id((parameter.name as ts.Identifier).text),
    );
  }
  const statements = ts.isBlock(source)
    ? emitStatements(
        emitter,
        source.statements.filter((it) => !isDirective(it)),
      )
    : emitResult(emitter, source);
  const { before, rest } = splitSuper(node, statements);
  const drops = unlessDying(dropSlots(emitter, slots));
  const close = [
    ...closeRoots(emitter, node),
    emitter.analysis.frames.hasBuffers(node) ? leaveFrame() : closeFrame(),
  ];
  const frame = ts.isConstructorDeclaration(node)
    ? constructorFrame(emitter, node, rest, slots, close)
    : guarded([...entryOf(emitter), ...rest], [...drops, ...close]);
  return [
    ...before,
    ...openFrame(sites.siteOf(node) ?? 0, sites.frameBytes(node)),
    ...openRoots(emitter, node),
    ...declare(emitter.scope.temporaries.map((name) => ({ name }))),
    ...declareSlots(slots, initial),
    frame,
  ];
}

/** A program that recurs without a loop is preempted where its functions begin. */
function entryOf({ analysis, scope }: Emitter): ts.Statement[] {
  return analysis.kind === 'program' && scope.isGenerator ? [entryPoint()] : [];
}

/** The body of `x => x + 1`. */
function emitResult(emitter: Emitter, source: ts.Expression): ts.Statement[] {
  const site = emitter.analysis.sites.siteOf(source) ?? 0;
  const isStepped = emitter.build === 'stepped' && emitter.scope.isGenerator;
  const result = placed(f.createReturnStatement(emitter.expression(source)), source);
  return [statement(setSite(site)), ...(isStepped ? [stepPoint(site)] : []), result];
}

/**
 * What a constructor that fails has already set is dropped by the `new` that called it, which may
 * be able to switch when the constructor is not.
 */
function constructorFrame(
  emitter: Emitter,
  node: ts.ConstructorDeclaration,
  body: readonly ts.Statement[],
  slots: readonly Slot[],
  close: readonly ts.Statement[],
): ts.Statement {
  const all = [...initialisersCall(emitter, node.parent), ...body];
  const held = slots.filter((slot) => !slot.isSurelyMoved);
  const last = [...unlessDying(dropSlots(emitter, held)), ...close];
  if (!emitter.analysis.plan.fragileClasses.has(node.parent)) return guarded(all, last);
  const parts = [...partsOf(emitter, node.parent), ...slots.map(({ name }) => id(name))];
  const keep = f.createCallExpression(
    f.createPropertyAccessExpression(id('$left'), 'push'),
    undefined,
    parts,
  );
  return f.createTryStatement(
    f.createBlock(all, true),
    catchAll([
      statement(assign('$e', kernelCall('unwind', id('$e')))),
      statement(keep),
      ...slots.map(({ name }) => statement(assign(name, empty()))),
      f.createThrowStatement(id('$e')),
    ]),
    f.createBlock(last, true),
  );
}

/** `super(…)` comes before the frame: `this` does not exist until then. */
function splitSuper(
  node: FunctionNode,
  statements: readonly ts.Statement[],
): { before: readonly ts.Statement[]; rest: readonly ts.Statement[] } {
  const index = ts.isConstructorDeclaration(node) ? statements.findIndex(isSuperCall) : -1;
  // A site cannot be set before the frame is open.
  const before = statements.slice(0, index + 1).filter(isSuperCall);
  return { before, rest: statements.slice(index + 1) };
}

function isSuperCall(it: ts.Statement): boolean {
  return (
    ts.isExpressionStatement(it) &&
    ts.isCallExpression(it.expression) &&
    it.expression.expression.kind === ts.SyntaxKind.SuperKeyword
  );
}

function isDirective(node: ts.Statement): boolean {
  return ts.isExpressionStatement(node) && ts.isStringLiteral(node.expression);
}

function rebuild(
  node: FunctionNode,
  parameters: readonly ts.ParameterDeclaration[],
  body: ts.Block,
  isGenerator: boolean,
): ts.Node {
  const star = isGenerator ? f.createToken(ts.SyntaxKind.AsteriskToken) : undefined;
  switch (node.kind) {
    case ts.SyntaxKind.FunctionDeclaration:
      return f.updateFunctionDeclaration(
        ...([
          node,
          node.modifiers,
          star,
          node.name,
          undefined,
          parameters,
          undefined,
          body,
        ] as const),
      );
    case ts.SyntaxKind.FunctionExpression:
      return f.updateFunctionExpression(
        ...([
          node,
          node.modifiers,
          star,
          node.name,
          undefined,
          parameters,
          undefined,
          body,
        ] as const),
      );
    case ts.SyntaxKind.MethodDeclaration:
      return f.updateMethodDeclaration(
        ...([node, node.modifiers, star, node.name, undefined, undefined] as const),
        parameters,
        undefined,
        body,
      );
    case ts.SyntaxKind.Constructor:
      return f.updateConstructorDeclaration(node, node.modifiers, parameters, body);
    case ts.SyntaxKind.GetAccessor:
      return f.updateGetAccessorDeclaration(
        ...([node, node.modifiers, node.name, parameters, undefined, body] as const),
      );
    case ts.SyntaxKind.SetAccessor:
      return f.updateSetAccessorDeclaration(node, node.modifiers, node.name, parameters, body);
    case ts.SyntaxKind.ArrowFunction:
      return isGenerator
        ? arrowGenerator(node, parameters, body)
        : f.updateArrowFunction(
            ...([node, node.modifiers, undefined, parameters, undefined] as const),
            node.equalsGreaterThanToken,
            body,
          );
  }
}

/** There are no generator arrows: a function expression, bound where the arrow said `this`. */
function arrowGenerator(
  node: ts.ArrowFunction,
  parameters: readonly ts.ParameterDeclaration[],
  body: ts.Block,
): ts.Expression {
  const star = f.createToken(ts.SyntaxKind.AsteriskToken);
  const made = placed(
    f.createFunctionExpression(undefined, star, undefined, undefined, parameters, undefined, body),
    node,
  );
  if (!mentionsThis(node)) return f.createParenthesizedExpression(made);
  const bind = f.createPropertyAccessExpression(f.createParenthesizedExpression(made), 'bind');
  return f.createCallExpression(bind, undefined, [f.createThis()]);
}

function mentionsThis(node: ts.Node): boolean {
  if (node.kind === ts.SyntaxKind.ThisKeyword) return true;
  return (
    ts.forEachChild(node, (child) => {
      const hasOwnThis = ts.isFunctionLike(child) && !ts.isArrowFunction(child);
      return !hasOwnThis && !ts.isClassLike(child) && mentionsThis(child);
    }) ?? false
  );
}

function never(): never {
  throw new Error('a function without a body');
}
