// SPDX-License-Identifier: GPL-2.0-or-later
/** printf: formats its arguments; the format is used again while arguments are left. */
import { encodeUtf8 } from '../lib/utf8.ts';
import { defineProgram } from './libc/libc.ts';
import { tryHelp } from './support/command.ts';
import { readEscape, unescapeEcho } from './support/escapes.ts';
import { quoted } from './support/locale.ts';
import { general, roundHalfEven } from './support/numbers.ts';
import { quoteName } from './support/quote.ts';

const HELP = `Usage: printf FORMAT [ARGUMENT]...
  or:  printf OPTION
Print ARGUMENT(s) according to FORMAT.

      --help        display this help and exit
`;

export const printf = defineProgram(function* (c) {
  let words = c.argv.slice(1);
  if (words.length === 1 && words[0] === '--help') {
    c.out(HELP);
    return 0;
  }
  if (words[0] === '--') words = words.slice(1);
  const [format, ...values] = words;
  if (format === undefined) {
    yield* c.err(`${c.program}: missing operand\n`);
    return yield* tryHelp(c);
  }
  const formatter = new Formatter((text) => quoted(c, text));
  const result = formatter.run(format, values);
  c.out(Uint8Array.from(result.bytes));
  for (const complaint of result.complaints) yield* c.err(`${c.program}: ${complaint}\n`);
  if (result.excess !== undefined) {
    const excess = quoted(c, result.excess);
    yield* c.err(`${c.program}: warning: ignoring excess arguments, starting with ${excess}\n`);
  }
  return result.complaints.length > 0 ? 1 : 0;
});

interface Result {
  readonly bytes: readonly number[];
  readonly complaints: readonly string[];
  readonly excess: string | undefined;
}

interface Conversion {
  readonly flags: string;
  readonly width: number;
  readonly precision: number | undefined;
  readonly letter: string;
}

const CONVERSION = /^%([-+ 0#']*)(\d+|\*)?(?:\.(\d+|\*)?)?(?:hh|h|ll|l|j|z|t|L)*([a-zA-Z%])/;

class Formatter {
  readonly #quote: (text: string) => string;
  readonly #bytes: number[] = [];
  readonly #complaints: string[] = [];
  #values: string[] = [];
  #used = 0;
  #hasStopped = false;

  constructor(quote: (text: string) => string) {
    this.#quote = quote;
  }

  run(format: string, values: readonly string[]): Result {
    this.#values = [...values];
    do {
      const before = this.#used;
      this.#once(format);
      if (this.#used === before) break;
    } while (!this.#hasStopped && this.#values.length > 0);
    const excess = this.#hasStopped ? undefined : this.#values[0];
    return { bytes: this.#bytes, complaints: this.#complaints, excess };
  }

  #once(format: string): void {
    let at = 0;
    while (at < format.length && !this.#hasStopped) {
      const char = format[at];
      if (char === '\\') {
        const escape = readEscape(format, at, false);
        this.#bytes.push(...escape.bytes);
        this.#hasStopped = escape.stops === true;
        at = escape.end;
      } else if (char === '%' && format[at + 1] === '%') {
        this.#bytes.push(0x25);
        at += 2;
      } else if (char === '%') at = this.#conversion(format, at);
      else {
        const end = format.slice(at).search(/[\\%]/);
        const stop = end < 0 ? format.length : at + end;
        this.#bytes.push(...encodeUtf8(format.slice(at, stop)));
        at = stop;
      }
    }
  }

  #conversion(format: string, at: number): number {
    const match = CONVERSION.exec(format.slice(at));
    if (match === null || !'diouxXfFeEgGcsbq'.includes(match[4] ?? '')) {
      const text = match?.[0] ?? format.slice(at);
      this.#complaints.push(`${text}: invalid conversion specification`);
      this.#hasStopped = true;
      return format.length;
    }
    const [whole, flags = '', width, precision, letter = ''] = match;
    const hasPoint = /\.[^.]*$/.test(whole);
    const wide = width === '*' ? this.#integer(this.#next() ?? '0') : Number(width ?? 0);
    const exact = precision === '*' ? this.#integer(this.#next() ?? '0') : Number(precision ?? 0);
    this.#put({
      flags: wide < 0 ? `${flags}-` : flags,
      width: Math.abs(wide),
      precision: hasPoint ? exact : undefined,
      letter,
    });
    return at + whole.length;
  }

  #next(): string | undefined {
    const value = this.#values.shift();
    if (value !== undefined) this.#used++;
    return value;
  }

  #put(conversion: Conversion): void {
    const { letter, precision } = conversion;
    const value = this.#next();
    if (letter === 'b') {
      const { bytes, stopped } = unescapeEcho(value ?? '');
      this.#pad([...bytes.subarray(0, precision)], conversion);
      this.#hasStopped = stopped;
    } else if (letter === 's' || letter === 'q' || letter === 'c') {
      let text = value ?? '';
      if (letter === 'q') text = quoteName(text);
      const bytes = encodeUtf8(text);
      this.#pad([...bytes.subarray(0, letter === 'c' ? 1 : precision)], conversion);
    } else if ('diouxX'.includes(letter)) {
      this.#padNumber(this.#integerText(value ?? '0', conversion), conversion);
    } else this.#padNumber(this.#realText(value ?? '0', conversion), conversion);
  }

  #pad(bytes: readonly number[], { flags, width }: Conversion): void {
    const blanks = Array.from({ length: Math.max(0, width - bytes.length) }, () => 0x20);
    this.#bytes.push(...(flags.includes('-') ? [...bytes, ...blanks] : [...blanks, ...bytes]));
  }

  #padNumber(text: string, conversion: Conversion): void {
    const { flags, width, precision, letter } = conversion;
    const isInteger = 'diouxX'.includes(letter);
    const usesZeros =
      flags.includes('0') && !flags.includes('-') && !(isInteger && precision !== undefined);
    if (!usesZeros) {
      this.#pad([...encodeUtf8(text)], conversion);
      return;
    }
    const [, sign = '', digits = ''] = /^([-+ ]?(?:0[xX])?)(.*)$/.exec(text) ?? [];
    this.#bytes.push(...encodeUtf8(sign + digits.padStart(width - sign.length, '0')));
  }

  #integer(text: string): number {
    return Number(this.#bigint(text));
  }

  /** As strtol with any base; a quote gives the code of the character after it. */
  #bigint(text: string): bigint {
    const quote = /^["'](.)/su.exec(text);
    if (quote !== null) return BigInt(quote[1]?.codePointAt(0) ?? 0);
    const match = /^\s*([-+]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)/.exec(text);
    if (match === null) {
      if (text !== '') this.#complaints.push(`${this.#quote(text)}: expected a numeric value`);
      return 0n;
    }
    if (match[0].length < text.length) {
      this.#complaints.push(`${this.#quote(text)}: value not completely converted`);
    }
    const digits = match[2] ?? '0';
    const value = BigInt(/^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits);
    return match[1] === '-' ? -value : value;
  }

  #integerText(text: string, { flags, precision, letter }: Conversion): string {
    const value = this.#bigint(text);
    const isSigned = letter === 'd' || letter === 'i';
    const magnitude = isSigned ? (value < 0n ? -value : value) : BigInt.asUintN(64, value);
    const base = letter === 'o' ? 8 : letter === 'x' || letter === 'X' ? 16 : 10;
    let digits = magnitude.toString(base).padStart(precision ?? 1, '0');
    if (flags.includes('#') && magnitude !== 0n) {
      if (base === 16) digits = `0x${digits}`;
      else if (base === 8 && !digits.startsWith('0')) digits = `0${digits}`;
    }
    if (letter === 'X') digits = digits.toUpperCase();
    if (!isSigned) return digits;
    return sign(value < 0n, flags) + digits;
  }

  #realText(text: string, { flags, precision = 6, letter }: Conversion): string {
    const quote = /^["'](.)/su.exec(text);
    const value = quote === null ? Number(text.trim() || '0') : (quote[1]?.codePointAt(0) ?? 0);
    if (Number.isNaN(value)) {
      this.#complaints.push(`${this.#quote(text)}: expected a numeric value`);
      return this.#realText('0', { flags, precision, letter, width: 0 });
    }
    const magnitude = Math.abs(value);
    let digits: string;
    if (letter === 'f' || letter === 'F') digits = fixed(magnitude, precision);
    else if (letter === 'e' || letter === 'E') digits = exponential(magnitude, precision);
    else digits = general(magnitude, Math.max(1, precision));
    if (letter === 'E' || letter === 'G') digits = digits.toUpperCase();
    return sign(value < 0, flags) + digits;
  }
}

/** toFixed rounds a tie up; C rounds it to the even neighbour. */
function fixed(value: number, precision: number): string {
  const places = Math.min(precision, 100);
  const scaled = value * 10 ** places;
  const isTie = scaled % 1 === 0.5 && scaled / 10 ** places === value;
  return (isTie ? roundHalfEven(scaled) / 10 ** places : value).toFixed(places);
}

function exponential(value: number, precision: number): string {
  const [mantissa = '', power = '+0'] = value.toExponential(precision).split('e');
  return `${mantissa}e${power[0] ?? '+'}${power.slice(1).padStart(2, '0')}`;
}

function sign(isNegative: boolean, flags: string): string {
  if (isNegative) return '-';
  return flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
}
