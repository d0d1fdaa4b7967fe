// SPDX-License-Identifier: GPL-2.0-or-later
/** make's command line: options, `NAME=value`, goals. */

export interface MakeRequest {
  readonly directories: readonly string[];
  readonly file: string | undefined;
  readonly goals: readonly string[];
  readonly variables: ReadonlyMap<string, string>;
  readonly isSilent: boolean;
  readonly isDryRun: boolean;
  readonly alwaysBuilds: boolean;
  readonly keepsGoing: boolean;
  readonly wantsHelp: boolean;
}

export const MAKE_HELP = `Usage: make [options] [target] ...
Options:
  -B, --always-make           Unconditionally make all targets.
  -C DIRECTORY, --directory=DIRECTORY
                              Change to DIRECTORY before doing anything.
  -f FILE, --file=FILE, --makefile=FILE
                              Read FILE as a makefile.
  -h, --help                  Print this message and exit.
  -j [N], --jobs[=N]          Allow N jobs at once; infinite jobs with no arg.
  -k, --keep-going            Keep going when some targets can't be made.
  -n, --just-print, --dry-run, --recon
                              Don't actually run any recipe; just print them.
  -s, --silent, --quiet       Don't echo recipes.

This make builds kernel modules from TypeScript. A Kbuild names them; without
one, every file NAME.ts that exports a module becomes NAME.ko.
Targets: all (default), modules, modules_install, clean, NAME.ko
Variables: TARGET=x86_64-linux-kernel-module or armv7l-linux-kernel-module
`;

type Words = { -readonly [Key in keyof MakeRequest]: MakeRequest[Key] } & {
  directories: string[];
  goals: string[];
  variables: Map<string, string>;
};

const FLAGS: Readonly<
  Record<string, 'isSilent' | 'isDryRun' | 'alwaysBuilds' | 'keepsGoing' | 'wantsHelp'>
> = {
  s: 'isSilent',
  silent: 'isSilent',
  quiet: 'isSilent',
  n: 'isDryRun',
  'just-print': 'isDryRun',
  'dry-run': 'isDryRun',
  recon: 'isDryRun',
  B: 'alwaysBuilds',
  'always-make': 'alwaysBuilds',
  k: 'keepsGoing',
  'keep-going': 'keepsGoing',
  h: 'wantsHelp',
  help: 'wantsHelp',
};

export function parseMakeWords(words: readonly string[]): MakeRequest | { readonly error: string } {
  const request: Words = {
    directories: [],
    file: undefined,
    goals: [],
    variables: new Map(),
    isSilent: false,
    isDryRun: false,
    alwaysBuilds: false,
    keepsGoing: false,
    wantsHelp: false,
  };
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    const variable = /^([A-Za-z_][\w.-]*):?=(.*)$/s.exec(word);
    const long = /^--([^=]+)(?:=(.*))?$/s.exec(word);
    if (variable !== null) request.variables.set(variable[1] ?? '', variable[2] ?? '');
    else if (long !== null) {
      const [, name = '', value] = long;
      const flag = FLAGS[name];
      if (flag !== undefined) request[flag] = true;
      else if (name === 'directory') request.directories.push(value ?? words[++i] ?? '');
      else if (name === 'file' || name === 'makefile') request.file = value ?? words[++i] ?? '';
      else if (name !== 'jobs' && name !== 'no-print-directory') {
        return { error: `unrecognized option '${word}'` };
      }
    } else if (word.startsWith('-') && word !== '-') {
      const error = setShorts(request, word.slice(1), () => words[++i], words[i + 1]);
      if (error !== undefined) return { error };
    } else request.goals.push(word);
  }
  return request;
}

function setShorts(
  request: Words,
  letters: string,
  takeNext: () => string | undefined,
  next: string | undefined,
): string | undefined {
  for (let at = 0; at < letters.length; at++) {
    const letter = letters[at] ?? '';
    const flag = FLAGS[letter];
    if (flag !== undefined) {
      request[flag] = true;
      continue;
    }
    const attached = letters.slice(at + 1);
    if (letter === 'j') {
      // Everything is built one after the other; the number may be left out.
      if (attached === '' && /^\d+$/.test(next ?? '')) takeNext();
      return undefined;
    }
    if (letter !== 'C' && letter !== 'f') return `invalid option -- '${letter}'`;
    const value = attached === '' ? takeNext() : attached;
    if (value === undefined) return `option requires an argument -- '${letter}'`;
    if (letter === 'C') request.directories.push(value);
    else request.file = value;
    return undefined;
  }
  return undefined;
}
