// SPDX-License-Identifier: GPL-2.0-or-later
/** Other tabs with the same files: each says that it is there and what it saves. */

type Word = { readonly kind: 'hello' | 'here' } | { readonly kind: 'saved'; readonly path: string };

export interface TabListener {
  /** There is another tab. Said once. */
  readonly onOther: () => void;
  readonly onSaved: (path: string) => void;
}

export class OtherTabs {
  readonly #channel: BroadcastChannel | undefined;
  #isKnown = false;

  constructor(listener: TabListener) {
    if (typeof BroadcastChannel === 'undefined') return;
    this.#channel = new BroadcastChannel('ringzero');
    this.#channel.addEventListener('message', (event: MessageEvent<Word>) => {
      const word = event.data;
      if (word.kind === 'saved') {
        listener.onSaved(word.path);
        return;
      }
      if (word.kind === 'hello') this.#say({ kind: 'here' });
      if (this.#isKnown) return;
      this.#isKnown = true;
      listener.onOther();
    });
    this.#say({ kind: 'hello' });
  }

  tellSaved(path: string): void {
    this.#say({ kind: 'saved', path });
  }

  #say(word: Word): void {
    this.#channel?.postMessage(word);
  }
}
