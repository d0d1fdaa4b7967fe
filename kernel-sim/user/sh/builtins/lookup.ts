// SPDX-License-Identifier: GPL-2.0-or-later
/** What a name runs: type command builtin hash alias unalias. */
import type { Sleeping } from '../../../uapi/coroutine.ts';
import { quoteForShell } from '../quote.ts';
import type { Shell } from '../shell.ts';
import { builtinOptions, USAGE_ERROR } from './builtin.ts';
import { showFunction } from './describe.ts';

// prettier-ignore
const KEYWORDS: ReadonlySet<string> = new Set([
  '!', '[[', ']]', '{', '}', 'case', 'do', 'done', 'elif', 'else', 'esac', 'fi', 'for', 'function',
  'if', 'in', 'select', 'then', 'time', 'until', 'while',
]);

export type NameKind = 'alias' | 'keyword' | 'function' | 'builtin' | 'file';

interface Meaning {
  readonly kind: NameKind;
  /** The file, for a program. */
  readonly path: string;
}

/** `isBuiltin` is handed in: the table of builtins imports this file. */
export type IsBuiltin = (name: string) => boolean;

function* meaningOf(
  shell: Shell,
  name: string,
  isBuiltin: IsBuiltin,
): Sleeping<Meaning | undefined> {
  if (shell.shopt.expand_aliases && shell.aliases.has(name)) return { kind: 'alias', path: '' };
  if (KEYWORDS.has(name)) return { kind: 'keyword', path: '' };
  if (shell.functions.has(name)) return { kind: 'function', path: '' };
  if (isBuiltin(name) && !shell.disabled.has(name)) return { kind: 'builtin', path: '' };
  const path = yield* shell.c.find_program(name, shell.variables.get('PATH'));
  return typeof path === 'number' ? undefined : { kind: 'file', path };
}

/** `cd is a shell builtin` and the like. */
function sentence(shell: Shell, name: string, meaning: Meaning): string {
  switch (meaning.kind) {
    case 'alias':
      return `${name} is aliased to \`${shell.aliases.get(name) ?? ''}'\n`;
    case 'keyword':
      return `${name} is a shell keyword\n`;
    case 'function': {
      const found = shell.functions.get(name);
      return `${name} is a function\n${found === undefined ? '' : showFunction(name, found)}`;
    }
    case 'builtin':
      return `${name} is a shell builtin\n`;
    default: {
      const hashed = shell.hashed.get(name) === meaning.path;
      return hashed ? `${name} is hashed (${meaning.path})\n` : `${name} is ${meaning.path}\n`;
    }
  }
}

export function* runType(
  shell: Shell,
  words: readonly string[],
  isBuiltin: IsBuiltin,
): Sleeping<number> {
  const options = yield* builtinOptions(shell, words, 'afptP');
  if (options === undefined) return USAGE_ERROR;
  const { flags, operands } = options;
  let status = 0;
  for (const name of operands) {
    const all = yield* meaningsOf(shell, name, isBuiltin, flags.has('f'));
    const files =
      flags.has('P') || flags.has('p') ? all.filter(({ kind }) => kind === 'file') : all;
    const found = flags.has('P') ? files : flags.has('p') && all[0]?.kind !== 'file' ? [] : files;
    for (const meaning of flags.has('a') ? found : found.slice(0, 1)) {
      if (flags.has('t')) shell.c.out(`${meaning.kind}\n`);
      else if (flags.has('p') || flags.has('P')) shell.c.out(`${meaning.path}\n`);
      else shell.c.out(sentence(shell, name, meaning));
    }
    const isKnown = flags.has('P') ? found.length > 0 : all.length > 0;
    if (isKnown) continue;
    status = 1;
    if (!flags.has('t') && !flags.has('p') && !flags.has('P')) {
      yield* shell.complain(`type: ${name}: not found`);
    }
  }
  return status;
}

/** All that a name could run, the first being what it does run. */
function* meaningsOf(
  shell: Shell,
  name: string,
  isBuiltin: IsBuiltin,
  skipsFunctions: boolean,
): Sleeping<Meaning[]> {
  const found: Meaning[] = [];
  const add = (kind: NameKind, path = ''): number => found.push({ kind, path });
  if (shell.shopt.expand_aliases && shell.aliases.has(name)) add('alias');
  if (KEYWORDS.has(name)) add('keyword');
  if (!skipsFunctions && shell.functions.has(name)) add('function');
  if (isBuiltin(name) && !shell.disabled.has(name)) add('builtin');
  const hashed = shell.hashed.get(name);
  if (hashed !== undefined && found.length === 0) add('file', hashed);
  if (name.includes('/')) {
    const path = yield* shell.c.find_program(name, undefined);
    if (typeof path === 'string') add('file', path);
    return found;
  }
  for (const directory of (shell.variables.get('PATH') ?? '').split(':')) {
    const path = yield* shell.c.find_program(name, directory);
    if (typeof path === 'string' && path !== hashed) add('file', path);
  }
  return found;
}

export function* runCommandBuiltin(
  shell: Shell,
  words: readonly string[],
  isBuiltin: IsBuiltin,
): Sleeping<number> {
  const options = yield* builtinOptions(shell, words, 'pVv');
  if (options === undefined) return USAGE_ERROR;
  const { flags, operands } = options;
  if (!flags.has('v') && !flags.has('V')) {
    return operands.length === 0 ? 0 : yield* shell.evaluator.runWords(shell, operands);
  }
  let status = 1;
  for (const name of operands) {
    const meaning = yield* meaningOf(shell, name, isBuiltin);
    if (meaning === undefined) {
      if (flags.has('V')) yield* shell.complain(`command: ${name}: not found`);
      continue;
    }
    status = 0;
    if (flags.has('V')) shell.c.out(sentence(shell, name, meaning));
    else if (meaning.kind === 'alias') shell.c.out(aliasLine(shell, name));
    else shell.c.out(`${meaning.kind === 'file' ? meaning.path : name}\n`);
  }
  return status;
}

export function* runBuiltinBuiltin(
  shell: Shell,
  words: readonly string[],
  isBuiltin: IsBuiltin,
): Sleeping<number> {
  const name = words[1];
  if (name === undefined) return 0;
  if (!isBuiltin(name)) return yield* shell.fail(`builtin: ${name}: not a shell builtin`);
  return yield* shell.evaluator.runWords(shell, words.slice(1));
}

export function* runHash(shell: Shell, words: readonly string[]): Sleeping<number> {
  const options = yield* builtinOptions(shell, words, 'lrp:dt');
  if (options === undefined) return USAGE_ERROR;
  const { flags, operands } = options;
  if (flags.has('r')) {
    shell.hashed.clear();
    return 0;
  }
  const given = flags.get('p');
  if (given !== undefined) {
    for (const name of operands) shell.hashed.set(name, given);
    return 0;
  }
  if (operands.length > 0 && (flags.has('t') || flags.has('d'))) {
    return yield* useHashed(shell, operands, flags);
  }
  let status = 0;
  for (const name of operands) {
    const path = yield* shell.c.find_program(name, shell.variables.get('PATH'));
    if (typeof path === 'number') status = yield* shell.fail(`hash: ${name}: not found`);
    else shell.hashed.set(name, path);
  }
  if (operands.length > 0) return status;
  if (shell.hashed.size === 0) shell.c.out('hash: hash table empty\n');
  else {
    if (!flags.has('l')) shell.c.out('hits\tcommand\n');
    for (const [name, path] of shell.hashed) {
      shell.c.out(flags.has('l') ? `builtin hash -p ${path} ${name}\n` : `   1\t${path}\n`);
    }
  }
  return 0;
}

/** `hash -t` and `hash -d`. */
function* useHashed(
  shell: Shell,
  names: readonly string[],
  flags: ReadonlyMap<string, string>,
): Sleeping<number> {
  let status = 0;
  for (const name of names) {
    const path = shell.hashed.get(name);
    if (path === undefined) status = yield* shell.fail(`hash: ${name}: not found`);
    else if (flags.has('d')) shell.hashed.delete(name);
    else if (flags.has('l')) shell.c.out(`builtin hash -p ${path} ${name}\n`);
    else shell.c.out(names.length > 1 ? `${name}\t${path}\n` : `${path}\n`);
  }
  return status;
}

function aliasLine(shell: Shell, name: string): string {
  return `alias ${name}=${quoteForShell(shell.aliases.get(name) ?? '', true)}\n`;
}

export function* runAlias(shell: Shell, words: readonly string[]): Sleeping<number> {
  const operands = words.slice(1).filter((word) => word !== '-p');
  if (operands.length === 0) {
    for (const name of [...shell.aliases.keys()].toSorted()) shell.c.out(aliasLine(shell, name));
  }
  let status = 0;
  for (const operand of operands) {
    const equals = operand.indexOf('=');
    if (equals > 0) shell.aliases.set(operand.slice(0, equals), operand.slice(equals + 1));
    else if (shell.aliases.has(operand)) shell.c.out(aliasLine(shell, operand));
    else status = yield* shell.fail(`alias: ${operand}: not found`);
  }
  return status;
}

export function* runUnalias(shell: Shell, words: readonly string[]): Sleeping<number> {
  const options = yield* builtinOptions(shell, words, 'a');
  if (options === undefined) return USAGE_ERROR;
  if (options.flags.has('a')) shell.aliases.clear();
  let status = 0;
  for (const name of options.operands) {
    if (!shell.aliases.delete(name)) status = yield* shell.fail(`unalias: ${name}: not found`);
  }
  return status;
}
