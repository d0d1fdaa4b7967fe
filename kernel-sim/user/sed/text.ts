// SPDX-License-Identifier: GPL-2.0-or-later
/** The texts between a sed command's delimiters. */
import type { Replacement } from './script.ts';

interface Delimited {
  readonly text: string;
  /** After the closing delimiter. */
  readonly end: number;
}

// prettier-ignore
const CONTROLS: ReadonlyMap<string, string> = new Map([
  ['n', '\n'], ['t', '\t'], ['a', '\x07'], ['f', '\f'], ['v', '\v'], ['r', '\r'],
]);

/**
 * Up to the next delimiter that is not escaped. `\n` becomes a newline in an expression, also
 * within brackets, where a delimiter closes nothing.
 */
export function readDelimited(
  text: string,
  start: number,
  delimiter: string,
  isRegex: boolean,
): Delimited | undefined {
  let result = '';
  let bracket = -1;
  for (let at = start; at < text.length; at++) {
    const char = text.charAt(at);
    if (bracket >= 0) {
      // `]` directly after `[` or `[^` is an ordinary member.
      const isMember = at === bracket + 1 || (at === bracket + 2 && text[at - 1] === '^');
      if (char === ']' && !isMember) bracket = -1;
      if (char === '\\' && /[nt]/.test(text[at + 1] ?? '')) {
        result += CONTROLS.get(text[++at] ?? '') ?? '';
      } else result += char;
      continue;
    }
    if (char === delimiter) return { text: result, end: at + 1 };
    if (char === '\\' && at + 1 < text.length) {
      const next = text.charAt(++at);
      const hex = isRegex ? /^x([0-9a-fA-F]{2})/.exec(text.slice(at))?.[1] : undefined;
      if (hex !== undefined) {
        result += literalOf(String.fromCharCode(Number.parseInt(hex, 16)));
        at += hex.length;
      } else if (next === delimiter) result += isRegex ? literalOf(next) : next;
      else if (isRegex && CONTROLS.has(next) && next !== 'b') result += CONTROLS.get(next) ?? '';
      else result += `\\${next}`;
      continue;
    }
    if (isRegex && char === '\n') return undefined;
    if (isRegex && char === '[') bracket = at;
    result += char;
  }
  return undefined;
}

/** A character that would mean something in an expression, escaped. */
function literalOf(char: string): string {
  return /[.*[\]^$]/.test(char) ? `\\${char}` : char;
}

/** Text of `y`: `\\`, `\n` and their kind. */
export function unescapeText(text: string): string {
  return text.replaceAll(/\\([\s\S])/g, (whole, char: string) => {
    return char === '\\' ? '\\' : (CONTROLS.get(char) ?? whole);
  });
}

/** The right side of `s`. */
export function parseReplacement(text: string): readonly Replacement[] {
  const pieces: Replacement[] = [];
  let literal = '';
  const push = (piece: Replacement): void => {
    if (literal !== '') pieces.push(literal);
    literal = '';
    pieces.push(piece);
  };
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '&') push(0);
    else if (char !== '\\' || at + 1 >= text.length) literal += char;
    else {
      const next = text.charAt(++at);
      const hex = /^x[0-9a-fA-F]{1,2}/.exec(text.slice(at))?.[0];
      if (/\d/.test(next)) push(Number(next));
      else if (/[LUElu]/.test(next)) push({ caseChange: next });
      else if (hex !== undefined) {
        literal += String.fromCharCode(Number.parseInt(hex.slice(1), 16));
        at += hex.length - 1;
      } else literal += CONTROLS.get(next) ?? next;
    }
  }
  if (literal !== '') pieces.push(literal);
  return pieces;
}

/** Puts a replacement together; `group` gives what a group matched. */
export function fillReplacement(
  pieces: readonly Replacement[],
  group: (index: number) => string,
): string {
  let result = '';
  let lasting = '';
  let once = '';
  for (const piece of pieces) {
    if (typeof piece === 'object') {
      if (/[lu]/.test(piece.caseChange)) once = piece.caseChange;
      else lasting = piece.caseChange === 'E' ? '' : piece.caseChange;
      continue;
    }
    let text = typeof piece === 'number' ? group(piece) : piece;
    if (text === '') continue;
    if (lasting === 'U') text = text.toUpperCase();
    if (lasting === 'L') text = text.toLowerCase();
    const [head = ''] = text;
    if (once === 'u') text = head.toUpperCase() + text.slice(head.length);
    if (once === 'l') text = head.toLowerCase() + text.slice(head.length);
    once = '';
    result += text;
  }
  return result;
}
