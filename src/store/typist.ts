// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Types commands into a shell for people, so that they see what happens and could have typed it
 * themselves. The page has no other way to act in the machine than they have.
 */
import type { PlaygroundState, PlaygroundStore } from './playground-store.ts';
import { foregroundOf } from './terminal-slice.ts';

const INTERRUPT = '\x03';
/** To the start of the line, cut to its end. */
const CUT_LINE = '\x01\x0b';
export const PROMPT_WAIT_MS = 3000;
/** For the shell to begin with what was typed. */
const LEAVE_WAIT_MS = 500;
const COMMAND_WAIT_MS = 60_000;

export interface ShellKeyboard {
  send(tty: number, text: string): void;
  /** What somebody has typed after the prompt and not sent. */
  halfLine(tty: number): string;
  /** Another terminal, when there is one to be had. */
  openTerminal(): void;
}

export class Typist {
  readonly #store: PlaygroundStore;
  readonly #keyboard: ShellKeyboard;

  constructor(store: PlaygroundStore, keyboard: ShellKeyboard) {
    this.#store = store;
    this.#keyboard = keyboard;
  }

  /** Into the terminal in front; what runs there is interrupted first. */
  async type(commands: string): Promise<void> {
    const tty = this.#store.getState().terminal;
    if (await this.#interrupt(tty)) await this.#enter(tty, commands);
  }

  /** Into a shell at its prompt, for a command that must not disturb what runs. */
  async typeAside(commands: string): Promise<void> {
    const state = this.#store.getState();
    state.remarkOn(undefined);
    const idle = (now: PlaygroundState): number | undefined =>
      [now.terminal, ...now.terminals].find((tty) => foregroundOf(now, tty).atPrompt);
    if (idle(state) === undefined) {
      this.#keyboard.openTerminal();
      await this.until((now) => idle(now) !== undefined, PROMPT_WAIT_MS);
    }
    const tty = idle(this.#store.getState());
    if (tty === undefined) {
      state.remarkOn(
        `No shell is at its prompt. End a program in one of them, then type: ${commands}`,
      );
      return;
    }
    state.chooseTerminal(tty);
    await this.#enter(tty, commands);
  }

  until(holds: (state: PlaygroundState) => boolean, waitMs: number): Promise<boolean> {
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

  /** What somebody had begun to type makes way, and comes back afterwards. */
  async #enter(tty: number, commands: string): Promise<void> {
    const isAtPrompt = (state: PlaygroundState): boolean => foregroundOf(state, tty).atPrompt;
    const halfLine = this.#keyboard.halfLine(tty);
    this.#keyboard.send(tty, `${halfLine === '' ? '' : CUT_LINE}${commands}\r`);
    if (halfLine === '') return;
    await this.until((state) => !isAtPrompt(state), LEAVE_WAIT_MS);
    if (await this.until(isAtPrompt, COMMAND_WAIT_MS)) this.#keyboard.send(tty, halfLine);
  }

  async #interrupt(tty: number): Promise<boolean> {
    const state = this.#store.getState();
    const isAtPrompt = (now: PlaygroundState): boolean => foregroundOf(now, tty).atPrompt;
    state.remarkOn(undefined);
    if (isAtPrompt(state)) return true;
    const { name } = foregroundOf(state, tty);
    this.#keyboard.send(tty, INTERRUPT);
    if (await this.until(isAtPrompt, PROMPT_WAIT_MS)) return true;
    state.remarkOn(
      `${name} still has the shell and does not answer to Ctrl C. End it, then build.`,
    );
    return false;
  }
}
