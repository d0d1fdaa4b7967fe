// SPDX-License-Identifier: GPL-2.0-or-later
/** Keeps what detectors say. */
import { Oops } from '../oops.ts';
import type { Warner } from '../warner.ts';

export class FakeWarner implements Warner {
  readonly said: string[] = [];
  readonly #once = new Set<string>();

  warn(text = 'warning'): void {
    this.said.push(text);
  }

  warnOnce(text: string | undefined, kind: string): void {
    if (!this.#once.has(kind)) this.warn(text);
    this.#once.add(kind);
  }

  bug(place = 'here'): Oops {
    return new Oops(`kernel BUG at ${place}!`);
  }

  stopMachine(text: string): Oops {
    return new Oops(text);
  }
}
