// SPDX-License-Identifier: GPL-2.0-or-later
/** What one call of an API function does, where its flags decide whether it may sleep. */
import ts from 'typescript';

import { traitsOf, valueParameters, type Effect } from './declarations.ts';
import type { CallNode } from './syntax.ts';

/** `@sleeps unless gfp=GFP_ATOMIC` only switches when it is called so. */
export function effectOfCall(call: CallNode, declaration: ts.Node): Effect {
  const { effect, sleepsUnless } = traitsOf(declaration);
  if (sleepsUnless === null || !ts.isFunctionLike(declaration)) return effect;
  const index = valueParameters(declaration).findIndex(
    (it) => it.name.getText() === sleepsUnless.parameter,
  );
  const argument = call.arguments?.[index];
  return argument !== undefined && argument.getText() === sleepsUnless.value ? 1 : effect;
}

/** True where a function that may sleep surely may: its flags are the API's own, and allow it. */
export function sleepsInCall(call: CallNode, declaration: ts.Node): boolean {
  const { maySleep, sleepsUnless } = traitsOf(declaration);
  if (!maySleep || !ts.isFunctionLike(declaration)) return false;
  if (sleepsUnless === null) return true;
  const index = valueParameters(declaration).findIndex(
    (it) => it.name.getText() === sleepsUnless.parameter,
  );
  const words = call.arguments?.[index]?.getText().match(/\w+(?![\w.])/g) ?? [];
  const areFlags = words.length > 0 && words.every((it) => /^(__)?GFP_[A-Z0-9_]+$/.test(it));
  return areFlags && !words.some((it) => it === sleepsUnless.value || it === 'GFP_NOWAIT');
}
