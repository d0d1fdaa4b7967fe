// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Edits on their way to the database, where a closing tab cannot lose them: localStorage is
 * written at once, in the same breath as the page goes.
 */
const STORAGE_KEY = 'ringzero.edits';

export class EditJournal {
  #edits: Record<string, string> = readEdits();

  get edits(): Readonly<Record<string, string>> {
    return this.#edits;
  }

  note(path: string, text: string): void {
    this.#edits[path] = text;
  }

  /** The database has this text now; a newer one stays. */
  settle(path: string, text: string): void {
    if (this.#edits[path] !== text) return;
    delete this.#edits[path];
    this.flush();
  }

  drop(path: string): void {
    delete this.#edits[path];
    this.flush();
  }

  clear(): void {
    this.#edits = {};
    this.flush();
  }

  flush(): void {
    try {
      if (Object.keys(this.#edits).length === 0) localStorage.removeItem(STORAGE_KEY);
      else localStorage.setItem(STORAGE_KEY, JSON.stringify(this.#edits));
    } catch {
      // Full or forbidden: the database alone has to do.
    }
  }
}

function readEdits(): Record<string, string> {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? '{}');
    if (typeof value !== 'object' || value === null) return {};
    const edits: readonly (readonly [string, unknown])[] = Object.entries(value);
    return Object.fromEntries(
      edits.flatMap(([path, text]) => (typeof text === 'string' ? [[path, text]] : [])),
    );
  } catch {
    return {};
  }
}
