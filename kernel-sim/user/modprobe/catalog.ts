// SPDX-License-Identifier: GPL-2.0-or-later
// tidy: words because modprobe.d(5) has a command of that name
/**
 * Which modules a name stands for, and what is loaded with each, in order: what it needs, and what
 * the administrator or the module itself wants before and after it.
 */
import {
  type Entry,
  type KnownModule,
  matching,
  type ModuleIndex,
  normalizeAlias,
} from '../support/module-index.ts';
import { moduleName } from '../support/modules.ts';
import { type Config, parseSoftDependency, type SoftDependency } from './config.ts';

/** A module as it was asked for: options may be set for the alias. */
export interface Candidate {
  readonly name: string;
  readonly alias: string | undefined;
  /** Undefined for what is part of the kernel, or has no file. */
  readonly known: KnownModule | undefined;
}

export interface Step extends Candidate {
  readonly isRequired: boolean;
  /** It has soft dependencies in place of its install command. */
  readonly ignoresCommand: boolean;
}

export class Catalog {
  readonly index: ModuleIndex;
  readonly #config: Config;
  readonly #candidates = new Map<string, Candidate>();

  constructor(index: ModuleIndex, config: Config) {
    this.index = index;
    this.#config = config;
  }

  /** The first place that knows the name answers. */
  lookup(given: string): readonly Candidate[] {
    const name = normalizeAlias(given);
    const { index } = this;
    const sources = [
      () => matching(this.#config.aliases, name).map((it) => this.candidate(it, name)),
      () => (index.modules.has(name) ? [this.candidate(name)] : []),
      () => index.symbols.filter(([key]) => key === name).map(([, it]) => this.candidate(it, name)),
      () =>
        [...this.#config.installs, ...this.#config.removes].some(([key]) => key === name)
          ? [this.candidate(name)]
          : [],
      () => matching(index.aliases, name).map((it) => this.candidate(it, name)),
      () => (index.builtin.has(name) ? [this.candidate(name)] : []),
    ];
    for (const source of sources) {
      const found = source();
      if (found.length > 0) return found;
    }
    return [];
  }

  candidate(name: string, alias?: string): Candidate {
    const key = `${name} ${alias ?? ''}`;
    const made = this.#candidates.get(key);
    if (made !== undefined) return made;
    const candidate = { name, alias, known: this.index.modules.get(name) };
    this.#candidates.set(key, candidate);
    return candidate;
  }

  /** All that is to be loaded for `wanted`, in order. */
  steps(wanted: Candidate, ignoresCommands: boolean): readonly Step[] {
    const steps: Step[] = [];
    const seen = new Set<Candidate>();
    const required = new Set([wanted, ...this.needs(wanted)]);
    const visit = (at: Candidate): void => {
      if (seen.has(at)) return;
      seen.add(at);
      for (const need of this.needs(at)) around(need);
      if (ignoresCommands) push(at, true);
      else around(at);
    };
    const around = (at: Candidate): void => {
      const soft = this.softDependencies(at.name);
      for (const name of soft.before) for (const it of this.lookup(name)) visit(it);
      push(at, soft.before.length + soft.after.length > 0);
      for (const name of soft.after) for (const it of this.lookup(name)) visit(it);
    };
    const push = (at: Candidate, ignoresCommand: boolean): void => {
      steps.push({ ...at, isRequired: required.has(at), ignoresCommand });
    };
    visit(wanted);
    return steps;
  }

  /** What it needs, each behind what it needs itself: modules.dep has them the other way. */
  needs({ known }: Candidate): Candidate[] {
    return (known?.needs ?? []).map((path) => this.candidate(moduleName(path))).toReversed();
  }

  softDependencies(name: string): SoftDependency {
    const all: readonly Entry[] = [
      ...this.#config.softDependencies,
      ...this.index.softDependencies,
    ];
    const said = all.find(([key]) => key === name)?.[1];
    return parseSoftDependency(said ?? '');
  }

  options({ name, alias }: Candidate): string {
    return this.#config.options
      .filter(([key]) => key === name || key === alias)
      .map(([, words]) => words)
      .join(' ');
  }

  installCommand({ name }: Candidate): string | undefined {
    return matching(this.#config.installs, name)[0];
  }

  removeCommand({ name }: Candidate): string | undefined {
    return matching(this.#config.removes, name)[0];
  }

  isDenied({ name }: Candidate): boolean {
    return this.#config.denied.includes(name);
  }

  /** All that is known, as `modprobe -c` shows it. */
  describe(): string {
    const { denied, installs, removes, aliases, options, softDependencies } = this.#config;
    const soft = [...softDependencies, ...this.index.softDependencies];
    const section = (word: string, entries: readonly Entry[]): string =>
      entries.map(([key, value]) => `${word} ${key} ${value}\n`).join('');
    const sorted = (entries: readonly Entry[]): Entry[] =>
      entries.toSorted(([a], [b]) => (a < b ? -1 : 1));
    return [
      ...denied.map((name) => `blacklist ${name}\n`),
      section('install', installs),
      section('remove', removes),
      section('alias', aliases),
      section('options', options),
      section('softdep', soft),
      '\n# End of configuration files. Dumping indexes now:\n\n',
      section('alias', sorted(this.index.aliases)),
      section('alias', sorted(this.index.symbols)),
    ].join('');
  }
}
