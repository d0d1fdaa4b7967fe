// SPDX-License-Identifier: GPL-2.0-or-later
/** Numbers as GNU tools read and print them: `4K`, `2kB`, `0x10`, `1.5M`. */

// prettier-ignore
const POWERS: ReadonlyMap<string, number> = new Map([
  ['k', 1], ['K', 1], ['M', 2], ['m', 2], ['G', 3], ['g', 3], ['T', 4], ['t', 4], ['P', 5],
  ['E', 6],
]);

/** A whole number with a multiplier suffix: `K` and `KiB` are 1024, `kB` is 1000, `b` is 512. */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+|0x[0-9a-fA-F]+)([a-zA-Z]*)$/.exec(text);
  if (match === null) return undefined;
  const [, digits = '', suffix = ''] = match;
  const multiplier = suffixValue(suffix);
  return multiplier === undefined ? undefined : Number(digits) * multiplier;
}

function suffixValue(suffix: string): number | undefined {
  if (suffix === '' || suffix === 'c') return 1;
  if (suffix === 'w') return 2;
  if (suffix === 'b') return 512;
  const power = POWERS.get(suffix[0] ?? '');
  if (power === undefined) return undefined;
  const rest = suffix.slice(1);
  if (rest === '' || rest === 'iB') return 1024 ** power;
  return rest === 'B' || rest === 'D' ? 1000 ** power : undefined;
}

const UNITS = ['', 'K', 'M', 'G', 'T', 'P', 'E'] as const;

/** `ls -h`'s form: at most three digits, rounded up: `1.5K`, `12M`, `999`; with 1000 `1.5k`. */
export function humanSize(bytes: number, base: 1000 | 1024 = 1024): string {
  let value = bytes;
  let unit = 0;
  while (value >= base && unit + 1 < UNITS.length) {
    value /= base;
    unit++;
  }
  if (unit === 0) return String(bytes);
  const letter = (power: number): string =>
    power === 1 && base === 1000 ? 'k' : (UNITS[power] ?? '');
  const tenths = Math.ceil(value * 10);
  if (tenths < 100) return `${Math.floor(tenths / 10)}.${tenths % 10}${letter(unit)}`;
  const whole = Math.ceil(value);
  return whole === base && unit + 1 < UNITS.length
    ? `1.0${letter(unit + 1)}`
    : `${whole}${letter(unit)}`;
}

/** The nearest number with one digit after the point below 10: dd's `2.0 MB` and `1.9 MiB`. */
export function roundedSize(bytes: number, base: 1000 | 1024): string {
  const units =
    base === 1000 ? ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] : ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let value = bytes;
  let unit = 0;
  while (value >= base && unit + 1 < units.length) {
    value /= base;
    unit++;
  }
  if (unit === 0) return `${bytes} B`;
  let shown = value < 9.95 ? oneDigit(value) : String(roundHalfEven(value));
  if (Number(shown) >= base && unit + 1 < units.length) {
    unit++;
    shown = '1.0';
  }
  return `${shown} ${units[unit] ?? ''}`;
}

function oneDigit(value: number): string {
  const tenths = roundHalfEven(value * 10);
  return `${Math.floor(tenths / 10)}.${tenths % 10}`;
}

export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest === 0.5) return floor % 2 === 0 ? floor : floor + 1;
  return rest > 0.5 ? floor + 1 : floor;
}

/** printf's `%g` with `digits` significant digits, without exponents for usual magnitudes. */
export function general(value: number, digits: number): string {
  if (value === 0) return '0';
  const text = value.toPrecision(digits);
  const exponent = /e([+-])(\d+)$/.exec(text);
  const magnitude = Math.floor(exponentOf(value));
  if (magnitude < -4 || magnitude >= digits) {
    const [mantissa = '', power = '0'] = value.toExponential(digits - 1).split('e');
    const sign = power.startsWith('-') ? '-' : '+';
    return `${trimZeros(mantissa)}e${sign}${power.replace(/^[+-]/, '').padStart(2, '0')}`;
  }
  return exponent === null
    ? trimZeros(text)
    : trimZeros(value.toFixed(Math.max(0, digits - 1 - magnitude)));
}

function exponentOf(value: number): number {
  return Number(value.toExponential().split('e')[1] ?? '0');
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
