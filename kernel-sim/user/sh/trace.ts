// SPDX-License-Identifier: GPL-2.0-or-later
/** `set -x`: what is about to run, on standard error, behind PS4. */
import type { Assignment } from 'unbash';

import type { Sleeping } from '../../uapi/coroutine.ts';
import { expandArithmeticText } from './expand.ts';
import { expandPrompt } from './prompt.ts';
import { quoteForTrace } from './quote.ts';
import type { Shell } from './shell.ts';

/** Writes one line of the trace. */
export function* trace(shell: Shell, text: string): Sleeping<void> {
  const prompt = shell.variables.get('PS4') ?? '';
  const first = Array.from(prompt)[0] ?? '';
  yield* shell.c.err(`${first.repeat(shell.traceDepth)}${yield* expanded(shell, prompt)}${text}\n`);
}

function* expanded(shell: Shell, prompt: string): Sleeping<string> {
  if (!/[\\$`]/.test(prompt)) return prompt;
  // What the prompt runs is not traced in turn.
  const { options, lastStatus } = shell;
  shell.options = { ...options, xtrace: false };
  const escaped = yield* expandPrompt(shell, prompt);
  const text = (yield* expandArithmeticText(shell, escaped)) ?? escaped;
  shell.options = options;
  shell.lastStatus = lastStatus;
  return text;
}

/** `name=value`, or an array as it was written. */
export function* traceAssignments(shell: Shell, assignment: Assignment): Sleeping<void> {
  const { name, index, value, append } = assignment;
  if (value.type === 'ArrayValue') {
    yield* trace(shell, shell.source.text.slice(assignment.pos, assignment.end));
    return;
  }
  const subscript = index === undefined ? '' : `[${index.text}]`;
  const given =
    index === undefined ? shell.variables.get(name) : shell.variables.element(name, index.text);
  const text = given ?? '';
  const shown = text === '' ? '' : quoteForTrace(text);
  yield* trace(shell, `${name}${subscript}${append === true ? '+' : ''}=${shown}`);
}
