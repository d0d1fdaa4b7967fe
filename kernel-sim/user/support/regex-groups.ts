// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What the groups of a regular expression matched, and back-references.
 *
 * The machine of regex.ts knows where a match begins and ends, in linear time, but not what lies
 * between. This walks the tree again, with back-tracking, within the steps that it is given.
 */
import { holds, type RegexNode } from './regex-syntax.ts';

/** Half-open ranges by number of the group; group 0 is not in it. */
export type Groups = readonly (readonly [number, number] | undefined)[];

export interface GroupMatch {
  readonly end: number;
  readonly groups: Groups;
}

const MAX_STEPS = 500_000;
/** Each step of a repetition of groups is a call deeper; an engine takes about ten thousand. */
const MAX_DEPTH = 1500;

type Next = (position: number) => boolean;

export class GroupMatcher {
  readonly #node: RegexNode;
  readonly #ignoreCase: boolean;
  #text = '';
  #groups: (readonly [number, number] | undefined)[] = [];
  #steps = 0;
  #depth = 0;

  constructor(node: RegexNode, ignoreCase: boolean) {
    this.#node = node;
    this.#ignoreCase = ignoreCase;
  }

  /** The match from `start` to `end`, or the longest where `end` is not known. */
  match(text: string, start: number, end?: number): GroupMatch | undefined {
    this.#text = text;
    this.#groups = [];
    this.#steps = 0;
    this.#depth = 0;
    let best: GroupMatch | undefined;
    this.#walk(this.#node, start, (position) => {
      if (end !== undefined && position !== end) return false;
      if (best === undefined || position > best.end) {
        best = { end: position, groups: [...this.#groups] };
      }
      return end !== undefined;
    });
    return best;
  }

  /** True: done, the search is over. */
  #walk(node: RegexNode, position: number, next: Next): boolean {
    if (++this.#steps > MAX_STEPS || this.#depth > MAX_DEPTH) return false;
    switch (node.kind) {
      case 'empty':
        return next(position);
      case 'set': {
        const after = this.#step(node, position);
        return after >= 0 && next(after);
      }
      case 'assert':
        return holds(node.assertion, this.#text, position) && next(position);
      case 'sequence':
        return this.#sequence(node.items, 0, position, next);
      case 'choice':
        return node.options.some((option) => this.#walk(option, position, next));
      case 'repeat':
        return node.item.kind === 'set'
          ? this.#repeatSet(node, node.item, position, next)
          : this.#repeat(node, 0, position, next);
      case 'group':
        return this.#walk(node.item, position, (end) => {
          const before = this.#groups[node.index];
          this.#groups[node.index] = [position, end];
          if (next(end)) return true;
          this.#groups[node.index] = before;
          return false;
        });
      case 'reference': {
        const group = this.#groups[node.index];
        if (group === undefined) return false;
        const wanted = this.#text.slice(group[0], group[1]);
        const end = position + wanted.length;
        return this.#isSame(wanted, this.#text.slice(position, end)) && next(end);
      }
      default:
        return node satisfies never;
    }
  }

  #isSame(a: string, b: string): boolean {
    return a === b || (this.#ignoreCase && a.toLowerCase() === b.toLowerCase());
  }

  #step(node: Extract<RegexNode, { kind: 'set' }>, position: number): number {
    const point = this.#text.codePointAt(position);
    if (point === undefined || !node.set.has(point)) return -1;
    return position + (point > 0xffff ? 2 : 1);
  }

  #sequence(items: readonly RegexNode[], index: number, position: number, next: Next): boolean {
    const item = items[index];
    if (item === undefined) return next(position);
    return this.#walk(item, position, (after) => this.#sequence(items, index + 1, after, next));
  }

  /** The usual case, `.*`, without a call per character. */
  #repeatSet(
    node: Extract<RegexNode, { kind: 'repeat' }>,
    item: Extract<RegexNode, { kind: 'set' }>,
    position: number,
    next: Next,
  ): boolean {
    const places = [position];
    for (let at = position; places.length <= node.max;) {
      at = this.#step(item, at);
      if (at < 0) break;
      places.push(at);
    }
    for (let count = places.length - 1; count >= node.min; count--) {
      if (next(places[count] ?? position)) return true;
      if (++this.#steps > MAX_STEPS) return false;
    }
    return false;
  }

  #repeat(
    node: Extract<RegexNode, { kind: 'repeat' }>,
    count: number,
    position: number,
    next: Next,
  ): boolean {
    this.#depth++;
    const isDone =
      (count < node.max &&
        this.#walk(node.item, position, (after) => {
          // An empty turn would repeat for ever.
          if (after === position && count >= node.min) return false;
          return this.#repeat(node, count + 1, after, next);
        })) ||
      (count >= node.min && next(position));
    this.#depth--;
    return isDone;
  }
}
