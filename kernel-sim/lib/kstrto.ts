// SPDX-License-Identifier: GPL-2.0-or-later
/** Numbers and switches as the kernel reads them from files. Linux: lib/kstrtox.c. */

/** Linux: kstrtobool, which looks at no more than it needs. */
export function parseBool(text: string): boolean | undefined {
  const [first = '', second = ''] = text.toLowerCase();
  if ('eyt1'.includes(first) && first !== '') return true;
  if ('dnf0'.includes(first) && first !== '') return false;
  if (first !== 'o') return undefined;
  return second === 'n' ? true : second === 'f' ? false : undefined;
}

/** Linux: kstrtoll with base 0. */
export function parseInteger(text: string): bigint | undefined {
  const match = /^([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)\n?$/.exec(text);
  if (match === null) return undefined;
  const [, sign = '', digits = ''] = match;
  const isOctal = digits.length > 1 && /^0[0-7]/.test(digits);
  const number = BigInt(isOctal ? `0o${digits.slice(1)}` : digits);
  return sign === '-' ? -number : number;
}
