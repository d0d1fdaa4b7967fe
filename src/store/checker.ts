// SPDX-License-Identifier: GPL-2.0-or-later
/** Keeps the compiler's files those of the editor, and asks it what is wrong with them. */
import type { ToolchainSession } from '../session/toolchain-session.ts';
import { tabsOf, type FileSlice } from './file-slice.ts';
import type { PlaygroundStore } from './playground-store.ts';

const CHECK_AFTER_MS = 200;

export class Checker {
  readonly #store: PlaygroundStore;
  readonly #toolchain: ToolchainSession;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isStarted = false;

  constructor(store: PlaygroundStore, toolchain: ToolchainSession) {
    this.#store = store;
    this.#toolchain = toolchain;
  }

  start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.#hand(this.#store.getState(), undefined);
    this.#store.subscribe((state, before) => {
      if (state.files !== before.files) this.#hand(state, before);
      if (state.files !== before.files || state.project !== before.project) this.#checkSoon();
    });
    this.#checkSoon();
  }

  /** Tells of every source that differs from `before`. */
  #hand(state: FileSlice, before: FileSlice | undefined): void {
    for (const { path, text } of Object.values(state.files)) {
      if (!path.endsWith('.ts') || before?.files[path]?.text === text) continue;
      void this.#toolchain.call('setFile', path, text).catch(ignore);
    }
    for (const path of Object.keys(before?.files ?? {})) {
      if (!path.endsWith('.ts') || state.files[path] !== undefined) continue;
      void this.#toolchain.call('removeFile', path).catch(ignore);
    }
  }

  #checkSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#check().catch(ignore), CHECK_AFTER_MS);
  }

  /** The open project only: what others lack is said when they are opened. */
  async #check(): Promise<void> {
    const paths = tabsOf(this.#store.getState())
      .map(({ path }) => path)
      .filter((path) => path.endsWith('.ts'));
    const found = await Promise.all(
      paths.map(async (path) => [path, await this.#toolchain.call('diagnose', path)] as const),
    );
    this.#store.getState().showDiagnostics(Object.fromEntries(found));
  }
}

/** The session has already said that the compiler failed. */
function ignore(): void {}
