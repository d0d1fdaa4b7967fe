// SPDX-License-Identifier: GPL-2.0-or-later
/** Arithmetic of pointers as code: they are numbers, so it is that of numbers. */
import ts from 'typescript';

import { id } from './build-code.ts';
import type { Emitter } from './emitter.ts';
import { addressOf, methodCall, number, operand, parenthesized, scaled } from './memory-code.ts';
import type { PointerOperation } from './pointer-operations.ts';

const f = ts.factory;

/** `marked` ones are accesses: emit-memory.ts. */
export function emitOperation(
  emitter: Emitter,
  operation: Exclude<PointerOperation, { kind: 'marked' }>,
): ts.Expression {
  const pointer = (): ts.Expression =>
    'pointer' in operation ? operand(emitter.expression(operation.pointer)) : id('');
  switch (operation.kind) {
    case 'address-of':
      return parenthesized(addressOf(emitter, operation.place));
    case 'add':
      return parenthesized(
        f.createAdd(pointer(), scaled(emitter.expression(operation.count), operation.sizeBytes)),
      );
    case 'sub':
      return parenthesized(
        f.createSubtract(
          pointer(),
          scaled(emitter.expression(operation.count), operation.sizeBytes),
        ),
      );
    case 'diff': {
      const bytes = f.createSubtract(pointer(), operand(emitter.expression(operation.other)));
      if (operation.sizeBytes === 1) return parenthesized(bytes);
      return methodCall(id('Math'), 'trunc', [
        f.createDivide(parenthesized(bytes), number(operation.sizeBytes)),
      ]);
    }
    case 'same':
      return parenthesized(pointer());
    case 'container':
      return parenthesized(f.createSubtract(pointer(), number(operation.offset)));
  }
}
