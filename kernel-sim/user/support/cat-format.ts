// SPDX-License-Identifier: GPL-2.0-or-later
/** What cat's options do to a stream: line numbers, `$` at ends, `^X` and `M-x`. */
import { encodeUtf8 } from '../../lib/utf8.ts';

export interface CatOptions {
  readonly number: 'none' | 'all' | 'nonblank';
  readonly squeeze: boolean;
  readonly ends: boolean;
  readonly tabs: boolean;
  readonly nonprinting: boolean;
}

const TAB = 9;
const NEWLINE = 10;
const RETURN = 13;
const DELETE = 127;

/** Keeps its state from block to block and from file to file, as cat does. */
export class CatFormatter {
  readonly #options: CatOptions;
  #line = 0;
  #atLineStart = true;
  #emptyLines = 0;
  /** A carriage return whose line end may be in the next block (`-E` shows `^M$`). */
  #pendingReturn = false;

  constructor(options: CatOptions) {
    this.#options = options;
  }

  format(input: Uint8Array): Uint8Array {
    const { number, squeeze, ends } = this.#options;
    const output: number[] = [];
    for (const byte of input) {
      if (this.#pendingReturn) {
        this.#pendingReturn = false;
        if (byte === NEWLINE) put(output, '^M');
        else output.push(RETURN);
      }
      if (byte === NEWLINE) {
        this.#emptyLines = this.#atLineStart ? this.#emptyLines + 1 : 0;
        if (squeeze && this.#emptyLines > 1) continue;
        if (this.#atLineStart && number === 'all') this.#putNumber(output);
        if (ends) put(output, '$');
        output.push(NEWLINE);
        this.#atLineStart = true;
        continue;
      }
      if (this.#atLineStart && number !== 'none') this.#putNumber(output);
      this.#atLineStart = false;
      if (byte === RETURN && ends && !this.#options.nonprinting) this.#pendingReturn = true;
      else this.#putByte(output, byte);
    }
    return Uint8Array.from(output);
  }

  #putNumber(output: number[]): void {
    this.#line++;
    put(output, `${String(this.#line).padStart(6)}\t`);
  }

  #putByte(output: number[], byte: number): void {
    if (byte === TAB) {
      if (this.#options.tabs) put(output, '^I');
      else output.push(TAB);
    } else if (this.#options.nonprinting) put(output, visible(byte));
    else output.push(byte);
  }
}

function put(output: number[], text: string): void {
  output.push(...encodeUtf8(text));
}

function visible(byte: number): string {
  if (byte >= 128) return `M-${visible(byte - 128)}`;
  if (byte === DELETE) return '^?';
  return byte < 32 ? `^${String.fromCharCode(byte + 64)}` : String.fromCharCode(byte);
}
