// SPDX-License-Identifier: GPL-2.0-or-later
/** What the kernel must know of a module by name: functions with addresses, classes of views. */
import ts from 'typescript';

import { assign, id, kernelCall, siteId, statement } from './build-code.ts';
import type { Emitter } from './emitter.ts';

const f = ts.factory;

/** `$k.defineFunction($base + site, f);` for the functions of a file or class. */
export function defineFunctions(
  { analysis }: Emitter,
  holder: ts.SourceFile | ts.ClassDeclaration,
): ts.Statement[] {
  const { functions, places, pointers, sites } = analysis;
  if (!places.isUsed && !pointers.isUsed && !functions.isRaw) return [];
  return functions.within(holder).map((node) => {
    const name = id((node.name as ts.Identifier).text);
    const fn =
      ts.isClassDeclaration(holder) && holder.name !== undefined
        ? f.createPropertyAccessExpression(id(holder.name.text), name)
        : name;
    return statement(kernelCall('defineFunction', siteId(sites.siteOf(node) ?? 0), fn));
  });
}

/** What follows the declaration of a class. */
export function introduce(emitter: Emitter, node: ts.ClassDeclaration): ts.Statement[] {
  const number = emitter.analysis.places.layoutNumber(node);
  const defined = defineFunctions(emitter, node);
  if (number === undefined || node.name === undefined) return defined;
  // The class that views are made of.
  const place = f.createElementAccessExpression(id('$layouts'), number);
  return [...defined, statement(assign(place, id(node.name.text)))];
}
