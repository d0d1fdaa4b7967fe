// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Running syntax trees: scripts, lists, pipelines and compound commands.
 *
 * Each function gives the status of what it ran and leaves `shell.flow` set when what follows must
 * not run. Linux counterpart: bash's execute_cmd.c.
 */
import type {
  AndOr,
  CommandNode,
  CompoundCommand,
  ParsedScript,
  Pipeline,
  PipelineNode,
  Redirected,
  Statement,
} from 'unbash';

import type { Sleeping } from '../../uapi/coroutine.ts';
import { decodeUtf8 } from '../../lib/utf8.ts';
import { runArithmeticFor, runCase, runFor, runIf, runWhile } from './compound.ts';
import { runArithmeticCommand, runTestCommand } from './conditional.ts';
import { runCommand, runWords, type CommandContext } from './command.ts';
import { onlyFile, showFile } from './file-substitution.ts';
import { FORK_FAILED } from './fork.ts';
import { waitForeground } from './job-control.ts';
import { endOfInput, parseShell, SourceText, type Parsed } from './parse.ts';
import { runBackground, runPipeline } from './pipeline.ts';
import { applyRedirections, openRedirections, undoRedirections } from './redirect.ts';
import { MAX_NESTING, type Evaluator, type Shell, type ShellFunction } from './shell.ts';
import { runInChild } from './subshell.ts';
import { closeSubstitutions } from './substitution.ts';
import { handleSignals } from './traps.ts';

const USAGE_ERROR = 2;
const IN_PLACE: CommandContext = { isLast: false };

/** The evaluator that a shell is made with. */
export const evaluator: Evaluator = {
  runScript,
  *runSubstituted(shell: Shell, script: ParsedScript, source: SourceText): Sleeping<number> {
    const file = onlyFile(script);
    if (file === undefined) return yield* runScript(shell, script, source);
    shell.source = source;
    return yield* showFile(shell, file);
  },
  runText,
  runSourced,
  runFile,
  runWords,
  handleSignals,
  *runFunction(shell: Shell, found: ShellFunction): Sleeping<number> {
    const { body } = found.node;
    if (body.type === 'CompoundList') return yield* runStatements(shell, body.commands);
    return yield* runNode(shell, body, IN_PLACE);
  },
};

function* runScript(shell: Shell, script: ParsedScript, source: SourceText): Sleeping<number> {
  const before = shell.source;
  shell.source = source;
  const status = yield* runStatements(shell, script.commands);
  shell.source = before;
  return status;
}

function* runText(shell: Shell, text: string, name?: string): Sleeping<number> {
  if (shell.nesting >= MAX_NESTING) {
    shell.flow = { kind: 'abort', status: 1 };
    return yield* shell.fail(`${name ?? 'eval'}: maximum nesting level exceeded (${MAX_NESTING})`);
  }
  const { line } = shell;
  shell.nesting++;
  if (name === 'eval') shell.traceDepth++;
  const status = yield* runParsed(shell, new SourceText(text, line), name);
  if (name === 'eval') shell.traceDepth--;
  shell.nesting--;
  shell.line = line;
  return status;
}

function* runSourced(shell: Shell, text: string, name: string): Sleeping<number> {
  if (shell.nesting >= MAX_NESTING) {
    shell.flow = { kind: 'abort', status: 1 };
    return yield* shell.fail(`${name}: maximum source nesting level exceeded (${MAX_NESTING})`);
  }
  const { origin, messageName, line } = shell;
  shell.origin = name;
  shell.messageName = name;
  shell.frames.push({ name: 'source', file: name, line });
  shell.nesting++;
  const status = yield* runParsed(shell, new SourceText(text));
  shell.nesting--;
  shell.frames.pop();
  shell.origin = origin;
  shell.messageName = messageName;
  shell.line = line;
  return status;
}

/** Runs what stands before the first syntax error, then reports it: bash reads line by line. */
export function* runParsed(
  shell: Shell,
  source: SourceText,
  name?: string,
  goesOn = false,
): Sleeping<number> {
  const parsed = parseShell(source.text);
  // A here-document that the end of the file closes is only warned about in bash.
  if (parsed.kind === 'complete' || (parsed.kind === 'incomplete' && parsed.atHereDoc)) {
    return yield* runLines(shell, parsed.script.commands, source, goesOn);
  }
  const commands = soundStatements(source.text, parsed);
  const status = yield* runLines(shell, commands, source, goesOn);
  if (shell.flow !== undefined) return status;
  return yield* reportSyntax(shell, source, parsed, name);
}

/**
 * The statements of a text as if its lines were read one by one: `set -v` shows each line when its
 * turn comes. In a file (`goesOn`), an error that aborts a command leaves the lines after it.
 */
function* runLines(
  shell: Shell,
  statements: readonly Statement[],
  source: SourceText,
  goesOn: boolean,
): Sleeping<number> {
  const before = shell.source;
  const { text } = source;
  shell.source = source;
  let status = 0;
  let readUpTo = 0;
  let skipsTo = 0;
  for (const statement of statements) {
    if (statement.pos < skipsTo) continue;
    if (statement.pos >= readUpTo) {
      const newline = text.indexOf('\n', Math.max(statement.end - 1, 0));
      const lineEnd = newline < 0 ? text.length : newline + 1;
      if (shell.options.verbose) {
        const lines = text.slice(readUpTo, lineEnd);
        yield* shell.c.err(lines.endsWith('\n') ? lines : `${lines}\n`);
      }
      readUpTo = lineEnd;
    }
    status = yield* runStatement(shell, statement);
    const { flow } = shell;
    if (flow === undefined) continue;
    const isOver = !goesOn || flow.kind !== 'abort' || flow.isFatal === true;
    if (isOver || shell.isSubshell) break;
    shell.flow = undefined;
    shell.lastStatus = flow.status;
    status = flow.status;
    skipsTo = readUpTo;
  }
  shell.source = before;
  return status;
}

/** How many statements before an error are tried as the end of the sound part. */
const MAX_TRIES = 64;

/** The statements on the lines before the error, up to the last that leaves nothing open. */
function soundStatements(text: string, parsed: Exclude<Parsed, { kind: 'complete' }>): Statement[] {
  const limit = parsed.kind === 'error' ? parsed.pos : text.length;
  const lineStart = text.lastIndexOf('\n', Math.max(0, limit - 1)) + 1;
  const before = parsed.script.commands.filter(({ end }) => end < lineStart);
  for (let count = before.length; count > 0 && count > before.length - MAX_TRIES; count--) {
    const end = text.indexOf('\n', before[count - 1]?.end);
    if (parseShell(text.slice(0, end < 0 ? undefined : end)).kind === 'complete') {
      return before.slice(0, count);
    }
  }
  return [];
}

/** `bash: line 3: syntax error near …` and the line. */
export function* reportSyntax(
  shell: Shell,
  source: SourceText,
  parsed: Parsed,
  name?: string,
): Sleeping<number> {
  const where = name === undefined ? '' : `${name}: `;
  const label = (line: number): string =>
    shell.atPrompt
      ? `${shell.messageName ?? shell.name}: ${where}`
      : `${shell.messageName ?? shell.name}: ${where}line ${line}: `;
  if (parsed.kind === 'error') {
    const start = label(source.lineOf(parsed.pos));
    yield* shell.c.err(`${start}${parsed.message}\n`);
    if (!shell.atPrompt) yield* shell.c.err(`${start}\`${source.lineText(parsed.pos)}'\n`);
  } else {
    const { message, line } = endOfInput(source.text);
    yield* shell.c.err(`${label(line + source.lineOf(0) - 1)}${message}\n`);
  }
  shell.lastStatus = USAGE_ERROR;
  return USAGE_ERROR;
}

function* runFile(shell: Shell, path: string): Sleeping<number> {
  const bytes = yield* shell.c.read_file(path);
  if (typeof bytes === 'number') {
    return yield* shell.fail(`${path}: ${shell.c.strerror(bytes)}`, 127);
  }
  const text = decodeUtf8(bytes);
  return yield* runParsed(shell, new SourceText(text), undefined, true);
}

export function* runStatements(shell: Shell, statements: readonly Statement[]): Sleeping<number> {
  let status = 0;
  for (const statement of statements) {
    status = yield* runStatement(shell, statement);
    if (shell.flow !== undefined) break;
  }
  return status;
}

function* runStatement(shell: Shell, statement: Statement): Sleeping<number> {
  yield* shell.work();
  yield* handleSignals(shell);
  if (shell.flow !== undefined) return shell.lastStatus;
  if (shell.options.noexec) return 0;
  const { command } = statement;
  if (statement.background === true) {
    const text = shell.source.text.slice(command.pos, command.end);
    return yield* runBackground(shell, command, text, runMember);
  }
  const status =
    command.type === 'AndOr'
      ? yield* runAndOr(shell, command)
      : yield* runNode(shell, command, IN_PLACE);
  shell.lastStatus = status;
  yield* handleSignals(shell);
  return status;
}

function* runAndOr(shell: Shell, node: AndOr): Sleeping<number> {
  let status = 0;
  const last = node.commands.length - 1;
  for (const [index, command] of node.commands.entries()) {
    const operator = node.operators[index - 1];
    if (operator === '&&' && status !== 0) continue;
    if (operator === '||' && status === 0) continue;
    if (index < last) shell.conditionDepth++;
    status = yield* runNode(shell, command, IN_PLACE);
    if (index < last) shell.conditionDepth--;
    shell.lastStatus = status;
    if (shell.flow !== undefined) break;
  }
  return status;
}

/** In a child that ends with this command. */
function* runMember(child: Shell, command: PipelineNode | AndOr): Sleeping<number> {
  if (command.type === 'AndOr') return yield* runAndOr(child, command);
  // With lastpipe the last member runs in the shell itself.
  return yield* runNode(child, command, { isLast: child.isSubshell });
}

function* runNode(shell: Shell, node: PipelineNode, context: CommandContext): Sleeping<number> {
  const status = yield* runByKind(shell, node, context);
  shell.lastStatus = status;
  if (node.type === 'Command') shell.pipeStatus = [status];
  const isExempt = node.type === 'Pipeline' && node.prefixes.some((it) => it.type === 'Negation');
  if (status !== 0 && shell.options.errexit && !isExempt) exitOnError(shell, node, status);
  return status;
}

/** `set -e`: a command failed that is no condition. */
function exitOnError(shell: Shell, node: PipelineNode, status: number): void {
  if (shell.flow !== undefined || shell.conditionDepth > 0) return;
  // Compound commands end with a command of their own, which has been looked at.
  const isLeaf =
    node.type === 'Command' ||
    node.type === 'Pipeline' ||
    node.type === 'Subshell' ||
    node.type === 'TestCommand' ||
    node.type === 'ArithmeticCommand' ||
    node.type === 'Redirected';
  if (isLeaf) shell.flow = { kind: 'exit', status };
}

function* runByKind(shell: Shell, node: PipelineNode, context: CommandContext): Sleeping<number> {
  switch (node.type) {
    case 'Command':
      return yield* runCommand(shell, node, context);
    case 'Pipeline':
      return yield* runPipelineNode(shell, node);
    case 'Function': {
      const name = node.name.value;
      if (shell.functions.get(name)?.isReadonly === true) {
        return yield* shell.fail(`${name}: readonly function`);
      }
      shell.functions.set(name, { node, source: shell.source, origin: shell.origin });
      return 0;
    }
    case 'Redirected':
      return yield* runRedirected(shell, node);
    case 'Coproc':
      return yield* shell.fail('coproc: not supported', 2);
    default:
      return yield* runCompound(shell, node, context);
  }
}

function* runPipelineNode(shell: Shell, node: Pipeline): Sleeping<number> {
  const negations = node.prefixes.filter((prefix) => prefix.type === 'Negation').length;
  const timed = node.prefixes.find((prefix) => prefix.type === 'Time');
  const [only] = node.commands;
  const start = timed === undefined ? 0 : yield* nanoseconds(shell);
  let status = 0;
  if (negations > 0) shell.conditionDepth++;
  if (node.commands.length > 1) {
    const text = shell.source.text.slice(node.commands[0]?.pos, node.end);
    status = yield* runPipeline(shell, node, text, runMember);
  } else if (only !== undefined) status = yield* runNode(shell, only, IN_PLACE);
  if (negations > 0) shell.conditionDepth--;
  if (timed !== undefined) {
    yield* reportTime(shell, (yield* nanoseconds(shell)) - start, timed.posix !== undefined);
  }
  return negations % 2 === 0 ? status : status === 0 ? 1 : 0;
}

const MONOTONIC = 1;

function* nanoseconds(shell: Shell): Sleeping<number> {
  const now = yield* shell.c.clock_gettime(MONOTONIC);
  return typeof now === 'number' ? 0 : now.seconds * 1e9 + now.nanoseconds;
}

function* reportTime(shell: Shell, elapsed: number, isPosix: boolean): Sleeping<void> {
  if (isPosix) {
    const total = (elapsed / 1e9).toFixed(2);
    yield* shell.c.err(`real ${total}\nuser 0.00\nsys 0.00\n`);
    return;
  }
  const milliseconds = Math.floor(elapsed / 1e6);
  const minutes = Math.floor(milliseconds / 60_000);
  const seconds = ((milliseconds % 60_000) / 1000).toFixed(3);
  yield* shell.c.err(`\nreal\t${minutes}m${seconds}s\nuser\t0m0.000s\nsys\t0m0.000s\n`);
}

function* runRedirected(shell: Shell, node: Redirected): Sleeping<number> {
  const files = shell.substitutionFiles.length;
  const redirections = yield* openRedirections(shell, node.redirects);
  yield* closeSubstitutions(shell, files);
  if (redirections === undefined) return 1;
  const undo = yield* applyRedirections(shell, redirections);
  const status = yield* runCompound(shell, node.command, IN_PLACE);
  yield* undoRedirections(shell, undo);
  return status;
}

function* runCompound(
  shell: Shell,
  node: CompoundCommand,
  context: CommandContext,
): Sleeping<number> {
  switch (node.type) {
    case 'BraceGroup':
      return yield* runStatements(shell, node.body.commands);
    case 'Subshell':
      return yield* runSubshell(shell, node, context);
    case 'If':
      return yield* runIf(shell, node, runStatements);
    case 'While':
      return yield* runWhile(shell, node, runStatements);
    case 'For':
    case 'Select':
      return yield* runFor(shell, node, runStatements);
    case 'ArithmeticFor':
      return yield* runArithmeticFor(shell, node, runStatements);
    case 'Case':
      return yield* runCase(shell, node, runStatements);
    case 'TestCommand':
      return yield* runTestCommand(shell, node);
    case 'ArithmeticCommand':
      return yield* runArithmeticCommand(shell, node);
    default:
      return node satisfies never;
  }
}

function* runSubshell(
  shell: Shell,
  node: Extract<CommandNode, { type: 'Subshell' }>,
  context: CommandContext,
): Sleeping<number> {
  const { commands } = node.body;
  if (context.isLast) return yield* runStatements(shell, commands);
  const setup = shell.hasJobControl ? { group: 0, foreground: true } : {};
  const pid = yield* runInChild(shell, setup, (child) => runStatements(child, commands));
  if (pid < 0) return FORK_FAILED;
  const text = shell.source.text.slice(node.pos, node.end);
  const group = shell.hasJobControl ? pid : 0;
  return yield* waitForeground(shell, shell.jobs.add(group, [{ pid, command: text }], text));
}
