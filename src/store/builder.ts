// SPDX-License-Identifier: GPL-2.0-or-later
/** Build and load, or run: what is typed for it, and what has to be done before. */
import { hasModuleOopsed, isModuleLoaded } from './machine-slice.ts';
import { foregroundOf } from './terminal-slice.ts';
import { PROMPT_WAIT_MS, type Typist } from './typist.ts';
import { modulesOf, openProgram, tabsOf } from './file-slice.ts';
import type { PlaygroundState, PlaygroundStore } from './playground-store.ts';

/** What a person would type to build and load the open project. */
export function buildCommands(state: PlaygroundState): string | undefined {
  const { project } = state;
  const modules = modulesOf(state, project);
  if (modules.length === 0) return undefined;
  const loaded = modules.filter((module) => isModuleLoaded(state, module)).toReversed();
  return [
    `cd ~/${project}`,
    'make',
    ...(loaded.length > 0 ? [`sudo rmmod ${loaded.join(' ')}`] : []),
    ...modules.map((module) => `sudo insmod ${module}.ko`),
  ].join(' && ');
}

/** What a person would type to compile and run the open program. */
export function runCommands(state: PlaygroundState): string | undefined {
  const program = openProgram(state);
  if (program === undefined) return undefined;
  const { folder, name } = program;
  return `cd ~/${folder} && cc -o ${name} ${name}.ts && ./${name}`;
}

export class Builder {
  readonly #store: PlaygroundStore;
  readonly #typist: Typist;
  readonly #save: (reason: string, paths: readonly string[]) => void;
  readonly #restart: () => void;
  #isBusy = false;

  constructor(
    store: PlaygroundStore,
    typist: Typist,
    save: (reason: string, paths: readonly string[]) => void,
    restart: () => void,
  ) {
    this.#store = store;
    this.#typist = typist;
    this.#save = save;
    this.#restart = restart;
  }

  /** Builds what is open, and loads it when it is a module, or runs it when it is a program. */
  async build(): Promise<void> {
    const state = this.#store.getState();
    const program = runCommands(state);
    const commands = program ?? buildCommands(state);
    if (this.#isBusy || state.snapshot === undefined) return;
    if (commands === undefined) {
      state.remarkOn('This folder has no Kbuild and no source with a module, so nothing to build.');
      return;
    }
    this.#isBusy = true;
    try {
      const paths = tabsOf(state).map(({ path }) => path);
      this.#save('Built', paths);
      const isFresh = program === undefined && (await this.#leaveOopsBehind(state));
      const typed = isFresh ? buildCommands(this.#store.getState()) : commands;
      await this.#typist.type(typed ?? commands);
    } finally {
      this.#isBusy = false;
    }
  }

  /** A module that oopsed cannot be unloaded, as on Linux: a new machine takes the new build. */
  async #leaveOopsBehind(state: PlaygroundState): Promise<boolean> {
    const module = modulesOf(state, state.project).find((it) => hasModuleOopsed(state, it));
    if (module === undefined) return false;
    this.#restart();
    state.notify(`${module} died in an oops and could not be unloaded: the machine is a new one.`);
    await this.#typist.until((now) => foregroundOf(now, now.terminal).atPrompt, PROMPT_WAIT_MS);
    return true;
  }
}
