// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Values that flow from one type to another, and what that says of the functions behind them.
 *
 * When a function is stored where another type is expected (a variable, a parameter, a field, an
 * element, an interface that a class implements), a call through that place may reach it: the two
 * declarations are made one. Where the place is the API's or the library's, who calls there decides
 * whether the function may be a coroutine.
 */
import ts from 'typescript';

import { declarationOrigin, traitsOf } from './declarations.ts';
import type { EffectNode } from './effect-graph.ts';

/** Types nest; what matters of callbacks lies near the top. */
const DEPTH_MAX = 4;

type NodeOf = (declaration: ts.Node) => EffectNode;

export class Flows {
  readonly #checker: ts.TypeChecker;
  readonly #nodeOf: NodeOf;
  readonly #linked = new Map<ts.Type, Set<ts.Type>>();

  constructor(checker: ts.TypeChecker, nodeOf: NodeOf) {
    this.#checker = checker;
    this.#nodeOf = nodeOf;
  }

  visit(node: ts.Node): void {
    if (ts.isClassLike(node)) this.#visitHeritage(node);
    else if (isCarrier(node)) this.#visitExpression(node);
  }

  /** An object of the driver that the engine iterates over: the engine calls its methods. */
  pinIterator(type: ts.Type, at: ts.Node): void {
    for (const property of this.#checker.getPropertiesOfType(type)) {
      if (!(property.escapedName as string).startsWith('__@iterator@')) continue;
      for (const declaration of signaturesOf(this.#checker.getTypeOfSymbol(property))) {
        this.#pin(declaration, at, 'an iterator');
        if (!ts.isFunctionLike(declaration)) continue;
        const signature = this.#checker.getSignatureFromDeclaration(declaration);
        if (signature === undefined) continue;
        const next = this.#checker.getReturnTypeOfSignature(signature).getProperty('next');
        if (next === undefined) continue;
        for (const it of signaturesOf(this.#checker.getTypeOfSymbol(next))) {
          this.#pin(it, at, 'an iterator');
        }
      }
    }
  }

  #pin(declaration: ts.Node, at: ts.Node, what: string): void {
    if (declarationOrigin(declaration) !== 'driver') return;
    this.#nodeOf(declaration).pin({ at, reason: `${what}, which the engine drives,`, limit: 0 });
  }

  #visitHeritage(node: ts.ClassLikeDeclaration): void {
    const instance = this.#checker.getTypeAtLocation(node);
    for (const clause of node.heritageClauses ?? []) {
      for (const it of clause.types) {
        this.#link(instance, this.#checker.getTypeAtLocation(it), node.name ?? node, 0);
      }
    }
  }

  #visitExpression(node: ts.Expression): void {
    const source = this.#checker.getTypeAtLocation(node);
    if (!mayHoldFunctions(source)) return;
    const target = this.#checker.getContextualType(node);
    if (target !== undefined) this.#link(source, target, node, 0);
    const { parent } = node;
    // Without an annotation the wider expression takes one type for all its parts.
    if (
      ts.isArrayLiteralExpression(parent) ||
      ts.isConditionalExpression(parent) ||
      (ts.isBinaryExpression(parent) && parent.right === node)
    ) {
      const whole = this.#checker.getTypeAtLocation(parent);
      const element = ts.isArrayLiteralExpression(parent)
        ? elementType(this.#checker, whole)
        : whole;
      if (element !== undefined) this.#link(source, element, node, 0);
    }
    const isReturned = ts.isReturnStatement(parent) || ts.isArrowFunction(parent);
    if (isReturned) this.#linkReturned(source, node);
    if (ts.isCallExpression(parent) || ts.isNewExpression(parent)) this.#linkArgument(parent, node);
    if (ts.isVariableDeclaration(parent) && parent.initializer === node) {
      this.#link(source, this.#checker.getTypeAtLocation(parent.name), node, 0);
    }
  }

  #linkReturned(source: ts.Type, node: ts.Expression): void {
    const owner = ts.findAncestor(node.parent, ts.isFunctionLike);
    if (owner === undefined) return;
    const signature = this.#checker.getSignatureFromDeclaration(owner);
    if (signature === undefined) return;
    this.#link(source, this.#checker.getReturnTypeOfSignature(signature), node, 0);
  }

  /** The constraint of a type parameter, which its argument's own type hides. */
  #linkArgument(call: ts.CallExpression | ts.NewExpression, node: ts.Expression): void {
    const index = call.arguments?.indexOf(node) ?? -1;
    const declaration = this.#checker.getResolvedSignature(call)?.declaration;
    if (index < 0 || declaration === undefined || ts.isJSDocSignature(declaration)) return;
    const parameter = declaration.parameters[index];
    if (parameter === undefined) return;
    const declared = this.#checker.getTypeAtLocation(parameter);
    const constraint = this.#constraintOf(declared);
    this.#link(this.#checker.getTypeAtLocation(node), constraint ?? declared, node, 0);
  }

  #constraintOf(type: ts.Type): ts.Type | undefined {
    const isParameter = (type.flags & ts.TypeFlags.TypeParameter) !== 0;
    return isParameter ? this.#checker.getBaseConstraintOfType(type) : undefined;
  }

  #link(source: ts.Type, target: ts.Type, at: ts.Node, depth: number): void {
    if (source === target || depth > DEPTH_MAX) return;
    if (!mayHoldFunctions(source) || !mayHoldFunctions(target)) return;
    const known = this.#linked.get(source);
    if (known?.has(target) === true) return;
    if (known === undefined) this.#linked.set(source, new Set([target]));
    else known.add(target);

    if (source.isUnion()) {
      for (const part of source.types) this.#link(part, target, at, depth);
      return;
    }
    if (target.isUnionOrIntersection()) {
      for (const part of target.types) this.#link(source, part, at, depth);
      return;
    }
    for (const kind of [ts.SignatureKind.Call, ts.SignatureKind.Construct]) {
      this.#linkSignatures(source, target, kind, at, depth);
    }
    this.#linkElements(source, target, at, depth);
    if (isOfLibrary(target) && !isIteration(target)) return;
    for (const property of this.#checker.getPropertiesOfType(target)) {
      const own = this.#checker.getPropertyOfType(source, property.name);
      if (own === undefined || own === property) continue;
      this.#link(
        this.#checker.getTypeOfSymbol(own),
        this.#checker.getTypeOfSymbol(property),
        at,
        depth + 1,
      );
    }
  }

  #linkSignatures(
    source: ts.Type,
    target: ts.Type,
    kind: ts.SignatureKind,
    at: ts.Node,
    depth: number,
  ): void {
    const wanted = this.#checker.getSignaturesOfType(target, kind);
    if (wanted.length === 0) return;
    for (const given of this.#checker.getSignaturesOfType(source, kind)) {
      for (const place of wanted) {
        if (kind === ts.SignatureKind.Call) this.#meet(given, place, at);
        const result = this.#checker.getReturnTypeOfSignature(given);
        this.#link(result, this.#checker.getReturnTypeOfSignature(place), at, depth + 1);
        const declared = this.#declaredResult(place);
        if (declared !== undefined) this.#link(result, declared, at, depth + 1);
        for (const [index, parameter] of place.parameters.entries()) {
          const taken = given.parameters[index];
          if (taken === undefined) continue;
          this.#link(
            this.#checker.getTypeOfSymbol(parameter),
            this.#checker.getTypeOfSymbol(taken),
            at,
            depth + 1,
          );
        }
      }
    }
  }

  /** The constraint of `T` in `open(): T`, for a class that does not say what it implements. */
  #declaredResult(signature: ts.Signature): ts.Type | undefined {
    const node = signature.declaration?.type;
    if (node === undefined || ts.isJSDocTypeExpression(node)) return undefined;
    return this.#constraintOf(this.#checker.getTypeFromTypeNode(node as ts.TypeNode));
  }

  #linkElements(source: ts.Type, target: ts.Type, at: ts.Node, depth: number): void {
    for (const kind of [ts.IndexKind.Number, ts.IndexKind.String]) {
      const to = this.#checker.getIndexInfoOfType(target, kind)?.type;
      if (to === undefined) continue;
      const from = this.#checker.getIndexInfoOfType(source, kind)?.type;
      if (from !== undefined) this.#link(from, to, at, depth + 1);
      else if (kind === ts.IndexKind.String) {
        for (const property of this.#checker.getPropertiesOfType(source)) {
          this.#link(this.#checker.getTypeOfSymbol(property), to, at, depth + 1);
        }
      }
    }
    const [sourceArguments, targetArguments] = [typeArguments(source), typeArguments(target)];
    for (const [index, argument] of sourceArguments.entries()) {
      const to = targetArguments[index];
      if (to !== undefined) this.#link(argument, to, at, depth + 1);
    }
  }

  /** A function (`given`) becomes callable through a place (`place`). */
  #meet(given: ts.Signature, place: ts.Signature, at: ts.Node): void {
    const from = given.declaration;
    const to = place.declaration;
    if (from === undefined || to === undefined || from === to) return;
    const [fromOrigin, toOrigin] = [declarationOrigin(from), declarationOrigin(to)];
    if (toOrigin === 'driver') {
      if (fromOrigin === 'driver') this.#nodeOf(from).union(this.#nodeOf(to));
      else if (fromOrigin === 'api') this.#nodeOf(to).calls(this.#nodeOf(from), at);
      return;
    }
    if (fromOrigin !== 'driver') return;
    if (toOrigin === 'lib') {
      // Callbacks of the library's functions: effects.ts.
      if (ts.isMethodSignature(to)) this.#pin(from, at, `\`${placeName(to)}\``);
      return;
    }
    const limit = limitOf(to);
    if (limit < 2) {
      const reason = `\`${placeName(to)}\` of the kernel's API`;
      this.#nodeOf(from).pin({ at, reason, limit: limit === 1 ? 1 : 0 });
    }
  }
}

/** What a function given to the API may do there: 0 stay plain, 1 switch, 2 sleep. */
function limitOf(place: ts.Node): 0 | 1 | 2 {
  const own = traitsOf(memberOf(place));
  if (own.context === 'process') return 2;
  if (own.context !== null) return 1;
  if (own.effect > 0) return own.effect;
  // A callback parameter: its function calls it before it returns.
  const caller = ts.findAncestor(place.parent, (it) => ts.isFunctionLike(it) && it !== place);
  if (caller === undefined) return 0;
  const traits = traitsOf(caller);
  if (traits.effect === 0) return 0;
  const parameter = ts.findAncestor(place, ts.isParameter);
  const isAtomic = traits.isAtomic || (parameter !== undefined && traitsOf(parameter).isAtomic);
  return isAtomic ? 1 : traits.effect;
}

/** The member that carries the tags of a function type: `read?: (file) => void`. */
function memberOf(place: ts.Node): ts.Node {
  return ts.isFunctionTypeNode(place) && ts.isPropertySignature(place.parent)
    ? place.parent
    : place;
}

function placeName(place: ts.Node): string {
  const named = ts.findAncestor(place, (it) => (it as ts.NamedDeclaration).name !== undefined) as
    | ts.NamedDeclaration
    | undefined;
  return named?.name?.getText() ?? 'a callback';
}

/** The declarations behind every call signature of a type, of each member of a union. */
export function signaturesOf(type: ts.Type): readonly ts.Node[] {
  if (type.isUnion()) return type.types.flatMap(signaturesOf);
  return type
    .getCallSignatures()
    .flatMap(({ declaration }) => (declaration === undefined ? [] : [declaration]));
}

const OBJECTS = ts.TypeFlags.Object | ts.TypeFlags.UnionOrIntersection | ts.TypeFlags.Instantiable;

function mayHoldFunctions(type: ts.Type): boolean {
  return (type.flags & OBJECTS) !== 0 && (type.flags & ts.TypeFlags.Boolean) === 0;
}

/** Expressions whose values can be or hold functions of the driver. */
function isCarrier(node: ts.Node): node is ts.Expression {
  switch (node.kind) {
    case ts.SyntaxKind.Identifier:
      return !isInTypeOrName(node as ts.Identifier);
    case ts.SyntaxKind.ThisKeyword:
      return ts.isExpression(node);
    case ts.SyntaxKind.PropertyAccessExpression:
    case ts.SyntaxKind.ElementAccessExpression:
    case ts.SyntaxKind.ArrowFunction:
    case ts.SyntaxKind.FunctionExpression:
    case ts.SyntaxKind.ClassExpression:
    case ts.SyntaxKind.ObjectLiteralExpression:
    case ts.SyntaxKind.ArrayLiteralExpression:
    case ts.SyntaxKind.CallExpression:
    case ts.SyntaxKind.NewExpression:
    case ts.SyntaxKind.ConditionalExpression:
    case ts.SyntaxKind.ParenthesizedExpression:
    case ts.SyntaxKind.AsExpression:
      return true;
    default:
      return false;
  }
}

function isInTypeOrName(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isTypeNode(parent) || ts.isQualifiedName(parent)) return true;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  return (parent as ts.NamedDeclaration).name === node && !ts.isShorthandPropertyAssignment(parent);
}

function isOfLibrary(type: ts.Type): boolean {
  const declaration = type.symbol?.declarations?.[0];
  return declaration !== undefined && declarationOrigin(declaration) === 'lib';
}

/** What `for … of` and spread drive, whoever wrote it. */
function isIteration(type: ts.Type): boolean {
  return /^(Iterator|Iterable|IterableIterator|IteratorObject)$/.test(type.symbol?.name ?? '');
}

function typeArguments(type: ts.Type): readonly ts.Type[] {
  return (type as ts.TypeReference).target === undefined ||
    (type as Partial<ts.TypeReference>).typeArguments === undefined
    ? []
    : ((type as ts.TypeReference).typeArguments ?? []);
}

function elementType(checker: ts.TypeChecker, type: ts.Type): ts.Type | undefined {
  return checker.getIndexInfoOfType(type, ts.IndexKind.Number)?.type;
}
