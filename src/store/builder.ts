// SPDX-License-Identifier: GPL-2.0-or-later
/** Build and load: what is typed for it, and what has to be done before. */
import { hasModuleOopsed, isModuleLoaded } from './machine-slice.ts';
import { foregroundOf } from './terminal-slice.ts';
import { PROMPT_WAIT_MS, type Typist } from './typist.ts';
import { moduleOf, tabsOf } from './file-slice.ts';
import type { PlaygroundState, PlaygroundStore } from './playground-store.ts';

/** What a person would type to build and load the open project. */
export function buildCommands(state: PlaygroundState): string | undefined {
  const module = moduleOf(state, state.project);
  if (module === undefined) return undefined;
  const unload = isModuleLoaded(state, module) ? ` && sudo rmmod ${module}` : '';
  return `cd ~/${state.project} && make${unload} && sudo insmod ${module}.ko`;
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

  async buildAndLoad(): Promise<void> {
    const state = this.#store.getState();
    const commands = buildCommands(state);
    if (this.#isBusy || state.snapshot === undefined) return;
    if (commands === undefined) {
      state.remarkOn('This folder has no Kbuild and no source with a module, so nothing to build.');
      return;
    }
    this.#isBusy = true;
    try {
      const paths = tabsOf(state).map(({ path }) => path);
      this.#save('Built', paths);
      const isFresh = await this.#leaveOopsBehind(state);
      const typed = isFresh ? buildCommands(this.#store.getState()) : commands;
      await this.#typist.type(typed ?? commands);
    } finally {
      this.#isBusy = false;
    }
  }

  /** A module that oopsed cannot be unloaded, as on Linux: a new machine takes the new build. */
  async #leaveOopsBehind(state: PlaygroundState): Promise<boolean> {
    const module = moduleOf(state, state.project) ?? '';
    if (!hasModuleOopsed(state, module)) return false;
    this.#restart();
    state.notify(`${module} died in an oops and could not be unloaded: the machine is a new one.`);
    await this.#typist.until((now) => foregroundOf(now, now.terminal).atPrompt, PROMPT_WAIT_MS);
    return true;
  }
}
