// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Which types are owned, and which fields a class drops.
 *
 * A type is owned when it has `[Symbol.dispose]` or a field that is owned; `Ref`, `Mut` and lent
 * types never are. Where the type does not say it (a type parameter, an interface that an owned
 * class implements), the answer is yes: dropping what needs no drop does nothing.
 */
import ts from 'typescript';

import { conventionOf, declarationOrigin, isSymbolKey, traitsOf } from './declarations.ts';

export interface OwnedField {
  /** As the glue names it: `device` or `#device`. */
  readonly name: ts.PropertyName | ts.Identifier;
  readonly type: ts.Type;
  readonly isParameterProperty: boolean;
}

const PRIMITIVE =
  ts.TypeFlags.Any |
  ts.TypeFlags.Unknown |
  ts.TypeFlags.Never |
  ts.TypeFlags.StringLike |
  ts.TypeFlags.NumberLike |
  ts.TypeFlags.BigIntLike |
  ts.TypeFlags.BooleanLike |
  ts.TypeFlags.ESSymbolLike |
  ts.TypeFlags.VoidLike |
  ts.TypeFlags.Null |
  ts.TypeFlags.NonPrimitive;

export class Ownership {
  readonly #checker: ts.TypeChecker;
  readonly #owned = new Map<ts.Type, boolean>();
  readonly #fields = new Map<ts.ClassLikeDeclaration, readonly OwnedField[]>();
  readonly #implementers = new Map<ts.Symbol, ts.ClassLikeDeclaration[]>();

  constructor(checker: ts.TypeChecker, files: readonly ts.SourceFile[]) {
    this.#checker = checker;
    for (const file of files) this.#collectImplementers(file);
  }

  /** True when a variable of this type holds what must be dropped, unless it was moved. */
  isOwned(type: ts.Type): boolean {
    const known = this.#owned.get(type);
    if (known !== undefined) return known;
    this.#owned.set(type, false); // A type within itself adds nothing.
    const answer = this.#decide(type);
    this.#owned.set(type, answer);
    return answer;
  }

  isLent(type: ts.Type): boolean {
    return type.symbol?.declarations?.some((it) => traitsOf(it).isLent) ?? false;
  }

  /** The `[Symbol.dispose]` of a type itself, when it has one. */
  disposeOf(type: ts.Type): ts.Symbol | undefined {
    return this.#checker
      .getPropertiesOfType(type)
      .find((property) => isSymbolKey(property.escapedName, 'dispose'));
  }

  /** The owned fields of a class of the driver, in declaration order. */
  fieldsOf(node: ts.ClassLikeDeclaration): readonly OwnedField[] {
    let fields = this.#fields.get(node);
    if (fields === undefined) {
      fields = [...this.#declaredFields(node)].filter(({ type }) => this.isOwned(type));
      this.#fields.set(node, fields);
    }
    return fields;
  }

  /** The class of the driver that a type is an instance of. */
  classOf(type: ts.Type): ts.ClassLikeDeclaration | undefined {
    const declaration = type.symbol?.valueDeclaration;
    return declaration !== undefined &&
      ts.isClassLike(declaration) &&
      declarationOrigin(declaration) === 'driver' &&
      (type.flags & ts.TypeFlags.Object) !== 0 &&
      this.#checker.getSignaturesOfType(type, ts.SignatureKind.Construct).length === 0
      ? declaration
      : undefined;
  }

  /** The classes of the driver that implement an interface, directly or through another. */
  implementersOf(type: ts.Type): readonly ts.ClassLikeDeclaration[] {
    return type.symbol === undefined ? [] : (this.#implementers.get(type.symbol) ?? []);
  }

  #decide(type: ts.Type): boolean {
    if ((type.flags & PRIMITIVE) !== 0) return false;
    if ((type.flags & ts.TypeFlags.TypeParameter) !== 0) return this.#mayHoldOwned(type);
    if (type.isUnion()) return type.types.some((it) => this.isOwned(it));
    if (this.#isBorrow(type) || this.isLent(type)) return false;
    if (this.disposeOf(type) !== undefined) return true;
    if (type.isIntersection()) return type.types.some((it) => this.isOwned(it));
    const node = this.classOf(type);
    if (node !== undefined) {
      // The fields of this very instantiation: `Box<u32>` need not be what `Box<T>` may be.
      return this.#checker
        .getPropertiesOfType(type)
        .some((property) => isOwnedField(property) && this.isOwned(this.#typeOf(property, node)));
    }
    return this.implementersOf(type).some((it) => {
      const instance = this.#checker.getTypeAtLocation(it);
      return this.isOwned(instance);
    });
  }

  #mayHoldOwned(type: ts.Type): boolean {
    const constraint = this.#checker.getBaseConstraintOfType(type);
    if (constraint === undefined) return true;
    return (
      (constraint.flags & (PRIMITIVE & ~ts.TypeFlags.Unknown & ~ts.TypeFlags.NonPrimitive)) === 0
    );
  }

  /** `Ref<T>` and `Mut<T>`; `Own<T>` is owned. */
  #isBorrow(type: ts.Type): boolean {
    if (!type.isIntersection()) return false;
    const mark = type
      .getProperties()
      .find((property) => isSymbolKey(property.escapedName, 'borrow'));
    if (mark === undefined) return false;
    const kind = this.#checker.getNonNullableType(this.#checker.getTypeOfSymbol(mark));
    return !(kind.isStringLiteral() && kind.value === 'own');
  }

  #typeOf(property: ts.Symbol, at: ts.Node): ts.Type {
    return this.#checker.getTypeOfSymbolAtLocation(property, at);
  }

  *#declaredFields(node: ts.ClassLikeDeclaration): Generator<OwnedField> {
    for (const member of node.members) {
      if (ts.isPropertyDeclaration(member) && !isStatic(member)) {
        if (conventionOf(member.type) !== 'move') continue;
        const type = this.#checker.getTypeAtLocation(member);
        yield { name: member.name, type, isParameterProperty: false };
      } else if (ts.isConstructorDeclaration(member) && member.body !== undefined) {
        for (const parameter of member.parameters) {
          if (!ts.isParameterPropertyDeclaration(parameter, member)) continue;
          if (!ts.isIdentifier(parameter.name) || conventionOf(parameter.type) !== 'move') continue;
          const type = this.#checker.getTypeAtLocation(parameter);
          yield { name: parameter.name, type, isParameterProperty: true };
        }
      }
    }
  }

  #collectImplementers(node: ts.Node): void {
    if (ts.isClassLike(node)) {
      for (const clause of node.heritageClauses ?? []) {
        if (clause.token !== ts.SyntaxKind.ImplementsKeyword) continue;
        for (const it of clause.types) {
          this.#addImplementer(this.#checker.getTypeAtLocation(it), node);
        }
      }
    }
    ts.forEachChild(node, (child) => this.#collectImplementers(child));
  }

  #addImplementer(type: ts.Type, node: ts.ClassLikeDeclaration): void {
    if (type.symbol === undefined) return;
    const known = this.#implementers.get(type.symbol) ?? [];
    this.#implementers.set(type.symbol, [...known, node]);
    if (type.isClassOrInterface()) {
      for (const base of this.#checker.getBaseTypes(type)) this.#addImplementer(base, node);
    }
  }
}

function isOwnedField(property: ts.Symbol): boolean {
  const declaration = property.valueDeclaration;
  return (
    declaration !== undefined &&
    (ts.isPropertyDeclaration(declaration) || ts.isParameter(declaration)) &&
    conventionOf(declaration.type) === 'move'
  );
}

export function isStatic(member: ts.ClassElement): boolean {
  return (ts.getCombinedModifierFlags(member) & ts.ModifierFlags.Static) !== 0;
}

/** The rules of a program: nothing in it is owned. */
export class Nobody extends Ownership {
  override isOwned(): boolean {
    return false;
  }
}
