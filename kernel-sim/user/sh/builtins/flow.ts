// SPDX-License-Identifier: GPL-2.0-or-later
/** Builtins that steer: `:` true false break continue return exit eval source. */
import type { Sleeping } from '../../../uapi/coroutine.ts';
import { decodeUtf8 } from '../../../lib/utf8.ts';
import { mayLeave } from '../job-control.ts';
import type { Shell } from '../shell.ts';
import { usageError, USAGE_ERROR } from './builtin.ts';

export function* runTrue(): Sleeping<number> {
  return 0;
}

export function* runFalse(): Sleeping<number> {
  return 1;
}

/** `break` and `continue`. */
export function* runLoopJump(shell: Shell, words: readonly string[]): Sleeping<number> {
  const kind = words[0] === 'break' ? 'break' : 'continue';
  if (shell.loopDepth === 0) {
    yield* shell.complain(`${kind}: only meaningful in a \`for', \`while', or \`until' loop`);
    return 0;
  }
  const text = words[1] ?? '1';
  if (!/^[+-]?\d+$/.test(text)) {
    yield* shell.complain(`${kind}: ${text}: numeric argument required`);
    shell.flow = { kind: 'abort', status: 128 };
    return 128;
  }
  const levels = Number(text);
  if (levels < 1) {
    yield* shell.complain(`${kind}: ${text}: loop count out of range`);
    shell.flow = { kind: 'break', levels: shell.loopDepth };
    return 1;
  }
  shell.flow = { kind, levels: Math.min(levels, shell.loopDepth) };
  return 0;
}

/** The status that `exit` and `return` are given. Undefined: not a number; it has been said. */
function* statusArgument(shell: Shell, words: readonly string[]): Sleeping<number | undefined> {
  const [name, text] = words;
  if (text === undefined) return shell.lastStatus;
  if (/^\s*[+-]?\d+\s*$/.test(text)) return Number(BigInt.asUintN(8, BigInt(text.trim())));
  yield* shell.complain(`${name ?? ''}: ${text}: numeric argument required`);
  return undefined;
}

export function* runReturn(shell: Shell, words: readonly string[]): Sleeping<number> {
  if (!shell.variables.inFunction && shell.sourceDepth === 0) {
    return yield* shell.fail(
      "return: can only `return' from a function or sourced script",
      USAGE_ERROR,
    );
  }
  const status = (yield* statusArgument(shell, words)) ?? USAGE_ERROR;
  shell.flow = { kind: 'return', status };
  return status;
}

export function* runExit(shell: Shell, words: readonly string[]): Sleeping<number> {
  const name = words[0] ?? 'exit';
  if (name === 'logout' && !shell.isLogin) {
    return yield* shell.fail("logout: not login shell: use `exit'");
  }
  if (shell.interactive) yield* shell.c.err(`${shell.isLogin ? 'logout' : 'exit'}\n`);
  if (!(yield* mayLeave(shell, shell.wasRefused))) {
    shell.wasRefused = true;
    return 1;
  }
  const status = (yield* statusArgument(shell, words)) ?? USAGE_ERROR;
  if (words.length > 2) return yield* shell.fail('exit: too many arguments');
  shell.flow = { kind: 'exit', status };
  return status;
}

export function* runEval(shell: Shell, words: readonly string[]): Sleeping<number> {
  const text = words.slice(words[1] === '--' ? 2 : 1).join(' ');
  return text.trim() === '' ? 0 : yield* shell.evaluator.runText(shell, text, 'eval');
}

/** `source` and `.`. */
export function* runSource(shell: Shell, words: readonly string[]): Sleeping<number> {
  const [name = '.', file, ...parameters] = words;
  if (file === undefined) return yield* usageError(shell, name, 'filename argument required');
  const path = yield* findScript(shell, file);
  const bytes = yield* shell.c.read_file(path);
  if (typeof bytes === 'number') {
    return yield* shell.fail(`${file}: ${shell.c.strerror(bytes)}`);
  }
  const { positional } = shell;
  if (parameters.length > 0) shell.positional = parameters;
  shell.sourceDepth++;
  let status = yield* shell.evaluator.runSourced(shell, decodeUtf8(bytes), file);
  shell.sourceDepth--;
  if (parameters.length > 0) shell.positional = positional;
  if (shell.flow?.kind === 'return') {
    status = shell.flow.status;
    shell.flow = undefined;
  }
  return status;
}

/** A name without a slash is looked for in PATH, then here; it need not be executable. */
function* findScript(shell: Shell, file: string): Sleeping<string> {
  if (file.includes('/')) return file;
  for (const directory of (shell.variables.get('PATH') ?? '').split(':')) {
    const path = `${directory === '' ? '.' : directory}/${file}`;
    if (typeof (yield* shell.c.stat(path)) !== 'number') return path;
  }
  return file;
}
