// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What types say of memory: `Ptr<T>` of `kernel/raw`, and the layouts of `uapi`.
 *
 * Those declarations keep a layout (names in order, kinds, lengths) in types alone, under keys that
 * nothing else has: `layout` on values, `kind` on what describes a field.
 */
import ts from 'typescript';

import { type BitRange, SCALARS, type ScalarName, type Shape } from '../uapi/layout.ts';
import { declarationOrigin, isSymbolKey } from './declarations.ts';

export function isPointer(checker: ts.TypeChecker, type: ts.Type): boolean {
  return pointerType(checker, type) !== undefined;
}

/** What a pointer leads to; undefined for `void`. */
export function pointeeOf(checker: ts.TypeChecker, type: ts.Type): ts.Type | undefined {
  const pointer = pointerType(checker, type);
  const [pointee] = pointer === undefined ? [] : checker.getTypeArguments(pointer);
  return pointee === undefined || (pointee.flags & ts.TypeFlags.Any) !== 0 ? undefined : pointee;
}

function pointerType(checker: ts.TypeChecker, type: ts.Type): ts.TypeReference | undefined {
  if (type.isUnion()) {
    const parts = type.types.map((it) => pointerType(checker, it));
    return parts.includes(undefined) ? undefined : parts[0];
  }
  if (type.isIntersection()) {
    return type.types.map((it) => pointerType(checker, it)).find((it) => it !== undefined);
  }
  if ((type.flags & ts.TypeFlags.TypeParameter) !== 0) {
    const constraint = checker.getBaseConstraintOfType(type);
    return constraint === undefined || constraint === type
      ? undefined
      : pointerType(checker, constraint);
  }
  const declaration = type.symbol?.valueDeclaration;
  const isPointerClass =
    declaration !== undefined &&
    ts.isClassDeclaration(declaration) &&
    declaration.name?.text === 'Pointer' &&
    declarationOrigin(declaration) === 'api' &&
    (type as Partial<ts.TypeReference>).target !== undefined;
  return isPointerClass ? (type as ts.TypeReference) : undefined;
}

/** Shapes by type: each is read once. */
export class LayoutTypes {
  readonly #checker: ts.TypeChecker;
  readonly #shapes = new Map<ts.Type, Shape | undefined>();

  constructor(checker: ts.TypeChecker) {
    this.#checker = checker;
  }

  /** How a value of `type` lies in memory; undefined where the type does not say it. */
  shapeOf(type: ts.Type): Shape | undefined {
    if (this.#shapes.has(type)) return this.#shapes.get(type);
    this.#shapes.set(type, undefined); // A type within itself lies nowhere.
    const shape = this.#read(type);
    this.#shapes.set(type, shape);
    return shape;
  }

  /** True for an array of a struct that is seen as a value. */
  isArrayView(type: ts.Type): boolean {
    const parts = this.#layoutParts(type);
    const word = parts === undefined ? undefined : literalOf(parts[0]);
    return word === 'array' || word === 'flex';
  }

  #read(type: ts.Type): Shape | undefined {
    if (isPointer(this.#checker, type)) return { kind: 'pointer' };
    const parts = this.#layoutParts(type);
    if (parts !== undefined) {
      return this.#fromParts(parts, (element) => this.shapeOf(element));
    }
    const isFunction = type.getCallSignatures().length > 0;
    return isFunction ? { kind: 'function' } : undefined;
  }

  /** What `[layout]?: Layout<…>` says: a name, or a word and what belongs to it. */
  #layoutParts(type: ts.Type): readonly ts.Type[] | undefined {
    // `bool` is a union of two.
    const one = type.isUnion() ? type.types[0] : type;
    const mark = one === undefined ? undefined : this.#markOf(one, 'layout');
    if (mark === undefined) return undefined;
    const [said] = this.#checker.getTypeArguments(
      this.#checker.getNonNullableType(mark) as ts.TypeReference,
    );
    return said === undefined ? undefined : this.#partsOf(said);
  }

  #markOf(type: ts.Type, key: string): ts.Type | undefined {
    const property = this.#checker
      .getPropertiesOfType(type)
      .find((it) => isSymbolKey(it.escapedName, key));
    return property === undefined ? undefined : this.#checker.getTypeOfSymbol(property);
  }

  #partsOf(said: ts.Type): readonly ts.Type[] {
    return this.#checker.isTupleType(said)
      ? this.#checker.getTypeArguments(said as ts.TypeReference)
      : [said];
  }

  #fromParts(
    [head, first, second]: readonly ts.Type[],
    elementShape: (element: ts.Type) => Shape | undefined,
  ): Shape | undefined {
    const word = literalOf(head);
    switch (word) {
      case 'ptr':
        return { kind: 'pointer' };
      case 'func':
        return { kind: 'function' };
      case 'array':
      case 'flex': {
        const element = first === undefined ? undefined : elementShape(first);
        const length = word === 'flex' ? 0 : literalOf(second);
        if (element === undefined || typeof length !== 'number') return undefined;
        return word === 'flex' ? { kind: 'flex', element } : { kind: 'array', element, length };
      }
      case 'struct':
        return first === undefined ? undefined : this.#struct(first);
      case 'bits':
        return this.#bits(first, second);
      default:
        return isScalarName(word) ? { kind: 'scalar', name: word } : undefined;
    }
  }

  /** What describes a field: `u8`, `array(u8, 6)`, a class of a struct. */
  #ofKind(type: ts.Type): Shape | undefined {
    const mark = this.#markOf(type, 'kind');
    if (mark === undefined) return undefined;
    return this.#fromParts(this.#partsOf(mark), (element) => this.#ofKind(element));
  }

  #struct(type: ts.Type): Shape | undefined {
    const fields: (readonly [string, Shape])[] = [];
    for (const property of this.#checker.getPropertiesOfType(type)) {
      const shape = this.#ofKind(this.#checker.getTypeOfSymbol(property));
      if (shape === undefined) return undefined;
      fields.push([property.name, shape]);
    }
    return { kind: 'struct', fields };
  }

  #bits(base: ts.Type | undefined, ranges: ts.Type | undefined): Shape | undefined {
    const name = literalOf(base);
    if (!isScalarName(name) || ranges === undefined) return undefined;
    const found: Record<string, BitRange> = {};
    for (const property of this.#checker.getPropertiesOfType(ranges)) {
      const range = this.#range(this.#checker.getTypeOfSymbol(property));
      if (range === undefined) return undefined;
      found[property.name] = range;
    }
    return { kind: 'bits', base: name, ranges: found };
  }

  #range(type: ts.Type): BitRange | undefined {
    const [high, low] = this.#partsOf(type).map(literalOf);
    if (typeof high !== 'number') return undefined;
    if (low === undefined) return high;
    return typeof low === 'number' ? [high, low] : undefined;
  }
}

function literalOf(type: ts.Type | undefined): string | number | undefined {
  if (type === undefined) return undefined;
  return type.isStringLiteral() || type.isNumberLiteral() ? type.value : undefined;
}

function isScalarName(word: string | number | undefined): word is ScalarName {
  return typeof word === 'string' && Object.hasOwn(SCALARS, word);
}
