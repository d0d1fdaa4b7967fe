// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What a module's allocations are for, as the types around them say: `const p: Ptr<Ring> =
 * kmalloc(…)` takes a Ring. Only views ask for it, to name the fields of an object.
 */
import ts from 'typescript';

import { layOut, type LayoutTarget, type Shape, type StructShape } from '../uapi/layout.ts';
import type { ObjectType, SiteTable } from '../uapi/module-abi.ts';
import { isPointer, pointeeOf, type LayoutTypes } from './pointer-types.ts';
import type { Sites } from './sites.ts';
import { isFunctionNode, walk } from './syntax.ts';

export type Allocations = Required<Pick<SiteTable, 'types' | 'allocations'>>;

export function readAllocations(
  checker: ts.TypeChecker,
  files: readonly ts.SourceFile[],
  layouts: LayoutTypes,
  target: LayoutTarget,
  sites: Sites,
): Allocations {
  const types: ObjectType[] = [];
  const allocations: (readonly [number, number])[] = [];
  const known = new Map<ts.Type, number>();
  const add = (call: ts.CallExpression): void => {
    const pointee = wantedOf(checker, call);
    const site = siteOf(sites, call);
    if (pointee === undefined || site === undefined) return;
    const shape = layouts.shapeOf(pointee);
    if (shape?.kind !== 'struct') return;
    let index = known.get(pointee);
    if (index === undefined) {
      index = types.push(describe(pointee.symbol?.name ?? 'struct', shape, target)) - 1;
      known.set(pointee, index);
    }
    allocations.push([site, index]);
  };
  for (const file of files) {
    walk(file, (node) => {
      if (ts.isCallExpression(node)) add(node);
    });
  }
  return { types, allocations };
}

/** The type that a `void *` is taken for where it comes from. */
function wantedOf(checker: ts.TypeChecker, call: ts.CallExpression): ts.Type | undefined {
  const type = checker.getTypeAtLocation(call);
  if (!isPointer(checker, type) || pointeeOf(checker, type) !== undefined) return undefined;
  const wanted = checker.getContextualType(call);
  return wanted === undefined ? undefined : pointeeOf(checker, wanted);
}

function siteOf(sites: Sites, call: ts.CallExpression): number | undefined {
  for (let at: ts.Node = call; !isFunctionNode(at) && !ts.isSourceFile(at); at = at.parent) {
    const site = sites.siteOf(at);
    if (site !== undefined) return site;
  }
  return undefined;
}

function describe(name: string, shape: StructShape, target: LayoutTarget): ObjectType {
  return { name, sizeBytes: layOut(shape, target).sizeBytes, fields: fieldsOf(shape, target) };
}

/** Those of a struct within it too, as `node.next`. */
function fieldsOf(shape: StructShape, target: LayoutTarget): ObjectType['fields'] {
  return layOut(shape, target).fields.flatMap(({ name, offset, sizeBytes, shape: own }) =>
    own.kind === 'struct'
      ? fieldsOf(own, target).map(
          ([inner, at, bytes, kind]) => [`${name}.${inner}`, offset + at, bytes, kind] as const,
        )
      : [[name, offset, sizeBytes, wordFor(own)] as const],
  );
}

/** `u32`, `pointer`, `u8[6]`. */
function wordFor(shape: Shape): string {
  switch (shape.kind) {
    case 'scalar':
      return shape.name;
    case 'bits':
      return shape.base;
    case 'array':
      return `${wordFor(shape.element)}[${shape.length}]`;
    case 'flex':
      return `${wordFor(shape.element)}[]`;
    default:
      return shape.kind;
  }
}
