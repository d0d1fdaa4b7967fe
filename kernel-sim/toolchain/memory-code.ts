// SPDX-License-Identifier: GPL-2.0-or-later
/** Pieces of emitted code that touch memory: addresses, one load, one store, in the right width. */
import ts from 'typescript';

import { maskOf, scalarBytes, SCALARS, type ScalarName } from '../uapi/layout.ts';
import { id, kernelCall } from './build-code.ts';
import type { Emitter } from './emitter.ts';
import type { Place } from './places.ts';
import { isInert, unwrap } from './syntax.ts';

const f = ts.factory;

/** An expression that may stand in code more than once. */
export type Operand = () => ts.Expression;

/** What one load or store moves; structs and arrays are views. */
export function isLoadable({ shape }: Place): boolean {
  return shape.kind === 'scalar' || shape.kind === 'pointer' || shape.kind === 'function';
}

/** True when the address may be computed twice, with nothing in between that could change it. */
export function isFixed({ pointer, indices }: Place): boolean {
  return isConstant(pointer) && indices.every(({ at }) => isConstant(at));
}

function isConstant(node: ts.Expression): boolean {
  return ts.isNumericLiteral(unwrap(node)) || isInert(node);
}

/** `p + 24 + i * 8` */
export function addressOf(
  emitter: Emitter,
  { pointer, offset, indices }: Omit<Place, 'view'>,
): ts.Expression {
  let address = operand(emitter.expression(pointer));
  if (offset !== 0) address = f.createAdd(address, f.createNumericLiteral(offset));
  for (const { at, sizeBytes } of indices) {
    address = f.createAdd(address, scaled(emitter.expression(at), sizeBytes));
  }
  return address;
}

export function scaled(count: ts.Expression, sizeBytes: number): ts.Expression {
  const value = operand(count);
  return sizeBytes === 1 ? value : f.createMultiply(value, f.createNumericLiteral(sizeBytes));
}

export function operand(node: ts.Expression): ts.Expression {
  const isSimple =
    ts.isIdentifier(node) || ts.isPropertyAccessExpression(node) || ts.isCallExpression(node);
  return isSimple ? node : f.createParenthesizedExpression(node);
}

export function memoryCall(name: string, ...values: readonly ts.Expression[]): ts.CallExpression {
  return methodCall(id('$m'), name, values);
}

export function methodCall(
  object: ts.Expression,
  name: string,
  values: readonly ts.Expression[],
): ts.CallExpression {
  return f.createCallExpression(f.createPropertyAccessExpression(object, name), undefined, values);
}

/** The value of what lies at `address`. */
export function decoded(emitter: Emitter, place: Place, address: ts.Expression): ts.Expression {
  const { shape, bits } = place;
  if (shape.kind === 'function') {
    return kernelCall('functionAt', memoryCall('loadPointer', address));
  }
  if (shape.kind !== 'scalar') return memoryCall('loadPointer', address);
  const whole = loaded(emitter, shape.name, address);
  if (bits === undefined) return whole;
  const { shift, width, isFlag } = bits;
  const shifted = shift === 0 ? whole : f.createUnsignedRightShift(whole, number(shift));
  if (width === 32) return f.createParenthesizedExpression(shifted);
  const masked = f.createBitwiseAnd(parenthesized(shifted), number(maskOf(width)));
  return isFlag
    ? f.createStrictInequality(parenthesized(masked), number(0))
    : parenthesized(masked);
}

function loaded(emitter: Emitter, name: ScalarName, address: ts.Expression): ts.Expression {
  const { isSigned, isBigEndian, value } = SCALARS[name];
  const width = widthOf(emitter, name);
  if (width === 'Word') return memoryCall('loadWord', address);
  const load = memoryCall(`load${isSigned ? 'S' : ''}${width}`, address);
  if (value === 'boolean') return f.createStrictInequality(load, number(0));
  return isBigEndian ? memoryCall(`swap${width}`, load) : load;
}

function widthOf(emitter: Emitter, name: ScalarName): 'Word' | 8 | 16 | 32 | 64 {
  if (SCALARS[name].sizeBytes === 0) return 'Word';
  return (8 * scalarBytes(name, emitter.analysis.places.target)) as 8 | 16 | 32 | 64;
}

/** The store of `value` at `address`; both are evaluated in this order. */
export function stored(
  emitter: Emitter,
  place: Place,
  address: Operand,
  value: ts.Expression,
): ts.Expression {
  const { shape, bits } = place;
  if (shape.kind === 'function') {
    return memoryCall('storePointer', address(), kernelCall('addressOf', value));
  }
  if (shape.kind !== 'scalar') return memoryCall('storePointer', address(), value);
  const { name } = shape;
  if (bits === undefined) return storedWhole(emitter, name, address(), value);
  const { shift, width, isFlag } = bits;
  const mask = maskOf(width);
  const bare = isFlag
    ? f.createConditionalExpression(
        parenthesized(value),
        undefined,
        number(1),
        undefined,
        number(0),
      )
    : value;
  const masked = f.createBitwiseAnd(parenthesized(bare), number(mask));
  const moved = shift === 0 ? masked : f.createLeftShift(parenthesized(masked), number(shift));
  const others = f.createBitwiseAnd(
    loaded(emitter, name, address()),
    number(~(mask * 2 ** shift) >>> 0),
  );
  const whole = f.createBitwiseOr(parenthesized(others), parenthesized(moved));
  const unsigned = f.createUnsignedRightShift(parenthesized(whole), number(0));
  return storedWhole(emitter, name, address(), unsigned);
}

function storedWhole(
  emitter: Emitter,
  name: ScalarName,
  address: ts.Expression,
  value: ts.Expression,
): ts.Expression {
  const { isBigEndian, value: kind } = SCALARS[name];
  const width = widthOf(emitter, name);
  if (width === 'Word') return memoryCall('storeWord', address, value);
  const encoded =
    kind === 'boolean'
      ? f.createConditionalExpression(
          parenthesized(value),
          undefined,
          number(1),
          undefined,
          number(0),
        )
      : isBigEndian
        ? memoryCall(`swap${width}`, value)
        : value;
  return memoryCall(`store${width}`, address, encoded);
}

/** A value as it is read back from where it was stored: `++count` of a `u8` is at most 255. */
export function narrowed({ shape, bits }: Place, value: ts.Expression): ts.Expression {
  if (shape.kind !== 'scalar') return value;
  if (bits !== undefined) {
    return bits.isFlag
      ? value
      : f.createBitwiseAnd(parenthesized(value), number(maskOf(bits.width)));
  }
  const { sizeBytes, isSigned, value: kind } = SCALARS[shape.name];
  if (kind === 'bigint') {
    const name = isSigned ? 'asIntN' : 'asUintN';
    return methodCall(id('BigInt'), name, [number(64), value]);
  }
  if (kind !== 'number' || sizeBytes === 0) return value;
  if (sizeBytes === 4) {
    return isSigned
      ? f.createBitwiseOr(parenthesized(value), number(0))
      : f.createUnsignedRightShift(parenthesized(value), number(0));
  }
  if (!isSigned) return f.createBitwiseAnd(parenthesized(value), number(256 ** sizeBytes - 1));
  const shift = number(32 - 8 * sizeBytes);
  const high = f.createLeftShift(parenthesized(value), shift);
  return f.createRightShift(parenthesized(high), shift);
}

export function parenthesized(node: ts.Expression): ts.Expression {
  return f.createParenthesizedExpression(node);
}

export function number(value: number): ts.Expression {
  return f.createNumericLiteral(value);
}

const OPERATORS: ReadonlyMap<ts.SyntaxKind, ts.BinaryOperator> = new Map<
  ts.SyntaxKind,
  ts.BinaryOperator
>([
  [ts.SyntaxKind.PlusEqualsToken, ts.SyntaxKind.PlusToken],
  [ts.SyntaxKind.MinusEqualsToken, ts.SyntaxKind.MinusToken],
  [ts.SyntaxKind.AsteriskEqualsToken, ts.SyntaxKind.AsteriskToken],
  [ts.SyntaxKind.AsteriskAsteriskEqualsToken, ts.SyntaxKind.AsteriskAsteriskToken],
  [ts.SyntaxKind.SlashEqualsToken, ts.SyntaxKind.SlashToken],
  [ts.SyntaxKind.PercentEqualsToken, ts.SyntaxKind.PercentToken],
  [ts.SyntaxKind.AmpersandEqualsToken, ts.SyntaxKind.AmpersandToken],
  [ts.SyntaxKind.BarEqualsToken, ts.SyntaxKind.BarToken],
  [ts.SyntaxKind.CaretEqualsToken, ts.SyntaxKind.CaretToken],
  [ts.SyntaxKind.LessThanLessThanEqualsToken, ts.SyntaxKind.LessThanLessThanToken],
  [ts.SyntaxKind.GreaterThanGreaterThanEqualsToken, ts.SyntaxKind.GreaterThanGreaterThanToken],
  [
    ts.SyntaxKind.GreaterThanGreaterThanGreaterThanEqualsToken,
    ts.SyntaxKind.GreaterThanGreaterThanGreaterThanToken,
  ],
  [ts.SyntaxKind.AmpersandAmpersandEqualsToken, ts.SyntaxKind.AmpersandAmpersandToken],
  [ts.SyntaxKind.BarBarEqualsToken, ts.SyntaxKind.BarBarToken],
  [ts.SyntaxKind.QuestionQuestionEqualsToken, ts.SyntaxKind.QuestionQuestionToken],
]);

/** The operator of `place += value`; undefined for a plain assignment. */
export function operatorOf({ operatorToken }: ts.BinaryExpression): ts.BinaryOperator | undefined {
  return OPERATORS.get(operatorToken.kind);
}
