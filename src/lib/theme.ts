// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Which theme the page wears: `?theme=` in the address wins (embeds, screenshots), then what the
 * person chose here, then the system's, followed live.
 */
import { cssVariables, type ThemeName } from './tokens.ts';

export type ThemeChoice = ThemeName | 'system';

const STORAGE_KEY = 'ringzero.theme';

function isThemeName(value: string | null): value is ThemeName {
  return value === 'light' || value === 'dark';
}

export class ThemeKeeper {
  /** As the system was last heard to be. To ask the list again is to miss a change (Chromium). */
  #isSystemDark: boolean;
  readonly #forced: ThemeName | undefined;
  #choice: ThemeChoice;
  readonly #listeners = new Set<(theme: ThemeName) => void>();

  constructor() {
    const forced = new URLSearchParams(location.search).get('theme');
    this.#forced = isThemeName(forced) ? forced : undefined;
    const stored = readStored();
    this.#choice = isThemeName(stored) ? stored : 'system';
    const dark = matchMedia('(prefers-color-scheme: dark)');
    this.#isSystemDark = dark.matches;
    dark.addEventListener('change', ({ matches }) => {
      this.#isSystemDark = matches;
      this.#apply();
    });
    this.#apply();
  }

  get choice(): ThemeChoice {
    return this.#choice;
  }

  get current(): ThemeName {
    if (this.#forced !== undefined) return this.#forced;
    if (this.#choice !== 'system') return this.#choice;
    return this.#isSystemDark ? 'dark' : 'light';
  }

  /** True when the address decides, so that choosing here would change nothing. */
  get isForced(): boolean {
    return this.#forced !== undefined;
  }

  choose(choice: ThemeChoice): void {
    this.#choice = choice;
    try {
      localStorage.setItem(STORAGE_KEY, choice);
    } catch {
      // Storage is full or forbidden: the choice then holds until the tab closes.
    }
    this.#apply();
  }

  /** Calls back now and at each change; returns how to stop. */
  watch(listener: (theme: ThemeName) => void): () => void {
    this.#listeners.add(listener);
    listener(this.current);
    return () => this.#listeners.delete(listener);
  }

  #apply(): void {
    const theme = this.current;
    const root = document.documentElement;
    root.dataset['theme'] = theme;
    root.style.colorScheme = theme;
    for (const [name, value] of cssVariables(theme)) root.style.setProperty(name, value);
    document
      .querySelector('meta[name="theme-color"]')
      ?.setAttribute('content', root.style.getPropertyValue('--bg0'));
    for (const listener of this.#listeners) listener(theme);
  }
}

function readStored(): string | null {
  try {
    return localStorage.getItem(STORAGE_KEY);
  } catch {
    return null;
  }
}
