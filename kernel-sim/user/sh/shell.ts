// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The state of one shell: variables, functions, options, traps, jobs, and where control flow
 * stands. A subshell is a copy of it.
 *
 * Every other file of this room works on a `Shell`. Linux counterpart: bash. Break, continue,
 * return, exit and ^C are values in `flow`, looked at after each command, never exceptions.
 */
import type { Assignment, Function as FunctionNode, ParsedScript } from 'unbash';

import type { Sleeping } from '../../uapi/coroutine.ts';
import type { Libc } from '../libc/libc.ts';
import type { Termios } from '../libc/process-calls.ts';
import type { ArithmeticScope } from './arithmetic.ts';
import { makeArithmeticScope } from './arithmetic-scope.ts';
import { JobTable } from './jobs.ts';
import { defaultOptions, type ShellOptions } from './options.ts';
import { SourceText } from './parse.ts';
import { defineDynamic } from './dynamic-variables.ts';
import { defaultShopt, type Shopt } from './shopt.ts';
import { Variables } from './variables.ts';

/** Why the commands that would come next do not run. */
export type Flow =
  | { readonly kind: 'break' | 'continue'; readonly levels: number }
  | { readonly kind: 'return' | 'exit'; readonly status: number }
  /**
   * Back to the prompt: an expansion failed, or ^C. A script goes on with its next line, or ends
   * with `status` where that is fatal.
   */
  | { readonly kind: 'abort'; readonly status: number; readonly isFatal?: boolean };

export interface ShellFunction {
  readonly node: FunctionNode;
  /** The text that the node's positions count in, and how messages name it. */
  readonly source: SourceText;
  readonly origin: string;
  isReadonly?: boolean;
  isExported?: boolean;
}

/** A function or a sourced file that runs. */
export interface Frame {
  /** `source` for a file. */
  readonly name: string;
  /** The file that its text comes from. */
  readonly file: string;
  /** The line that called it. */
  readonly line: number;
}

/** How simple commands are run again: by eval, source, command, traps and substitutions. */
export interface Evaluator {
  runScript(shell: Shell, script: ParsedScript, source: SourceText): Sleeping<number>;
  /** The same where all of it may be `< FILE`, which gives the file's content. */
  runSubstituted(shell: Shell, script: ParsedScript, source: SourceText): Sleeping<number>;
  /** Parses and runs; `name` stands in syntax errors, as in `bash: eval: line 1: …`. */
  runText(shell: Shell, text: string, name?: string): Sleeping<number>;
  handleSignals(shell: Shell): Sleeping<number>;
  /** The body of a function; its frame is the caller's. */
  runFunction(shell: Shell, found: ShellFunction): Sleeping<number>;
  /** The text of `source`: positions and messages are its own. */
  runSourced(shell: Shell, text: string, name: string): Sleeping<number>;
  /** A script from a file. */
  runFile(shell: Shell, path: string): Sleeping<number>;
  /** Runs a command whose words are expanded already, functions left aside. */
  runWords(shell: Shell, words: readonly string[]): Sleeping<number>;
}

/** Functions, eval and source nested deeper than this end with bash's message for FUNCNEST. */
export const MAX_NESTING = 200;
/** User time of one command, and of one step of a loop that runs none. */
const COMMAND_NS = 5_000;

export class Shell {
  readonly c: Libc;
  readonly evaluator: Evaluator;
  readonly variables: Variables;
  readonly functions: Map<string, ShellFunction>;
  readonly aliases: Map<string, string>;
  options: ShellOptions;
  readonly shopt: Shopt;
  readonly arithmetic: ArithmeticScope;
  readonly jobs: JobTable;
  /** Commands by signal name (EXIT is one of them); an empty text ignores the signal. */
  readonly traps: Map<string, string>;
  /** Where commands were found in PATH. */
  readonly hashed: Map<string, string>;
  /** Builtins that `enable -n` switched off. */
  readonly disabled: Set<string>;
  /** Aliases being expanded: they do not expand again inside themselves. */
  readonly activeAliases = new Set<string>();
  /** Descriptors that redirections put aside; a subshell closes its copies. */
  readonly saved: Set<number>;

  /** `$0`, which is also how messages of scripts begin. */
  name: string;
  /** What messages begin with instead, in functions and sourced files. */
  messageName: string | undefined;
  /** How messages of functions defined here will begin. */
  origin = 'environment';
  /** Letters of `$-` that the command line gave: c, s. */
  invocationLetters = '';
  positional: string[];
  /** `$$`: stays the same in subshells. */
  pid = 0;
  lastStatus = 0;
  lastBackground = 0;
  pipeStatus: number[] = [0];
  /** Status of the last command substitution of the command being expanded. */
  substitutionStatus: number | undefined;
  interactive = false;
  /** Commands come from a prompt, so messages carry no line number; also in its subshells. */
  atPrompt = false;
  isSubshell = false;
  isLogin = false;
  /** `set -m`, and not in a subshell: each job has a process group of its own. */
  hasJobControl = false;
  /** The terminal that jobs are moved to and from; negative when there is none. */
  terminal = -1;
  /** How the terminal is set while the shell itself is in front. */
  modes: Termios | undefined;
  /** The process group that the shell was started in. */
  firstGroup = 0;
  /** The exit that was asked for was refused because of jobs; asked again, it is granted. */
  wasRefused = false;
  flow: Flow | undefined;
  /** `name=(…)` operands of the declaring builtin that runs, by their words. */
  compounds: ReadonlyMap<string, Assignment> = new Map();
  /** `local -` in the function that runs: its options go when it returns. */
  localOptions: (() => void) | undefined;
  loopDepth = 0;
  sourceDepth = 0;
  nesting = 0;
  /** Above zero where a failing command is a condition: `set -e` looks away. */
  conditionDepth = 0;
  source = new SourceText('');
  line = 1;
  /** Functions and sourced files that run, the innermost last. */
  frames: Frame[] = [];
  /** The file that was given on the command line. */
  scriptFile: string | undefined;
  /** How many subshells lie around this one: `$BASH_SUBSHELL`. */
  subshellDepth = 0;
  /** The time of day when a variable last asked, and when the shell began. */
  clockNs = 0;
  startNs = 0;
  /** Where the command that runs stands in the source. */
  commandStart = 0;
  commandEnd = 0;
  /** The last word of the last command: `$_`. */
  lastWord = '';
  history: string[] = [];
  /** Which command of the session is typed next, from 1. */
  commandNumber = 1;
  /** What pushd put aside, the last one last. */
  directories: string[] = [];
  /** Statuses of jobs that `wait` has seen the end of, by pid. */
  readonly finished = new Map<number, number>();
  /** Files of process substitutions, closed when their command is over. */
  readonly substitutionFiles: number[] = [];
  /** How often the first character of PS4 stands before a traced command, less one. */
  traceDepth = 0;
  /** Seed of RANDOM: the shell's own, so that a run repeats. */
  private random: number;
  private serial = 0;

  constructor(c: Libc, evaluator: Evaluator, parent?: Shell) {
    this.c = c;
    this.evaluator = evaluator;
    this.variables = new Variables(parent?.variables);
    this.functions = new Map(parent?.functions);
    this.aliases = new Map(parent?.aliases);
    this.options = parent === undefined ? defaultOptions() : { ...parent.options };
    this.shopt = parent === undefined ? defaultShopt() : { ...parent.shopt };
    this.arithmetic = makeArithmeticScope(this);
    this.traps = new Map();
    this.hashed = new Map(parent?.hashed);
    this.saved = new Set(parent?.saved);
    this.disabled = new Set(parent?.disabled);
    this.name = parent?.name ?? c.program;
    this.positional = [...(parent?.positional ?? [])];
    this.jobs = new JobTable();
    this.random = parent?.random ?? 1;
    this.variables.dynamic.set('RANDOM', () => this.nextRandom());
    this.variables.dynamic.set('LINENO', () => String(this.line));
    defineDynamic(this);
    if (parent !== undefined) this.copyFrom(parent);
  }

  private copyFrom(parent: Shell): void {
    this.pid = parent.pid;
    this.lastStatus = parent.lastStatus;
    this.lastBackground = parent.lastBackground;
    this.pipeStatus = [...parent.pipeStatus];
    this.isSubshell = true;
    this.subshellDepth = parent.subshellDepth;
    this.frames = [...parent.frames];
    this.scriptFile = parent.scriptFile;
    this.lastWord = parent.lastWord;
    this.startNs = parent.startNs;
    this.traceDepth = parent.traceDepth;
    this.substitutionFiles.push(...parent.substitutionFiles);
    this.atPrompt = parent.atPrompt;
    this.messageName = parent.messageName;
    this.origin = parent.origin;
    this.invocationLetters = parent.invocationLetters;
    this.loopDepth = parent.loopDepth;
    this.sourceDepth = parent.sourceDepth;
    this.nesting = parent.nesting;
    this.conditionDepth = parent.conditionDepth;
    this.source = parent.source;
    this.line = parent.line;
    this.history = parent.history;
    this.directories = [...parent.directories];
    // A subshell keeps only the signals that are ignored.
    for (const [name, command] of parent.traps) if (command === '') this.traps.set(name, '');
  }

  /**
   * This shell as it stands now, for a child that begins later. The library is the parent's until
   * `adopt` gives the child its own.
   */
  snapshot(): Shell {
    return new Shell(this.c, this.evaluator, this);
  }

  /** The snapshot in its own process. */
  adopt(c: Libc): Shell {
    const child = new Shell(c, this.evaluator, this);
    for (const [name, command] of this.traps) child.traps.set(name, command);
    child.subshellDepth++;
    return child;
  }

  /** How messages begin: `bash: ` at a prompt, `FILE: line 3: ` in a script. */
  prefix(): string {
    if (this.atPrompt) return `${this.name}: `;
    return `${this.messageName ?? this.name}: line ${this.line}: `;
  }

  /** A message on standard error. */
  *complain(message: string): Sleeping<void> {
    yield* this.c.err(`${this.prefix()}${message}\n`);
  }

  /** Complains and gives `status`. */
  *fail(message: string, status = 1): Sleeping<number> {
    yield* this.complain(message);
    return status;
  }

  /** Spends the time of one command. Loops come through here, so ^C and other tasks get in. */
  work(nanoseconds = COMMAND_NS): Sleeping<void> {
    return this.c.charge(nanoseconds);
  }

  /**
   * Runs traps for what was caught; a ^C at the prompt becomes a flow. The first signal whose trap
   * ran, or 0.
   */
  handleSignals(): Sleeping<number> {
    return this.evaluator.handleSignals(this);
  }

  nextSerial(): number {
    return this.serial++;
  }

  setLine(pos: number): void {
    this.line = this.source.lineOf(pos);
  }

  commandText(): string {
    return this.source.text.slice(this.commandStart, this.commandEnd);
  }

  private nextRandom(): string {
    // glibc's minimal generator, of which bash too takes 15 bits.
    this.random = (Math.imul(this.random, 1_103_515_245) + 12_345) >>> 0;
    return String((this.random >>> 16) & 0x7fff);
  }

  seedRandom(seed: number): void {
    this.random = seed >>> 0;
  }
}
