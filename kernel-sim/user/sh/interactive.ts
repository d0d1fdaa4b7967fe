// SPDX-License-Identifier: GPL-2.0-or-later
/** The shell at a prompt: job control, startup files, and the loop of prompt, line and command. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { SIG, SIGNAL } from '../../uapi/signal.ts';
import { evaluator, reportSyntax } from './evaluate.ts';
import { expandArithmeticText } from './expand.ts';
import { addHistory, loadHistory } from './history.ts';
import { endJobs, mayLeave, tellJobs } from './job-control.ts';
import { parseShell, SourceText, type Parsed } from './parse.ts';
import { DEFAULT_PS1, DEFAULT_PS2, expandPrompt } from './prompt.ts';
import { readEditedLine } from './read-line.ts';
import type { Shell } from './shell.ts';

const FIRST_PRIVATE = 10;
const INTERRUPTED = 130;

export function* runInteractive(shell: Shell, isLogin: boolean): Sleeping<number> {
  shell.interactive = true;
  shell.isLogin = isLogin;
  shell.atPrompt = true;
  shell.shopt.expand_aliases = true;
  yield* setUpJobControl(shell);
  shell.variables.declare('PS1').value ??= DEFAULT_PS1;
  shell.variables.declare('PS2').value ??= DEFAULT_PS2;
  const home = shell.variables.get('HOME') ?? '';
  if (isLogin) {
    yield* sourceIfThere(shell, '/etc/profile');
    yield* sourceIfThere(shell, `${home}/.profile`);
  }
  yield* sourceIfThere(shell, `${home}/.bashrc`);
  yield* loadHistory(shell);
  const status = yield* promptLoop(shell, isLogin);
  yield* endJobs(shell);
  // Messages of the EXIT trap, and nothing else, come after this.
  shell.flow = undefined;
  return status;
}

/** A group of its own in front of the terminal, deaf to what the terminal sends its jobs. */
function* setUpJobControl(shell: Shell): Sleeping<void> {
  const { c } = shell;
  for (const signal of [SIGNAL.TSTP, SIGNAL.TTIN, SIGNAL.TTOU]) {
    yield* c.sigaction(signal, SIG.IGN);
  }
  // Caught, not ignored: a program must not inherit it.
  for (const signal of [SIGNAL.INT, SIGNAL.QUIT, SIGNAL.TERM, SIGNAL.WINCH, SIGNAL.HUP]) {
    yield* c.sigaction(signal, SIG.CATCH);
  }
  const { pid } = shell;
  shell.firstGroup = yield* c.getpgrp();
  const terminal = yield* c.dup_cloexec(0, FIRST_PRIVATE);
  if (terminal < 0) return;
  if (shell.firstGroup !== pid) yield* c.setpgid(0, pid);
  if ((yield* c.tcsetpgrp(terminal, pid)) < 0) {
    yield* c.close(terminal);
    yield* c.err(
      `${shell.name}: cannot set terminal process group (-1): Inappropriate ioctl for device\n` +
        `${shell.name}: no job control in this shell\n`,
    );
    return;
  }
  const modes = yield* c.tcgetattr(terminal);
  shell.modes = typeof modes === 'number' ? undefined : modes;
  shell.terminal = terminal;
  shell.options.monitor = true;
  shell.hasJobControl = true;
}

function* sourceIfThere(shell: Shell, path: string): Sleeping<void> {
  const bytes = yield* shell.c.read_file(path);
  if (typeof bytes === 'number') return;
  yield* evaluator.runWords(shell, ['source', path]);
  if (shell.flow?.kind !== 'exit') shell.flow = undefined;
}

function* promptLoop(shell: Shell, isLogin: boolean): Sleeping<number> {
  for (;;) {
    if (shell.flow?.kind === 'exit') return shell.flow.status;
    shell.flow = undefined;
    yield* tellJobs(shell);
    yield* runPromptCommand(shell);
    if (isLeaving(shell)) continue;
    const read = yield* readCommand(shell);
    if (read === 'interrupt') {
      shell.lastStatus = INTERRUPTED;
      continue;
    }
    if (read === 'end') {
      yield* shell.c.err(isLogin ? 'logout\n' : 'exit\n');
      if (yield* mayLeave(shell, shell.wasRefused)) return shell.lastStatus;
      shell.wasRefused = true;
      continue;
    }
    yield* runCommandText(shell, read.text, read.parsed);
    // Looking at the jobs that keep the shell does not count as another command.
    if (!/^\s*(?:exit|logout|jobs)\b/.test(read.text)) shell.wasRefused = false;
  }
}

function isLeaving(shell: Shell): boolean {
  return shell.flow?.kind === 'exit';
}

/** What PROMPT_COMMAND holds. The person's `$?` stays what it was. */
function* runPromptCommand(shell: Shell): Sleeping<void> {
  const text = shell.variables.get('PROMPT_COMMAND') ?? '';
  if (text === '') return;
  const { lastStatus, pipeStatus, lastWord } = shell;
  yield* evaluator.runWords(shell, ['eval', text]);
  if (isLeaving(shell)) return;
  shell.flow = undefined;
  shell.lastStatus = lastStatus;
  shell.pipeStatus = pipeStatus;
  shell.lastWord = lastWord;
}

/** Runs what was typed. Flows other than exit end here. */
function* runCommandText(shell: Shell, text: string, parsed: Parsed): Sleeping<void> {
  const source = new SourceText(text);
  yield* addHistory(shell, text);
  if (text.trim() !== '') shell.commandNumber++;
  if (parsed.kind === 'error' || (parsed.kind === 'incomplete' && !parsed.atHereDoc)) {
    yield* reportSyntax(shell, source, parsed);
    return;
  }
  yield* evaluator.runScript(shell, parsed.script, source);
  shell.loopDepth = 0;
  shell.conditionDepth = 0;
  shell.nesting = 0;
  const { flow } = shell;
  if (flow !== undefined && 'status' in flow) shell.lastStatus = flow.status;
}

/** One whole command, over as many lines as it takes. */
function* readCommand(
  shell: Shell,
): Sleeping<{ readonly text: string; readonly parsed: Parsed } | 'interrupt' | 'end'> {
  let text = '';
  for (;;) {
    const name = text === '' ? 'PS1' : 'PS2';
    const line = yield* readEditedLine(shell, yield* promptText(shell, name));
    shell.flow = undefined;
    if (line.kind === 'interrupt') return 'interrupt';
    if (line.kind === 'end' && text === '') return 'end';
    text += line.kind === 'line' ? `${line.text}\n` : '';
    const parsed = parseShell(text);
    if (parsed.kind !== 'incomplete' || line.kind === 'end') return { text, parsed };
  }
}

function* promptText(shell: Shell, name: string): Sleeping<string> {
  const raw = shell.variables.get(name) ?? '';
  const escaped = yield* expandPrompt(shell, raw);
  if (!/[$`]/.test(raw.replaceAll(/\\\$/g, ''))) return escaped;
  const { lastStatus } = shell;
  const expanded = yield* expandArithmeticText(shell, escaped);
  shell.lastStatus = lastStatus;
  return expanded ?? escaped;
}
