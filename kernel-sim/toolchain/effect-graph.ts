// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The graph over which effects spread: who calls whom, and which functions share one slot.
 *
 * A node stands for all functions that may be called through the same place (an interface's method
 * and its implementations, the closures that meet in one variable): they are all coroutines or none
 * of them is. Effects go from callee to caller until nothing changes.
 */
import type ts from 'typescript';

import type { Effect } from './declarations.ts';

/** Why a node must stay a plain function. */
export interface Pin {
  readonly at: ts.Node;
  readonly reason: string;
  /** The strongest effect that is still allowed: 1 where switching is fine but sleeping is not. */
  readonly limit: 0 | 1;
}

export interface Edge {
  readonly to: EffectNode;
  readonly at: ts.Node;
}

export class EffectNode {
  readonly name: string;
  #parent: EffectNode | null = null;
  effect: Effect = 0;
  /** The edge through which the effect came first; null when the node has it of itself. */
  cause: Edge | null = null;
  /** It, or what it calls, may sleep within a plain function. */
  maySleep = false;
  /** The edge through which that came first. */
  sleepCause: Edge | null = null;
  readonly edges: Edge[] = [];
  readonly pins: Pin[] = [];
  /** Set in the end: plain in the stepped build too. */
  isPlain = false;

  constructor(name: string, effect: Effect = 0) {
    this.name = name;
    this.effect = effect;
  }

  find(): EffectNode {
    if (this.#parent === null) return this;
    this.#parent = this.#parent.find();
    return this.#parent;
  }

  /** Makes the two one. Only before the effects are spread. */
  union(other: EffectNode): void {
    const a = this.find();
    const b = other.find();
    if (a === b) return;
    b.#parent = a;
    for (const edge of b.edges) a.edges.push(edge);
    for (const pin of b.pins) a.pins.push(pin);
    if (b.effect > a.effect) a.effect = b.effect;
    a.maySleep ||= b.maySleep;
  }

  calls(to: EffectNode, at: ts.Node): void {
    this.find().edges.push({ to, at });
  }

  pin(pin: Pin): void {
    this.find().pins.push(pin);
  }
}

type Callers = ReadonlyMap<EffectNode, readonly { from: EffectNode; edge: Edge }[]>;

function callersOf(nodes: Iterable<EffectNode>): { roots: Set<EffectNode>; callers: Callers } {
  const roots = new Set([...nodes].map((node) => node.find()));
  const callers = new Map<EffectNode, { from: EffectNode; edge: Edge }[]>();
  for (const from of roots) {
    for (const edge of from.edges) {
      const to = edge.to.find();
      const known = callers.get(to);
      if (known === undefined) callers.set(to, [{ from, edge }]);
      else known.push({ from, edge });
    }
  }
  return { roots, callers };
}

/** Spreads effects from callees to callers, breadth first, so that causes are shortest chains. */
export function spreadEffects(nodes: Iterable<EffectNode>): void {
  const { roots, callers } = callersOf(nodes);
  const queue = [...new Set([...roots, ...callers.keys()])].filter(({ effect }) => effect > 0);
  for (let at = 0; at < queue.length; at++) {
    const to = queue[at];
    if (to === undefined) break;
    for (const { from, edge } of callers.get(to) ?? []) {
      if (from.effect >= to.effect) continue;
      from.effect = to.effect;
      from.cause = edge;
      queue.push(from);
    }
  }
}

/** The same for what sleeps without being a coroutine. */
export function spreadSleep(nodes: Iterable<EffectNode>): void {
  const { roots, callers } = callersOf(nodes);
  const queue = [...new Set([...roots, ...callers.keys()])].filter(({ maySleep }) => maySleep);
  for (let at = 0; at < queue.length; at++) {
    const to = queue[at];
    if (to === undefined) break;
    for (const { from, edge } of callers.get(to) ?? []) {
      if (from.maySleep) continue;
      from.maySleep = true;
      from.sleepCause = edge;
      queue.push(from);
    }
  }
}

/** Whatever a pinned function calls is plain as well: nobody there could finish a coroutine. */
export function spreadPlainness(nodes: Iterable<EffectNode>): void {
  const queue: EffectNode[] = [];
  for (const node of nodes) {
    const root = node.find();
    if (root.pins.some(({ limit }) => limit === 0) && !root.isPlain) {
      root.isPlain = true;
      queue.push(root);
    }
  }
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
    for (const { to } of node.edges) {
      const root = to.find();
      if (root.isPlain) continue;
      root.isPlain = true;
      queue.push(root);
    }
  }
}

/** The nodes that may come back to themselves: who recurs, alone or by way of others. */
export function cyclesOf(nodes: Iterable<EffectNode>): EffectNode[] {
  const found: EffectNode[] = [];
  // Tarjan's strongly connected components, with a stack of its own: call chains may be long.
  const order = new Map<EffectNode, { index: number; low: number; isOpen: boolean }>();
  const open: EffectNode[] = [];
  for (const start of nodes) {
    const work: { node: EffectNode; next: number }[] = [];
    const enter = (node: EffectNode): void => {
      order.set(node, { index: order.size, low: order.size, isOpen: true });
      open.push(node);
      work.push({ node, next: 0 });
    };
    if (!order.has(start.find())) enter(start.find());
    for (let at = work.at(-1); at !== undefined; at = work.at(-1)) {
      const own = order.get(at.node);
      const edge = at.node.edges[at.next++];
      if (own === undefined) break;
      if (edge !== undefined) {
        const to = edge.to.find();
        const seen = order.get(to);
        if (to === at.node) found.push(to);
        if (seen === undefined) enter(to);
        else if (seen.isOpen) own.low = Math.min(own.low, seen.index);
        continue;
      }
      work.pop();
      const caller = order.get(work.at(-1)?.node ?? at.node);
      if (caller !== undefined) caller.low = Math.min(caller.low, own.low);
      if (own.low !== own.index) continue;
      const members = open.splice(open.indexOf(at.node));
      for (const member of members) {
        const state = order.get(member);
        if (state !== undefined) state.isOpen = false;
      }
      if (members.length > 1) found.push(...members);
    }
  }
  return found;
}

/** The calls that lead from `node` to where its effect comes from. */
export function causesOf(node: EffectNode, key: 'cause' | 'sleepCause' = 'cause'): Edge[] {
  const chain: Edge[] = [];
  const seen = new Set<EffectNode>();
  for (let at = node.find(); !seen.has(at);) {
    seen.add(at);
    const edge = at[key];
    if (edge === null) break;
    chain.push(edge);
    at = edge.to.find();
  }
  return chain;
}
