// SPDX-License-Identifier: GPL-2.0-or-later
/** The order of names with numbers in them, `a9` before `a10`: that of `sort -V` and `ls -v`. */
import { byBytes } from './files.ts';

/** `.tar.gz`: what counts only between names that are alike before it. */
const SUFFIX = /(?:\.[A-Za-z~][A-Za-z0-9~]*)*$/;

export function compareVersions(a: string, b: string): number {
  if (a === b) return 0;
  for (const first of ['', '.', '..']) if (a === first || b === first) return a === first ? -1 : 1;
  const isHidden = a.startsWith('.');
  if (isHidden !== b.startsWith('.')) return isHidden ? -1 : 1;
  const [left, right] = isHidden ? [a.slice(1), b.slice(1)] : [a, b];
  return (
    comparePieces(left.replace(SUFFIX, ''), right.replace(SUFFIX, '')) || comparePieces(left, right)
  );
}

/** Texts and numbers in turn. Texts have `~` before the end, and letters before marks. */
function comparePieces(a: string, b: string): number {
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    while ((i < a.length && !isDigit(a, i)) || (j < b.length && !isDigit(b, j))) {
      const difference = rank(a, i) - rank(b, j);
      if (difference !== 0) return difference;
      i++;
      j++;
    }
    const [x, y] = [digitsAt(a, i), digitsAt(b, j)];
    i += x.length;
    j += y.length;
    const [left, right] = [x.replace(/^0+/, ''), y.replace(/^0+/, '')];
    const difference = left.length - right.length || byBytes(left, right);
    if (difference !== 0) return difference;
  }
  return 0;
}

function isDigit(text: string, at: number): boolean {
  return /^[0-9]$/.test(text.charAt(at));
}

function digitsAt(text: string, at: number): string {
  return /^\d*/.exec(text.slice(at))?.[0] ?? '';
}

function rank(text: string, at: number): number {
  const char = text.charAt(at);
  if (char === '') return -1;
  if (isDigit(text, at)) return 0;
  if (char === '~') return -2;
  const code = char.codePointAt(0) ?? 0;
  return /[A-Za-z]/.test(char) ? code : code + 256;
}
