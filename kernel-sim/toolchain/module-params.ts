// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A module's parameters, read from `const params = { size: param.int(4096, "…") }` without running
 * it: they are in the file, with their values, before anything of it is evaluated.
 */
import ts from 'typescript';

import { isParamType, PARAM_TYPES, type ParamType } from '../uapi/module-sections.ts';
import { declarationOrigin } from './declarations.ts';
import type { Findings } from './diagnostics.ts';
import { unwrap } from './syntax.ts';

export interface ParameterInfo {
  readonly name: string;
  readonly type: ParamType;
  readonly description: string;
  /** Permission bits of its file in sysfs; 0 for none. */
  readonly mode: number;
  readonly initial: bigint | string;
}

const DEFAULT_MODE = 0o444;
/** Linux: VERIFY_OCTAL_PERMISSIONS. */
const WORLD_WRITABLE = 0o002;

/** `value` is what stands after `params:`. */
export function readParameters(
  checker: ts.TypeChecker,
  value: ts.Expression,
  findings: Findings,
): ParameterInfo[] {
  const literal = objectBehind(checker, value);
  if (literal === undefined) {
    findings.add(value, 'RZ1081', 'parameters are read without running the module', EXAMPLE);
    return [];
  }
  return literal.properties.flatMap((property) => {
    const read = readParameter(checker, property);
    if (typeof read !== 'string') return [read];
    findings.add(property, 'RZ1081', read, EXAMPLE);
    return [];
  });
}

const EXAMPLE = 'const params = { size: param.int(4096, "in bytes") };';

function readParameter(
  checker: ts.TypeChecker,
  property: ts.ObjectLiteralElementLike,
): ParameterInfo | string {
  const call = ts.isPropertyAssignment(property) ? unwrap(property.initializer) : undefined;
  const name = property.name?.getText() ?? '';
  if (!/^[A-Za-z_]\w{0,30}$/.test(name)) return "a parameter's name is an identifier";
  const type = call === undefined ? undefined : typeOf(checker, call);
  if (call === undefined || !ts.isCallExpression(call) || type === undefined) {
    return `\`${name}\` is made by param.int and its like, written out here`;
  }
  const [first, second, third] = call.arguments.map((it) => constantOf(checker, it));
  if (first === undefined || typeof second !== 'string' || second.includes('\0')) {
    return `the value and the description of \`${name}\` are constants`;
  }
  const initial = initialOf(type, first);
  if (initial === undefined) return `${String(first)} is no ${type}`;
  const mode = call.arguments.length > 2 ? third : DEFAULT_MODE;
  if (typeof mode !== 'number' || (mode & ~0o777) !== 0 || (mode & WORLD_WRITABLE) !== 0) {
    return 'the mode is made of permission bits, and not everybody may write';
  }
  return { name, type, description: second, mode, initial };
}

/** `int` for a call of `param.int` of the API. */
function typeOf(checker: ts.TypeChecker, node: ts.Expression): ParamType | undefined {
  if (!ts.isCallExpression(node)) return undefined;
  const declaration = checker.getResolvedSignature(node)?.declaration;
  if (declaration === undefined || declarationOrigin(declaration) !== 'api') return undefined;
  const space = ts.findAncestor(declaration, ts.isModuleDeclaration);
  const name = ts.isFunctionDeclaration(declaration) ? declaration.name?.text : undefined;
  return space?.name.text === 'param' && name !== undefined && isParamType(name) ? name : undefined;
}

function initialOf(type: ParamType, value: Constant): bigint | string | undefined {
  const { kind, sizeBytes, isSigned } = PARAM_TYPES[type];
  const isText = typeof value === 'string' && !value.includes('\0');
  if (kind === 'text') return isText ? value : undefined;
  // An inverted one holds the opposite of what is said of it.
  if (kind === 'bool') {
    return typeof value === 'boolean' ? BigInt(value !== (type === 'invbool')) : undefined;
  }
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) return undefined;
  // A `long` is as wide as the narrower board's.
  const bits = 8 * (sizeBytes === 'word' ? 4 : sizeBytes);
  const whole = BigInt(value);
  const fits = isSigned ? BigInt.asIntN(bits, whole) : BigInt.asUintN(bits, whole);
  return fits === whole ? whole : undefined;
}

function objectBehind(
  checker: ts.TypeChecker,
  value: ts.Expression,
): ts.ObjectLiteralExpression | undefined {
  const bare = unwrap(value);
  if (ts.isObjectLiteralExpression(bare)) return bare;
  const constant = initializerOf(checker, bare);
  return constant !== undefined && ts.isObjectLiteralExpression(constant) ? constant : undefined;
}

/** What a `const` was set to. */
export function initializerOf(
  checker: ts.TypeChecker,
  node: ts.Expression,
): ts.Expression | undefined {
  if (!ts.isIdentifier(node)) return undefined;
  const symbol = ts.isShorthandPropertyAssignment(node.parent)
    ? checker.getShorthandAssignmentValueSymbol(node.parent)
    : checker.getSymbolAtLocation(node);
  const isAlias = symbol !== undefined && (symbol.flags & ts.SymbolFlags.Alias) !== 0;
  const declaration = (isAlias ? checker.getAliasedSymbol(symbol) : symbol)?.valueDeclaration;
  if (declaration === undefined || !ts.isVariableDeclaration(declaration)) return undefined;
  const isConst = (declaration.parent.flags & ts.NodeFlags.Const) !== 0;
  const { initializer } = declaration;
  return isConst && initializer !== undefined ? unwrap(initializer) : undefined;
}

type Constant = number | string | boolean;

/** The value of an expression that is the same in every run. */
export function constantOf(
  checker: ts.TypeChecker,
  node: ts.Expression,
  depth = 0,
): Constant | undefined {
  if (depth > 16) return undefined;
  const bare = unwrap(node);
  if (ts.isNumericLiteral(bare)) return Number(bare.text);
  if (ts.isStringLiteralLike(bare)) return bare.text;
  if (bare.kind === ts.SyntaxKind.TrueKeyword) return true;
  if (bare.kind === ts.SyntaxKind.FalseKeyword) return false;
  if (ts.isPrefixUnaryExpression(bare) && bare.operator === ts.SyntaxKind.MinusToken) {
    const value = constantOf(checker, bare.operand, depth + 1);
    return typeof value === 'number' ? -value : undefined;
  }
  if (ts.isBinaryExpression(bare)) {
    const left = constantOf(checker, bare.left, depth + 1);
    const right = constantOf(checker, bare.right, depth + 1);
    if (typeof left === 'string' && typeof right === 'string') {
      return bare.operatorToken.kind === ts.SyntaxKind.PlusToken ? left + right : undefined;
    }
    if (typeof left !== 'number' || typeof right !== 'number') return undefined;
    return OPERATIONS.get(bare.operatorToken.kind)?.(left, right);
  }
  const constant = initializerOf(checker, bare);
  return constant === undefined ? undefined : constantOf(checker, constant, depth + 1);
}

const OPERATIONS: ReadonlyMap<ts.SyntaxKind, (a: number, b: number) => number> = new Map([
  [ts.SyntaxKind.PlusToken, (a, b) => a + b],
  [ts.SyntaxKind.MinusToken, (a, b) => a - b],
  [ts.SyntaxKind.AsteriskToken, (a, b) => a * b],
  [ts.SyntaxKind.LessThanLessThanToken, (a, b) => a << b],
  [ts.SyntaxKind.BarToken, (a, b) => a | b],
]);
