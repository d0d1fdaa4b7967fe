// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Build and load: types the commands into the shell, so that people see what happens and could
 * have typed them.
 */
import { hasModuleOopsed, isModuleLoaded } from './machine-slice.ts';
import { foregroundOf } from './terminal-slice.ts';
import { moduleOf, tabsOf } from './file-slice.ts';
import type { PlaygroundState, PlaygroundStore } from './playground-store.ts';

const INTERRUPT = '\x03';
/** To the start of the line, cut to its end. */
const CUT_LINE = '\x01\x0b';
const PROMPT_WAIT_MS = 3000;
/** For the shell to begin with what was typed. */
const LEAVE_WAIT_MS = 500;
const BUILD_WAIT_MS = 60_000;

export interface ShellKeyboard {
  send(tty: number, text: string): void;
  /** What somebody has typed after the prompt and not sent. */
  halfLine(tty: number): string;
}

/** What a person would type to build and load the open project. */
export function buildCommands(state: PlaygroundState): string | undefined {
  const module = moduleOf(state, state.project);
  if (module === undefined) return undefined;
  const unload = isModuleLoaded(state, module) ? ` && sudo rmmod ${module}` : '';
  return `cd ~/${state.project} && make${unload} && sudo insmod ${module}.ko`;
}

export class Builder {
  readonly #store: PlaygroundStore;
  readonly #keyboard: ShellKeyboard;
  readonly #save: (reason: string, paths: readonly string[]) => void;
  readonly #restart: () => void;
  #isBusy = false;

  constructor(
    store: PlaygroundStore,
    keyboard: ShellKeyboard,
    save: (reason: string, paths: readonly string[]) => void,
    restart: () => void,
  ) {
    this.#store = store;
    this.#keyboard = keyboard;
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
      await this.type(typed ?? commands);
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
    await this.#until((now) => foregroundOf(now, now.terminal).atPrompt, PROMPT_WAIT_MS);
    return true;
  }

  /** Types commands into the shell in front, whose program is interrupted when one runs. */
  async type(commands: string): Promise<void> {
    const tty = this.#store.getState().terminal;
    if (!(await this.#reachPrompt(tty))) return;
    const isAtPrompt = (state: PlaygroundState): boolean => foregroundOf(state, tty).atPrompt;
    // What somebody had begun to type makes way, and comes back afterwards.
    const halfLine = this.#keyboard.halfLine(tty);
    this.#keyboard.send(tty, `${halfLine === '' ? '' : CUT_LINE}${commands}\r`);
    if (halfLine === '') return;
    await this.#until((state) => !isAtPrompt(state), LEAVE_WAIT_MS);
    if (await this.#until(isAtPrompt, BUILD_WAIT_MS)) this.#keyboard.send(tty, halfLine);
  }

  async #reachPrompt(tty: number): Promise<boolean> {
    const state = this.#store.getState();
    const isAtPrompt = (now: PlaygroundState): boolean => foregroundOf(now, tty).atPrompt;
    state.remarkOn(undefined);
    if (isAtPrompt(state)) return true;
    const { name } = foregroundOf(state, tty);
    this.#keyboard.send(tty, INTERRUPT);
    if (await this.#until(isAtPrompt, PROMPT_WAIT_MS)) return true;
    state.remarkOn(
      `${name} still has the shell and does not answer to Ctrl C. End it, then build.`,
    );
    return false;
  }

  #until(holds: (state: PlaygroundState) => boolean, waitMs: number): Promise<boolean> {
    if (holds(this.#store.getState())) return Promise.resolve(true);
    return new Promise((resolve) => {
      const settle = (isReached: boolean): void => {
        clearTimeout(timer);
        stop();
        resolve(isReached);
      };
      const timer = setTimeout(() => settle(false), waitMs);
      const stop = this.#store.subscribe((state) => {
        if (holds(state)) settle(true);
      });
    });
  }
}
