// SPDX-License-Identifier: GPL-2.0-or-later
/** Arrays among a module's variables: `const table: Ptr<u8> = global_buffer(256);`. */
import ts from 'typescript';

import { GLOBAL_ALIGN, globalRoom } from '../uapi/module-sections.ts';
import { declarationOrigin, traitsOf } from './declarations.ts';
import type { Findings } from './diagnostics.ts';
import { constantOf } from './module-params.ts';
import { isCallNode, walk } from './syntax.ts';

/** One of them, in `.bss`. */
export interface GlobalBuffer {
  readonly name: string;
  readonly offset: number;
  readonly sizeBytes: number;
}

/** A module of more could not be loaded. */
const SIZE_MAX = 1024 * 1024;
const EXAMPLE = 'const table: Ptr<u8> = global_buffer(256);';

export class GlobalBuffers {
  readonly #checker: ts.TypeChecker;
  readonly #findings: Findings;
  readonly #byCall = new Map<ts.Node, GlobalBuffer>();
  /** Of `.bss`, with what lies before them. */
  sizeBytes: number;

  constructor(checker: ts.TypeChecker, findings: Findings, start: number) {
    this.#checker = checker;
    this.#findings = findings;
    this.sizeBytes = start;
  }

  get all(): GlobalBuffer[] {
    return [...this.#byCall.values()];
  }

  of(call: ts.Node): GlobalBuffer | undefined {
    return this.#byCall.get(call);
  }

  analyse(file: ts.SourceFile): void {
    walk(file, (node) => {
      if (!isCallNode(node)) return;
      const declaration = this.#checker.getResolvedSignature(node)?.declaration;
      if (declaration === undefined || declarationOrigin(declaration) !== 'api') return;
      if (!traitsOf(declaration).isStatic) return;
      const [argument] = node.arguments ?? [];
      const sizeBytes = argument === undefined ? undefined : constantOf(this.#checker, argument);
      const name = variableOf(node, file);
      if (name === undefined) {
        const what = 'this is a variable of the module: a constant at the top level of a file';
        this.#findings.add(node, 'RZ1000', what, EXAMPLE);
      } else if (!isSize(sizeBytes)) {
        const what = `its size is a constant of at most ${SIZE_MAX} bytes`;
        this.#findings.add(argument ?? node, 'RZ1000', what, EXAMPLE);
      } else this.#place(node, name, sizeBytes);
    });
  }

  #place(node: ts.Node, name: string, sizeBytes: number): void {
    const offset = Math.ceil(this.sizeBytes / GLOBAL_ALIGN) * GLOBAL_ALIGN;
    this.#byCall.set(node, { name, offset, sizeBytes });
    this.sizeBytes = offset + globalRoom(sizeBytes);
  }
}

function isSize(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= SIZE_MAX;
}

/** The name of the variable at the top level of `file` whose value a call is. */
function variableOf(call: ts.Node, file: ts.SourceFile): string | undefined {
  const variable = call.parent;
  if (!ts.isVariableDeclaration(variable) || variable.initializer !== call) return undefined;
  const isConstant = (variable.parent.flags & ts.NodeFlags.Const) !== 0;
  const isAtTop = variable.parent.parent.parent === file;
  return isConstant && isAtTop && ts.isIdentifier(variable.name) ? variable.name.text : undefined;
}
