// SPDX-License-Identifier: GPL-2.0-or-later
/** What functions keep in their frames: arrays on the kernel stack. */
import type ts from 'typescript';

import { traitsOf } from './declarations.ts';
import {
  enclosingFunction,
  isCallNode,
  isFunctionNode,
  walk,
  type FunctionNode,
} from './syntax.ts';

export class Frames {
  readonly #checker: ts.TypeChecker;
  readonly #withBuffers = new Set<FunctionNode>();

  constructor(checker: ts.TypeChecker) {
    this.#checker = checker;
  }

  analyse(file: ts.SourceFile): void {
    walk(file, (node) => {
      if (!isCallNode(node)) return;
      const declaration = this.#checker.getResolvedSignature(node)?.declaration;
      if (declaration === undefined || !traitsOf(declaration).isOfFrame) return;
      const owner = enclosingFunction(node);
      if (isFunctionNode(owner)) this.#withBuffers.add(owner);
    });
  }

  /** True for a function whose end is the end of arrays on the stack. */
  hasBuffers(node: FunctionNode): boolean {
    return this.#withBuffers.has(node);
  }
}
