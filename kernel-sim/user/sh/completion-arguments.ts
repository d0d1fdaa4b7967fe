// SPDX-License-Identifier: GPL-2.0-or-later
/** Tab on an argument: modules, their parameters, keys of sysctl, jobs, directories. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { readElf } from '../../lib/elf.ts';
import { decodeUtf8 } from '../../lib/utf8.ts';
import { DT } from '../../uapi/fs.ts';
import { PROGRAM_SECTION } from '../../uapi/program-abi.ts';
import { readModinfo } from '../support/modinfo.ts';
import { moduleFolder, readIndex, type ModuleIndex } from '../support/module-index.ts';
import { loadedModules, moduleName } from '../support/modules.ts';
import { dottedKey, keyPath } from '../sysctl/key.ts';
import { paths, withHome, type Candidate } from './completion-paths.ts';
import type { Shell } from './shell.ts';

/** What may follow `words`, a command and its arguments; undefined when that is any path. */
export function* argumentCandidates(
  shell: Shell,
  words: readonly string[],
  word: string,
): Sleeping<Candidate[] | undefined> {
  if (word.startsWith('-')) {
    if (words.includes('--')) return undefined;
    return yield* programOptions(shell, words[0] ?? '', word);
  }
  const name = (words[0] ?? '').replace(/^.*\//, '');
  const options = words.slice(1).filter((it) => it.startsWith('-'));
  const operands = words.slice(1).filter((it) => !it.startsWith('-'));
  switch (name) {
    case 'cd':
    case 'pushd':
    case 'rmdir':
      return yield* paths(shell, word, 'directories');
    case 'insmod':
      return yield* forInsmod(shell, operands, word);
    case 'rmmod':
      return yield* loaded(shell, operands, word);
    case 'modinfo':
      return yield* forModinfo(shell, operands, word);
    case 'modprobe':
      return yield* forModprobe(shell, options, operands, word);
    case 'sysctl':
      return yield* sysctlKeys(shell, word, hasOption(options, 'w', 'write') ? '=' : ' ');
    case 'kill':
    case 'fg':
    case 'bg':
    case 'wait':
    case 'disown':
      return word.startsWith('%') ? jobs(shell, word) : undefined;
    default:
      return undefined;
  }
}

/** What the executable says of its options; undefined when it says nothing. */
function* programOptions(
  shell: Shell,
  command: string,
  word: string,
): Sleeping<Candidate[] | undefined> {
  const path = yield* shell.c.find_program(command, shell.variables.get('PATH'));
  const bytes = typeof path === 'number' ? path : yield* shell.c.read_file(path);
  if (typeof bytes === 'number') return undefined;
  const elf = readElf(bytes);
  if (!elf.ok) return undefined;
  const section = elf.file.sections.find(({ name }) => name === PROGRAM_SECTION.OPTIONS);
  if (section === undefined) return undefined;
  return starting(decodeUtf8(section.bytes).split('\n'), word);
}

function hasOption(options: readonly string[], letter: string, long: string): boolean {
  return options.some(
    (option) =>
      option === `--${long}` || (!option.startsWith('--') && option.slice(1).includes(letter)),
  );
}

/** Those of `names` that begin with `word`, sorted. After `=` a value follows, else a space. */
function starting(names: Iterable<string>, word: string): Candidate[] {
  return [...new Set(names)]
    .filter((name) => name.startsWith(word))
    .toSorted()
    .map((name) => ({ word: name, shown: name, suffix: name.endsWith('=') ? '' : ' ' }));
}

function jobs(shell: Shell, word: string): Candidate[] {
  return starting(
    shell.jobs.list.map(({ id }) => `%${id}`),
    word,
  );
}

function* forInsmod(
  shell: Shell,
  operands: readonly string[],
  word: string,
): Sleeping<Candidate[]> {
  const [file, ...given] = operands;
  if (file === undefined) return yield* paths(shell, word, 'modules');
  return yield* parameters(shell, yield* withHome(shell, file), given, word);
}

function* forModinfo(
  shell: Shell,
  operands: readonly string[],
  word: string,
): Sleeping<Candidate[]> {
  const files = yield* paths(shell, word, 'modules');
  const index = yield* installed(shell);
  return [...files, ...moduleNames(index, word, operands)];
}

function* forModprobe(
  shell: Shell,
  options: readonly string[],
  operands: readonly string[],
  word: string,
): Sleeping<Candidate[]> {
  if (hasOption(options, 'r', 'remove')) return yield* loaded(shell, operands, word);
  const index = yield* installed(shell);
  const [first, ...given] = operands;
  if (first === undefined || hasOption(options, 'a', 'all')) {
    return moduleNames(index, word, operands);
  }
  const known = index.modules.get(moduleName(first));
  return known === undefined ? [] : yield* parameters(shell, known.path, given, word);
}

function* installed(shell: Shell): Sleeping<ModuleIndex> {
  return yield* readIndex(shell.c, yield* moduleFolder(shell.c));
}

function moduleNames(index: ModuleIndex, word: string, given: readonly string[]): Candidate[] {
  return starting([...index.modules.keys()].filter(isNew(given)), word);
}

function* loaded(shell: Shell, given: readonly string[], word: string): Sleeping<Candidate[]> {
  const modules = yield* loadedModules(shell.c);
  if (typeof modules === 'number') return [];
  return starting(modules.map(({ name }) => name).filter(isNew(given)), word);
}

function isNew(given: readonly string[]): (name: string) => boolean {
  const names = new Set(given.map(moduleName));
  return (name) => !names.has(name);
}

/** `NAME=` of each parameter of the module in `file` that has no value yet. */
function* parameters(
  shell: Shell,
  file: string,
  given: readonly string[],
  word: string,
): Sleeping<Candidate[]> {
  const bytes = yield* shell.c.read_file(file);
  const entries = typeof bytes === 'number' ? [] : (readModinfo(bytes) ?? []);
  const names = entries.flatMap(([key, value]) =>
    key === 'parm' || key === 'parmtype' ? [value.replace(/:.*$/s, '')] : [],
  );
  const free = names.filter((name) => !given.some((it) => it.startsWith(`${name}=`)));
  return starting(
    free.map((name) => `${name}=`),
    word,
  );
}

/** One level of the tree below /proc/sys; `suffix` follows the name of a setting. */
function* sysctlKeys(shell: Shell, word: string, suffix: string): Sleeping<Candidate[]> {
  const path = word.includes('.') || word.includes('/') ? keyPath(word) : `/proc/sys/${word}`;
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  const entries = yield* shell.c.read_directory(folder);
  if (typeof entries === 'number') return [];
  const isDotted = !/^[^.]*\//.test(word);
  return entries
    .filter(({ name }) => name !== '.' && name !== '..' && (folder + name).startsWith(path))
    .map(({ name, type }) => {
      const isFolder = type === DT.DIR;
      const key = isDotted ? dottedKey(folder + name) : (folder + name).slice('/proc/sys/'.length);
      const separator = isDotted ? '.' : '/';
      const shown = isFolder ? key + separator : key;
      return { word: key, shown, suffix: isFolder ? separator : suffix };
    })
    .toSorted((left, right) => (left.word < right.word ? -1 : 1));
}
