// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The shell, as `sh` and `bash`: command line, first variables, and where its commands come from.
 *
 * Linux counterpart: bash's shell.c. Differs: no startup files but ~/.bashrc and, for a login
 * shell, /etc/profile and ~/.profile.
 */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { S } from '../../uapi/fs.ts';
import type { Program } from '../../uapi/user-cpu.ts';
import { decodeUtf8 } from '../../lib/utf8.ts';
import { defineProgram, type Libc } from '../libc/libc.ts';
import { setLetters } from './builtins/options.ts';
import { readClock } from './dynamic-variables.ts';
import { evaluator, runParsed } from './evaluate.ts';
import { isBinary } from './exec-failure.ts';
import { runInteractive } from './interactive.ts';
import { flushOutput } from './output.ts';
import { SourceText } from './parse.ts';
import { Shell } from './shell.ts';
import { runStream } from './stream.ts';
import { runExitTrap } from './traps.ts';

export const sh: Program = defineProgram(runShell);

const VERSION = '5.2.15(1)-release';
const VERSION_PARTS = ['5', '2', '15', '1', 'release', 'x86_64-pc-linux-gnu'];
const USAGE_ERROR = 2;
const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;

/** What the command line asks for. */
interface Invocation {
  command: string | undefined;
  fromInput: boolean;
  interactive: boolean;
  login: boolean;
  rest: readonly string[];
}

function* runShell(c: Libc): Sleeping<number> {
  const shell = new Shell(c, evaluator);
  const isLogin = shell.name.startsWith('-');
  if (isLogin) shell.name = shell.name.slice(1);
  const invocation = yield* readCommandLine(shell);
  if (typeof invocation === 'number') return invocation;
  invocation.login ||= isLogin;
  yield* setUpVariables(shell);
  const status = yield* runInput(shell, invocation);
  const last = yield* runExitTrap(shell, status);
  yield* flushOutput(shell);
  return last & 0xff;
}

/** Options as `set` knows them, and the shell's own. A number: say no more and end with it. */
function* readCommandLine(shell: Shell): Sleeping<Invocation | number> {
  const { argv } = shell.c;
  const invocation: Invocation = {
    command: undefined,
    fromInput: false,
    interactive: false,
    login: false,
    rest: [],
  };
  let wantsCommand = false;
  let index = 1;
  for (; index < argv.length; index++) {
    const word = argv[index] ?? '';
    if (word === '--' || word === '-') {
      index++;
      break;
    }
    if (!/^[-+]./.test(word)) break;
    if (word === '--version') return yield* printVersion(shell);
    if (word === '--login') invocation.login = true;
    if (word.startsWith('--')) continue;
    const own = new Set(word.slice(1));
    wantsCommand ||= own.has('c');
    invocation.fromInput ||= own.has('s');
    invocation.interactive ||= own.has('i');
    invocation.login ||= own.has('l');
    const letters = word.charAt(0) + word.slice(1).replaceAll(/[csil]/g, '');
    const used = letters.length > 1 ? yield* setLetters(shell, letters, argv[index + 1]) : 0;
    if (used < 0) return USAGE_ERROR;
    index += used;
  }
  invocation.rest = argv.slice(index);
  if (wantsCommand) {
    const [command, ...others] = invocation.rest;
    if (command === undefined) {
      yield* shell.c.err(`${shell.name}: -c: option requires an argument\n`);
      return USAGE_ERROR;
    }
    invocation.command = command;
    invocation.rest = others;
  }
  return invocation;
}

function* printVersion(shell: Shell): Sleeping<number> {
  shell.c.out(`GNU bash, version ${VERSION} (x86_64-pc-linux-gnu), as Ring Zero understands it\n`);
  return 0;
}

function* setUpVariables(shell: Shell): Sleeping<void> {
  const { c, variables } = shell;
  for (const [name, value] of c.env) {
    const functionName = /^BASH_FUNC_(.+)%%$/.exec(name)?.[1];
    if (functionName !== undefined && value.startsWith('() {')) {
      yield* runParsed(shell, new SourceText(`${functionName} ${value}`));
      const found = shell.functions.get(functionName);
      if (found !== undefined) found.isExported = true;
      continue;
    }
    if (name === '_') shell.lastWord = value;
    else {
      variables.set(name, value);
      variables.export(name);
    }
  }
  shell.pid = yield* c.getpid();
  const level = Number(variables.get('SHLVL') ?? 0);
  const fixed = [
    ['IFS', ' \t\n'],
    ['OPTIND', '1'],
    ['PPID', String(yield* c.getppid())],
    ['UID', String(yield* c.getuid())],
    ['EUID', String(yield* c.geteuid())],
    ['BASH_VERSION', VERSION],
    ['BASH', '/usr/bin/bash'],
    ['OPTERR', '1'],
    ['HOSTTYPE', 'x86_64'],
    ['OSTYPE', 'linux-gnu'],
    ['MACHTYPE', 'x86_64-pc-linux-gnu'],
    ['PS4', '+ '],
    ['SHLVL', String(Number.isFinite(level) ? level + 1 : 1)],
  ] as const;
  for (const [name, value] of fixed) variables.set(name, value);
  for (const name of ['PPID', 'UID', 'EUID']) variables.declare(name).readonly = true;
  variables.export('SHLVL');
  variables.setElements('BASH_VERSINFO', VERSION_PARTS);
  variables.declare('BASH_VERSINFO').readonly = true;
  const uname = yield* c.uname();
  if (typeof uname !== 'number') variables.set('HOSTNAME', uname.nodename);
  shell.seedRandom(shell.pid);
  yield* setUpDirectory(shell);
  yield* readClock(shell);
  if (variables.get('PATH') === undefined) {
    variables.set('PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin');
  }
}

/** PWD is kept when it names this directory, so that links one came through still show. */
function* setUpDirectory(shell: Shell): Sleeping<void> {
  const { c, variables } = shell;
  const inherited = variables.get('PWD');
  const here = yield* c.stat('.');
  const there = inherited?.startsWith('/') === true ? yield* c.stat(inherited) : -ERRNO.ENOENT;
  const isSame =
    typeof here !== 'number' &&
    typeof there !== 'number' &&
    here.ino === there.ino &&
    here.dev === there.dev;
  if (!isSame) {
    const path = yield* c.getcwd();
    if (typeof path === 'string') variables.set('PWD', path);
  }
  variables.export('PWD');
}

function* runInput(shell: Shell, invocation: Invocation): Sleeping<number> {
  const { command, rest } = invocation;
  if (command !== undefined) {
    const [name, ...positional] = rest;
    shell.name = name ?? shell.name;
    shell.positional = positional;
    shell.invocationLetters = 'c';
    return yield* finish(shell, yield* runParsed(shell, new SourceText(command), '-c'));
  }
  const [file, ...positional] = rest;
  if (file !== undefined && !invocation.fromInput) {
    shell.positional = positional;
    return yield* runScriptFile(shell, file);
  }
  shell.positional = [...rest];
  shell.invocationLetters = 's';
  const isTerminal = (yield* shell.c.isatty(0)) && (yield* shell.c.isatty(2));
  if (invocation.interactive || isTerminal) {
    return yield* runInteractive(shell, invocation.login);
  }
  return yield* finish(shell, yield* runStream(shell, 0));
}

/** The status that the flow, if any, gives the shell. */
function* finish(shell: Shell, status: number): Sleeping<number> {
  const { flow } = shell;
  shell.flow = undefined;
  return flow !== undefined && 'status' in flow ? flow.status : status;
}

function* runScriptFile(shell: Shell, file: string): Sleeping<number> {
  const { c } = shell;
  const path = yield* findScript(shell, file);
  const stat = yield* c.stat(path);
  if (typeof stat !== 'number' && (stat.mode & S.IFMT) === S.IFDIR) {
    yield* c.err(`${file}: ${file}: Is a directory\n`);
    return NOT_EXECUTABLE;
  }
  const bytes = yield* c.read_file(path);
  if (typeof bytes === 'number') {
    yield* c.err(`${shell.name}: ${file}: ${c.strerror(bytes)}\n`);
    return bytes === -ERRNO.ENOENT ? NOT_FOUND : NOT_EXECUTABLE;
  }
  if (isBinary(bytes)) {
    yield* c.err(`${file}: ${file}: cannot execute binary file\n`);
    return NOT_EXECUTABLE;
  }
  shell.name = file;
  shell.origin = file;
  shell.scriptFile = file;
  return yield* finish(
    shell,
    yield* runParsed(shell, new SourceText(decodeUtf8(bytes)), undefined, true),
  );
}

/** `sh name` looks here first and then along PATH. */
function* findScript(shell: Shell, file: string): Sleeping<string> {
  if (file.includes('/') || typeof (yield* shell.c.stat(file)) !== 'number') return file;
  const path = yield* shell.c.find_program(file, shell.variables.get('PATH'));
  return typeof path === 'string' ? path : file;
}
