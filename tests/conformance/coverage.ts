// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Which options the recorded scripts use, held against what each program's `--help` lists.
 *
 * Where no script can be recorded (a program that speaks of the kernel it runs on, say), an entry
 * of skips.json says why; it counts as a failed script.
 */
import { readFileSync } from 'node:fs';

import { INSTALLED_PROGRAMS } from '../../kernel-sim/user/programs.ts';
import { runScript } from '../support/machine.ts';
import type { Group } from './replay.ts';

export interface Skip {
  readonly tool: string;
  /** Left out: the whole tool. */
  readonly option?: string;
  readonly reason: string;
}

/** An option as a line of `--help` has it: the names are one another's synonyms. */
export interface ListedOption {
  readonly tool: string;
  readonly names: readonly string[];
}

export function loadSkips(): Skip[] {
  return JSON.parse(readFileSync(new URL('skips.json', import.meta.url), 'utf8')) as Skip[];
}

/** Every program that is installed, each name once. */
export function installedTools(): string[] {
  const names = INSTALLED_PROGRAMS.map(({ path }) => path.slice(path.lastIndexOf('/') + 1));
  return [...new Set(names)].toSorted();
}

/** What the programs say of themselves, in one machine. */
export function listedOptions(tools: readonly string[]): ListedOption[] {
  const SEPARATOR = '\u{1E}';
  const script = `for tool; do env "$tool" --help </dev/null 2>&1; printf '\\036'; done`;
  const { stdout } = runScript(script, { script: { text: script, user: 'user', args: tools } });
  const texts = stdout.split(SEPARATOR);
  return tools.flatMap((tool, index) => optionsOf(tool, texts[index] ?? ''));
}

/** `  -n, --lines=N   text`: the names stand before the first two blanks. */
function optionsOf(tool: string, help: string): ListedOption[] {
  return help.split('\n').flatMap((line) => {
    const column = /^ {1,8}(-\S.*?)(?: {2}|$)/.exec(line)?.[1];
    if (column === undefined || /^-[A-Z]{2}/.test(column)) return [];
    const names: string[] = column.match(/(?<![\w-])--?[A-Za-z0-9?][\w-]*/g) ?? [];
    return names.length === 0 || names.includes('--help') ? [] : [{ tool, names }];
  });
}

/** The words that follow each command's name in the scripts. */
export function usedWords(groups: readonly Group[]): ReadonlyMap<string, ReadonlySet<string>> {
  const used = new Map<string, Set<string>>();
  for (const { records } of groups) {
    for (const { script } of records) {
      for (const segment of script.split(/[|;&\n(`]|\{ |\bdo\b|\bthen\b|(?<!-)\bexec\b/)) {
        const words = segment.trim().split(/\s+/);
        // `env -i A=b printenv`: each word may be the command of those behind it.
        for (const [index, word] of words.entries()) {
          const name = word.slice(word.lastIndexOf('/') + 1);
          if (/^[-\w[.]+$/.test(name)) add(used, name, words.slice(index + 1));
        }
      }
    }
  }
  return used;
}

function add(used: Map<string, Set<string>>, name: string, words: readonly string[]): void {
  const known = used.get(name) ?? new Set();
  for (const word of words) known.add(word.replaceAll(/^["']|["']$/g, ''));
  used.set(name, known);
}

export function isCovered(option: ListedOption, used: ReadonlySet<string> | undefined): boolean {
  return option.names.some((name) => [...(used ?? [])].some((word) => isUseOf(name, word)));
}

function isUseOf(name: string, word: string): boolean {
  if (name.startsWith('--')) return word === name || word.startsWith(`${name}=`);
  if (name.length > 2) return word === name;
  return /^-[^-]/.test(word) && word.includes(name.slice(1));
}
