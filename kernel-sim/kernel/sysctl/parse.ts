// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Numbers in what is written to /proc/sys.
 *
 * Linux: proc_skip_spaces, proc_get_long and strtoul_lenient in kernel/sysctl.c.
 */

/** Longer texts are no numbers. Linux: TMPBUFLEN is one more, for the NUL. */
const NUMBER_BYTES_MAX = 21;
const MINUS = 0x2d;
const ULONG_MAX = 0xffff_ffff_ffff_ffffn;

export interface ParsedNumber {
  readonly magnitude: bigint;
  readonly isNegative: boolean;
}

/** Walks over written bytes: blanks and numbers. */
export class CtlReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #at = 0;

  constructor(bytes: Uint8Array, length: number) {
    this.#bytes = bytes;
    this.#end = length;
  }

  /** Bytes not looked at yet. */
  get left(): number {
    return this.#end - this.#at;
  }

  skipSpaces(): void {
    while (this.#at < this.#end && isSpace(this.#bytes[this.#at]!)) this.#at++;
  }

  /**
   * A number in C's notation (decimal, 0x…, 0…), up to a blank or the end; undefined for anything
   * else, after which the reader stands where it stood.
   */
  number(): ParsedNumber | undefined {
    const available = Math.min(this.left, NUMBER_BYTES_MAX);
    const text = asciiText(this.#bytes, this.#at, this.#at + available);
    const isNegative = text.charCodeAt(0) === MINUS && this.left > 1;
    const digits = DIGITS.exec(isNegative ? text.slice(1) : text)?.[0];
    if (digits === undefined) return undefined;
    const length = digits.length + (isNegative ? 1 : 0);
    // What was cut off may belong to the number.
    if (length === NUMBER_BYTES_MAX) return undefined;
    if (length < this.left && !isSeparator(this.#bytes[this.#at + length]!)) return undefined;
    const magnitude = BigInt(isOctal(digits) ? `0o${digits}` : digits);
    if (magnitude > ULONG_MAX) return undefined;
    this.#at += length;
    return { magnitude, isNegative };
  }
}

/** The longest start that is a number: `0x` counts only with a digit behind it, `08` is `0`. */
const DIGITS = /^(?:0[xX][\da-fA-F]+|0[0-7]*|[1-9]\d*)/u;

function isOctal(digits: string): boolean {
  return digits.length > 1 && digits.startsWith('0') && !/^0[xX]/u.test(digits);
}

/** The kernel's isspace(). */
function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d) || byte === 0xa0;
}

/** What may follow a number. */
function isSeparator(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a;
}

function asciiText(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let at = start; at < end; at++) text += String.fromCharCode(bytes[at]!);
  return text;
}
