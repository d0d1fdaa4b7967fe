// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Finds what each scope owns and where it is moved: the making of a `DropPlan`.
 *
 * Two walks over each file. The first gives every owned variable and parameter its slot; the second
 * looks at each use, which by then may name a variable that is declared further down.
 */
import ts from 'typescript';

import { isDeclarationName, isInitialisation, isUnconditional } from './certainty.ts';
import {
  conventionOf,
  consumesReceiver,
  declarationOrigin,
  isThisParameter,
  parameterAt,
} from './declarations.ts';
import type { Findings } from './diagnostics.ts';
import type { AssignmentDrop, DropPlan, Region, Slot } from './drop-plan.ts';
import { isFragile } from './fragile-classes.ts';
import type { Ownership } from './ownership.ts';
import {
  enclosingFunction,
  isAssignment,
  isCallNode,
  isFunctionNode,
  isInert,
  isUsing,
  unwrap,
  walk,
  type CallNode,
  type FunctionNode,
} from './syntax.ts';
import { fullExpressionsOf, regionNodeOf } from './scopes.ts';
import { useOf, type Use } from './uses.ts';

/** What an initialiser's value may come from. */
interface Leaf {
  readonly node: ts.Expression;
  /** A fresh owned value, a variable that may own one, a place that keeps it, or none of these. */
  readonly kind: 'fresh' | 'variable' | 'place' | 'nothing';
}

export class DropPlanner implements DropPlan {
  readonly regions = new Map<ts.Node, Region>();
  readonly intoSlot = new Map<ts.Node, Slot>();
  readonly moves = new Map<ts.Node, Slot>();
  readonly callMoves = new Map<ts.Node, Slot[]>();
  readonly temporaries = new Map<ts.Node, Slot[]>();
  readonly assignments = new Map<ts.Node, AssignmentDrop>();
  readonly dropCalls = new Map<ts.Node, ts.Type>();
  readonly fragileClasses = new Set<ts.ClassLikeDeclaration>();
  readonly slotsByOwner = new Map<ts.Node, Slot[]>();

  readonly #checker: ts.TypeChecker;
  readonly #ownership: Ownership;
  readonly #findings: Findings;
  readonly #slotOfVariable = new Map<ts.Symbol, Slot>();
  readonly #slotOfThis = new Map<ts.Node, Slot>();
  readonly #usings = new Set<ts.Symbol>();
  #slots = 0;

  constructor(checker: ts.TypeChecker, ownership: Ownership, findings: Findings) {
    this.#checker = checker;
    this.#ownership = ownership;
    this.#findings = findings;
  }

  plan(files: readonly ts.SourceFile[]): DropPlan {
    for (const file of files) walk(file, (node) => this.#declare(node));
    for (const file of files) {
      for (const full of fullExpressionsOf(file)) this.#planExpression(full, full);
      walk(file, (node) => {
        if (ts.isClassLike(node) && isFragile(node, this.#ownership, this)) {
          this.fragileClasses.add(node);
        }
      });
    }
    return this;
  }

  // First walk: slots of variables and parameters.

  #declare(node: ts.Node): void {
    if (ts.isVariableDeclarationList(node)) this.#declareVariables(node);
    else if (isFunctionNode(node) && node.body !== undefined) {
      for (const parameter of node.parameters) this.#declareParameter(parameter, node);
    }
  }

  #declareVariables(list: ts.VariableDeclarationList): void {
    const isLoopVariable = ts.isForOfStatement(list.parent) || ts.isForInStatement(list.parent);
    const regionNode = isLoopVariable
      ? (list.parent as ts.ForOfStatement).statement
      : ts.isForStatement(list.parent)
        ? list.parent
        : regionNodeOf(list);
    // A static of the module is never dropped.
    if (regionNode === null || ts.isSourceFile(regionNode)) return;
    for (const declaration of list.declarations) {
      if (!ts.isIdentifier(declaration.name)) continue;
      const type = this.#checker.getTypeAtLocation(declaration.name);
      const isOwner = isUsing(list)
        ? true
        : !isLoopVariable && this.#ownership.isOwned(type) && this.#mayTakeOver(declaration);
      if (!isOwner) continue;
      const slot = this.#newSlot(regionNode, type, declaration.name, false);
      const symbol = this.#checker.getSymbolAtLocation(declaration.name);
      if (symbol !== undefined) {
        if (isUsing(list)) this.#usings.add(symbol);
        else this.#slotOfVariable.set(symbol, slot);
      }
      if (isLoopVariable) this.intoSlot.set(declaration, slot);
      else if (isUsing(list) && declaration.initializer !== undefined) {
        this.intoSlot.set(declaration.initializer, slot);
      }
    }
  }

  #mayTakeOver(declaration: ts.VariableDeclaration): boolean {
    const isLet = (declaration.parent.flags & ts.NodeFlags.Const) === 0;
    if (isLet || declaration.initializer === undefined) return true;
    return this.#leaves(declaration.initializer).some(
      ({ node, kind }) => kind === 'fresh' || (kind !== 'nothing' && ts.isIdentifier(unwrap(node))),
    );
  }

  #declareParameter(parameter: ts.ParameterDeclaration, owner: FunctionNode): void {
    // Moved into its field at once.
    if (ts.isParameterPropertyDeclaration(parameter, owner)) return;
    if (isThisParameter(parameter)) {
      if (!consumesReceiver(owner)) return;
      const type = this.#checker.getTypeAtLocation(parameter);
      const slot = this.#newSlot(owner, type, parameter, false);
      this.#slotOfThis.set(owner, slot);
      this.intoSlot.set(parameter, slot);
      return;
    }
    if (!ts.isIdentifier(parameter.name)) return;
    const written = parameter.type ?? this.#inferredParameter(parameter, owner);
    if (conventionOf(written) !== 'move') return;
    const type = this.#checker.getTypeAtLocation(parameter);
    if (!this.#ownership.isOwned(type)) return;
    const slot = this.#newSlot(owner, type, parameter.name, false);
    const symbol = this.#checker.getSymbolAtLocation(parameter.name);
    if (symbol !== undefined) this.#slotOfVariable.set(symbol, slot);
    this.intoSlot.set(parameter, slot);
  }

  /** The type node behind a parameter without one: that of the callback's declaration. */
  #inferredParameter(
    parameter: ts.ParameterDeclaration,
    owner: FunctionNode,
  ): ts.TypeNode | undefined {
    if (!ts.isArrowFunction(owner) && !ts.isFunctionExpression(owner)) return undefined;
    const context = this.#checker.getContextualType(owner);
    const symbol = context?.getCallSignatures()[0]?.parameters[owner.parameters.indexOf(parameter)];
    const declaration = symbol?.valueDeclaration;
    return declaration !== undefined && ts.isParameter(declaration) ? declaration.type : undefined;
  }

  // Second walk: uses.

  #planExpression(node: ts.Node, full: ts.Expression): void {
    if (isFunctionNode(node) || ts.isClassLike(node)) return; // Its own full expressions.
    if (ts.isExpression(node)) this.#planUse(node, full);
    ts.forEachChild(node, (child) => this.#planExpression(child, full));
  }

  #planUse(node: ts.Expression, full: ts.Expression): void {
    if (isCallNode(node)) {
      if (this.#isDropCall(node)) {
        const argument = node.arguments?.[0];
        if (argument !== undefined) {
          this.dropCalls.set(node, this.#checker.getTypeAtLocation(argument));
        }
      }
      if (this.#ownership.isOwned(this.#checker.getTypeAtLocation(node))) {
        this.#planFresh(node, full);
      }
    } else if (isAssignment(node)) this.#planAssignment(node);
    else if (ts.isIdentifier(node) || node.kind === ts.SyntaxKind.ThisKeyword) {
      this.#planVariable(node);
    }
  }

  /** A call's or constructor's owned result. */
  #planFresh(node: CallNode, full: ts.Expression): void {
    const use = this.#useOf(node);
    switch (use.kind) {
      case 'borrow':
        this.#keepTemporary(node, full);
        break;
      case 'argument':
        // Something that runs before the call may throw, and only then does this need a keeper.
        if (!(use.call.arguments ?? []).slice(use.index + 1).every(isInert)) {
          this.#addTo(this.callMoves, use.call, this.#keepTemporary(node, full));
        }
        break;
      case 'variable': {
        const slot = this.#slotOf(use.declaration.name);
        if (slot !== undefined) this.intoSlot.set(node, slot);
        break;
      }
      case 'receiver':
      case 'assignment':
      case 'escape':
        break;
    }
  }

  #keepTemporary(node: CallNode, full: ts.Expression): Slot {
    const region = regionNodeOf(full);
    if (region === null) {
      this.#findings.add(
        node,
        'RZ1000',
        'an owned value without a name has no scope here that could drop it',
        'make it in the constructor, or in a function',
      );
    }
    const type = this.#checker.getTypeAtLocation(node);
    const slot = this.#newSlot(region ?? node.getSourceFile(), type, node, true);
    this.intoSlot.set(node, slot);
    // What is iterated over ends with the loop, whose own scope drops it.
    const isIterated = ts.isForOfStatement(full.parent) && full.parent.expression === full;
    if (!isIterated) this.#addTo(this.temporaries, full, slot);
    return slot;
  }

  #planVariable(node: ts.Expression): void {
    if (this.#usings.size > 0) this.#checkUsing(node);
    const slot = this.#slotOf(node);
    if (slot === undefined || isDeclarationName(node)) return;
    const use = this.#useOf(node);
    switch (use.kind) {
      case 'borrow':
        return;
      case 'argument':
      case 'receiver':
        if (use.isDirect) this.#addTo(this.callMoves, use.call, slot);
        else this.moves.set(node, slot);
        break;
      case 'variable': {
        const target = this.#slotOf(use.declaration.name);
        if (target !== undefined) this.intoSlot.set(node, target);
        this.moves.set(node, slot);
        break;
      }
      case 'assignment':
      case 'escape':
        this.moves.set(node, slot);
        break;
    }
    if (isUnconditional(node)) slot.isSurelyMoved = true;
  }

  /** What `using` holds ends with its block, so nobody else may take it over. */
  #checkUsing(node: ts.Expression): void {
    const symbol = this.#checker.getSymbolAtLocation(node);
    if (symbol === undefined || !this.#usings.has(symbol) || isDeclarationName(node)) return;
    if (this.#useOf(node).kind === 'borrow') return;
    if (!this.#ownership.isOwned(this.#checker.getTypeAtLocation(node))) return;
    this.#findings.add(
      node,
      'RZ1011',
      `\`${node.getText()}\` ends with its block: it cannot be given away`,
      'declare it with `const`',
    );
  }

  #planAssignment(node: ts.BinaryExpression): void {
    const place = unwrap(node.left);
    const slot = ts.isIdentifier(place) ? this.#slotOf(place) : undefined;
    if (slot === undefined && !this.#isOwnedPlace(place)) return;
    if (slot === undefined && isInitialisation(node, place)) return;
    const kinds = this.#leaves(node.right).map(({ kind }) => kind);
    const isBorrowed = kinds.includes('place');
    if (isBorrowed && kinds.some((kind) => kind === 'fresh' || kind === 'variable')) {
      this.#findings.add(
        node.right,
        'RZ1000',
        'one branch gives a value away, the other only lends one',
        'make both branches own what they give',
      );
    }
    const type = slot?.type ?? this.#checker.getTypeAtLocation(place);
    this.assignments.set(node, { slot, type, isOwnedValue: !isBorrowed });
  }

  /** A field, or a place behind an accessor, whose declared type is owned. */
  #isOwnedPlace(place: ts.Expression): boolean {
    if (ts.isElementAccessExpression(place)) {
      const type = this.#checker.getTypeAtLocation(place);
      return this.#ownership.isOwned(type);
    }
    if (!ts.isPropertyAccessExpression(place)) return false;
    const symbol = this.#checker.getSymbolAtLocation(place.name);
    const declaration = symbol?.valueDeclaration;
    if (symbol === undefined || declaration === undefined) return false;
    const written =
      ts.isPropertyDeclaration(declaration) ||
      ts.isPropertySignature(declaration) ||
      ts.isParameter(declaration) ||
      ts.isGetAccessor(declaration)
        ? declaration.type
        : undefined;
    return (
      conventionOf(written) === 'move' &&
      this.#ownership.isOwned(this.#checker.getTypeOfSymbol(symbol))
    );
  }

  #isDropCall(node: CallNode): boolean {
    if (!ts.isCallExpression(node)) return false;
    const declaration = this.#checker.getResolvedSignature(node)?.declaration;
    return (
      declaration !== undefined &&
      ts.isFunctionDeclaration(declaration) &&
      declaration.name?.text === 'drop' &&
      declarationOrigin(declaration) === 'api'
    );
  }

  #leaves(expression: ts.Expression): Leaf[] {
    const node = unwrap(expression);
    if (ts.isConditionalExpression(node)) {
      return [...this.#leaves(node.whenTrue), ...this.#leaves(node.whenFalse)];
    }
    if (ts.isBinaryExpression(node)) {
      switch (node.operatorToken.kind) {
        case ts.SyntaxKind.QuestionQuestionToken:
        case ts.SyntaxKind.BarBarToken:
          return [...this.#leaves(node.left), ...this.#leaves(node.right)];
        case ts.SyntaxKind.AmpersandAmpersandToken:
        case ts.SyntaxKind.CommaToken:
          return this.#leaves(node.right);
        default:
          return [];
      }
    }
    if (!this.#ownership.isOwned(this.#checker.getTypeAtLocation(node))) {
      return [{ node, kind: 'nothing' }];
    }
    if (isCallNode(node)) return [{ node, kind: 'fresh' }];
    return [{ node, kind: this.#slotOf(node) === undefined ? 'place' : 'variable' }];
  }

  #useOf(node: ts.Expression): Use {
    return useOf(node, (call, index) => {
      const signature = this.#checker.getResolvedSignature(call);
      const declared = signature?.declaration;
      if (declared === undefined || ts.isJSDocSignature(declared)) {
        const symbol = signature?.parameters[index];
        const parameter = symbol?.valueDeclaration;
        return parameter !== undefined && ts.isParameter(parameter)
          ? conventionOf(parameter.type)
          : 'move';
      }
      if (index < 0) return consumesReceiver(declared) ? 'move' : 'shared';
      return conventionOf(parameterAt(declared, index)?.type);
    });
  }

  #slotOf(node: ts.Node): Slot | undefined {
    if (node.kind === ts.SyntaxKind.ThisKeyword) {
      return this.#slotOfThis.get(enclosingFunction(node));
    }
    if (!ts.isIdentifier(node) || this.#slotOfVariable.size === 0) return undefined;
    const symbol =
      ts.isShorthandPropertyAssignment(node.parent) && node.parent.name === node
        ? this.#checker.getShorthandAssignmentValueSymbol(node.parent)
        : this.#checker.getSymbolAtLocation(node);
    return symbol === undefined ? undefined : this.#slotOfVariable.get(symbol);
  }

  #newSlot(regionNode: ts.Node, type: ts.Type, at: ts.Node, isTemporary: boolean): Slot {
    const name = `$o${this.#slots++}`;
    const slot: Slot = { name, type, at, isTemporary, isSurelyMoved: false };
    let region = this.regions.get(regionNode);
    if (region === undefined) {
      region = { node: regionNode, slots: [] };
      this.regions.set(regionNode, region);
    }
    region.slots.push(slot);
    const owner =
      isFunctionNode(regionNode) || ts.isSourceFile(regionNode)
        ? regionNode
        : enclosingFunction(regionNode);
    this.#addTo(this.slotsByOwner, owner, slot);
    return slot;
  }

  #addTo(map: Map<ts.Node, Slot[]>, key: ts.Node, slot: Slot): void {
    const known = map.get(key);
    if (known === undefined) map.set(key, [slot]);
    else known.push(slot);
  }
}
