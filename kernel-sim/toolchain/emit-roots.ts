// SPDX-License-Identifier: GPL-2.0-or-later
/** Variables that hold pointers, as code: each value is stored where kmemleak looks. */
import ts from 'typescript';

import { assign, declare, id, kernelCall, sequence, statement } from './build-code.ts';
import type { Emitter } from './emitter.ts';
import { memoryCall, number } from './memory-code.ts';
import type { Mirror } from './pointer-variables.ts';
import type { FunctionNode } from './syntax.ts';

const f = ts.factory;

/** `value`, stored a second time. */
export function emitMirror(emitter: Emitter, mirror: Mirror, value: ts.Expression): ts.Expression {
  if (mirror.kind === 'local') {
    // The default of a parameter is evaluated before there is a frame.
    return emitter.scope.hasFrame ? sequence([assign(root(mirror.index), value)]) : value;
  }
  const kept = emitter.temporary();
  const address = f.createAdd(id('$bss'), number(mirror.offset));
  return sequence([assign(kept, value), memoryCall('storePointer', address, kept), kept]);
}

/** `const $r = $k.openRoots(count), $q = $r[0] - count;`, and what the parameters hold. */
export function openRoots({ analysis }: Emitter, node: FunctionNode): ts.Statement[] {
  const count = analysis.variables.countOf(node);
  if (count === 0) return [];
  const top = f.createElementAccessExpression(id('$r'), 0);
  return [
    ...declare(
      [
        { name: '$r', value: kernelCall('openRoots', number(count)) },
        { name: '$q', value: f.createSubtract(top, number(count)) },
      ],
      ts.NodeFlags.Const,
    ),
    ...analysis.variables
      .parametersOf(node)
      .map(({ name, index }) => statement(assign(root(index), id(name)))),
  ];
}

/** `$r[0] = $q;` */
export function closeRoots({ analysis }: Emitter, node: FunctionNode): ts.Statement[] {
  if (analysis.variables.countOf(node) === 0) return [];
  return [statement(assign(f.createElementAccessExpression(id('$r'), 0), id('$q')))];
}

/** `$r[$q + index]` */
function root(index: number): ts.Expression {
  const at = index === 0 ? id('$q') : f.createAdd(id('$q'), number(index));
  return f.createElementAccessExpression(id('$r'), at);
}
