// SPDX-License-Identifier: GPL-2.0-or-later
/** sysctl: shows and sets what lies below /proc/sys, as procps does. */
import type { Sleeping } from '../uapi/coroutine.ts';
import { getopt, type ParsedCommandLine, type OptionSpec } from './libc/getopt.ts';
import { defineProgram, type Libc } from './libc/libc.ts';
import { decodeUtf8 } from '../lib/utf8.ts';
import { errorText, has, valueOf } from './support/command.ts';
import { keyPath, parseSetting, type Setting } from './sysctl/key.ts';
import { listAll, showKey } from './sysctl/show.ts';
import { applySettings } from './sysctl/set.ts';
import { HELP } from './sysctl/help.ts';

const DEFAULT_FILE = '/etc/sysctl.conf';
/** Folders of --system: a name in an earlier one hides the same name in a later. */
const SYSTEM_FOLDERS = [
  '/etc/sysctl.d',
  '/run/sysctl.d',
  '/usr/local/lib/sysctl.d',
  '/usr/lib/sysctl.d',
  '/lib/sysctl.d',
] as const;

/** How what is found is told. */
export interface SysctlOptions {
  readonly pattern: RegExp;
  readonly ignoresUnknown: boolean;
  readonly isDryRun: boolean;
  readonly isQuiet: boolean;
  readonly namesOnly: boolean;
  readonly printsNames: boolean;
  readonly printsNewline: boolean;
}

const OPTIONS: OptionSpec = {
  short: 'bneNwfp::qoxaAXr:Vdh',
  long: {
    all: 'a',
    deprecated: 'D',
    'dry-run': 'y',
    binary: 'b',
    ignore: 'e',
    names: 'N',
    values: 'n',
    load: 'p::',
    system: 'S',
    pattern: 'r:',
    quiet: 'q',
    write: 'w',
    help: 'h',
    version: 'V',
  },
};

export const sysctl = defineProgram(function* (c) {
  const args = getopt(c.argv, OPTIONS);
  if ('error' in args) {
    yield* c.err(`${args.error}\n`);
    c.out(HELP);
    return 1;
  }
  const first = args.options.find(({ name }) => name === 'h' || name === 'd' || name === 'V');
  if (first !== undefined) {
    c.out(first.name === 'V' ? 'sysctl from procps-ng 4.0.2\n' : HELP);
    return 0;
  }
  const pattern = compile(valueOf(args, 'r') ?? '');
  if (pattern === undefined) return yield* c.die('sysctl', 'cannot compile the pattern');
  return yield* run(c, args, optionsOf(args, pattern));
}, OPTIONS);

/** Undefined for what is no expression. */
function compile(pattern: string): RegExp | undefined {
  try {
    return new RegExp(pattern, 'u');
  } catch {
    return undefined;
  }
}

function optionsOf(args: ParsedCommandLine, pattern: RegExp): SysctlOptions {
  return {
    pattern,
    ignoresUnknown: has(args, 'e'),
    isDryRun: has(args, 'y'),
    isQuiet: has(args, 'q'),
    namesOnly: has(args, 'N'),
    printsNames: !has(args, 'n') && !has(args, 'N') && !has(args, 'b'),
    printsNewline: !has(args, 'b'),
  };
}

function* run(c: Libc, args: ParsedCommandLine, options: SysctlOptions): Sleeping<number> {
  const wants = (...names: readonly string[]): boolean => names.some((name) => has(args, name));
  const operands = args.operands;
  if (wants('a', 'A', 'X')) return yield* listAll(c, options);
  if (wants('S')) return yield* loadSystem(c, options);
  if (wants('p', 'f')) {
    const given = valueOf(args, 'p');
    const files = given === undefined ? operands : [given, ...operands];
    return yield* loadFiles(c, files.length === 0 ? [DEFAULT_FILE] : files, options);
  }
  if (operands.length === 0) {
    yield* c.err(`sysctl: no variables specified\nTry \`sysctl --help' for more information.\n`);
    return 1;
  }
  let status = 0;
  for (const operand of operands) {
    status |= yield* handle(c, operand, wants('w', 'q'), options);
  }
  return status;
}

/** One word of the command line: a name to show, or a setting. */
function* handle(
  c: Libc,
  operand: string,
  mustSet: boolean,
  options: SysctlOptions,
): Sleeping<number> {
  if (!mustSet && !operand.includes('=')) return yield* showKey(c, operand, options);
  const setting = parseSetting(operand);
  if (setting === undefined) {
    yield* c.err('sysctl: command line(0): invalid syntax, continuing...\n');
    return 1;
  }
  if (keyPath(setting.key) === keyPath('')) {
    yield* c.err('sysctl: Path is not under /proc/sys/: /proc/sys/\n');
    return 1;
  }
  return yield* applySettings(c, [setting], options);
}

function* loadFiles(c: Libc, files: readonly string[], options: SysctlOptions): Sleeping<number> {
  const settings: Setting[] = [];
  let status = 0;
  for (const file of files) status |= yield* readSettings(c, file, settings);
  return (yield* applySettings(c, settings, options)) | status;
}

function* loadSystem(c: Libc, options: SysctlOptions): Sleeping<number> {
  const byName = new Map<string, string>();
  for (const folder of SYSTEM_FOLDERS) {
    const entries = yield* c.read_directory(folder);
    if (typeof entries === 'number') continue;
    for (const { name } of entries) {
      if (name.endsWith('.conf') && !byName.has(name)) byName.set(name, `${folder}/${name}`);
    }
  }
  const names = [...byName.keys()].toSorted();
  const files = [...names.map((name) => byName.get(name) ?? ''), DEFAULT_FILE];
  const settings: Setting[] = [];
  let status = 0;
  for (const file of files) {
    const stat = yield* c.stat(file);
    if (typeof stat === 'number') continue;
    if (!options.isQuiet) c.out(`* Applying ${file} ...\n`);
    status |= yield* readSettings(c, file, settings);
  }
  return (yield* applySettings(c, settings, options)) | status;
}

/** Adds the settings of a file, `-` being standard input, and complains about other lines. */
function* readSettings(c: Libc, file: string, settings: Setting[]): Sleeping<number> {
  const bytes = file === '-' ? yield* c.read_to_end(0) : yield* c.read_file(file);
  if (typeof bytes === 'number') {
    yield* c.err(`sysctl: cannot open "${file}": ${errorText(bytes)}\n`);
    return 1;
  }
  for (const [index, line] of decodeUtf8(bytes).split('\n').entries()) {
    const text = line.trim();
    if (text === '' || text.startsWith('#') || text.startsWith(';')) continue;
    const setting = parseSetting(text);
    if (setting !== undefined) settings.push(setting);
    else if (!text.startsWith('-')) {
      yield* c.err(`sysctl: ${file}(${index + 1}): invalid syntax, continuing...\n`);
    }
  }
  return 0;
}
