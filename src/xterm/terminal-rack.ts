// SPDX-License-Identifier: GPL-2.0-or-later
/** The page's terminals, one for each line that is open, by its number. */
import type { TerminalView } from './terminal-view.ts';

type Setting = 'theme' | 'font' | 'size' | 'reader' | 'blink';

export class TerminalRack {
  readonly #make: (tty: number) => TerminalView;
  readonly #views = new Map<number, TerminalView>();
  readonly #settings = new Map<Setting, (view: TerminalView) => void>();

  constructor(make: (tty: number) => TerminalView) {
    this.#make = make;
  }

  /** Made when it is first asked for. */
  at(tty: number): TerminalView {
    let view = this.#views.get(tty);
    if (view === undefined) {
      view = this.#make(tty);
      for (const apply of this.#settings.values()) apply(view);
      this.#views.set(tty, view);
    }
    return view;
  }

  remove(tty: number): void {
    this.#views.get(tty)?.dispose();
    this.#views.delete(tty);
  }

  /** Applies a setting to all of them, and to those that come later. */
  set(setting: Setting, apply: (view: TerminalView) => void): void {
    this.#settings.set(setting, apply);
    this.each(apply);
  }

  each(visit: (view: TerminalView) => void): void {
    for (const view of this.#views.values()) visit(view);
  }

  get hasFocus(): boolean {
    return [...this.#views.values()].some((view) => view.hasFocus);
  }
}
