// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Optional chains with a call in them that has to be finished.
 *
 * `a?.f().g` cannot become `(yield* a?.f()).g`: the parentheses would cut the chain in two. So such
 * a chain is spelt out: `(t = a) == null ? void 0 : (yield* t.f()).g`.
 */
import ts from 'typescript';

import { assign, empty, sequence } from './build-code.ts';
import { beforeCall, collectionCall, finished } from './emit-calls.ts';
import type { Emitter } from './emitter.ts';

const f = ts.factory;

type Link = ts.PropertyAccessExpression | ts.ElementAccessExpression | ts.CallExpression;

/** The chain spelt out; undefined when it can stay as it is or `node` is not the whole of it. */
export function emitChain(emitter: Emitter, node: ts.Expression): ts.Expression | undefined {
  if (isContinued(node)) return undefined;
  const { links, head } = takeApart(node);
  if (!links.some((link) => needsFinishing(emitter, link))) return undefined;
  return new ChainBuilder(emitter, links).from(0, emitter.expression(head));
}

function isContinued(node: ts.Expression): boolean {
  const { parent } = node;
  return (
    (ts.isOptionalChain(parent) || ts.isNonNullExpression(parent)) &&
    (parent as ts.PropertyAccessExpression).expression === node &&
    (ts.isOptionalChain(parent) || isContinued(parent))
  );
}

function takeApart(node: ts.Expression): { links: Link[]; head: ts.Expression } {
  const links: Link[] = [];
  let at = node;
  while (ts.isOptionalChain(at) || ts.isNonNullExpression(at)) {
    if (!ts.isNonNullExpression(at)) links.unshift(at);
    at = at.expression;
  }
  // The method of `a.b?.()` belongs to its call, which needs `a` for `this`.
  const first = links[0];
  if (first !== undefined && ts.isCallExpression(first) && isAccess(at)) {
    links.unshift(at);
    at = at.expression;
  }
  return { links, head: at };
}

function isAccess(node: ts.Node): node is ts.PropertyAccessExpression | ts.ElementAccessExpression {
  return ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node);
}

function needsFinishing({ analysis, scope, build }: Emitter, link: Link): boolean {
  if (analysis.plan.intoSlot.has(link)) return true;
  return (
    ts.isCallExpression(link) &&
    analysis.effects.callForm(link, scope.isGenerator, build) !== 'plain'
  );
}

class ChainBuilder {
  readonly #emitter: Emitter;
  readonly #links: readonly Link[];

  constructor(emitter: Emitter, links: readonly Link[]) {
    this.#emitter = emitter;
    this.#links = links;
  }

  /** The links from `index` on, applied to `value`. */
  from(index: number, value: ts.Expression): ts.Expression {
    const link = this.#links[index];
    if (link === undefined) return value;
    if (link.questionDotToken === undefined) return this.#apply(index, link, value);
    const kept = this.#emitter.temporary();
    return this.#unlessNull(assign(kept, value), this.#apply(index, link, kept));
  }

  #apply(index: number, link: Link, value: ts.Expression): ts.Expression {
    if (ts.isCallExpression(link)) return this.from(index + 1, this.#call(link, value, []));
    const next = this.#links[index + 1];
    if (next === undefined || !ts.isCallExpression(next)) {
      return this.from(index + 1, this.#access(link, value));
    }
    if (ts.isPropertyAccessExpression(link) && this.#isCollection(next)) {
      const args = next.arguments.map((it) => this.#emitter.expression(it));
      return this.from(index + 2, collectionCall(link.name.text, value, args));
    }
    if (next.questionDotToken === undefined) {
      return this.from(index + 2, this.#call(next, this.#access(link, value), []));
    }
    const receiver = this.#emitter.temporary();
    const method = this.#emitter.temporary();
    const found = sequence([assign(receiver, value), assign(method, this.#access(link, receiver))]);
    const call = f.createPropertyAccessExpression(method, 'call');
    return this.#unlessNull(found, this.from(index + 2, this.#call(next, call, [receiver])));
  }

  #access(link: Exclude<Link, ts.CallExpression>, value: ts.Expression): ts.Expression {
    return ts.isPropertyAccessExpression(link)
      ? f.createPropertyAccessExpression(value, link.name)
      : f.createElementAccessExpression(value, this.#emitter.expression(link.argumentExpression));
  }

  #call(
    link: ts.CallExpression,
    callee: ts.Expression,
    first: readonly ts.Expression[],
  ): ts.Expression {
    const { analysis, scope, build } = this.#emitter;
    const values = link.arguments.map((it) => this.#emitter.expression(it));
    const before = beforeCall(this.#emitter, link);
    const last = values.at(-1);
    if (before.length > 0 && last !== undefined && !ts.isSpreadElement(last)) {
      const kept = this.#emitter.temporary();
      values[values.length - 1] = sequence([assign(kept, last), ...before, kept]);
    }
    const call = f.createCallExpression(callee, undefined, [...first, ...values]);
    const form = analysis.effects.callForm(link, scope.isGenerator, build);
    const slot = analysis.plan.intoSlot.get(link);
    const value = finished(this.#emitter, call, form);
    return slot === undefined ? value : f.createParenthesizedExpression(assign(slot.name, value));
  }

  #isCollection(call: ts.CallExpression): boolean {
    const { analysis, scope, build } = this.#emitter;
    return analysis.effects.callForm(call, scope.isGenerator, build) === 'collection';
  }

  #unlessNull(value: ts.Expression, rest: ts.Expression): ts.Expression {
    return f.createParenthesizedExpression(
      f.createConditionalExpression(
        f.createEquality(f.createParenthesizedExpression(value), f.createNull()),
        undefined,
        empty(),
        undefined,
        rest,
      ),
    );
  }
}
