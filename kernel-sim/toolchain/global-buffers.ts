// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What a module has among its variables: arrays, `const table: Ptr<u8> = global_buffer(256);`, and
 * structs that the kernel prepares, `const bank_lock = DEFINE_SPINLOCK();`.
 */
import ts from 'typescript';

import { extentOf, type LayoutTarget } from '../uapi/layout.ts';
import { GLOBAL_ALIGN, globalRoom } from '../uapi/module-sections.ts';
import { declarationOrigin, traitsOf } from './declarations.ts';
import type { Findings } from './diagnostics.ts';
import { constantOf } from './module-params.ts';
import { type LayoutTypes, pointeeOf } from './pointer-types.ts';
import { isCallNode, walk } from './syntax.ts';

/** One of them, in `.bss`. */
export interface GlobalBuffer {
  readonly name: string;
  readonly offset: number;
  readonly sizeBytes: number;
  /** The function is called with the address, after its own arguments, and the name. */
  readonly isPrepared: boolean;
}

/** A module of more could not be loaded. */
const SIZE_MAX = 1024 * 1024;
const EXAMPLE = 'const table: Ptr<u8> = global_buffer(256);';

export class GlobalBuffers {
  readonly #checker: ts.TypeChecker;
  readonly #findings: Findings;
  readonly #layouts: LayoutTypes;
  readonly #target: LayoutTarget;
  readonly #byCall = new Map<ts.Node, GlobalBuffer>();
  /** Of `.bss`, with what lies before them. */
  sizeBytes: number;

  constructor(
    checker: ts.TypeChecker,
    findings: Findings,
    layouts: LayoutTypes,
    target: LayoutTarget,
    start: number,
  ) {
    this.#checker = checker;
    this.#findings = findings;
    this.#layouts = layouts;
    this.#target = target;
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
      const structBytes = this.#structBytes(declaration);
      const sizeBytes = structBytes ?? (argument && constantOf(this.#checker, argument));
      const name = variableOf(node, file);
      if (name === undefined) {
        const what = 'this is a variable of the module: a constant at the top level of a file';
        const example = structBytes === undefined ? EXAMPLE : `const x = ${node.getText()};`;
        this.#findings.add(node, 'RZ1000', what, example);
      } else if (!isSize(sizeBytes)) {
        const what = `its size is a constant of at most ${SIZE_MAX} bytes`;
        this.#findings.add(argument ?? node, 'RZ1000', what, EXAMPLE);
      } else this.#place(node, { name, sizeBytes, isPrepared: structBytes !== undefined });
    });
  }

  /** The size of the struct that the function answers a pointer to. */
  #structBytes(declaration: ts.SignatureDeclaration | ts.JSDocSignature): number | undefined {
    const signature = ts.isFunctionLike(declaration)
      ? this.#checker.getSignatureFromDeclaration(declaration)
      : undefined;
    const pointee = signature && pointeeOf(this.#checker, signature.getReturnType());
    const shape = pointee && this.#layouts.shapeOf(pointee);
    return shape && extentOf(shape, this.#target).sizeBytes;
  }

  #place(node: ts.Node, buffer: Omit<GlobalBuffer, 'offset'>): void {
    const offset = Math.ceil(this.sizeBytes / GLOBAL_ALIGN) * GLOBAL_ALIGN;
    this.#byCall.set(node, { ...buffer, offset });
    this.sizeBytes = offset + globalRoom(buffer.sizeBytes);
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
