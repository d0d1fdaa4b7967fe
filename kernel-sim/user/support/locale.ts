// SPDX-License-Identifier: GPL-2.0-or-later
/** What depends on the locale in GNU messages: the shape of quotation marks. */
import type { Libc } from '../libc/libc.ts';

/** gnulib's quote(): ‘x’ where the locale has UTF-8, 'x' in the C locale. */
export function quoted(c: Libc, text: string): string {
  const locale = c.env.get('LC_ALL') || c.env.get('LC_CTYPE') || c.env.get('LANG') || 'C';
  return /utf-?8/i.test(locale) ? `‘${text}’` : `'${text}'`;
}
