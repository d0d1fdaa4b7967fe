// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Places in memory as code: `p.$.count += 1` becomes a load and a store of `$m`, at an address that
 * is computed once.
 *
 * Where one statement touches memory on several lines, each access says itself where it is. In the
 * stepped build another task may run before every one.
 */
import ts from 'typescript';

import { SCALARS } from '../uapi/layout.ts';
import { assign, finish, id, kernel, kernelCall, sequence, setSite, siteId } from './build-code.ts';
import { afterwards, finished } from './emit-calls.ts';
import { emitElement, emitElementStep } from './emit-elements.ts';
import { emitOperation } from './emit-pointers.ts';
import type { Emitter } from './emitter.ts';
import {
  addressOf,
  decoded,
  isFixed,
  isLoadable,
  memoryCall,
  methodCall,
  narrowed,
  number,
  type Operand,
  operatorOf,
  parenthesized,
  stored,
} from './memory-code.ts';
import type { Place } from './places.ts';
import type { PointerOperation } from './pointer-operations.ts';
import { isStatement, unwrap } from './syntax.ts';

const f = ts.factory;

type Marked = Extract<PointerOperation, { kind: 'marked' }>;

/** An expression that has to do with memory; undefined for every other. */
export function emitMemory(emitter: Emitter, node: ts.Expression): ts.Expression | undefined {
  const { places, pointers } = emitter.analysis;
  if (!places.isUsed && !pointers.isUsed) return undefined;
  if (ts.isBinaryExpression(node)) return emitAssignment(emitter, node);
  if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) {
    return emitStep(emitter, node);
  }
  const operation = pointers.of(node);
  if (operation?.kind === 'marked') return emitMarked(emitter, operation);
  if (operation !== undefined) return emitOperation(emitter, operation);
  if (ts.isCallExpression(node)) return emitCallThrough(emitter, node);
  if (!ts.isPropertyAccessExpression(node) && !ts.isElementAccessExpression(node)) return undefined;
  const place = places.placeOf(node);
  if (place !== undefined) return emitValue(emitter, node, place);
  const element = places.elementOf(node);
  if (element === undefined) return undefined;
  return methodCall(emitter.expression(element.array), 'get', [emitter.expression(element.index)]);
}

// ---- Values

function emitValue(emitter: Emitter, node: ts.Expression, place: Place): ts.Expression {
  if (!isLoadable(place)) return viewOf(emitter, place);
  const address = addressOf(emitter, place);
  const { before, value } = prepared(emitter, node, address, place);
  return sequence([...before, decoded(emitter, place, value())]);
}

/** The address as something to use once or more, and what happens before the access. */
function prepared(
  emitter: Emitter,
  node: ts.Expression,
  address: ts.Expression,
  place: Place,
): { before: ts.Expression[]; value: Operand } {
  const points = accessPoints(emitter, node);
  if (points.length === 0) return { before: [], value: () => address };
  if (isFixed(place)) return { before: points, value: () => address };
  const kept = emitter.temporary();
  return { before: [assign(kept, address), ...points], value: () => kept };
}

/** The site of an access, and the instant at which another task may come first. */
export function accessPoints(emitter: Emitter, node: ts.Expression): ts.Expression[] {
  const { analysis, scope, build } = emitter;
  const access = unwrap(node);
  const site = analysis.sites.siteOf(access);
  const isExact = site !== undefined && scope.hasFrame && analysis.sites.isExact(access);
  const isStepped = build === 'stepped' && scope.isGenerator && scope.hasFrame;
  const point = site ?? analysis.sites.siteAround(access);
  return [
    ...(isExact ? [setSite(site)] : []),
    ...(isStepped && point !== undefined
      ? [f.createLogicalAnd(kernel('stepping'), finish(kernelCall('step', siteId(point))))]
      : []),
  ];
}

/** `READ_ONCE(place)`: one access, of which is said before what it is. */
function emitMarked(emitter: Emitter, { mark, place, access, value }: Marked): ts.Expression {
  const kept = emitter.temporary();
  const before = [assign(kept, addressOf(emitter, place))];
  const after = [...accessPoints(emitter, access), memoryCall('mark', number(mark))];
  if (value === undefined) return sequence([...before, ...after, decoded(emitter, place, kept)]);
  const stores = emitter.temporary();
  before.push(assign(stores, emitter.expression(value)));
  return sequence([...before, ...after, stored(emitter, place, () => kept, stores)]);
}

function emitAssignment(emitter: Emitter, node: ts.BinaryExpression): ts.Expression | undefined {
  const kind = node.operatorToken.kind;
  if (kind < ts.SyntaxKind.FirstAssignment || kind > ts.SyntaxKind.LastAssignment) return undefined;
  const { places } = emitter.analysis;
  const left = unwrap(node.left);
  const element = places.elementOf(left);
  if (element !== undefined) return emitElement(emitter, node, element);
  const place = places.placeOf(left);
  if (place === undefined) return undefined;
  return kind === ts.SyntaxKind.EqualsToken
    ? emitStore(emitter, node, left, place)
    : emitUpdate(emitter, node, left, place);
}

/** `place = value` */
function emitStore(
  emitter: Emitter,
  node: ts.BinaryExpression,
  left: ts.Expression,
  place: Place,
): ts.Expression {
  const source = emitter.analysis.places.placeOf(node.right);
  const isCopy = source !== undefined && source.shape.kind === place.shape.kind;
  if (isCopy && !isLoadable(place)) return emitCopy(emitter, node, left, place, source);
  if (!isLoadable(place)) return emitAggregate(emitter, node, left, place);
  const points = accessPoints(emitter, left);
  const isUsed = !isStatement(node);
  let value =
    isCopy && place.shape.kind === 'function'
      ? memoryCall('loadPointer', addressOf(emitter, source))
      : emitter.expression(node.right);
  let result: ts.Identifier | undefined;
  if (isUsed) {
    result = emitter.temporary();
    value = f.createParenthesizedExpression(assign(result, value));
  }
  value = afterwards(emitter, node.right, value, points);
  const isAddress = isCopy && place.shape.kind === 'function';
  const target: Place = isAddress ? { ...place, shape: { kind: 'pointer' } } : place;
  if (place.bits === undefined) {
    const store = stored(emitter, target, () => addressOf(emitter, place), value);
    return result === undefined ? store : sequence([store, result]);
  }
  const { parts, address } = keptAddress(emitter, place);
  const store = stored(emitter, target, address, value);
  return sequence([...parts, store, ...(result === undefined ? [] : [result])]);
}

/** The address in a variable, unless it may be computed again. */
function keptAddress(emitter: Emitter, place: Place): { parts: ts.Expression[]; address: Operand } {
  if (isFixed(place)) return { parts: [], address: () => addressOf(emitter, place) };
  const kept = emitter.temporary();
  return { parts: [assign(kept, addressOf(emitter, place))], address: () => kept };
}

/** `place += value`: a load and, after the value is there, a store. */
function emitUpdate(
  emitter: Emitter,
  node: ts.BinaryExpression,
  left: ts.Expression,
  place: Place,
): ts.Expression {
  const operator = operatorOf(node) ?? ts.SyntaxKind.PlusToken;
  const right = emitter.expression(node.right);
  return update(emitter, node, left, place, (old) =>
    f.createBinaryExpression(parenthesized(old), operator, parenthesized(right)),
  );
}

/** `place++` and its like. */
function emitStep(
  emitter: Emitter,
  node: ts.PrefixUnaryExpression | ts.PostfixUnaryExpression,
): ts.Expression | undefined {
  const { PlusPlusToken, MinusMinusToken } = ts.SyntaxKind;
  if (node.operator !== PlusPlusToken && node.operator !== MinusMinusToken) return undefined;
  const left = unwrap(node.operand);
  const place = emitter.analysis.places.placeOf(left);
  if (place === undefined) {
    const element = emitter.analysis.places.elementOf(left);
    return element === undefined ? undefined : emitElementStep(emitter, node, element);
  }
  const isBig = place.shape.kind === 'scalar' && SCALARS[place.shape.name].value === 'bigint';
  const one = isBig ? f.createBigIntLiteral('1n') : number(1);
  const operator =
    node.operator === PlusPlusToken ? ts.SyntaxKind.PlusToken : ts.SyntaxKind.MinusToken;
  if (ts.isPrefixUnaryExpression(node) || isStatement(node)) {
    return update(emitter, node, left, place, (old) =>
      f.createBinaryExpression(parenthesized(old), operator, one),
    );
  }
  const before = emitter.temporary();
  const changed = update(
    emitter,
    node,
    left,
    place,
    (old) => f.createBinaryExpression(parenthesized(assign(before, old)), operator, one),
    false,
  );
  return sequence([changed, before]);
}

function update(
  emitter: Emitter,
  node: ts.Expression,
  left: ts.Expression,
  place: Place,
  change: (old: ts.Expression) => ts.Expression,
  isUsed = !isStatement(node),
): ts.Expression {
  const kept = emitter.temporary();
  const fetched = assign(kept, addressOf(emitter, place));
  const old = sequence([...accessPoints(emitter, left), decoded(emitter, place, kept)]);
  let value: ts.Expression = change(old);
  let result: ts.Identifier | undefined;
  if (isUsed) {
    result = emitter.temporary();
    value = f.createParenthesizedExpression(assign(result, narrowed(place, value)));
  }
  value = afterwards(emitter, undefined, value, accessPoints(emitter, left));
  const store = stored(emitter, place, () => kept, value);
  return sequence([fetched, store, ...(result === undefined ? [] : [result])]);
}

/** `p.$ = q.$` */
function emitCopy(
  emitter: Emitter,
  node: ts.BinaryExpression,
  left: ts.Expression,
  place: Place,
  source: Place,
): ts.Expression {
  const size = number(emitter.analysis.places.sizeOf(place.shape));
  const from = afterwards(
    emitter,
    undefined,
    addressOf(emitter, source),
    accessPoints(emitter, left),
  );
  const to = addressOf(emitter, place);
  if (isStatement(node)) return memoryCall('copy', to, from, size);
  return sequence([memoryCall('copy', to, from, size), viewOf(emitter, place)]);
}

// ---- Values of several bytes

/** An object whose accessors read and write what lies there. */
function viewOf(emitter: Emitter, { view }: Place): ts.Expression {
  if (view === undefined) throw new Error('a place without a class was let through');
  const address = addressOf(emitter, view.at);
  const layout = f.createElementAccessExpression(id('$layouts'), view.layout);
  return view.path.reduce<ts.Expression>(
    (object, step) =>
      typeof step === 'string'
        ? f.createPropertyAccessExpression(object, step)
        : methodCall(object, 'get', [emitter.expression(step)]),
    kernelCall('view', layout, address),
  );
}

/** A struct or an array in memory becomes what a value is. */
function emitAggregate(
  emitter: Emitter,
  node: ts.BinaryExpression,
  left: ts.Expression,
  place: Place,
): ts.Expression {
  const { view } = place;
  if (view === undefined) throw new Error('a place without a class was let through');
  const value = emitter.temporary();
  const late = afterwards(
    emitter,
    undefined,
    assign(value, emitter.expression(node.right)),
    accessPoints(emitter, left),
  );
  const last = view.path.at(-1);
  const parts: ts.Expression[] = [];
  if (last === undefined) {
    const layout = f.createElementAccessExpression(id('$layouts'), view.layout);
    parts.push(kernelCall('storeValue', layout, addressOf(emitter, view.at), late));
  } else {
    const holder = viewOf(emitter, { ...place, view: { ...view, path: view.path.slice(0, -1) } });
    parts.push(
      typeof last === 'string'
        ? assign(f.createPropertyAccessExpression(holder, last), late)
        : methodCall(holder, 'set', [emitter.expression(last), late]),
    );
  }
  return sequence(isStatement(node) ? parts : [...parts, value]);
}

/** `p.$.handler(x)`: whatever function lies at the address that memory holds. */
function emitCallThrough(emitter: Emitter, node: ts.CallExpression): ts.Expression | undefined {
  const { analysis, scope, build } = emitter;
  const callee = unwrap(node.expression);
  const place = analysis.places.placeOf(callee);
  if (place?.shape.kind !== 'function') return undefined;
  const { before, value } = prepared(emitter, callee, addressOf(emitter, place), place);
  const target = sequence([...before, memoryCall('loadPointer', value())]);
  const values = node.arguments.map((it) => emitter.expression(it));
  const call = kernelCall('callPointer', target, ...values);
  const form = analysis.effects.callForm(node, scope.isGenerator, build);
  // Memory may hold another function than the type says.
  const isPlain = form === 'plain' || form === 'sync' || !scope.isGenerator;
  return finished(emitter, call, isPlain ? 'sync' : 'maybe');
}
