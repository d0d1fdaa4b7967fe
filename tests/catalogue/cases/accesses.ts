// SPDX-License-Identifier: GPL-2.0-or-later
/** Lines of drivers that many cases differ in by a number or two. */

/** A store or load of one byte, as the catalogue writes it: `W1@+115`, `R1@-1`. */
export function access(what: string, name = 'p'): string {
  const [, kind, offset] = /^([WR])1@([+-]?\d+)$/.exec(what) ?? [];
  const place = `${name}[${Number(offset)}]`;
  return kind === 'W' ? `${place} = 120;` : `void ${place};`;
}

/** The same with what the catalogue says of it, for a broken driver. */
export function badAccess(what: string, name = 'p'): string {
  const [kind = '', offset = ''] = what.split('@');
  const place = /^[+-]?0*$/.test(offset) ? name : `${name}${offset}`;
  return `- ${access(what, name)} // BAD ${kind}@${place}`;
}

/** Joins the lines of a driver; absent ones are left out. */
export function lines(...all: readonly (string | readonly string[])[]): string {
  return all.flat().join('\n');
}
