// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Which functions may switch or sleep, and so are coroutines: the colouring of the call graph.
 *
 * The API's declarations say what blocks; the compiler resolves each call; values that flow from
 * one type to another make their functions share a node (flows.ts). What must stay plain
 * (constructors, accessors, callbacks of library functions) and would block is an error.
 */
import ts from 'typescript';

import type { Kind } from './analysis.ts';
import { effectOfCall, sleepsInCall } from './call-effects.ts';
import { declarationOrigin, parameterAt, traitsOf, type Effect } from './declarations.ts';
import type { Findings } from './diagnostics.ts';
import { DropEffects } from './drop-effects.ts';
import { reportPin } from './effect-errors.ts';
import type { DropPlan } from './drop-plan.ts';
import {
  cyclesOf,
  EffectNode,
  spreadEffects,
  spreadPlainness,
  spreadSleep,
} from './effect-graph.ts';
import { Flows, signaturesOf } from './flows.ts';
import { functionName } from './names.ts';
import type { Ownership } from './ownership.ts';
import {
  enclosingFunction,
  isCallNode,
  isFunctionNode,
  isLoop,
  walk,
  type CallNode,
} from './syntax.ts';

export type Build = 'fast' | 'stepped';

/** How a call is emitted. */
export type CallForm =
  /** As it stands. */
  | 'plain'
  /** `yield*` on a function that is known to be a coroutine. */
  | 'coroutine'
  /** A call of the C library: plain, then `yield*` on what is left of it. */
  | 'library'
  /** A function value or one of the API, out of a generator: a coroutine or not. */
  | 'maybe'
  /** A function value that must not be a coroutine. */
  | 'sync'
  /** A method of an array or map whose callback is a coroutine. */
  | 'collection';

interface CallInfo {
  readonly targets: readonly EffectNode[];
  /** The effect of API functions called directly. */
  readonly apiEffect: Effect;
  /** Nothing but functions of the C library is called. */
  readonly isLibrary: boolean;
  readonly isByValue: boolean;
  /** The function nodes of callbacks that a library method calls. */
  readonly callbacks: readonly EffectNode[];
}

const LIBRARY_METHODS = new Set([
  'forEach',
  'map',
  'filter',
  'some',
  'every',
  'find',
  'findIndex',
  'reduce',
  'flatMap',
]);

/** Called by the engine itself, which knows no coroutines. */
const CALLED_BY_ENGINE = new Set(['toString', 'valueOf', 'toJSON', 'toPrimitive', 'iterator']);

export class Effects {
  readonly #checker: ts.TypeChecker;
  readonly #plan: DropPlan;
  readonly #findings: Findings;
  readonly #nodes = new Map<ts.Node, EffectNode>();
  readonly #calls = new Map<ts.Node, CallInfo>();
  readonly #fragile = new Set<ts.Node>();
  readonly #flows: Flows;
  readonly #kind: Kind;
  readonly #looping = new Set<ts.Node>();
  readonly drops: DropEffects;

  constructor(
    checker: ts.TypeChecker,
    ownership: Ownership,
    plan: DropPlan,
    findings: Findings,
    kind: Kind,
  ) {
    this.#checker = checker;
    this.#plan = plan;
    this.#findings = findings;
    this.#kind = kind;
    this.#flows = new Flows(checker, (declaration) => this.nodeOf(declaration));
    this.drops = new DropEffects(checker, ownership, (declaration) => this.nodeOf(declaration));
  }

  /**
   * @param surface what other modules may call: they were told whether it is a coroutine, so what
   *   is plain in the fast build is plain in both
   */
  analyse(files: readonly ts.SourceFile[], surface: readonly ts.Node[]): void {
    for (const file of files) {
      this.#pinned(file, 'the top level of a module');
      walk(file, (node) => this.#visit(node));
    }
    for (const [owner, slots] of this.#plan.slotsByOwner) this.#visitSlots(owner, slots);
    for (const [node, { type }] of this.#plan.assignments) this.#dropAt(node, type);
    for (const [node, type] of this.#plan.dropCalls) this.#dropAt(node, type);
    const nodes = [...this.#nodes.values(), ...this.drops.nodes];
    if (this.#kind === 'program') this.#makePreemptible(nodes);
    spreadEffects(nodes);
    spreadSleep(nodes);
    for (const it of surface) {
      if (this.effectOf(it) === 0) this.#pinned(it, 'what other modules may call');
    }
    spreadPlainness(nodes);
    this.#checkPins(nodes);
  }

  /** What computes for long must be able to stop, but where nothing can. */
  #makePreemptible(nodes: readonly EffectNode[]): void {
    spreadPlainness(nodes);
    const endless = [...[...this.#looping].map((it) => this.nodeOf(it)), ...cyclesOf(nodes)];
    for (const node of endless) {
      const root = node.find();
      if (!root.isPlain && root.effect === 0) root.effect = 1;
    }
  }

  /** True when the function behind `declaration` is a generator in `build`. */
  isGenerator(declaration: ts.Node, build: Build): boolean {
    return isCoroutine(this.nodeOf(declaration), build);
  }

  effectOf(declaration: ts.Node): Effect {
    return this.nodeOf(declaration).find().effect;
  }

  callForm(call: CallNode, isInGenerator: boolean, build: Build): CallForm {
    const info = this.#calls.get(call);
    if (info === undefined) return 'plain';
    if (info.callbacks.some((node) => isCoroutine(node, build))) return 'collection';
    if (info.apiEffect > 0) {
      return info.isLibrary && this.#kind === 'program' ? 'library' : 'maybe';
    }
    const coloured = info.targets.filter((node) => isCoroutine(node, build)).length;
    if (!info.isByValue && coloured === info.targets.length && coloured > 0) return 'coroutine';
    if (coloured > 0) return isInGenerator ? 'maybe' : 'sync';
    return info.isByValue ? 'sync' : 'plain';
  }

  /** True when dropping a value of `type` out of a generator needs `yield*`. */
  dropSwitches(type: ts.Type, build: Build): boolean {
    return build === 'stepped' || this.drops.nodesOf(type).some((node) => node.find().effect > 0);
  }

  isGlueGenerator(node: ts.ClassLikeDeclaration, build: Build): boolean {
    return isCoroutine(this.drops.glueOf(node), build);
  }

  /** True when a `new` may have to drop what a failed constructor left. */
  makesFragile(call: ts.NewExpression): boolean {
    return this.#fragile.has(call);
  }

  nodeOf(declaration: ts.Node): EffectNode {
    let node = this.#nodes.get(declaration);
    if (node === undefined) {
      node = new EffectNode(functionName(declaration), traitsOf(declaration).effect);
      this.#nodes.set(declaration, node);
    }
    return node;
  }

  #visit(node: ts.Node): void {
    if (ts.isClassLike(node)) this.#visitClass(node);
    if (isFunctionNode(node)) this.#visitFunction(node);
    if (isCallNode(node)) this.#visitCall(node);
    if (ts.isPropertyAccessExpression(node)) this.#visitAccess(node);
    if (isLoop(node)) this.#looping.add(enclosingFunction(node));
    if (isLoop(node) && ts.isForOfStatement(node)) {
      this.#flows.pinIterator(this.#checker.getTypeAtLocation(node.expression), node.expression);
    }
    if (ts.isSpreadElement(node)) {
      this.#flows.pinIterator(this.#checker.getTypeAtLocation(node.expression), node.expression);
    }
    this.#flows.visit(node);
  }

  #visitClass(node: ts.ClassLikeDeclaration): void {
    this.drops.visitClass(node);
    this.#pinned(node, 'a constructor');
  }

  #visitFunction(node: ts.Node & { readonly name?: ts.Node }): void {
    if (ts.isConstructorDeclaration(node)) {
      // One node for all there is to making an instance.
      this.nodeOf(node.parent).union(this.nodeOf(node));
    } else if (ts.isAccessor(node)) this.#pinned(node, 'an accessor');
    else if (ts.isMethodDeclaration(node) && CALLED_BY_ENGINE.has(bareName(node.name))) {
      this.#pinned(node, `\`${bareName(node.name)}\`, which the engine calls,`);
    }
    const symbol = this.#checker.getSymbolAtLocation(node.name ?? node);
    const overloads = symbol?.declarations?.filter(ts.isFunctionLike) ?? [];
    if (overloads.length > 1 && !ts.isAccessor(node)) {
      for (const overload of overloads) this.nodeOf(node).union(this.nodeOf(overload));
    }
  }

  #pinned(declaration: ts.Node, reason: string): void {
    this.nodeOf(declaration).pin({ at: declaration, reason, limit: 0 });
  }

  /** The node whose code `at` belongs to. */
  #ownerOf(at: ts.Node): EffectNode {
    const parameter = ts.findAncestor(at, (it) => ts.isParameter(it) || isFunctionNode(it));
    if (parameter !== undefined && ts.isParameter(parameter)) {
      this.#pinned(parameter, 'the default of a parameter');
      return this.nodeOf(parameter);
    }
    const owner = enclosingFunction(at);
    if (ts.isPropertyDeclaration(owner) || ts.isClassStaticBlockDeclaration(owner)) {
      this.#pinned(owner, 'the initialiser of a field');
      return this.nodeOf(owner);
    }
    return this.nodeOf(owner);
  }

  #visitCall(call: CallNode): void {
    const type = this.#checker.getTypeAtLocation(call.expression);
    if (
      (type.flags & ts.TypeFlags.Any) !== 0 &&
      !isErrorType(type) &&
      call.expression.kind !== ts.SyntaxKind.SuperKeyword
    ) {
      this.#findings.add(
        call,
        'RZ1070',
        'a call of something of type `any`: nobody knows what it does',
        'give it a type',
      );
      return;
    }
    const signature = this.#checker.getResolvedSignature(call);
    const declarations = this.#calledDeclarations(call, type, signature?.declaration);
    const owner = this.#ownerOf(call);
    const targets: EffectNode[] = [];
    const callbacks: EffectNode[] = [];
    let apiEffect: Effect = 0;
    for (const declaration of declarations) {
      const origin = declarationOrigin(declaration);
      if (origin === 'driver') {
        targets.push(this.nodeOf(declaration));
        owner.calls(this.nodeOf(declaration), call);
      } else if (origin === 'api') {
        const effect = effectOfCall(call, declaration);
        if (traitsOf(declaration).effect > 0) apiEffect = traitsOf(declaration).effect;
        if (effect > 0) owner.calls(this.#apiNode(declaration, effect), call);
        else if (sleepsInCall(call, declaration)) owner.calls(this.#sleeper(declaration), call);
      } else {
        callbacks.push(...this.#libraryCallbacks(call, declaration, owner));
      }
    }
    this.#passGenerics(call, signature);
    if (ts.isNewExpression(call)) this.#visitFragile(call, declarations, owner);
    const isByValue = declarations.some(isSlot) || targets.length > 1;
    const isLibrary = declarations.every((it) => declarationOrigin(it) === 'api');
    this.#calls.set(call, { targets, apiEffect, isLibrary, isByValue, callbacks });
  }

  #apiNode(declaration: ts.Node, effect: Effect): EffectNode {
    const node = this.nodeOf(declaration);
    return node.effect === effect ? node : new EffectNode(node.name, effect);
  }

  #sleeper(declaration: ts.Node): EffectNode {
    const node = new EffectNode(this.nodeOf(declaration).name);
    node.maySleep = true;
    return node;
  }

  #calledDeclarations(
    call: CallNode,
    type: ts.Type,
    resolved: ts.Node | undefined,
  ): readonly ts.Node[] {
    if (type.isUnion()) return signaturesOf(type);
    if (resolved !== undefined && !ts.isJSDocSignature(resolved)) return [resolved];
    if (!ts.isNewExpression(call)) return [];
    // A class without a constructor still runs its initialisers.
    const declaration = type.symbol?.valueDeclaration;
    return declaration !== undefined && ts.isClassLike(declaration) ? [declaration] : [];
  }

  /** Functions that a library method calls: ours to replace, or they must be plain. */
  #libraryCallbacks(
    call: CallNode,
    declaration: ts.Node,
    owner: EffectNode,
  ): readonly EffectNode[] {
    const name = bareName((declaration as ts.NamedDeclaration).name);
    const receiver = declaration.parent;
    const isOurs =
      ts.isCallExpression(call) &&
      LIBRARY_METHODS.has(name) &&
      ts.isInterfaceDeclaration(receiver) &&
      /^(Readonly)?(Array|Map|Set)$/.test(receiver.name.text);
    const found: EffectNode[] = [];
    for (const argument of call.arguments ?? []) {
      for (const it of signaturesOf(this.#checker.getTypeAtLocation(argument))) {
        if (declarationOrigin(it) === 'lib') continue;
        const node = this.nodeOf(it);
        owner.calls(node, argument);
        if (isOurs) found.push(node);
        else {
          const reason = `a callback of \`${name}\`, which the engine calls,`;
          node.pin({ at: argument, reason, limit: 0 });
        }
      }
    }
    return found;
  }

  /** A value given for a type parameter is dropped where the generic code drops its own. */
  #passGenerics(call: CallNode, signature: ts.Signature | undefined): void {
    const declaration = signature?.declaration;
    if (declaration === undefined || ts.isJSDocSignature(declaration)) return;
    if (declarationOrigin(declaration) !== 'driver') return;
    for (const [index, argument] of (call.arguments ?? []).entries()) {
      const parameter = parameterAt(declaration, index);
      if (parameter === undefined) continue;
      const declared = this.#checker.getTypeAtLocation(parameter);
      this.drops.pass(declared, this.#checker.getTypeAtLocation(argument), argument);
    }
  }

  #visitFragile(call: CallNode, declarations: readonly ts.Node[], owner: EffectNode): void {
    for (const declaration of declarations) {
      const node = ts.isConstructorDeclaration(declaration) ? declaration.parent : declaration;
      if (!ts.isClassLike(node) || !this.#plan.fragileClasses.has(node)) continue;
      this.#fragile.add(call);
      for (const it of this.drops.nodesOfParts(node, this.#plan)) owner.calls(it, call);
    }
  }

  #visitAccess(node: ts.PropertyAccessExpression): void {
    const declaration = this.#checker.getSymbolAtLocation(node.name)?.valueDeclaration;
    if (declaration === undefined || !ts.isAccessor(declaration)) return;
    if (declarationOrigin(declaration) === 'driver') {
      this.#ownerOf(node).calls(this.nodeOf(declaration), node);
    }
  }

  #visitSlots(
    owner: ts.Node,
    slots: NonNullable<ReturnType<DropPlan['slotsByOwner']['get']>>,
  ): void {
    for (const slot of slots) {
      // What a constructor surely moves it drops only when it fails, by way of its caller.
      if (ts.isConstructorDeclaration(owner) && slot.isSurelyMoved) continue;
      for (const it of this.drops.nodesOf(slot.type)) this.nodeOf(owner).calls(it, slot.at);
    }
  }

  #dropAt(node: ts.Node, type: ts.Type): void {
    for (const it of this.drops.nodesOf(type)) this.#ownerOf(node).calls(it, node);
  }

  #checkPins(nodes: readonly EffectNode[]): void {
    const seen = new Set<EffectNode>();
    for (const node of nodes) {
      const root = node.find();
      if (seen.has(root)) continue;
      seen.add(root);
      const pin = root.pins.find(
        ({ limit }) => root.effect > limit || (root.maySleep && limit === 1),
      );
      if (pin !== undefined) reportPin(root, pin, this.#findings);
    }
  }
}

function isCoroutine(node: EffectNode, build: Build): boolean {
  const root = node.find();
  return build === 'fast' ? root.effect > 0 : !root.isPlain;
}

/** A declaration without a body of its own, behind which any function may stand. */
function isSlot(declaration: ts.Node): boolean {
  if (declarationOrigin(declaration) !== 'driver') return ts.isFunctionTypeNode(declaration);
  if (ts.isArrowFunction(declaration) || ts.isFunctionExpression(declaration)) {
    const holder = declaration.parent;
    return !(ts.isVariableDeclaration(holder) && (holder.parent.flags & ts.NodeFlags.Const) !== 0);
  }
  return (
    ts.isFunctionTypeNode(declaration) ||
    ts.isMethodSignature(declaration) ||
    ts.isCallSignatureDeclaration(declaration)
  );
}

function bareName(name: ts.Node | undefined): string {
  if (name === undefined) return '';
  if (ts.isComputedPropertyName(name)) {
    return ts.isPropertyAccessExpression(name.expression) ? name.expression.name.text : '';
  }
  return ts.isIdentifier(name) || ts.isStringLiteral(name) ? name.text : '';
}

/** What the compiler says of an expression that it has complained about already. */
function isErrorType(type: ts.Type): boolean {
  return (type as { readonly intrinsicName?: string }).intrinsicName === 'error';
}
