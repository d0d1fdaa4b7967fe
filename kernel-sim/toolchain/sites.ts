// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Numbers the functions of a module and the places in them that a report can name.
 *
 * Both builds use the same numbers, and so does the canonical layout behind `name+0xOFF/0xLEN`:
 * every place takes 16 bytes, in source order, as if each were a few instructions.
 */
import ts from 'typescript';

import type { SiteTable } from '../uapi/module-abi.ts';
import { SPECIAL_SYMBOL } from '../uapi/module-sections.ts';
import { functionName, isAnonymous } from './names.ts';
import {
  isCallNode,
  isExportedFunction,
  isFunctionNode,
  walk,
  type FunctionNode,
} from './syntax.ts';
import type { Places } from './places.ts';

const SITE_BYTES = 16;
const FRAME_BYTES = 48;
const LOCAL_BYTES = 8;

export class Sites {
  readonly table: SiteTable;
  /** Sites of functions (their entries), statements, loop conditions and calls. */
  readonly #byNode = new Map<ts.Node, number>();
  readonly #frameBytes = new Map<FunctionNode, number>();
  /** Statements and conditions in which something may be reported. */
  readonly #nameable = new Set<ts.Node>();
  readonly #conditions = new Set<ts.Node>();
  readonly #exact = new Set<ts.Node>();
  /** What touches memory. */
  readonly #places: Pick<Places, 'isAccess'>;
  readonly #functions: SiteTable['functions'][number][] = [];
  readonly #sites: (readonly [number, number, number, number, number])[] = [];
  /** How often each name is taken; those that every module has are taken from the start. */
  readonly #names = new Map<string, number>(
    Object.values(SPECIAL_SYMBOL).map((name) => [name, 1] as const),
  );
  /** By number. */
  readonly nodes: FunctionNode[] = [];
  readonly #reserved = new Map<ts.Node, string>();

  constructor(
    files: readonly ts.SourceFile[],
    nameOf: (path: string) => string,
    places: Pick<Places, 'isAccess'>,
  ) {
    this.#places = places;
    for (const file of files) for (const it of file.statements) this.#reserve(it);
    for (const [index, file] of files.entries()) {
      walk(file, (node) => {
        if (isFunctionNode(node) && node.body !== undefined) this.#number(node, index);
      });
    }
    this.table = {
      files: files.map((file) => nameOf(file.fileName)),
      functions: this.#functions,
      sites: this.#sites,
    };
  }

  siteOf(node: ts.Node): number | undefined {
    return this.#byNode.get(node);
  }

  frameBytes(node: FunctionNode): number {
    return this.#frameBytes.get(node) ?? FRAME_BYTES;
  }

  /** True when the fast build, too, must say that it is here. */
  isNameable(node: ts.Node): boolean {
    return this.#nameable.has(node);
  }

  /** A loop's condition or incrementor, which is met again after the body. */
  isCondition(node: ts.Node): boolean {
    return this.#conditions.has(node);
  }

  /** True when a call or access sets its own site, since its statement spans several lines. */
  isExact(node: ts.Node): boolean {
    return this.#exact.has(node);
  }

  /** The site of the statement or condition that a node is part of. */
  siteAround(node: ts.Node): number | undefined {
    const holder = ts.findAncestor(node, (it) => this.#byNode.has(it));
    return holder === undefined ? undefined : this.#byNode.get(holder);
  }

  /** What other modules may call keeps its name; a function within another takes the next. */
  #reserve(node: ts.Statement): void {
    if (!isExportedFunction(node)) return;
    const name = functionName(node);
    if (this.#names.has(name)) return;
    this.#names.set(name, 1);
    this.#reserved.set(node, name);
  }

  #number(node: FunctionNode, file: number): void {
    const number = this.#functions.length;
    this.nodes.push(node);
    const first = this.#sites.length;
    let locals = node.parameters.length;
    const add = (at: ts.Node, position = at.getStart()): void => {
      const source = at.getSourceFile();
      const { line, character } = source.getLineAndCharacterOfPosition(position);
      const offset = (this.#sites.length - first) * SITE_BYTES;
      this.#byNode.set(at, this.#sites.length);
      this.#sites.push([number, file, line + 1, character + 1, offset]);
    };
    add(node, (node.name ?? node).getStart());
    this.#functions.push({ name: '', frameBytes: 0, length: 0 }); // Functions inside come later.
    const visit = (child: ts.Node): void => {
      if (ts.isVariableDeclaration(child)) locals++;
      for (const unit of unitsOf(child)) this.#addUnit(unit, add);
    };
    if (node.body !== undefined) {
      if (!ts.isBlock(node.body)) this.#addUnit({ at: node.body, parts: [node.body] }, add);
      walk(node.body, visit, false);
    }
    const frameBytes = FRAME_BYTES + LOCAL_BYTES * locals;
    this.#frameBytes.set(node, frameBytes);
    this.#functions[number] = {
      name: this.#uniqueName(node),
      frameBytes,
      length: (this.#sites.length - first) * SITE_BYTES,
    };
  }

  #addUnit({ at, parts }: Unit, add: (at: ts.Node, position?: number) => void): void {
    add(at);
    const line = lineOf(at.getSourceFile(), at.getStart());
    const calls: ts.Node[] = [];
    let isNameable = parts.length > 0 && ts.isThrowStatement(at);
    const visit = (node: ts.Node): void => {
      if (canBeReported(node) || this.#places.isAccess(node)) isNameable = true;
      if (isCallNode(node) && node.expression.kind !== ts.SyntaxKind.SuperKeyword) calls.push(node);
      else if (this.#places.isAccess(node)) calls.push(node);
    };
    for (const part of parts) {
      if (isFunctionNode(part)) continue;
      visit(part);
      walk(part, visit, false);
    }
    if (isNameable || ts.isForOfStatement(at)) this.#nameable.add(at);
    if (ts.isExpression(at) && !ts.isArrowFunction(at.parent)) this.#conditions.add(at);
    const isSpread = calls.some((call) => lineOf(at.getSourceFile(), positionOf(call)) !== line);
    if (!isSpread) return;
    for (const call of calls) {
      this.#exact.add(call);
      add(call, positionOf(call));
    }
  }

  #uniqueName(node: FunctionNode): string {
    const reserved = this.#reserved.get(node);
    if (reserved !== undefined) return reserved;
    const base = isAnonymous(node) ? this.#closureName(node) : functionName(node);
    const count = this.#names.get(base) ?? 0;
    this.#names.set(base, count + 1);
    if (isAnonymous(node)) return `${base}${count}`;
    return count === 0 ? base : `${base}.${count}`;
  }

  #closureName(node: FunctionNode): string {
    const outer = ts.findAncestor(node.parent, isFunctionNode);
    return outer === undefined ? 'closure' : `${functionName(outer)}.closure`;
  }
}

/** What one site stands for: a statement without the statements in it, or a loop's condition. */
interface Unit {
  readonly at: ts.Node;
  readonly parts: readonly ts.Node[];
}

function* unitsOf(node: ts.Node): Generator<Unit> {
  switch (node.kind) {
    case ts.SyntaxKind.ExpressionStatement:
    case ts.SyntaxKind.VariableStatement:
    case ts.SyntaxKind.ReturnStatement:
    case ts.SyntaxKind.ThrowStatement:
    case ts.SyntaxKind.BreakStatement:
    case ts.SyntaxKind.ContinueStatement:
      yield { at: node, parts: childrenOf(node) };
      break;
    case ts.SyntaxKind.IfStatement:
    case ts.SyntaxKind.SwitchStatement:
      yield { at: node, parts: [(node as ts.IfStatement).expression] };
      break;
    case ts.SyntaxKind.ForInStatement:
    case ts.SyntaxKind.ForOfStatement:
      yield { at: node, parts: [(node as ts.ForOfStatement).expression] };
      break;
    case ts.SyntaxKind.WhileStatement:
    case ts.SyntaxKind.DoStatement: {
      // The condition is met again after the body, so it says itself where it is.
      const { expression } = node as ts.WhileStatement;
      yield { at: node, parts: [] };
      yield { at: expression, parts: [expression] };
      break;
    }
    case ts.SyntaxKind.ForStatement: {
      const { initializer, condition, incrementor } = node as ts.ForStatement;
      yield { at: node, parts: initializer === undefined ? [] : [initializer] };
      if (condition !== undefined) yield { at: condition, parts: [condition] };
      if (incrementor !== undefined) yield { at: incrementor, parts: [incrementor] };
      break;
    }
    default:
      break;
  }
}

function childrenOf(node: ts.Node): ts.Node[] {
  const children: ts.Node[] = [];
  ts.forEachChild(node, (child) => {
    children.push(child);
  });
  return children;
}

/** What may call somebody, touch memory that is watched, or fail. */
function canBeReported(node: ts.Node): boolean {
  switch (node.kind) {
    case ts.SyntaxKind.CallExpression:
    case ts.SyntaxKind.NewExpression:
    case ts.SyntaxKind.PropertyAccessExpression:
    case ts.SyntaxKind.ElementAccessExpression:
    case ts.SyntaxKind.SpreadElement:
    case ts.SyntaxKind.TemplateExpression:
    case ts.SyntaxKind.TaggedTemplateExpression:
    case ts.SyntaxKind.ObjectBindingPattern:
    case ts.SyntaxKind.ArrayBindingPattern:
      return true;
    default:
      return false;
  }
}

/** Where a call or access is, as engines count: at the name that is called, read or written. */
function positionOf(node: ts.Node): number {
  const named = ts.isCallExpression(node) ? node.expression : node;
  if (ts.isPropertyAccessExpression(named)) return named.name.getStart();
  return ts.isElementAccessExpression(node) ? node.argumentExpression.getStart() : node.getStart();
}

function lineOf(source: ts.SourceFile, position: number): number {
  return source.getLineAndCharacterOfPosition(position).line;
}
