// SPDX-License-Identifier: GPL-2.0-or-later
/** A machine under measurement: boots, runs, and says when which text came out. */
import type { Toolchain } from '../../kernel-sim/toolchain/index.ts';
import type { BootImage } from '../../kernel-sim/index.ts';
import { EXAMPLES } from '../../kernel-sim/cli/examples.ts';
import { Realm } from '../../kernel-sim/cli/realm.ts';
import type { BuildRequest } from '../../kernel-sim/uapi/hostcc.ts';
import type { BenchBorder } from './bench-border.ts';
import { seconds } from './measure.ts';
import bundle from './bench-border.ts?iife-source';

/** How often what is compared is measured. */
export const ROUNDS = 5;
/** Rounds before the first that counts: the engine has compiled what is hot by then. */
const WARM_ROUNDS = 2;
/** Ends a round of a guest's loop. */
const MARK = '<mark>\n';
const SAY_MARK = "echo '<mark>'";

/** One round of a guest's loop. */
export interface Timed {
  readonly seconds: number;
  /** What it printed. */
  readonly text: string;
}

let toolchain: Toolchain | undefined;

/** Call before a guest builds. Late, since a compiler in the heap makes every collection slower. */
export async function loadToolchain(): Promise<void> {
  const { createToolchain } = await import('../../kernel-sim/toolchain/index.ts');
  const { assets } = await import('../../kernel-sim/toolchain/generated/assets.ts');
  toolchain ??= createToolchain(assets);
}

export interface RepeatOptions {
  readonly setUp?: string;
  readonly rounds?: number;
  readonly warm?: number;
  readonly image?: Partial<BootImage>;
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

  /** A file that each machine booted from now on has. */
  addFile(path: string, text: string): void {
    this.border.addFile(path, this.#realm.give(Buffer.from(text)));
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
   * Runs `line` as root again and again, after `setUp`, first to get warm. Each call of the answer
   * is one more round, at most `rounds` of them.
   */
  repeat(
    line: string,
    { setUp = 'true', rounds = ROUNDS, warm = WARM_ROUNDS, image = {} }: RepeatOptions = {},
  ): () => Timed {
    // What a round prints may come out in the next one: the last is not measured.
    const loop = `for ((i = 0; i <= ${rounds + warm}; i++)); do ${line}; ${SAY_MARK}; done`;
    this.script(`${setUp}\n${loop}`, image);
    for (let round = 0; round < warm; round++) this.until(MARK);
    return () => {
      let text = '';
      const taken = seconds(() => {
        text = this.until(MARK);
      });
      return { seconds: taken, text };
    };
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
