// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The realm in which the kernel and its drivers run: a vm context that has nothing of Node's.
 *
 * A driver is hostile text. What keeps it inside is that no object of this realm (the outer one)
 * can ever be reached from the inner one, for from any object there is a way to its `constructor`.
 * So only primitives cross, and ArrayBuffers that the inner realm made itself. One outer function
 * exists in there, `compile`; it is known to border.ts alone, which calls it, lets no error of it
 * out, and keeps it in a closure. Nothing inside makes code of strings: the context forbids it and
 * so does the process.
 *
 * Code that never returns (no budget stops what the toolchain did not write) is ended by the
 * engine's own watchdog.
 */
import { randomBytes } from 'node:crypto';
import { types } from 'node:util';
import { compileFunction, createContext, Script, type Context } from 'node:vm';

import type { Border, Compile } from './border.ts';

/** The watchdog's clock is coarser than ours: it may bite a little before its time. */
const EARLY_MS = 2;
/** What a turn of the kernel may take of real time before the engine counts as hung. */
export const HANG_MS = 20_000;

/** The inner realm did what it must not: threw over the border, or hung. */
export class RealmError extends Error {}

/** A turn did not end in its time, and was cut off. */
export class HangError extends RealmError {}

export class Realm {
  readonly border: Border;
  readonly #context: Context;
  readonly #turn: Script;

  /** `bundle` is border.ts and the kernel as one classic script that defines `ringzero`. */
  constructor(bundle: string) {
    // Without a prototype: what the context looks up must not end in our Object.prototype.
    this.#context = createContext(Object.create(null), {
      codeGeneration: { strings: false, wasm: false },
      microtaskMode: 'afterEvaluate',
    });
    const open = this.#run(`(() => { ${bundle}\nreturn ringzero.openBorder; })()`, 'kernel.js');
    this.border = (open as (compile: Compile) => Border)((code, name) => this.#compile(code, name));
    this.#turn = this.#prepareTurn();
  }

  /**
   * Lets the kernel run for a while, as `Border.turn` describes; under the watchdog, which bites
   * after `withinMs` at the latest.
   */
  turn(withinMs = Infinity): number {
    const timeout = Math.max(1, Math.ceil(Math.min(HANG_MS, withinMs)));
    const options = { timeout, displayErrors: false };
    const start = performance.now();
    try {
      return numberFrom(this.#guarded(() => this.#turn.runInContext(this.#context, options)));
    } catch (error) {
      if (performance.now() - start < timeout - EARLY_MS) throw error;
      throw new HangError('the engine hangs in a driver');
    }
  }

  /** Bytes for the inner realm, in a buffer that it made. */
  give(bytes: Uint8Array): ArrayBuffer {
    const buffer = this.border.allocate(bytes.length);
    copyOf(buffer, bytes.length).set(bytes);
    return buffer;
  }

  /** A copy of a buffer that the inner realm handed out. */
  take(buffer: ArrayBuffer): Uint8Array {
    return copyOf(buffer).slice();
  }

  /**
   * Compiles the text of a function expression for the inner realm: a function that returns it, or
   * a string that says what is wrong. Whatever happens, no object of this realm comes out.
   */
  #compile(code: unknown, name: unknown): unknown {
    if (typeof code !== 'string' || typeof name !== 'string') return 'no text';
    try {
      return compileFunction(`'use strict';return (${code}\n)`, [], {
        parsingContext: this.#context,
        filename: name,
        importModuleDynamically: refuseImport,
      });
    } catch (error) {
      return types.isNativeError(error) ? error.message : 'does not compile';
    }
  }

  /**
   * The watchdog guards scripts only, so the kernel's turn must be one. It finds its function under
   * a name in the scope of scripts, where nothing can be listed, and which nobody can guess.
   */
  #prepareTurn(): Script {
    const name = `turn_${randomBytes(16).toString('hex')}`;
    const assign = this.#run(`let ${name}; (turn) => { ${name} = turn; }`, 'turn.js');
    (assign as (turn: () => number) => void)(this.border.turn);
    return new Script(`${name}()`, { filename: 'turn.js' });
  }

  #run(code: string, filename: string): unknown {
    const script = new Script(code, { filename, importModuleDynamically: refuseImport });
    return script.runInContext(this.#context);
  }

  /** What comes thrown out of the inner realm is not looked at: it may be a trap. */
  #guarded(run: () => unknown): unknown {
    try {
      return run();
    } catch {
      throw new RealmError('the kernel threw');
    }
  }
}

/** A primitive: whatever is thrown here reaches the driver that tried. */
function refuseImport(): never {
  // oxlint-disable-next-line typescript/only-throw-error -- an object would be one of this realm
  throw 'import() is not available';
}

/** What the inner realm answers is believed to be a number only if it is one. */
export function numberFrom(answer: unknown): number {
  if (typeof answer === 'number') return answer;
  throw new RealmError('the kernel answered no number');
}

export function textFrom(answer: unknown): string {
  if (typeof answer === 'string') return answer;
  throw new RealmError('the kernel answered no text');
}

/** Checked, since a proxy or a detached buffer would be another thing than it looks. */
function copyOf(buffer: unknown, length?: number): Uint8Array {
  if (!types.isArrayBuffer(buffer)) throw new RealmError('no ArrayBuffer came over the border');
  const bytes = new Uint8Array(buffer);
  if (bytes.length !== (length ?? bytes.length)) throw new RealmError('a buffer of another size');
  return bytes;
}
