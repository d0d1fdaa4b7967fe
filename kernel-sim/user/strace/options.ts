// SPDX-License-Identifier: GPL-2.0-or-later
/** What strace was asked to show, and of whom. */
import type { ParsedCommandLine } from '../support/command.ts';
import { has, valueOf } from '../support/command.ts';
import { callsNamed } from './signatures.ts';

export const STRACE_SHORT = 'a:cCe:E:fFho:p:qrs:S:tTvVwyu:z';

export const STRACE_LONG: Readonly<Record<string, string>> = {
  help: 'h',
  version: 'V',
  output: 'o:',
  attach: 'p:',
  trace: 'trace:',
  signal: 'signal:',
  env: 'E:',
  quiet: 'q',
  'follow-forks': 'f',
  'string-limit': 's:',
  'summary-only': 'c',
  summary: 'C',
  'summary-sort-by': 'S:',
  'summary-wall-clock': 'w',
  'relative-timestamps': 'r',
  'absolute-timestamps': 't',
  'syscall-times': 'T',
  'no-abbrev': 'v',
  'successful-only': 'z',
};

export const STRACE_HELP = `Usage: strace [-cCfhqrtTvVwz] [-a COLUMN] [-e EXPR] [-E VAR=VAL]...
              [-o FILE] [-s STRSIZE] [-S SORTBY] { -p PID | PROG [ARGS] }

Shows the system calls that a program makes, and the signals that it gets.

  -a COLUMN         align results in this column (default 40)
  -c                count calls, errors and elapsed time of each call, and print only that
  -C                like -c, but print the calls as well
  -e EXPR           trace=SET, signal=SET or quiet=attach,exit. A SET is a list of names or of
                    %file, %desc, %process, %signal, %memory, %creds; all, none; ! turns it round
  -E VAR=VAL, -E VAR  put a variable into the program's environment, or take it out
  -f                trace children as they are made by processes that are traced
  -o FILE           write to FILE instead of standard error
  -p PID            trace a process that runs already
  -q                say nothing of attaching and detaching
  -r                print the time since the call before
  -s STRSIZE        show that much of a string (default 32)
  -S SORTBY         sort -c by time, calls, errors, name or nothing
  -t, -tt, -ttt     print the time of day, with microseconds, or seconds since 1970
  -T                print the time spent in each call
  -v                print arrays in full
  -w                taken for the original's sake: -c counts elapsed time anyway
  -z                print only calls that succeed
  -h                this text
  -V                version
`;

export interface StraceOptions {
  readonly column: number;
  readonly stringLimit: number;
  readonly isVerbose: boolean;
  readonly follows: boolean;
  readonly isQuiet: boolean;
  readonly says: { readonly exits: boolean };
  readonly successOnly: boolean;
  readonly showsDuration: boolean;
  readonly timestamps: 'none' | 'clock' | 'clock-us' | 'epoch' | 'relative';
  readonly summary: 'none' | 'only' | 'also';
  readonly sortBy: string;
  readonly output: string | undefined;
  readonly pids: readonly number[];
  readonly calls: (name: string) => boolean;
  readonly signals: (name: string) => boolean;
  readonly environment: readonly string[];
}

const COLUMN = 40;
const STRING_LIMIT = 32;
const SORTS: ReadonlySet<string> = new Set(['time', 'calls', 'errors', 'name', 'nothing', 'none']);

/** The options, or the message that says what is wrong with them. */
export function readOptions(args: ParsedCommandLine): StraceOptions | string {
  const expressions = readExpressions(args);
  if (typeof expressions === 'string') return expressions;
  const numbers = readNumbers(args);
  if (typeof numbers === 'string') return numbers;
  const ticks = args.options.filter(({ name }) => name === 't').length;
  const clock = (['none', 'clock', 'clock-us', 'epoch'] as const)[Math.min(ticks, 3)] ?? 'none';
  const sortBy = valueOf(args, 'S') ?? 'time';
  if (!SORTS.has(sortBy)) return `invalid sortby: '${sortBy}'`;
  const environment = args.options
    .filter(({ name }) => name === 'E')
    .map(({ value }) => value ?? '');
  return {
    ...numbers,
    ...expressions,
    environment,
    isVerbose: has(args, 'v'),
    follows: has(args, 'f') || has(args, 'F'),
    isQuiet: has(args, 'q'),
    successOnly: has(args, 'z'),
    showsDuration: has(args, 'T'),
    timestamps: has(args, 'r') ? 'relative' : clock,
    summary: has(args, 'c') ? 'only' : has(args, 'C') ? 'also' : 'none',
    sortBy,
    output: valueOf(args, 'o'),
  };
}

function readNumbers(
  args: ParsedCommandLine,
): Pick<StraceOptions, 'column' | 'stringLimit' | 'pids'> | string {
  const column = Number(valueOf(args, 'a') ?? COLUMN);
  if (!Number.isInteger(column) || column < 0) {
    return `invalid -a argument: '${valueOf(args, 'a') ?? ''}'`;
  }
  const stringLimit = Number(valueOf(args, 's') ?? STRING_LIMIT);
  if (!Number.isInteger(stringLimit) || stringLimit < 0) {
    return `invalid -s argument: '${valueOf(args, 's') ?? ''}'`;
  }
  const pids: number[] = [];
  for (const { name, value = '' } of args.options) {
    if (name !== 'p') continue;
    for (const word of value.split(/[, \t\n]+/).filter((it) => it !== '')) {
      const pid = Number(word);
      if (!Number.isInteger(pid) || pid <= 0) return `Invalid process id: '${word}'`;
      pids.push(pid);
    }
  }
  return { column, stringLimit, pids };
}

type Expressions = Pick<StraceOptions, 'calls' | 'signals' | 'says'>;

function readExpressions(args: ParsedCommandLine): Expressions | string {
  let calls: (name: string) => boolean = () => true;
  let signals: (name: string) => boolean = () => true;
  let exits = true;
  for (const { name, value = '' } of args.options) {
    const text =
      name === 'trace' ? `trace=${value}` : name === 'signal' ? `signal=${value}` : value;
    if (name !== 'e' && name !== 'trace' && name !== 'signal') continue;
    const equals = text.indexOf('=');
    const qualifier = equals < 0 ? 'trace' : text.slice(0, equals);
    const set = text.slice(equals + 1);
    if (qualifier === 'trace' || qualifier === 't') {
      const found = callSet(set);
      if (typeof found === 'string') return found;
      calls = found;
    } else if (qualifier === 'signal' || qualifier === 'signals' || qualifier === 's') {
      signals = signalSet(set);
    } else if (qualifier === 'quiet' || qualifier === 'q') {
      exits = !set.split(',').some((word) => word === 'exit' || word === 'exits' || word === 'all');
    } else {
      return `invalid -e argument: '${text}'`;
    }
  }
  return { calls, signals, says: { exits } };
}

function callSet(set: string): ((name: string) => boolean) | string {
  const isInverted = set.startsWith('!');
  const wanted = new Set<string>();
  for (const word of (isInverted ? set.slice(1) : set).split(',')) {
    // `?name` may name a call that this kernel does not have.
    const found = callsNamed(word.replace(/^\?/, ''));
    if (found === undefined && !word.startsWith('?')) return `invalid system call '${word}'`;
    for (const name of found ?? []) wanted.add(name);
  }
  return (name) => wanted.has(name) !== isInverted;
}

function signalSet(set: string): (name: string) => boolean {
  const isInverted = set.startsWith('!');
  const words = (isInverted ? set.slice(1) : set).split(',');
  const wanted = new Set(words.map((word) => `SIG${word.toUpperCase().replace(/^SIG/, '')}`));
  if (words.includes('all')) return () => !isInverted;
  if (words.includes('none')) return () => isInverted;
  return (name) => wanted.has(name) !== isInverted;
}
