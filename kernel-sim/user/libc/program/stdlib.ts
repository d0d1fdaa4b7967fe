// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * `errno`, numbers in texts, chance: stdlib(3) as far as a program here has use for it.
 *
 * @subpath libc
 */
import type { Answer, ProgramContext } from './context.ts';

const RAND_MAX = 0x7fff_ffff;

/** @exports */
export class StdlibApi {
  readonly #context: ProgramContext;
  readonly #atExit: (() => void)[] = [];
  #seed = 1;

  constructor(context: ProgramContext) {
    this.#context = context;
  }

  /**
   * What a fork's child has of its parent.
   *
   * @internal
   */
  inherit(parent: StdlibApi, copy: <T>(value: T) => T): void {
    this.#seed = parent.#seed;
    for (const handler of parent.#atExit) this.#atExit.push(copy(handler));
  }

  /** Why the last call that failed did: errno(3). */
  get errno(): number {
    return this.#context.thread.errno;
  }

  /** `errno = value`, which TypeScript does not allow for something imported. */
  set_errno(value: number): void {
    this.#context.thread.errno = value;
  }

  /** Has `handler` called at exit(3), last one first: atexit(3). */
  atexit(handler: () => void): Answer<number> {
    this.#atExit.push(handler);
    return 0;
  }

  /**
   * What atexit(3) was given, taken away.
   *
   * @internal
   */
  takeAtExit(): (() => void) | undefined {
    return this.#atExit.pop();
  }

  /** The number that a text begins with, 0 if none: atoi(3). */
  atoi(text: string): number {
    return this.strtol(text, 10);
  }

  /**
   * The same in any base from 2 to 36; 0 reads `0x` and `0` as C does: strtol(3).
   *
   * @param end gets the index of the first character that is not part of the number
   */
  strtol(text: string, base = 10, end?: number[]): number {
    const { value, length } = readNumber(String(text), base);
    if (end !== undefined) end[0] = length;
    return value;
  }

  /** A number from 0 to 2147483647, the same row in each run: rand(3). */
  rand(): number {
    // The constants of Park and Miller's "minimal standard", whose product is below 2^53.
    this.#seed = (this.#seed * 48_271) % RAND_MAX;
    return this.#seed;
  }

  /** Begins another row: srand(3). */
  srand(seed: number): void {
    this.#seed = 1 + (Math.abs(Math.trunc(Number(seed))) % (RAND_MAX - 1));
  }
}

const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyz';

function readNumber(
  text: string,
  asked: number,
): { readonly value: number; readonly length: number } {
  let at = 0;
  while (' \t\n\v\f\r'.includes(text.charAt(at)) && at < text.length) at++;
  const isNegative = text[at] === '-';
  if (isNegative || text[at] === '+') at++;
  let base = asked;
  const isHex = /^0x[0-9a-f]/i.test(text.slice(at, at + 3));
  if (base === 0) base = isHex ? 16 : text[at] === '0' ? 8 : 10;
  if (base === 16 && isHex) at += 2;
  const from = at;
  let value = 0;
  for (; at < text.length; at++) {
    const digit = DIGITS.indexOf(text.charAt(at).toLowerCase());
    if (digit < 0 || digit >= base) break;
    value = value * base + digit;
  }
  return { value: isNegative ? -value + 0 : value, length: at === from ? 0 : at };
}
