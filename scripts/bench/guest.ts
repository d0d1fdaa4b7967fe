// SPDX-License-Identifier: GPL-2.0-or-later
/** A machine under measurement: boots, runs, and says when which text came out. */
import type { Toolchain } from '../../kernel-sim/toolchain/index.ts';
import type { BootImage } from '../../kernel-sim/index.ts';
import { EXAMPLES } from '../../kernel-sim/cli/examples.ts';
import { Realm } from '../../kernel-sim/cli/realm.ts';
import type { BuildRequest } from '../../kernel-sim/uapi/hostcc.ts';
import type { BenchBorder } from './bench-border.ts';
import bundle from './bench-border.ts?iife-source';

let toolchain: Toolchain | undefined;

/** Call before a guest builds. Late, since a compiler in the heap makes every collection slower. */
export async function loadToolchain(): Promise<void> {
  const { createToolchain } = await import('../../kernel-sim/toolchain/index.ts');
  const { assets } = await import('../../kernel-sim/toolchain/generated/assets.ts');
  toolchain ??= createToolchain(assets);
}

export class Guest {
  readonly #realm: Realm;
  readonly border: BenchBorder;
  #text = '';

  /** A realm of its own. Frozen, as what ships is, unless told. */
  constructor(isFrozen = true) {
    this.#realm = new Realm(bundle);
    this.border = this.#realm.border as unknown as BenchBorder;
    if (isFrozen) this.border.freeze();
    for (const { path, bytes } of EXAMPLES) this.border.addFile(path, this.#realm.give(bytes));
  }

  boot(image: Partial<BootImage>): void {
    this.#text = '';
    this.border.boot(JSON.stringify(image));
  }

  /** Boots a machine that runs `text` as root. */
  script(text: string, image: Partial<BootImage> = {}): void {
    this.boot({ ...image, script: { text, user: 'root', args: [] } });
  }

  /**
   * Runs until `mark` came out, and returns what came before it. Builds are answered on the way.
   */
  until(mark: string): string {
    for (;;) {
      const at = this.#text.indexOf(mark);
      if (at >= 0) {
        const before = this.#text.slice(0, at);
        this.#text = this.#text.slice(at + mark.length);
        return before;
      }
      const goesOn = this.border.run();
      const written = this.border.output();
      this.#text += written;
      this.#build();
      if (!goesOn && written === '') throw new Error(`never said '${mark}': ${this.#text}`);
    }
  }

  #build(): void {
    const request = this.border.request();
    if (request === '') return;
    if (toolchain === undefined) throw new Error('no toolchain was loaded');
    const reply = toolchain.build(JSON.parse(request) as BuildRequest);
    this.border.reply(this.#realm.give(Buffer.from(JSON.stringify(reply))));
  }
}
