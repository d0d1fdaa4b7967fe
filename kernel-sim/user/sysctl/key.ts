// SPDX-License-Identifier: GPL-2.0-or-later
/** Names of settings: `kernel.hostname`, `kernel/hostname`, and where they lie. */

const ROOT = '/proc/sys/';

export interface Setting {
  readonly key: string;
  readonly value: string;
  /** Written with a `-` before it: a failure does not matter. */
  readonly ignoresFailure: boolean;
}

/** `NAME = VALUE`, with blanks around either; undefined for anything else. */
export function parseSetting(text: string): Setting | undefined {
  const equals = text.indexOf('=');
  if (equals < 0) return undefined;
  const name = text.slice(0, equals).trim();
  const ignoresFailure = name.startsWith('-');
  const key = ignoresFailure ? name.slice(1).trim() : name;
  return { key, value: text.slice(equals + 1).trim(), ignoresFailure };
}

/**
 * The file of a name. The first separator of a name says what it is written with: where that is a
 * slash, dots are part of names, and the other way round.
 */
export function keyPath(key: string): string {
  const separator = /[./]/u.exec(key)?.[0];
  if (separator !== '.') return ROOT + key;
  return ROOT + Array.from(key, (char) => swapped(char)).join('');
}

function swapped(char: string): string {
  if (char === '.') return '/';
  return char === '/' ? '.' : char;
}

/** The name of a file, with dots. */
export function dottedKey(path: string): string {
  return Array.from(path.slice(ROOT.length), (char) => swapped(char)).join('');
}
