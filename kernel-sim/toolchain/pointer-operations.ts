// SPDX-License-Identifier: GPL-2.0-or-later
/** Operations on pointers that touch no memory: arithmetic, `addr_of`, and `container_of`. */
import ts from 'typescript';

import { MARK } from '../uapi/module-abi.ts';
import { layOut, type Shape } from '../uapi/layout.ts';
import { apiFunctionName } from './declarations.ts';
import type { Findings } from './diagnostics.ts';
import { type Place, type Places, refuseChain } from './places.ts';
import { isLoadable } from './memory-code.ts';
import { isPointer, pointeeOf } from './pointer-types.ts';
import { unwrap, walk } from './syntax.ts';

export type PointerOperation =
  | { readonly kind: 'address-of'; readonly place: Place }
  /** `add` and `sub`: by `count` elements of `sizeBytes`. */
  | {
      readonly kind: 'add' | 'sub';
      readonly pointer: ts.Expression;
      readonly count: ts.Expression;
      readonly sizeBytes: number;
    }
  | {
      readonly kind: 'diff';
      readonly pointer: ts.Expression;
      readonly other: ts.Expression;
      readonly sizeBytes: number;
    }
  /** The number itself: `cast`, `address`, `ptr_at`. */
  | { readonly kind: 'same'; readonly pointer: ts.Expression }
  /** One access that is not plain; `value` is what is stored. */
  | {
      readonly kind: 'marked';
      readonly mark: number;
      readonly place: Place;
      readonly access: ts.Expression;
      readonly value: ts.Expression | undefined;
    }
  | { readonly kind: 'container'; readonly pointer: ts.Expression; readonly offset: number };

/** Functions of the API that stand for an access to a place. */
const MARKED: ReadonlyMap<string, { readonly mark: number; readonly isStore: boolean }> = new Map([
  ['READ_ONCE', { mark: MARK.LOAD, isStore: false }],
  ['smp_load_acquire', { mark: MARK.LOAD, isStore: false }],
  ['data_race', { mark: MARK.RACY, isStore: false }],
  ['ASSERT_EXCLUSIVE_WRITER', { mark: MARK.NO_WRITERS, isStore: false }],
  ['ASSERT_EXCLUSIVE_ACCESS', { mark: MARK.NO_ACCESSES, isStore: false }],
  ['WRITE_ONCE', { mark: MARK.STORE, isStore: true }],
  ['smp_store_release', { mark: MARK.RELEASE, isStore: true }],
]);

const BYTE: Shape = { kind: 'scalar', name: 'u8' };

export class PointerOperations {
  readonly #checker: ts.TypeChecker;
  readonly #places: Places;
  readonly #findings: Findings;
  readonly #operations = new Map<ts.Node, PointerOperation>();

  constructor(checker: ts.TypeChecker, places: Places, findings: Findings) {
    this.#checker = checker;
    this.#places = places;
    this.#findings = findings;
  }

  analyse(file: ts.SourceFile): void {
    walk(file, (node) => {
      if (ts.isCallExpression(node)) this.#visitCall(node);
      else if (ts.isPropertyAccessExpression(node) && node.name.text === 'address') {
        const pointer = node.expression;
        if (!isPointer(this.#checker, this.#checker.getTypeAtLocation(pointer))) return;
        if (ts.isOptionalChain(node)) refuseChain(this.#findings, node);
        this.#operations.set(node, { kind: 'same', pointer });
      }
    });
  }

  get isUsed(): boolean {
    return this.#operations.size > 0;
  }

  of(node: ts.Expression): PointerOperation | undefined {
    return this.#operations.get(node);
  }

  #visitCall(node: ts.CallExpression): void {
    const callee = unwrap(node.expression);
    if (ts.isPropertyAccessExpression(callee)) {
      const type = this.#checker.getTypeAtLocation(callee.expression);
      if (isPointer(this.#checker, type)) {
        this.#visitMethod(node, callee, type);
        return;
      }
    }
    const name = apiFunctionName(this.#checker, node);
    const marked = name === undefined ? undefined : MARKED.get(name);
    if (marked !== undefined) this.#visitMarked(node, marked);
    switch (name) {
      case 'addr_of':
        this.#visitAddressOf(node);
        break;
      case 'container_of':
        this.#visitContainerOf(node);
        break;
      case 'ptr_at': {
        const [pointer] = node.arguments;
        if (pointer !== undefined) this.#operations.set(node, { kind: 'same', pointer });
        break;
      }
      default:
        break;
    }
  }

  #visitMethod(
    node: ts.CallExpression,
    { name, expression: pointer }: ts.PropertyAccessExpression,
    type: ts.Type,
  ): void {
    if (ts.isOptionalChain(node)) {
      refuseChain(this.#findings, node);
      return;
    }
    const [argument] = node.arguments;
    switch (name.text) {
      case 'add':
      case 'sub':
        if (argument !== undefined) {
          const sizeBytes = this.#strideOf(node, type);
          this.#operations.set(node, { kind: name.text, pointer, count: argument, sizeBytes });
        }
        break;
      case 'diff':
        if (argument !== undefined) {
          const sizeBytes = this.#strideOf(node, type);
          this.#operations.set(node, { kind: 'diff', pointer, other: argument, sizeBytes });
        }
        break;
      case 'cast':
        this.#operations.set(node, { kind: 'same', pointer });
        break;
      default:
        break;
    }
  }

  /** As GNU C has it, what is nothing in particular counts as bytes. */
  #strideOf(node: ts.Node, type: ts.Type): number {
    const isVoid = pointeeOf(this.#checker, type) === undefined;
    const shape = isVoid ? BYTE : this.#places.pointeeShape(node, type);
    return shape === null ? 1 : this.#places.sizeOf(shape);
  }

  #visitAddressOf(node: ts.CallExpression): void {
    const [argument] = node.arguments;
    if (argument === undefined) return;
    const place = this.#places.find(argument);
    if (place === null) return; // Said already.
    if (place === undefined || place.bits !== undefined) {
      const what = place === undefined ? 'this is no place in memory' : 'bits have no address';
      this.#findings.add(argument, 'RZ1000', what, 'addr_of(p.$.field), addr_of(p[i])');
      return;
    }
    this.#operations.set(node, { kind: 'address-of', place });
  }

  #visitMarked(
    node: ts.CallExpression,
    { mark, isStore }: { mark: number; isStore: boolean },
  ): void {
    const [access, value] = node.arguments;
    if (access === undefined || (isStore && value === undefined)) return;
    const place = this.#places.find(access);
    if (place === null) return; // Said already.
    if (place === undefined || place.bits !== undefined || !isLoadable(place)) {
      const what = 'this is no place in memory that one access reads or writes';
      this.#findings.add(access, 'RZ1000', what, 'READ_ONCE(p.$.field), WRITE_ONCE(p[i], value)');
      return;
    }
    this.#operations.set(node, { kind: 'marked', mark, place, access, value });
  }

  #visitContainerOf(node: ts.CallExpression): void {
    const [pointer, layout, field] = node.arguments;
    if (pointer === undefined || layout === undefined || field === undefined) return;
    const type = pointeeOf(this.#checker, this.#checker.getTypeAtLocation(node));
    const shape = type === undefined ? undefined : this.#places.types.shapeOf(type);
    const name = ts.isStringLiteralLike(field) ? field.text : undefined;
    const found =
      shape?.kind === 'struct'
        ? layOut(shape, this.#places.target).fields.find((it) => it.name === name)
        : undefined;
    if (found === undefined) {
      this.#findings.add(
        node,
        'RZ1000',
        'a field of a struct, named in quotes, is what `container_of` counts from',
        'container_of(entry, Item, "list")',
      );
      return;
    }
    this.#operations.set(node, { kind: 'container', pointer, offset: found.offset });
  }
}
