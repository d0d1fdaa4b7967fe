// SPDX-License-Identifier: GPL-2.0-or-later
/** Turns the tree of a regular expression into instructions for the machine in regex.ts. */
import type { Assertion, CharSet, RegexNode } from './regex-syntax.ts';

/** SET and ASSERT name an entry of a table by `x`; JUMP goes to `x`, SPLIT to both. */
export const OP = { SET: 0, ASSERT: 1, JUMP: 2, SPLIT: 3, MATCH: 4 } as const;

export interface RegexProgram {
  readonly ops: readonly number[];
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly sets: readonly CharSet[];
  readonly assertions: readonly Assertion[];
}

/** Nested intervals multiply: `(a{1000}){1000}` must not take all memory. */
const MAX_INSTRUCTIONS = 100_000;

/** The program, or nothing if it would be too long. */
export function compileRegex(node: RegexNode): RegexProgram | undefined {
  const compiler = new Compiler();
  compiler.emitNode(node);
  compiler.emit(OP.MATCH, 0, 0);
  return compiler.isTooBig ? undefined : compiler;
}

class Compiler implements RegexProgram {
  readonly ops: number[] = [];
  readonly x: number[] = [];
  readonly y: number[] = [];
  readonly sets: CharSet[] = [];
  readonly assertions: Assertion[] = [];

  get isTooBig(): boolean {
    return this.ops.length > MAX_INSTRUCTIONS;
  }

  emit(op: number, x: number, y: number): number {
    this.x.push(x);
    this.y.push(y);
    return this.ops.push(op) - 1;
  }

  emitNode(node: RegexNode): void {
    if (this.isTooBig) return;
    switch (node.kind) {
      case 'empty':
        return;
      case 'set':
        this.emit(OP.SET, this.sets.push(node.set) - 1, 0);
        return;
      case 'assert':
        this.emit(OP.ASSERT, this.assertions.push(node.assertion) - 1, 0);
        return;
      case 'sequence':
        for (const item of node.items) this.emitNode(item);
        return;
      case 'choice':
        this.#choice(node.options);
        return;
      case 'group':
        this.emitNode(node.item);
        return;
      case 'reference':
        // Never run: regex.ts searches in another way when there is one.
        return;
      case 'repeat':
        this.#repeat(node.item, node.min, node.max);
    }
  }

  #choice(options: readonly RegexNode[]): void {
    const jumps: number[] = [];
    for (const [index, option] of options.entries()) {
      if (index === options.length - 1) {
        this.emitNode(option);
        break;
      }
      const split = this.emit(OP.SPLIT, this.ops.length + 1, 0);
      this.emitNode(option);
      jumps.push(this.emit(OP.JUMP, 0, 0));
      this.y[split] = this.ops.length;
    }
    for (const jump of jumps) this.x[jump] = this.ops.length;
  }

  #repeat(item: RegexNode, min: number, max: number): void {
    for (let i = 0; i < min && !this.isTooBig; i++) this.emitNode(item);
    if (max === Infinity) {
      const split = this.emit(OP.SPLIT, this.ops.length + 1, 0);
      this.emitNode(item);
      this.emit(OP.JUMP, split, 0);
      this.y[split] = this.ops.length;
      return;
    }
    const splits: number[] = [];
    for (let i = min; i < max && !this.isTooBig; i++) {
      splits.push(this.emit(OP.SPLIT, this.ops.length + 1, 0));
      this.emitNode(item);
    }
    for (const split of splits) this.y[split] = this.ops.length;
  }
}
