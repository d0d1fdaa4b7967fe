// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Fields of a driver's classes and variables of its files that several contexts may reach, and
 * where code reads and writes them: what a detector of data races is told of, although they lie in
 * no memory of the machine.
 *
 * What several contexts reach is guessed too large: objects that the kernel is given, or gives
 * back, and those that module variables hold, with all that their fields lead to. Only what is
 * changed after its making is looked at.
 */
import ts from 'typescript';

import { declarationOrigin } from './declarations.ts';
import type { PointerVariables } from './pointer-variables.ts';
import { SharedClasses } from './shared-classes.ts';
import { enclosingFunction, isAssignment, isFunctionNode, unwrap, walk } from './syntax.ts';

/** Bytes of a number, as of a `long`. */
const NUMBER_BYTES = 8;

export type SharedPlace =
  | {
      readonly kind: 'field';
      readonly offset: number;
      readonly sizeBytes: number;
      /** Of the whole object. */
      readonly bodyBytes: () => number;
    }
  /** In `.bss`. */
  | {
      readonly kind: 'variable';
      readonly offset: number;
      readonly sizeBytes: number;
      /** Every value is stored there anyway. */
      readonly isMirrored: boolean;
    };

export type Access = ts.PropertyAccessExpression | ts.Identifier;
type Field = ts.PropertyDeclaration | ts.ParameterDeclaration;
type Declaration = Field | ts.VariableDeclaration;

interface Seen {
  readonly node: Access;
  readonly declaration: Declaration;
  readonly isWrite: boolean;
}

export class SharedPlaces {
  /** Variables of files that are no pointers, in `.bss` behind those. */
  readonly variables: {
    readonly name: string;
    readonly offset: number;
    readonly sizeBytes: number;
  }[] = [];
  /** Of `.bss`, with what lies before them. */
  sizeBytes: number;
  readonly #checker: ts.TypeChecker;
  readonly #pointerBytes: number;
  readonly #pointers: PointerVariables;
  readonly #places = new Map<Declaration, SharedPlace>();
  readonly #bodies = new Map<ts.ClassLikeDeclaration, number>();
  readonly #reads = new Map<ts.Node, SharedPlace>();
  readonly #writes = new Map<ts.Node, SharedPlace>();

  constructor(checker: ts.TypeChecker, pointers: PointerVariables) {
    this.#checker = checker;
    this.#pointers = pointers;
    this.#pointerBytes = pointers.pointerBytes;
    this.sizeBytes = pointers.sizeBytes;
  }

  get isUsed(): boolean {
    return this.#places.size > 0;
  }

  /** The place whose value an expression is. */
  readOf(node: ts.Node): SharedPlace | undefined {
    return this.#reads.get(node);
  }

  /** The place that is assigned to, by the left side of the assignment. */
  writeOf(node: ts.Node): SharedPlace | undefined {
    return this.#writes.get(node);
  }

  isBig(node: Access): boolean {
    return (this.#checker.getTypeAtLocation(node).flags & ts.TypeFlags.BigIntLike) !== 0;
  }

  isAccess(node: ts.Node): boolean {
    return this.#reads.has(node) || this.#writes.has(node);
  }

  analyse(files: readonly ts.SourceFile[]): void {
    const seen: Seen[] = [];
    for (const file of files) walk(file, (node) => this.#see(node, seen));
    const written = new Set(seen.filter(({ isWrite }) => isWrite).map((it) => it.declaration));
    if (written.size === 0) return;
    const classes = new SharedClasses(this.#checker, files);
    for (const declaration of written) this.#place(declaration, classes);
    for (const { node, declaration, isWrite } of seen) {
      const place = this.#places.get(declaration);
      // A body has room for all fields, but only what changes is looked at.
      if (place === undefined || !written.has(declaration)) continue;
      const isUpdate = isWrite && !isAssignment(outermost(node).parent);
      if (isWrite && !(place.kind === 'variable' && place.isMirrored)) {
        this.#writes.set(node, place);
      }
      if (!isWrite || isUpdate) this.#reads.set(node, place);
    }
  }

  #see(node: ts.Node, seen: Seen[]): void {
    if (!ts.isPropertyAccessExpression(node) && !ts.isIdentifier(node)) return;
    const use = useOf(node);
    if (use === undefined) return;
    const declaration = this.#declarationOf(node);
    if (declaration === undefined || isMaking(node, declaration)) return;
    seen.push({ node, declaration, isWrite: use === 'write' });
  }

  /** Of a field or variable of the driver that may change. */
  #declarationOf(node: Access): Declaration | undefined {
    const name = ts.isIdentifier(node) ? node : node.name;
    const declaration = this.#checker.getSymbolAtLocation(name)?.declarations?.[0];
    if (declaration === undefined || declarationOrigin(declaration) !== 'driver') return undefined;
    if (ts.isVariableDeclaration(declaration)) {
      const isLet = (declaration.parent.flags & ts.NodeFlags.Let) !== 0;
      const isAtTop = ts.isSourceFile(declaration.parent.parent.parent);
      return isLet && isAtTop && ts.isIdentifier(node) ? declaration : undefined;
    }
    if (ts.isIdentifier(node)) return undefined;
    const isField =
      ts.isPropertyDeclaration(declaration) ||
      (ts.isParameter(declaration) &&
        ts.isParameterPropertyDeclaration(declaration, declaration.parent));
    return isField && !isReadonly(declaration) ? declaration : undefined;
  }

  #place(declaration: Declaration, classes: SharedClasses): void {
    const type = this.#checker.getTypeAtLocation(declaration);
    if (ts.isVariableDeclaration(declaration)) {
      const sizeBytes = this.#sizeOf(type);
      const mirror = this.#pointers.staticOf(declaration);
      if (mirror !== undefined) {
        const { offset } = mirror;
        const bytes = this.#pointerBytes;
        this.#places.set(declaration, {
          kind: 'variable',
          offset,
          sizeBytes: bytes,
          isMirrored: true,
        });
        return;
      }
      const offset = aligned(this.sizeBytes, sizeBytes);
      const name = declaration.name.getText();
      this.variables.push({ name, offset, sizeBytes });
      this.sizeBytes = aligned(offset + sizeBytes, this.#pointerBytes);
      this.#places.set(declaration, { kind: 'variable', offset, sizeBytes, isMirrored: false });
      return;
    }
    const owner = ts.findAncestor(declaration, ts.isClassLike);
    if (owner === undefined || !classes.has(owner)) return;
    this.#bodyOf(owner);
  }

  /** Lays a class's fields out, each where C would put it; answers the size of an object. */
  #bodyOf(owner: ts.ClassLikeDeclaration): number {
    const known = this.#bodies.get(owner);
    if (known !== undefined) return known;
    this.#bodies.set(owner, 0);
    const bodyBytes = (): number => this.#bodies.get(owner)!;
    const base = this.#baseOf(owner);
    let end = base === undefined ? 0 : this.#bodyOf(base);
    for (const field of fieldsOf(owner)) {
      const sizeBytes = this.#sizeOf(this.#checker.getTypeAtLocation(field));
      const offset = aligned(end, sizeBytes);
      end = offset + sizeBytes;
      this.#places.set(field, { kind: 'field', offset, sizeBytes, bodyBytes });
    }
    this.#bodies.set(owner, aligned(end, this.#pointerBytes));
    return bodyBytes();
  }

  #baseOf(owner: ts.ClassLikeDeclaration): ts.ClassLikeDeclaration | undefined {
    const [type] = this.#checker.getTypeAtLocation(owner).getBaseTypes() ?? [];
    const declaration = type?.symbol?.valueDeclaration;
    const isOurs = declaration !== undefined && declarationOrigin(declaration) === 'driver';
    return isOurs && ts.isClassLike(declaration) ? declaration : undefined;
  }

  #sizeOf(type: ts.Type): number {
    const { flags } = this.#checker.getNonNullableType(type);
    if ((flags & ts.TypeFlags.BooleanLike) !== 0) return 1;
    const isNumber = (flags & (ts.TypeFlags.NumberLike | ts.TypeFlags.BigIntLike)) !== 0;
    return isNumber ? NUMBER_BYTES : this.#pointerBytes;
  }
}

/** Those of objects and of the class itself; what is readonly takes its room. */
function fieldsOf(owner: ts.ClassLikeDeclaration): Field[] {
  return owner.members.flatMap((member): Field[] => {
    if (ts.isPropertyDeclaration(member)) return [member];
    if (!ts.isConstructorDeclaration(member)) return [];
    return member.parameters.filter((it) => ts.isParameterPropertyDeclaration(it, member));
  });
}

function isReadonly(declaration: ts.Declaration): boolean {
  return (ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Readonly) !== 0;
}

/** How an expression is used; undefined where its value is not simply read or written. */
function useOf(node: Access): 'read' | 'write' | undefined {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(node)) {
    if (ts.isOptionalChain(node) || node.expression.kind === ts.SyntaxKind.SuperKeyword) return;
  } else if (!isReference(node)) return undefined;
  const whole = outermost(node);
  const user = whole.parent;
  if (ts.isPrefixUnaryExpression(user) || ts.isPostfixUnaryExpression(user)) {
    const { PlusPlusToken, MinusMinusToken } = ts.SyntaxKind;
    const isStep = user.operator === PlusPlusToken || user.operator === MinusMinusToken;
    return isStep ? 'write' : 'read';
  }
  if (ts.isBinaryExpression(user) && user.left === whole) {
    const { kind } = user.operatorToken;
    const isAssigned =
      kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
    return isAssigned ? 'write' : 'read';
  }
  // `f()` and `o.f()` need what is called as it is written; so does `delete`.
  if (ts.isCallExpression(parent) && parent.expression === node) return undefined;
  if (ts.isDeleteExpression(user) || ts.isTaggedTemplateExpression(user)) return undefined;
  return isPattern(whole) ? undefined : 'read';
}

function outermost(node: ts.Expression): ts.Expression {
  const { parent } = node;
  return ts.isExpression(parent) && parent !== node && unwrap(parent) === unwrap(node)
    ? outermost(parent)
    : node;
}

/** An identifier that stands for a value, and not for a name. */
function isReference(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node;
  if (ts.isVariableDeclaration(parent) || ts.isParameter(parent) || ts.isBindingElement(parent)) {
    return parent.initializer === node;
  }
  if (ts.isPropertyDeclaration(parent)) return parent.initializer === node;
  return (
    (ts.isExpression(parent) && !isFunctionNode(parent)) ||
    ts.isTemplateSpan(parent) ||
    ts.isArrowFunction(parent) ||
    (ts.isStatement(parent) && !ts.isLabeledStatement(parent) && !ts.isDeclarationStatement(parent))
  );
}

/** `[here] = …`, `({ x: here } = …)`, `for (here of …)`. */
function isPattern(node: ts.Expression): boolean {
  let at: ts.Node = node;
  for (;;) {
    const { parent } = at;
    if (ts.isForOfStatement(parent) || ts.isForInStatement(parent)) {
      return parent.initializer === at;
    }
    if (isAssignment(parent)) return parent.left === at && at !== node;
    const isPart =
      ts.isArrayLiteralExpression(parent) ||
      ts.isObjectLiteralExpression(parent) ||
      ts.isPropertyAssignment(parent) ||
      ts.isSpreadElement(parent) ||
      ts.isSpreadAssignment(parent);
    if (!isPart) return false;
    at = parent;
  }
}

/** While an object is made nobody else has it, and while a file is loaded nobody its variables. */
function isMaking(node: Access, declaration: Declaration): boolean {
  const where = enclosingFunction(node);
  if (ts.isVariableDeclaration(declaration)) return ts.isSourceFile(where);
  if (!isFunctionNode(where)) return true;
  const isOwn =
    ts.isPropertyAccessExpression(node) && node.expression.kind === ts.SyntaxKind.ThisKeyword;
  return isOwn && ts.isConstructorDeclaration(where);
}

function aligned(offset: number, bytes: number): number {
  return Math.ceil(offset / bytes) * bytes;
}
