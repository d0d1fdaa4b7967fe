// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Regular expressions matched in linear time, leftmost-longest as POSIX wants.
 *
 * JavaScript's own would take the first alternative instead of the longest, and could back-track
 * for ever. This is a Pike machine: all threads step through the text together, each with the
 * place where it started; the earliest start wins, then the longest match.
 */
import { compileRegex, OP, type RegexProgram } from './regex-compile.ts';
import { parseRegex, type ParseOptions } from './regex-parse.ts';
import { GroupMatcher, type Groups } from './regex-groups.ts';
import { CharSet, holds, type Assertion, type RegexNode } from './regex-syntax.ts';

export interface RegexOptions extends ParseOptions {
  /** Only matches that are whole words (`grep -w`). */
  readonly wholeWord?: boolean;
  /** Only matches that are the whole text (`grep -x`). */
  readonly wholeLine?: boolean;
}

/** A half-open range of UTF-16 indices. */
export interface Match {
  readonly start: number;
  readonly end: number;
}

/** A match and what its groups matched. */
export interface DetailedMatch extends Match {
  readonly groups: Groups;
}

export type CompiledRegex =
  | { readonly regex: Regex; readonly warnings: readonly string[] }
  | { readonly error: string };

/** Compiles patterns of which any may match. */
export function createRegex(patterns: readonly string[], options: RegexOptions): CompiledRegex {
  const nodes: RegexNode[] = [];
  const warnings: string[] = [];
  let groupCount = 0;
  let hasReferences = false;
  for (const pattern of patterns) {
    const parsed = parseRegex(pattern, options, groupCount);
    if ('error' in parsed) return parsed;
    nodes.push(parsed.node);
    ({ groupCount } = parsed);
    hasReferences ||= parsed.hasReferences;
    warnings.push(...parsed.warnings);
  }
  // No pattern at all matches nothing, not even an empty line.
  let node: RegexNode = nodes.length === 0 ? NOTHING : { kind: 'choice', options: nodes };
  if (options.wholeLine) node = between('line-start', node, 'line-end');
  else if (options.wholeWord) node = between('no-word-before', node, 'no-word-after');
  const program = compileRegex(node);
  if (program === undefined) return { error: 'Regular expression too big' };
  const needle = plainNeedle(patterns, options);
  const groups = new GroupMatcher(node, options.ignoreCase);
  return { regex: new Regex(program, needle, groups, groupCount, hasReferences), warnings };
}

const NOTHING: RegexNode = { kind: 'set', set: new CharSet([], false, false) };

function between(before: Assertion, node: RegexNode, after: Assertion): RegexNode {
  return {
    kind: 'sequence',
    items: [{ kind: 'assert', assertion: before }, node, { kind: 'assert', assertion: after }],
  };
}

/** The text that a match must contain, where that is easily seen. */
function plainNeedle(patterns: readonly string[], options: RegexOptions): string | undefined {
  const [pattern] = patterns;
  if (patterns.length !== 1 || pattern === undefined || options.ignoreCase) return undefined;
  return options.syntax === 'fixed' || /^[\w /:,=-]*$/.test(pattern) ? pattern : undefined;
}

/** The threads that wait at one position, each state at most once, earliest start first. */
class ThreadList {
  readonly pcs: Int32Array;
  readonly starts: Int32Array;
  count = 0;
  readonly #seen: Int32Array;
  #generation = 0;

  constructor(size: number) {
    this.pcs = new Int32Array(size);
    this.starts = new Int32Array(size);
    this.#seen = new Int32Array(size);
  }

  clear(): void {
    this.count = 0;
    this.#generation++;
  }

  /** True the first time since `clear`. */
  visit(pc: number): boolean {
    if (this.#seen[pc] === this.#generation) return false;
    this.#seen[pc] = this.#generation;
    return true;
  }

  push(pc: number, start: number): void {
    this.pcs[this.count] = pc;
    this.starts[this.count++] = start;
  }
}

export class Regex {
  readonly #program: RegexProgram;
  readonly #needle: string | undefined;
  readonly #stack: number[] = [];
  readonly #groups: GroupMatcher;
  readonly #hasReferences: boolean;
  #now: ThreadList;
  #next: ThreadList;
  readonly groupCount: number;

  constructor(
    program: RegexProgram,
    needle: string | undefined,
    groups: GroupMatcher,
    groupCount: number,
    hasReferences: boolean,
  ) {
    this.#program = program;
    this.#needle = needle;
    this.#groups = groups;
    this.groupCount = groupCount;
    this.#hasReferences = hasReferences;
    this.#now = new ThreadList(program.ops.length);
    this.#next = new ThreadList(program.ops.length);
  }

  test(text: string): boolean {
    return this.exec(text, 0, true) !== undefined;
  }

  /**
   * The leftmost-longest match that starts at `from` or later; any match if `anyWillDo`. What
   * stands before `from` still counts as context for `^` and the word assertions.
   */
  exec(text: string, from = 0, anyWillDo = false): Match | undefined {
    if (this.#needle !== undefined && text.indexOf(this.#needle, from) < 0) return undefined;
    if (this.#hasReferences) return this.#search(text, from);
    let best: Match | undefined;
    let position = from;
    this.#now.clear();
    for (;;) {
      if (best === undefined) this.#follow(this.#now, 0, position, text, position);
      else if (this.#now.count === 0) return best;
      const point = text.codePointAt(position);
      const after = position + (point !== undefined && point > 0xffff ? 2 : 1);
      this.#next.clear();
      best = this.#step(point, best, position, after, text);
      if (point === undefined || (anyWillDo && best !== undefined)) return best;
      const spent = this.#now;
      this.#now = this.#next;
      this.#next = spent;
      position = after;
    }
  }

  /** As `exec`, with what the groups matched. */
  match(text: string, from = 0): DetailedMatch | undefined {
    if (this.#hasReferences) return this.#search(text, from);
    const found = this.exec(text, from);
    if (found === undefined || this.groupCount === 0) return found && { ...found, groups: [] };
    const { groups } = this.#groups.match(text, found.start, found.end) ?? { groups: [] };
    return { ...found, groups };
  }

  /** Back-references cannot be followed by threads: each start is tried by itself. */
  #search(text: string, from: number): DetailedMatch | undefined {
    for (let start = from; start <= text.length; start++) {
      const found = this.#groups.match(text, start);
      if (found !== undefined) return { start, ...found };
    }
    return undefined;
  }

  /** Moves every thread over one character; returns the best match known then. */
  #step(
    point: number | undefined,
    known: Match | undefined,
    position: number,
    after: number,
    text: string,
  ): Match | undefined {
    const { ops, x, sets } = this.#program;
    let best = known;
    for (let i = 0; i < this.#now.count; i++) {
      const pc = this.#now.pcs[i] ?? 0;
      const start = this.#now.starts[i] ?? 0;
      if (best !== undefined && start > best.start) break;
      if (ops[pc] === OP.MATCH) best = { start, end: position };
      else if (point !== undefined && sets[x[pc] ?? 0]?.has(point)) {
        this.#follow(this.#next, pc + 1, start, text, after);
      }
    }
    return best;
  }

  /** Adds the state `pc` and all that it reaches without a character. */
  #follow(list: ThreadList, pc: number, start: number, text: string, position: number): void {
    const { ops, x, y, assertions } = this.#program;
    const stack = this.#stack;
    stack.push(pc);
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      if (!list.visit(at)) continue;
      switch (ops[at]) {
        case OP.JUMP:
          stack.push(x[at] ?? 0);
          break;
        case OP.SPLIT:
          stack.push(y[at] ?? 0, x[at] ?? 0);
          break;
        case OP.ASSERT:
          if (holds(assertions[x[at] ?? 0], text, position)) stack.push(at + 1);
          break;
        default:
          list.push(at, start);
      }
    }
  }
}
