// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Simple commands: assignments, words, redirections, then a function, a builtin or a program.
 *
 * Linux counterpart: execute_cmd.c's execute_simple_command of bash.
 */
import type { ArrayValue, Assignment, Command, Word } from 'unbash';

import type { Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { SPAWN } from '../../uapi/process.ts';
import { aliasOf, runAlias } from './alias.ts';
import { assign } from './assign.ts';
import { findBuiltin } from './builtins/table.ts';
import type { Builtin } from './builtins/builtin.ts';
import { explain, isScript, reasonOf } from './exec-failure.ts';
import { expandAssignment, expandWords } from './expand.ts';
import { FORK_FAILED, forkPatiently } from './fork.ts';
import { waitForeground } from './job-control.ts';
import { flushBuiltin, flushOutput } from './output.ts';
import { quoteForTrace } from './quote.ts';
import {
  applyRedirections,
  closeAll,
  openRedirections,
  spawnActions,
  undoRedirections,
  type Redirections,
} from './redirect.ts';
import { MAX_NESTING, type Shell, type ShellFunction } from './shell.ts';
import { runInChild } from './subshell.ts';
import { closeSubstitutions } from './substitution.ts';
import { trace, traceAssignments } from './trace.ts';
import type { Variable } from './variables.ts';

/** How a command may run where it stands. */
export interface CommandContext {
  /** The child of a fork has nothing to do after this command: exec in place. */
  readonly isLast: boolean;
}

export function* runCommand(
  shell: Shell,
  node: Command,
  context: CommandContext,
): Sleeping<number> {
  shell.setLine(node.pos);
  shell.commandStart = node.pos;
  shell.commandEnd = node.end;
  shell.substitutionStatus = undefined;
  const alias = aliasOf(shell, node);
  if (alias !== undefined) return yield* runAlias(shell, node, alias);
  const files = shell.substitutionFiles.length;
  const words = yield* expandCommandWords(shell, node);
  if (words === undefined) {
    yield* closeSubstitutions(shell, files);
    return failedStatus(shell);
  }
  shell.setLine(node.pos);
  const status =
    words.length === 0
      ? yield* runAssignments(shell, node)
      : yield* runExpanded(shell, node, words, context);
  yield* closeSubstitutions(shell, files);
  return status;
}

function failedStatus(shell: Shell): number {
  return shell.flow !== undefined && 'status' in shell.flow ? shell.flow.status : 1;
}

/** The fields of the command's words. Declarations keep `name=value` words in one piece. */
function* expandCommandWords(shell: Shell, node: Command): Sleeping<string[] | undefined> {
  if (node.name === undefined) return [];
  const words: string[] = [];
  const compounds = new Map<string, Assignment>();
  for (const argument of [node.name, ...node.args]) {
    if (argument.type === 'Word') {
      const fields = yield* expandWords(shell, [argument]);
      if (fields === undefined) return undefined;
      // One by one: a call takes only so many arguments, and how many depends on the engine.
      for (const field of fields) words.push(field);
      continue;
    }
    if (argument.value.type === 'ArrayValue') {
      // The builtin assigns it, when it has made the variable what its options say.
      const word = shell.source.text.slice(argument.pos, argument.end);
      compounds.set(word, argument);
      words.push(word);
      continue;
    }
    const value = yield* expandAssignment(shell, argument.value);
    if (value === undefined) return undefined;
    const index = argument.index === undefined ? '' : `[${argument.index.text}]`;
    words.push(`${argument.name}${index}${argument.append === true ? '+' : ''}=${value}`);
  }
  if (compounds.size > 0) shell.compounds = compounds;
  return words;
}

function prefixAssignments(node: Command): Assignment[] {
  return node.prefix.filter((item) => item.type === 'Assignment');
}

/** A command of nothing but assignments and redirections. */
function* runAssignments(shell: Shell, node: Command): Sleeping<number> {
  const redirections = yield* openRedirections(shell, node.redirects);
  if (redirections === undefined) return 1;
  yield* closeAll(shell, redirections.opened);
  for (const assignment of prefixAssignments(node)) {
    const { options } = shell;
    if (!(yield* assign(shell, assignment))) return failedStatus(shell);
    if (options.xtrace) yield* traceAssignments(shell, assignment);
  }
  return shell.substitutionStatus ?? 0;
}

function* runExpanded(
  shell: Shell,
  node: Command,
  words: readonly string[],
  context: CommandContext,
): Sleeping<number> {
  if (shell.options.xtrace) {
    const texts = words.map((word) => {
      const compound = shell.compounds.get(word);
      return compound === undefined ? quoteForTrace(word) : compound.name;
    });
    yield* trace(shell, texts.join(' '));
  }
  const redirections = yield* openRedirections(shell, node.redirects);
  if (redirections === undefined) return failedStatus(shell);
  const assignments = prefixAssignments(node);
  const before = yield* assignTemporarily(shell, assignments);
  if (before === undefined) {
    yield* closeAll(shell, redirections.opened);
    return failedStatus(shell);
  }
  const text = shell.source.text.slice(node.pos, node.end);
  const run: Run = { words, redirections, text, context, usesFunctions: true };
  const status = yield* dispatch(shell, run);
  for (const [name, variable] of before) shell.variables.restore(name, variable);
  shell.lastWord = words.at(-1) ?? '';
  return status;
}

const NO_VARIABLES: ReadonlyMap<string, Variable | undefined> = new Map();

/** Assignments in front of a command hold for it only: what the variables were before. */
function* assignTemporarily(
  shell: Shell,
  assignments: readonly Assignment[],
): Sleeping<ReadonlyMap<string, Variable | undefined> | undefined> {
  if (assignments.length === 0) return NO_VARIABLES;
  const before = new Map<string, Variable | undefined>();
  for (const assignment of assignments) {
    const { name } = assignment;
    if (!before.has(name)) before.set(name, shell.variables.save(name));
    if (!(yield* assign(shell, assignment))) return undefined;
    shell.variables.export(name);
  }
  return before;
}

/** A command ready to run. */
interface Run {
  readonly words: readonly string[];
  readonly redirections: Redirections;
  /** As the user wrote it, for messages about jobs. */
  readonly text: string;
  readonly context: CommandContext;
  readonly usesFunctions: boolean;
}

const NO_REDIRECTIONS: Redirections = { changes: [], opened: [] };

/** Runs words that are expanded already, as `command` and `eval`'s kin do: no functions. */
export function runWords(shell: Shell, words: readonly string[]): Sleeping<number> {
  const text = words.join(' ');
  const context = { isLast: false };
  return dispatch(shell, {
    words,
    redirections: NO_REDIRECTIONS,
    text,
    context,
    usesFunctions: false,
  });
}

function* dispatch(shell: Shell, run: Run): Sleeping<number> {
  const name = run.words[0] ?? '';
  const found = run.usesFunctions ? shell.functions.get(name) : undefined;
  if (found !== undefined) {
    return yield* redirected(shell, run, () => callFunction(shell, found, run.words));
  }
  const builtin = shell.disabled.has(name) ? undefined : findBuiltin(name);
  if (builtin === undefined) return yield* runProgram(shell, run);
  if (name === 'exec') return yield* runExec(shell, run);
  return yield* redirected(shell, run, () => callBuiltin(shell, builtin, run.words));
}

function* redirected(shell: Shell, run: Run, body: () => Sleeping<number>): Sleeping<number> {
  if (run.redirections.changes.length === 0) return yield* body();
  const undo = yield* applyRedirections(shell, run.redirections);
  const status = yield* body();
  yield* undoRedirections(shell, undo);
  return status;
}

function* callBuiltin(shell: Shell, builtin: Builtin, words: readonly string[]): Sleeping<number> {
  const name = words[0] ?? '';
  const status = yield* builtin(shell, words);
  return yield* flushBuiltin(shell, name, status);
}

function* callFunction(
  shell: Shell,
  found: ShellFunction,
  words: readonly string[],
): Sleeping<number> {
  if (shell.nesting >= MAX_NESTING) {
    const name = words[0] ?? '';
    shell.flow = { kind: 'abort', status: 1 };
    return yield* shell.fail(`${name}: maximum function nesting level exceeded (${MAX_NESTING})`);
  }
  const { positional, source, line, loopDepth, messageName, options, localOptions } = shell;
  const frame = { name: words[0] ?? '', file: found.origin, line };
  shell.frames.push(frame);
  shell.localOptions = () => {
    shell.options = { ...options };
  };
  shell.positional = words.slice(1);
  shell.source = found.source;
  shell.messageName = found.origin;
  shell.loopDepth = 0;
  shell.nesting++;
  shell.variables.enterScope();
  let status = yield* shell.evaluator.runFunction(shell, found);
  shell.variables.leaveScope();
  shell.options = options;
  shell.localOptions = localOptions;
  shell.frames.pop();
  shell.nesting--;
  shell.loopDepth = loopDepth;
  shell.positional = positional;
  shell.source = source;
  shell.messageName = messageName;
  shell.line = line;
  if (shell.flow?.kind === 'return') {
    status = shell.flow.status;
    shell.flow = undefined;
  }
  return status;
}

/** `exec`: redirections that stay, then perhaps another program in this process. */
function* runExec(shell: Shell, run: Run): Sleeping<number> {
  yield* applyRedirections(shell, run.redirections, true);
  const words = run.words.slice(1);
  const name = words[0];
  if (name === undefined) return 0;
  const path = yield* shell.c.find_program(name, shell.variables.get('PATH'));
  let status: number;
  if (path === -ERRNO.ENOENT && !name.includes('/')) {
    status = yield* shell.fail(`exec: ${name}: not found`, 127);
  } else {
    const failure =
      typeof path === 'number'
        ? path
        : yield* shell.c.execve(path, words, shell.variables.environ());
    status = yield* explain(shell, name, failure);
    if (failure !== -ERRNO.ENOENT) {
      const reason = yield* reasonOf(shell, name, failure);
      yield* shell.complain(`exec: ${name}: cannot execute: ${reason}`);
    }
  }
  if (!shell.interactive) shell.flow = { kind: 'exit', status };
  return status;
}

/** Finds, starts and waits for a program. */
function* runProgram(shell: Shell, run: Run): Sleeping<number> {
  const name = run.words[0] ?? '';
  const path = yield* locate(shell, name);
  if (typeof path === 'number') {
    return yield* withErrors(shell, run, () => explain(shell, name, path));
  }
  if (run.context.isLast) return yield* becomeProgram(shell, run, path);
  const pid = yield* spawn(shell, run, path, { group: 0, foreground: true });
  if (pid === -ERRNO.ENOEXEC && (yield* isScript(shell, path))) {
    return yield* runAsScript(shell, run, path);
  }
  if (pid === -ERRNO.EAGAIN) return FORK_FAILED;
  if (pid < 0) return yield* withErrors(shell, run, () => explain(shell, path, pid));
  yield* closeAll(shell, run.redirections.opened);
  const group = shell.hasJobControl ? pid : 0;
  const members = [{ pid, command: run.text }];
  return yield* waitForeground(shell, shell.jobs.add(group, members, run.text));
}

/** Where a program of a job goes. */
export interface SpawnPlace {
  /** The group to join with job control, 0 for a new one. */
  readonly group: number;
  readonly foreground: boolean;
  readonly input?: number;
  readonly output?: number;
  readonly errorToo?: boolean;
}

/** What a program inherits: exported variables and functions, and `_`, its path. */
function programEnvironment(shell: Shell, path: string): string[] {
  const environ = shell.variables.environ().filter((entry) => !entry.startsWith('_='));
  for (const [name, found] of shell.functions) {
    if (found.isExported !== true) continue;
    const { body } = found.node;
    environ.push(`BASH_FUNC_${name}%%=() ${found.source.text.slice(body.pos, body.end)}`);
  }
  environ.push(`_=${path}`);
  return environ;
}

function* spawn(shell: Shell, run: Run, path: string, place: SpawnPlace): Sleeping<number> {
  yield* flushOutput(shell);
  const takesTerminal = place.foreground && shell.terminal >= 0;
  const flags = shell.hasJobControl
    ? SPAWN.SETPGROUP | SPAWN.SETSIGDEF | (takesTerminal ? SPAWN.FOREGROUND : 0)
    : 0;
  const environ = programEnvironment(shell, path);
  const request = {
    path,
    argv: run.words,
    env: environ,
    flags,
    pgroup: place.group,
    actions: spawnActions(run.redirections),
  };
  return yield* forkPatiently(shell, () => shell.c.posix_spawn(request));
}

/** In a child with nothing else to do: no second process. */
function* becomeProgram(shell: Shell, run: Run, path: string): Sleeping<number> {
  yield* applyRedirections(shell, run.redirections, true);
  const failure = yield* shell.c.execve(path, run.words, shell.variables.environ());
  if (failure === -ERRNO.ENOEXEC && (yield* isScript(shell, path))) {
    return yield* interpret(shell, path, run.words);
  }
  return yield* explain(shell, path, failure);
}

/** An executable text without `#!` is a script for this shell. */
function* runAsScript(shell: Shell, run: Run, path: string): Sleeping<number> {
  const setup = shell.hasJobControl ? { group: 0, foreground: true } : {};
  const pid = yield* runInChild(shell, setup, function* (child) {
    yield* applyRedirections(child, run.redirections, true);
    return yield* interpret(child, path, run.words);
  });
  yield* closeAll(shell, run.redirections.opened);
  if (pid < 0) return FORK_FAILED;
  const group = shell.hasJobControl ? pid : 0;
  const members = [{ pid, command: run.text }];
  return yield* waitForeground(shell, shell.jobs.add(group, members, run.text));
}

function* interpret(shell: Shell, path: string, words: readonly string[]): Sleeping<number> {
  shell.name = path;
  shell.atPrompt = false;
  shell.positional = words.slice(1);
  return yield* shell.evaluator.runFile(shell, path);
}

/** Runs `body` with the command's redirections, since its message goes to its standard error. */
function withErrors(shell: Shell, run: Run, body: () => Sleeping<number>): Sleeping<number> {
  return redirected(shell, run, body);
}

/** Where PATH has the command: remembered, as `hash` shows. */
export function* locate(shell: Shell, name: string): Sleeping<string | number> {
  const known = shell.hashed.get(name);
  if (known !== undefined) {
    if (typeof (yield* shell.c.stat(known)) !== 'number') return known;
    shell.hashed.delete(name);
  }
  if (name === '') return -ERRNO.ENOENT;
  const search = shell.variables.get('PATH') ?? '';
  if (search === '' && !name.includes('/')) return -ERRNO.ENOENT;
  const path = yield* shell.c.find_program(name, search);
  if (typeof path === 'string' && !name.includes('/')) shell.hashed.set(name, path);
  return path;
}

/** A member of a pipeline that is a plain program: started without a copy of the shell. */
export function* spawnMember(
  shell: Shell,
  node: Command,
  place: SpawnPlace,
): Sleeping<number | undefined> {
  if (!isPlainProgram(shell, node)) return undefined;
  const words = yield* expandWords(shell, [node.name, ...node.args].filter(isWord));
  if (words === undefined) return undefined;
  const path = yield* locate(shell, words[0] ?? '');
  if (typeof path === 'number') return undefined;
  const changes: { kind: 'dup'; from: number; to: number }[] = [];
  if (place.input !== undefined) changes.push({ kind: 'dup', from: place.input, to: 0 });
  if (place.output !== undefined) changes.push({ kind: 'dup', from: place.output, to: 1 });
  if (place.errorToo === true) changes.push({ kind: 'dup', from: 1, to: 2 });
  const text = shell.source.text.slice(node.pos, node.end);
  const redirections = { changes, opened: [] };
  const run = { words, redirections, text, context: { isLast: false }, usesFunctions: false };
  const pid = yield* spawn(shell, run, path, place);
  return pid < 0 ? undefined : pid;
}

function isWord(argument: Word | Assignment | ArrayValue | undefined): argument is Word {
  return argument?.type === 'Word';
}

/** Its words have no effects of their own, and its name is surely a program. */
function isPlainProgram(shell: Shell, node: Command): boolean {
  const { name } = node;
  if (name === undefined || node.prefix.length > 0 || node.redirects.length > 0) return false;
  if (shell.options.xtrace || name.parts !== undefined || aliasOf(shell, node) !== undefined) {
    return false;
  }
  if (shell.functions.has(name.value) || findBuiltin(name.value) !== undefined) return false;
  return node.args.every((word) => word.type === 'Word' && !/[`$]/.test(word.text));
}
