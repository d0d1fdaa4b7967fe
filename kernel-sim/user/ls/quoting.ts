// SPDX-License-Identifier: GPL-2.0-or-later
/** How ls writes names that are not plain: --quoting-style. */
import { quoteAlways, quoteName } from '../support/quote.ts';

export type QuotingStyle =
  | 'literal'
  | 'hidden'
  | 'shell'
  | 'shell-always'
  | 'shell-escape'
  | 'shell-escape-always'
  | 'c'
  | 'c-maybe'
  | 'escape'
  | 'locale';

/** By their names on the command line; `hidden` is -q's. */
export const QUOTING_STYLES = new Map<string, QuotingStyle>([
  ['literal', 'literal'],
  ['shell', 'shell'],
  ['shell-always', 'shell-always'],
  ['shell-escape', 'shell-escape'],
  ['shell-escape-always', 'shell-escape-always'],
  ['c', 'c'],
  ['c-maybe', 'c-maybe'],
  ['escape', 'escape'],
  ['locale', 'locale'],
  ['clocale', 'locale'],
]);

/** Styles that quote some names and not others, which columns make up for. */
export const UNEVEN: ReadonlySet<QuotingStyle> = new Set(['shell', 'shell-escape', 'c-maybe']);

export function quoteFor(style: QuotingStyle, name: string): string {
  switch (style) {
    case 'literal':
      return name;
    case 'hidden':
      return name.replaceAll(/[\x00-\x1f\x7f]/g, '?');
    case 'shell':
      return quoteName(name) === name ? name : plainQuotes(name);
    case 'shell-always':
      return plainQuotes(name);
    case 'shell-escape':
      return quoteName(name);
    case 'shell-escape-always':
      return quoteAlways(name);
    case 'c':
      return `"${escaped(name, /["\\]/)}"`;
    case 'c-maybe':
      return escaped(name, /["\\]/) === name ? name : `"${escaped(name, /["\\]/)}"`;
    case 'escape':
      return escaped(name, /[ \\]/);
    case 'locale':
      return `‘${escaped(name, /[\\’]/)}’`;
  }
}

/** A shell's quotes, which leave control characters as they are. */
function plainQuotes(name: string): string {
  if (!name.includes("'")) return `'${name}'`;
  return /["$`\\!]/.test(name) ? `'${name.replaceAll("'", "'\\''")}'` : `"${name}"`;
}

// prettier-ignore
const LETTERS: ReadonlyMap<string, string> = new Map([
  ['\x07', 'a'], ['\b', 'b'], ['\f', 'f'], ['\n', 'n'], ['\r', 'r'], ['\t', 't'], ['\v', 'v'],
]);

/** C's escapes; characters that are `special` get a backslash. */
function escaped(name: string, special: RegExp): string {
  return name.replaceAll(/[\s\S]/gu, (char) => {
    const letter = LETTERS.get(char);
    if (letter !== undefined) return `\\${letter}`;
    if (/[\x00-\x1f\x7f]/.test(char)) {
      return `\\${(char.codePointAt(0) ?? 0).toString(8).padStart(3, '0')}`;
    }
    return special.test(char) ? `\\${char}` : char;
  });
}
