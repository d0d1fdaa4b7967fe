// SPDX-License-Identifier: GPL-2.0-or-later
/** Small pieces of emitted code: what the binary interface (uapi/module-abi.ts) spells out. */
import ts from 'typescript';

import { WOULD_BLOCK } from '../uapi/coroutine.ts';
import { COST } from '../uapi/costs.ts';

const f = ts.factory;

export function id(name: string): ts.Identifier {
  return f.createIdentifier(name);
}

/** `$k.name` */
export function kernel(name: string): ts.PropertyAccessExpression {
  return f.createPropertyAccessExpression(id('$k'), name);
}

/** `$k.name(…)` */
export function kernelCall(name: string, ...values: readonly ts.Expression[]): ts.CallExpression {
  return f.createCallExpression(kernel(name), undefined, values);
}

export function empty(): ts.Expression {
  return f.createVoidZero();
}

export function assign(target: string | ts.Expression, value: ts.Expression): ts.Expression {
  return f.createAssignment(typeof target === 'string' ? id(target) : target, value);
}

export function statement(expression: ts.Expression): ts.Statement {
  return f.createExpressionStatement(expression);
}

/** `(yield* generator)` */
export function finish(generator: ts.Expression): ts.Expression {
  return f.createParenthesizedExpression(
    f.createYieldExpression(f.createToken(ts.SyntaxKind.AsteriskToken), generator),
  );
}

/** `(a, b, c)`, or the one expression as it is. */
export function sequence(parts: readonly ts.Expression[]): ts.Expression {
  const [first, ...rest] = parts;
  if (first === undefined) return empty();
  if (rest.length === 0) return first;
  return f.createParenthesizedExpression(
    rest.reduce((left, right) => f.createComma(left, right), first),
  );
}

/** `$base + site` */
export function siteId(site: number): ts.Expression {
  return f.createAdd(id('$base'), f.createNumericLiteral(site));
}

/** `$s[$p] = $base + site` */
export function setSite(site: number): ts.Expression {
  return f.createAssignment(f.createElementAccessExpression(id('$s'), id('$p')), siteId(site));
}

/** `let a, b = value;` */
export function declare(
  variables: readonly { readonly name: string; readonly value?: ts.Expression | undefined }[],
  flags: ts.NodeFlags = ts.NodeFlags.Let,
): ts.Statement[] {
  if (variables.length === 0) return [];
  const declarations = variables.map(({ name, value }) =>
    f.createVariableDeclaration(name, undefined, undefined, value),
  );
  return [
    f.createVariableStatement(undefined, f.createVariableDeclarationList(declarations, flags)),
  ];
}

/** `const $s = $k.stack, $p = $k.enter($base + site, bytes);` */
export function openFrame(site: number, bytes: number): ts.Statement[] {
  const entered = kernelCall('enter', siteId(site), f.createNumericLiteral(bytes));
  return declare(
    [
      { name: '$s', value: kernel('stack') },
      { name: '$p', value: entered },
    ],
    ts.NodeFlags.Const,
  );
}

/** `$k.sp = $p;` */
export function closeFrame(): ts.Statement {
  return statement(assign(kernel('sp'), id('$p')));
}

/** `$k.leave($p);` */
export function leaveFrame(): ts.Statement {
  return statement(kernelCall('leave', id('$p')));
}

/** `if (($k.budget -= BACK_EDGE) < 0) …` */
export function backEdge(maySwitch: boolean): ts.Statement {
  const charge = f.createBinaryExpression(
    kernel('budget'),
    ts.SyntaxKind.MinusEqualsToken,
    f.createNumericLiteral(COST.BACK_EDGE),
  );
  const call = maySwitch ? finish(kernelCall('reschedule')) : kernelCall('overrun');
  return f.createIfStatement(
    f.createLessThan(f.createParenthesizedExpression(charge), f.createNumericLiteral(0)),
    statement(call),
  );
}

/** `if ($k.charge(BACK_EDGE)) …`: the same in a program. */
export function programBackEdge(maySwitch: boolean): ts.Statement {
  const charge = kernelCall('charge', f.createNumericLiteral(COST.BACK_EDGE));
  const call = maySwitch ? finish(kernelCall('reschedule')) : kernelCall('overrun');
  return f.createIfStatement(charge, statement(call));
}

/** `if ($k.isDue) yield* $k.reschedule();` */
export function entryPoint(): ts.Statement {
  return f.createIfStatement(kernel('isDue'), statement(finish(kernelCall('reschedule'))));
}

/** `((held = call) === WOULD_BLOCK ? (yield* $k.finish()) : held)` */
export function finishLibraryCall(held: ts.Identifier, call: ts.Expression): ts.Expression {
  const isOpen = f.createStrictEquality(
    f.createParenthesizedExpression(assign(held, call)),
    f.createPrefixUnaryExpression(
      ts.SyntaxKind.MinusToken,
      f.createNumericLiteral(Math.abs(WOULD_BLOCK)),
    ),
  );
  return f.createParenthesizedExpression(
    f.createConditionalExpression(isOpen, undefined, finish(kernelCall('finish')), undefined, held),
  );
}

/** `($k.isCoroutine(held = call) ? (yield* held) : held)` */
export function finishIfOpen(held: ts.Identifier, call: ts.Expression): ts.Expression {
  const isOpen = kernelCall('isCoroutine', assign(held, call));
  return f.createParenthesizedExpression(
    f.createConditionalExpression(isOpen, undefined, finish(held), undefined, held),
  );
}

/** `if ($k.stepping) yield* $k.step($base + site);` */
export function stepPoint(site: number): ts.Statement {
  return f.createIfStatement(
    kernel('stepping'),
    statement(finish(kernelCall('step', siteId(site)))),
  );
}

/** `try { … } catch ($e) { throw $k.unwind($e); } finally { … }` */
export function guarded(
  body: readonly ts.Statement[],
  last: readonly ts.Statement[],
): ts.TryStatement {
  return f.createTryStatement(
    f.createBlock(body, true),
    catchAll([f.createThrowStatement(kernelCall('unwind', id('$e')))]),
    f.createBlock(last, true),
  );
}

export function catchAll(body: readonly ts.Statement[]): ts.CatchClause {
  return f.createCatchClause('$e', f.createBlock(body, true));
}

/** `if (!$k.dying) { … }`: nothing of the driver runs in a task that has oopsed. */
export function unlessDying(body: readonly ts.Statement[]): ts.Statement[] {
  if (body.length === 0) return [];
  return [f.createIfStatement(f.createLogicalNot(kernel('dying')), f.createBlock(body, true))];
}

/** Keeps the place of `from` in the source map. */
export function placed<T extends ts.Node>(node: T, from: ts.Node): T {
  return ts.setTextRange(ts.setOriginalNode(node, from), from);
}
