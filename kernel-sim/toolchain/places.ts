// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Places in memory that expressions of a driver name: `p.$.ring[i].head` and `p[i]`.
 *
 * A place is a pointer and the way from it, with every offset known for the board of the build, so
 * that what is emitted for it is one load or store at `p + 24 + i * 8`.
 */
import ts from 'typescript';

import { bitsOf, extentOf, type LayoutTarget, layOut, type Shape } from '../uapi/layout.ts';
import { apiFunctionName } from './declarations.ts';
import type { Findings } from './diagnostics.ts';
import { isPointer, LayoutTypes, pointeeOf } from './pointer-types.ts';
import { isAssignment, unwrap, walk } from './syntax.ts';

export interface Place {
  /** What evaluates to the pointer. */
  readonly pointer: ts.Expression;
  /** Bytes from there. */
  readonly offset: number;
  /** What is added to it, each as often as its index says. */
  readonly indices: readonly PlaceIndex[];
  readonly shape: Shape;
  /** Which bits of the integer that lies there; without it all of it. */
  readonly bits: PlaceBits | undefined;
  /** From where a view of it is made; undefined where no class describes what lies there. */
  readonly view: PlaceView | undefined;
}

export interface PlaceBits {
  readonly shift: number;
  readonly width: number;
  /** One bit, named by its number: true or false. */
  readonly isFlag: boolean;
}

/** The innermost struct around a place that has a class, and the way from there. */
export interface PlaceView {
  readonly layout: number;
  readonly at: Omit<Place, 'view'>;
  readonly path: readonly (string | ts.Expression)[];
}

export interface PlaceIndex {
  readonly at: ts.Expression;
  readonly sizeBytes: number;
}

/** An element of an array that is a value, not a place: `v.mac[i]`. */
export interface Element {
  readonly array: ts.Expression;
  readonly index: ts.Expression;
}

export class Places {
  readonly types: LayoutTypes;
  readonly target: LayoutTarget;
  /** Classes of structs and bits that views are made of, by number. */
  readonly layouts: ts.Symbol[] = [];
  readonly #checker: ts.TypeChecker;
  readonly #findings: Findings;
  readonly #places = new Map<ts.Node, Place | null>();
  readonly #elements = new Map<ts.Node, Element>();

  constructor(checker: ts.TypeChecker, target: LayoutTarget, findings: Findings) {
    this.#checker = checker;
    this.target = target;
    this.#findings = findings;
    this.types = new LayoutTypes(checker);
  }

  /** Finds every place of a file, and says what cannot be one. */
  analyse(file: ts.SourceFile): void {
    walk(file, (node) => {
      if (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)) {
        if (!this.#isTypeOnly(node)) this.#visitAccess(node);
      } else if (ts.isBinaryExpression(node) && isAssignment(node)) this.#visitPattern(node.left);
      else if (ts.isForOfStatement(node) || ts.isForInStatement(node)) {
        if (ts.isExpression(node.initializer)) this.#visitPattern(node.initializer, true);
      }
    });
  }

  /** True when anything here touches memory. */
  get isUsed(): boolean {
    return this.#places.size + this.#elements.size > 0;
  }

  /** The same before the file was looked at: null for a place that was refused. */
  find(node: ts.Expression): Place | null | undefined {
    const bare = unwrap(node);
    if (ts.isPropertyAccessExpression(bare) || ts.isElementAccessExpression(bare)) {
      this.#visitAccess(bare);
    }
    return this.#places.get(bare);
  }

  /** The place that `node` names, through parentheses and `!`. */
  placeOf(node: ts.Expression): Place | undefined {
    return this.#places.get(unwrap(node)) ?? undefined;
  }

  elementOf(node: ts.Expression): Element | undefined {
    return this.#elements.get(unwrap(node));
  }

  /** True where evaluating `node` touches memory: a place that is read, written or called. */
  isAccess(node: ts.Node): boolean {
    return this.#places.has(node) && this.#isWhole(node as ts.Expression);
  }

  /** The number of a class whose values are seen in memory. */
  layoutNumber(node: ts.ClassDeclaration): number | undefined {
    const index = this.layouts.findIndex(({ valueDeclaration }) => valueDeclaration === node);
    return index < 0 ? undefined : index;
  }

  sizeOf(shape: Shape): number {
    return extentOf(shape, this.target).sizeBytes;
  }

  #isTypeOnly(node: ts.Node): boolean {
    return ts.findAncestor(node, ts.isTypeNode) !== undefined;
  }

  /** Not only part of the way to another place, nor of `addr_of`. */
  #isWhole(node: ts.Expression): boolean {
    const outer = outermost(node);
    const { parent } = outer;
    const isWay =
      (ts.isPropertyAccessExpression(parent) || ts.isElementAccessExpression(parent)) &&
      parent.expression === outer &&
      this.#places.has(parent) &&
      this.#places.get(parent)?.pointer !== outer;
    const isNamed =
      ts.isCallExpression(parent) && apiFunctionName(this.#checker, parent) === 'addr_of';
    return !isWay && !isNamed;
  }

  // ---- Accesses

  #visitAccess(node: ts.PropertyAccessExpression | ts.ElementAccessExpression): void {
    if (this.#places.has(node)) return;
    const place = this.#find(node);
    if (place === undefined) return;
    this.#places.set(node, place);
    if (place !== null && ts.isOptionalChain(node)) refuseChain(this.#findings, node);
  }

  /** Undefined for what has nothing to do with memory, null for what is wrong with it. */
  #find(node: ts.PropertyAccessExpression | ts.ElementAccessExpression): Place | null | undefined {
    const inner = this.#innerPlace(node.expression);
    if (inner !== undefined) return inner === null ? null : this.#within(inner, node);
    const type = this.#checker.getTypeAtLocation(node.expression);
    if (!isPointer(this.#checker, type)) {
      if (ts.isElementAccessExpression(node) && this.types.isArrayView(type)) {
        this.#elements.set(node, { array: node.expression, index: node.argumentExpression });
      }
      return undefined;
    }
    return this.#follow(node, type);
  }

  #innerPlace(expression: ts.Expression): Place | null | undefined {
    const node = unwrap(expression);
    if (!ts.isPropertyAccessExpression(node) && !ts.isElementAccessExpression(node)) {
      return undefined;
    }
    this.#visitAccess(node);
    const place = this.#places.get(node);
    // A pointer that lies in memory is followed as any other.
    return place?.shape.kind === 'pointer' ? undefined : place;
  }

  #follow(
    node: ts.PropertyAccessExpression | ts.ElementAccessExpression,
    type: ts.Type,
  ): Place | null | undefined {
    const pointer = node.expression;
    const start = { pointer, offset: 0, indices: [], bits: undefined, view: undefined };
    if (ts.isPropertyAccessExpression(node)) {
      if (node.name.text !== '$') return undefined;
      const shape = this.pointeeShape(node, type);
      return shape === null ? null : this.#seen({ ...start, shape }, node);
    }
    const shape = this.pointeeShape(node, type);
    if (shape === null) return null;
    return this.#seen(this.#atIndex({ ...start, shape }, node.argumentExpression, shape), node);
  }

  /** What the pointer leads to; a finding and null where nobody knows. */
  pointeeShape(node: ts.Node, type: ts.Type): Shape | null {
    const pointee = pointeeOf(this.#checker, type);
    const shape = pointee === undefined ? undefined : this.types.shapeOf(pointee);
    if (shape !== undefined) return shape;
    const name = pointee === undefined ? 'void' : this.#checker.typeToString(pointee);
    const isParameter = pointee !== undefined && (pointee.flags & ts.TypeFlags.TypeParameter) !== 0;
    this.#findings.add(
      node,
      'RZ0614',
      isParameter
        ? `\`${name}\` may be anything, so nobody knows what lies behind this pointer`
        : `nobody knows what lies behind a pointer to \`${name}\``,
      'say what it points to: p.cast<u8>(), or a class that extends struct({ … })',
    );
    return null;
  }

  #atIndex(start: Place, index: ts.Expression, element: Shape): Place {
    const sizeBytes = this.sizeOf(element);
    const bare = unwrap(index);
    if (ts.isNumericLiteral(bare)) {
      return { ...start, offset: start.offset + Number(bare.text) * sizeBytes, shape: element };
    }
    const indices = [...start.indices, { at: index, sizeBytes }];
    return { ...start, indices, shape: element };
  }

  /** A field or element of a place; undefined for what is no memory of it, such as `length`. */
  #within(
    place: Place,
    node: ts.PropertyAccessExpression | ts.ElementAccessExpression,
  ): Place | undefined {
    const { shape } = place;
    if (ts.isElementAccessExpression(node)) {
      if (shape.kind !== 'array' && shape.kind !== 'flex') return undefined;
      const element = this.#atIndex(place, node.argumentExpression, shape.element);
      return this.#seen(element, node, node.argumentExpression);
    }
    const name = node.name.text;
    if (shape.kind === 'struct') {
      const field = layOut(shape, this.target).fields.find((it) => it.name === name);
      if (field === undefined) return undefined;
      const found = { ...place, offset: place.offset + field.offset, shape: field.shape };
      return this.#seen(found, node, name);
    }
    if (shape.kind === 'bits') {
      const range = shape.ranges[name];
      if (range === undefined) return undefined;
      const bits = { ...bitsOf(range), isFlag: typeof range === 'number' };
      return { ...place, shape: { kind: 'scalar', name: shape.base }, bits };
    }
    return undefined;
  }

  /** The place with what a view of it begins with. */
  #seen(place: Place, node: ts.Expression, step?: string | ts.Expression): Place {
    const symbol = this.#checker.getTypeAtLocation(node).symbol as ts.Symbol | undefined;
    const isClass =
      symbol?.valueDeclaration !== undefined && ts.isClassLike(symbol.valueDeclaration);
    const isStruct = place.shape.kind === 'struct' || place.shape.kind === 'bits';
    if (isStruct && isClass) {
      return { ...place, view: { layout: this.#numberOf(symbol), at: place, path: [] } };
    }
    const { view } = place;
    if (view === undefined || step === undefined) return place;
    return { ...place, view: { ...view, path: [...view.path, step] } };
  }

  #numberOf(symbol: ts.Symbol): number {
    const known = this.layouts.indexOf(symbol);
    return known >= 0 ? known : this.layouts.push(symbol) - 1;
  }

  /** Targets of destructuring and of loops: each place is stored to by a statement of its own. */
  #visitPattern(pattern: ts.Expression, isLoop = false): void {
    const refuse = (node: ts.Node): void => {
      if (!ts.isPropertyAccessExpression(node) && !ts.isElementAccessExpression(node)) return;
      this.#visitAccess(node);
      if (!this.#places.has(node) && !this.#elements.has(node)) return;
      this.#findings.add(
        node,
        'RZ1000',
        'memory is stored to by a plain assignment',
        'take the value apart into variables first',
      );
    };
    const isPattern = ts.isArrayLiteralExpression(pattern) || ts.isObjectLiteralExpression(pattern);
    if (isPattern) walk(pattern, refuse);
    else if (isLoop) refuse(pattern);
  }
}

/** The expression with its parentheses and assertions, as its user sees it. */
function outermost(node: ts.Expression): ts.Expression {
  const { parent } = node;
  const isWrapped =
    ts.isParenthesizedExpression(parent) ||
    ts.isAsExpression(parent) ||
    ts.isNonNullExpression(parent) ||
    ts.isSatisfiesExpression(parent);
  return isWrapped ? outermost(parent) : node;
}

export function refuseChain(findings: Findings, node: ts.Node): void {
  findings.add(
    node,
    'RZ1000',
    'a pointer is a number, also when it is NULL: `?.` never stops there',
    'if (p) …',
  );
}
