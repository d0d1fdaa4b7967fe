// SPDX-License-Identifier: GPL-2.0-or-later
/** File modes: `drwxr-xr-x`, and the symbolic changes of chmod (`u+x,go=r`). */
import { S } from '../../uapi/fs.ts';

// prettier-ignore
const TYPE_LETTERS: ReadonlyMap<number, string> = new Map([
  [S.IFREG, '-'], [S.IFDIR, 'd'], [S.IFLNK, 'l'], [S.IFCHR, 'c'], [S.IFBLK, 'b'], [S.IFIFO, 'p'],
  [S.IFSOCK, 's'],
]);

/** What `ls -l` prints first. */
export function modeString(mode: number): string {
  const triple = (shift: number, special: number, letter: string): string => {
    const bits = mode >>> shift;
    const execute = (bits & 1) !== 0;
    const last =
      (mode & special) === 0 ? (execute ? 'x' : '-') : execute ? letter : letter.toUpperCase();
    return `${(bits & 4) === 0 ? '-' : 'r'}${(bits & 2) === 0 ? '-' : 'w'}${last}`;
  };
  const type = TYPE_LETTERS.get(mode & S.IFMT) ?? '?';
  return type + triple(6, S.ISUID, 's') + triple(3, S.ISGID, 's') + triple(0, S.ISVTX, 't');
}

const WHO: Readonly<Record<string, number>> = { u: 0o4700, g: 0o2070, o: 0o1007, a: 0o7777 };
const ALL = 0o7777;
const SPECIAL = 0o6000;

/**
 * The mode that `text` (octal or symbolic) makes of `mode`, or nothing if it is no mode. Where
 * nobody is named (`+x`), the bits of `umask` stay as they are. A directory's octal mode of up to
 * four digits leaves set-user-ID and set-group-ID alone, as GNU has it.
 */
export function changeMode(
  text: string,
  mode: number,
  isDirectory: boolean,
  umask: number,
): number | undefined {
  if (/^[0-7]+$/.test(text)) {
    const bits = Number.parseInt(text, 8);
    if (bits > ALL) return undefined;
    return isDirectory && text.length < 5 ? bits | (mode & SPECIAL) : bits;
  }
  let result = mode & ALL;
  for (const clause of text.split(',')) {
    const match = /^([ugoa]*)((?:[-+=](?:[ugo]|[rwxXst]*))+)$/.exec(clause);
    if (match === null) return undefined;
    const [, who = '', actions = ''] = match;
    const mask = [...who].reduce((sum, letter) => sum | (WHO[letter] ?? 0), 0);
    for (const [, operator = '', letters = ''] of actions.matchAll(/([-+=])([ugo]|[rwxXst]*)/g)) {
      const limit = mask === 0 ? ALL & ~umask : mask;
      const bits = permissionBits(letters, result, isDirectory) & limit;
      if (operator === '+') result |= bits;
      else if (operator === '-') result &= ~bits;
      else result = assign(result, bits, mask === 0 ? ALL : mask, isDirectory);
    }
  }
  return result;
}

/** `=` clears the rest, but never a directory's set-ID bits. */
function assign(mode: number, bits: number, mask: number, isDirectory: boolean): number {
  const kept = isDirectory ? mode & SPECIAL : 0;
  return (mode & ~mask) | bits | kept;
}

function permissionBits(letters: string, mode: number, isDirectory: boolean): number {
  const copied = { u: mode >>> 6, g: mode >>> 3, o: mode }[letters];
  if (copied !== undefined) return (copied & 7) * 0o111;
  let bits = 0;
  for (const letter of letters) {
    if (letter === 'r') bits |= 0o444;
    else if (letter === 'w') bits |= 0o222;
    else if (letter === 'x') bits |= 0o111;
    else if (letter === 's') bits |= SPECIAL;
    else if (letter === 't') bits |= 0o1000;
    else if (isDirectory || (mode & 0o111) !== 0) bits |= 0o111;
  }
  return bits;
}
