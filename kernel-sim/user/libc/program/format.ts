// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The text of printf(3).
 *
 * `%d %i %u %x %X %o %b %c %s %p %f %e %g %%` with the flags `-`, `0`, `+`, space and `#`, a width,
 * a precision, and `*` for either. Length modifiers (`l`, `ll`, `h`, `z`) are read and mean
 * nothing, since a number here is as wide as it is; a bigint is printed whole. `%s` takes anything.
 *
 * @subpath libc
 */

/**
 * What printf(3) prints.
 *
 * @public
 */
export type Printable = string | number | bigint | boolean | null | undefined;

interface Spec {
  readonly flags: string;
  readonly width: number;
  readonly precision: number | undefined;
  readonly conversion: string;
}

const FLAGS = '-+ #0';
const LENGTHS = 'hlLqjzt';
const U32 = 0x1_0000_0000;

export function formatText(format: string, values: readonly Printable[]): string {
  let text = '';
  let next = 0;
  const take = (): Printable => values[next++];
  for (let at = 0; at < format.length; at++) {
    const percent = format.indexOf('%', at);
    if (percent < 0) return text + format.slice(at);
    text += format.slice(at, percent);
    const { spec, end } = readSpec(format, percent + 1, take);
    text += spec.conversion === '%' ? '%' : convert(spec, take, format.slice(percent, end));
    at = end - 1;
  }
  return text;
}

function readSpec(
  format: string,
  start: number,
  take: () => Printable,
): { readonly spec: Spec; readonly end: number } {
  let at = start;
  while (at < format.length && FLAGS.includes(format.charAt(at))) at++;
  let flags = format.slice(start, at);
  const number = (): number | undefined => {
    if (format[at] === '*') {
      at++;
      return Math.trunc(Number(take()));
    }
    const from = at;
    while (format.charAt(at) >= '0' && format.charAt(at) <= '9') at++;
    return at > from ? Number(format.slice(from, at)) : undefined;
  };
  let width = number() ?? 0;
  if (width < 0) {
    flags += '-';
    width = -width;
  }
  let precision: number | undefined;
  if (format[at] === '.') {
    at++;
    precision = Math.max(0, number() ?? 0);
  }
  while (at < format.length && LENGTHS.includes(format.charAt(at))) at++;
  return { spec: { flags, width, precision, conversion: format.charAt(at) }, end: at + 1 };
}

function convert(spec: Spec, take: () => Printable, source: string): string {
  switch (spec.conversion) {
    case 's': {
      const text = String(take());
      return pad(spec, '', spec.precision === undefined ? text : text.slice(0, spec.precision));
    }
    case 'c': {
      const value = take();
      return pad(spec, '', typeof value === 'number' ? String.fromCodePoint(value) : String(value));
    }
    case 'd':
    case 'i':
      return signed(spec, take());
    case 'u':
      return pad(spec, '', digits(spec, take(), 10));
    case 'x':
    case 'X':
    case 'o':
    case 'b':
      return based(spec, take());
    case 'p': {
      const value = Number(take());
      return pad({ ...spec, flags: spec.flags.replaceAll('0', '') }, '', `0x${value.toString(16)}`);
    }
    case 'f':
    case 'F':
    case 'e':
    case 'E':
    case 'g':
    case 'G':
      return real(spec, Number(take()));
    default:
      return source; // As glibc: what is no conversion stands as it is.
  }
}

function signed(spec: Spec, value: Printable): string {
  const whole = wholeOf(value);
  const isNegative = whole < 0;
  const magnitude = atLeast(spec, String(isNegative ? -whole : whole));
  return pad(spec, signOf(spec, isNegative), magnitude);
}

function based(spec: Spec, value: Printable): string {
  const base = { x: 16, X: 16, o: 8, b: 2 }[spec.conversion] ?? 10;
  const plain = digits(spec, value, base);
  const text = spec.conversion === 'X' ? plain.toUpperCase() : plain;
  const isMarked = spec.flags.includes('#') && wholeOf(value) !== 0;
  const mark = spec.conversion === 'o' ? '0' : `0${spec.conversion}`;
  return pad(spec, isMarked ? mark : '', text);
}

/** Unsigned digits; a negative number is what 32 bits make of it, unless it needs more. */
function digits(spec: Spec, value: Printable, base: number): string {
  const whole = wholeOf(value);
  if (typeof whole === 'bigint') {
    return atLeast(spec, (whole < 0n ? BigInt.asUintN(64, whole) : whole).toString(base));
  }
  if (whole >= 0) return atLeast(spec, whole.toString(base));
  const unsigned =
    whole >= -U32 / 2
      ? (whole >>> 0).toString(base)
      : BigInt.asUintN(64, BigInt(whole)).toString(base);
  return atLeast(spec, unsigned);
}

function real(spec: Spec, value: number): string {
  const isNegative = value < 0 || Object.is(value, -0);
  const magnitude = Math.abs(value);
  const precision = Math.min(spec.precision ?? 6, 100);
  const isFinite = Number.isFinite(magnitude);
  let text: string;
  if (!isFinite) text = Number.isNaN(value) ? 'nan' : 'inf';
  else if (/f/i.test(spec.conversion)) text = magnitude.toFixed(precision);
  else if (/e/i.test(spec.conversion)) text = exponent(magnitude.toExponential(precision));
  else text = general(magnitude, Math.max(1, precision), spec.flags.includes('#'));
  if (spec.conversion < 'a') text = text.toUpperCase();
  const plain = isFinite ? spec : { ...spec, flags: spec.flags.replaceAll('0', '') };
  return pad(plain, signOf(spec, isNegative), text);
}

/** C writes at least two digits of an exponent. */
function exponent(text: string): string {
  const at = text.indexOf('e');
  return `${text.slice(0, at + 2)}${text.slice(at + 2).padStart(2, '0')}`;
}

function general(value: number, precision: number, keepsZeros: boolean): string {
  const power = value === 0 ? 0 : Number(value.toExponential(precision - 1).split('e')[1]);
  const isSmall = power < -4 || power >= precision;
  const text = isSmall
    ? exponent(value.toExponential(precision - 1))
    : value.toFixed(precision - 1 - power);
  if (keepsZeros || !text.includes('.')) return text;
  const [mantissa = '', tail] = text.split('e');
  let end = mantissa.length;
  while (mantissa[end - 1] === '0') end--;
  if (mantissa[end - 1] === '.') end--;
  return mantissa.slice(0, end) + (tail === undefined ? '' : `e${tail}`);
}

function wholeOf(value: Printable): number | bigint {
  if (typeof value === 'bigint') return value;
  const number = Math.trunc(Number(value));
  return Number.isFinite(number) ? number + 0 : 0;
}

function signOf({ flags }: Spec, isNegative: boolean): string {
  if (isNegative) return '-';
  return flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
}

function atLeast({ precision }: Spec, text: string): string {
  return precision === undefined ? text : text.padStart(precision, '0');
}

function pad({ flags, width, precision, conversion }: Spec, prefix: string, text: string): string {
  const length = prefix.length + text.length;
  if (length >= width) return prefix + text;
  if (flags.includes('-')) return (prefix + text).padEnd(width);
  const isWhole = 'diuxXob'.includes(conversion);
  const hasZeros = flags.includes('0') && !(isWhole && precision !== undefined);
  const isNumber = isWhole || 'fFeEgG'.includes(conversion);
  return hasZeros && isNumber
    ? prefix + text.padStart(width - prefix.length, '0')
    : (prefix + text).padStart(width);
}
