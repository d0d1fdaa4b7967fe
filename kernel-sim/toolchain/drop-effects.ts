// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What dropping a value does: its own dispose and, through the glue, those of its fields and of
 * what its type arguments stand for. Each is a node of the effect graph.
 */
import ts from 'typescript';

import { declarationOrigin } from './declarations.ts';
import type { DropPlan } from './drop-plan.ts';
import { EffectNode } from './effect-graph.ts';
import { constructorOf } from './fragile-classes.ts';
import { functionName } from './names.ts';
import type { Ownership } from './ownership.ts';

export class DropEffects {
  readonly #checker: ts.TypeChecker;
  readonly #ownership: Ownership;
  readonly #nodeOf: (declaration: ts.Node) => EffectNode;
  readonly #byType = new Map<ts.Type, readonly EffectNode[]>();
  readonly #glue = new Map<ts.ClassLikeDeclaration, EffectNode>();
  readonly #parameters = new Map<ts.Symbol, EffectNode>();

  constructor(
    checker: ts.TypeChecker,
    ownership: Ownership,
    nodeOf: (declaration: ts.Node) => EffectNode,
  ) {
    this.#checker = checker;
    this.#ownership = ownership;
    this.#nodeOf = nodeOf;
  }

  get nodes(): EffectNode[] {
    return [...this.#glue.values(), ...this.#parameters.values()];
  }

  visitClass(node: ts.ClassLikeDeclaration): void {
    this.glueOf(node);
  }

  /** The glue of a class of the driver: its dispose, then its owned fields. */
  glueOf(node: ts.ClassLikeDeclaration): EffectNode {
    const known = this.#glue.get(node);
    if (known !== undefined) return known;
    const glue = new EffectNode(`${functionName(node)}.drop`);
    this.#glue.set(node, glue);
    const dispose = this.#ownership.disposeOf(this.#checker.getTypeAtLocation(node));
    for (const declaration of dispose?.declarations ?? []) {
      glue.calls(this.#nodeOf(declaration), declaration);
    }
    for (const { name, type } of this.#ownership.fieldsOf(node)) {
      for (const it of this.nodesOf(type)) glue.calls(it, name);
    }
    return glue;
  }

  /** The nodes that a drop of a value of `type` calls. */
  nodesOf(type: ts.Type): readonly EffectNode[] {
    const known = this.#byType.get(type);
    if (known !== undefined) return known;
    this.#byType.set(type, []); // A type within itself adds nothing.
    const nodes = this.#ownership.isOwned(type) ? [...this.#find(type)] : [];
    this.#byType.set(type, nodes);
    return nodes;
  }

  /** What a failed construction leaves behind: fields, and parameters of the constructor. */
  nodesOfParts(node: ts.ClassLikeDeclaration, plan: DropPlan): readonly EffectNode[] {
    const constructor = constructorOf(node);
    const slots = constructor === undefined ? [] : (plan.slotsByOwner.get(constructor) ?? []);
    const types = [...this.#ownership.fieldsOf(node), ...slots].map(({ type }) => type);
    return types.flatMap((type) => this.nodesOf(type));
  }

  /** A value of `given` is taken for `declared`, which may be or contain a type parameter. */
  pass(declared: ts.Type, given: ts.Type, at: ts.Node): void {
    const isParameter = (declared.flags & ts.TypeFlags.TypeParameter) !== 0;
    if (!isParameter || declared.symbol === undefined || declared === given) return;
    for (const it of this.nodesOf(given)) this.#parameterOf(declared.symbol).calls(it, at);
  }

  *#find(type: ts.Type): Generator<EffectNode> {
    if ((type.flags & ts.TypeFlags.TypeParameter) !== 0) {
      if (type.symbol !== undefined) yield this.#parameterOf(type.symbol);
      return;
    }
    if (type.isUnionOrIntersection()) {
      for (const part of type.types) yield* this.nodesOf(part);
      return;
    }
    const node = this.#ownership.classOf(type);
    if (node === undefined) {
      for (const declaration of this.#ownership.disposeOf(type)?.declarations ?? []) {
        yield this.#nodeOf(declaration);
      }
      for (const it of this.#ownership.implementersOf(type)) yield this.glueOf(it);
    } else yield this.glueOf(node);
    yield* this.#ofArguments(type, node);
  }

  *#ofArguments(type: ts.Type, node: ts.ClassLikeDeclaration | undefined): Generator<EffectNode> {
    const isReference = (type as Partial<ts.TypeReference>).target !== undefined;
    if (!isReference) return;
    const given = this.#checker.getTypeArguments(type as ts.TypeReference);
    for (const [index, argument] of given.entries()) {
      const parameter = node?.typeParameters?.[index];
      if (parameter === undefined) {
        const origin = declarationOrigin(
          type.symbol.declarations?.[0] ?? type.symbol.valueDeclaration ?? notDeclared(),
        );
        if (origin === 'api') yield* this.nodesOf(argument);
        continue;
      }
      this.pass(this.#checker.getTypeAtLocation(parameter), argument, parameter);
    }
  }

  #parameterOf(symbol: ts.Symbol): EffectNode {
    let node = this.#parameters.get(symbol);
    if (node === undefined) {
      node = new EffectNode(`drop of ${symbol.name}`);
      this.#parameters.set(symbol, node);
    }
    return node;
  }
}

function notDeclared(): never {
  throw new Error('a type without a declaration');
}
