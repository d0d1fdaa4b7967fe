// SPDX-License-Identifier: GPL-2.0-or-later
/** tr: translates, squeezes and deletes bytes. */
import { encodeUtf8 } from '../lib/utf8.ts';
import { command, errorText, has, misuse } from './support/command.ts';
import { readEscape } from './support/escapes.ts';
import { quoted } from './support/locale.ts';
import { CLASSES } from './support/regex-syntax.ts';

const BLOCK = 65_536;
const BYTES = 256;

const HELP = `Usage: tr [OPTION]... STRING1 [STRING2]
Translate, squeeze, and/or delete characters from standard input,
writing to standard output.

  -c, -C, --complement    use the complement of ARRAY1
  -d, --delete            delete characters in ARRAY1, do not translate
  -s, --squeeze-repeats   replace each sequence of a repeated character
                            that is listed in the last specified ARRAY,
                            with a single occurrence of that character
  -t, --truncate-set1     first truncate ARRAY1 to length of ARRAY2
      --help        display this help and exit
`;

export const tr = command({
  short: 'cCdst',
  long: { complement: 'c', delete: 'd', 'squeeze-repeats': 's', 'truncate-set1': 't' },
  help: HELP,
  posixly: true,
  *main(c, args) {
    const [first, second, extra] = args.operands;
    const deletes = has(args, 'd');
    const squeezes = has(args, 's');
    if (first === undefined) return yield* misuse(c, 'missing operand');
    const wantsTwo = deletes === squeezes;
    if (wantsTwo && second === undefined) {
      const reason = deletes
        ? 'Two strings must be given when both deleting and squeezing repeats.'
        : 'Two strings must be given when translating.';
      yield* c.err(`${c.program}: missing operand after ${quoted(c, first)}\n`);
      yield* c.err(`${reason}\nTry '${c.program} --help' for more information.\n`);
      return 1;
    }
    const unexpected = extra ?? (deletes && !squeezes ? second : undefined);
    if (unexpected !== undefined) {
      const message = `extra operand ${quoted(c, unexpected)}`;
      if (extra !== undefined) return yield* misuse(c, message);
      yield* c.err(`${c.program}: ${message}\n`);
      yield* c.err('Only one string may be given when deleting without squeezing repeats.\n');
      yield* c.err(`Try '${c.program} --help' for more information.\n`);
      return 1;
    }
    const one = parseSet(first, 0);
    if ('error' in one) return yield* c.die(c.program, one.error);
    let from = one.bytes;
    if (has(args, 'c') || has(args, 'C')) {
      const listed = new Set(from);
      from = Array.from({ length: BYTES }, (_, byte) => byte).filter((byte) => !listed.has(byte));
    }
    const two = second === undefined ? undefined : parseSet(second, from.length);
    if (two !== undefined && 'error' in two) return yield* c.die(c.program, two.error);
    const translates = !deletes && two !== undefined;
    if (translates && two.bytes.length === 0 && !has(args, 't')) {
      return yield* c.die(c.program, 'when not truncating set1, string2 must be non-empty');
    }
    const map = translates ? translation(from, two.bytes, has(args, 't')) : undefined;
    const deleted = new Set(deletes ? from : []);
    const squeezed = new Set(squeezes ? (two?.bytes ?? from) : []);
    let previous = -1;
    for (;;) {
      const bytes = yield* c.read(0, BLOCK);
      if (typeof bytes === 'number') {
        return yield* c.die(c.program, `read error: ${errorText(bytes)}`);
      }
      if (bytes.length === 0) return 0;
      const output: number[] = [];
      for (const byte of bytes) {
        if (deleted.has(byte)) continue;
        const shown = map === undefined ? byte : (map[byte] ?? byte);
        if (shown === previous && squeezed.has(shown)) continue;
        output.push(shown);
        previous = shown;
      }
      c.out(Uint8Array.from(output));
      if ((yield* c.flush()) < 0) return 1;
    }
  },
});

/** The last byte of the second set stands for all that are missing. */
function translation(
  from: readonly number[],
  to: readonly number[],
  truncates: boolean,
): Uint8Array {
  const map = Uint8Array.from({ length: BYTES }, (_, byte) => byte);
  for (const [index, byte] of from.entries()) {
    if (truncates && index >= to.length) break;
    map[byte] = to[Math.min(index, to.length - 1)] ?? byte;
  }
  return map;
}

type ParsedSet = { readonly bytes: readonly number[] } | { readonly error: string };

/** `a-z`, `[:digit:]`, `[x*3]`, `\n`. `[x*]` fills up to `length`. */
function parseSet(text: string, length: number): ParsedSet {
  const bytes: number[] = [];
  let at = 0;
  while (at < text.length) {
    const named = /^\[:([a-z]+):\]/.exec(text.slice(at));
    if (named !== null) {
      const ranges = CLASSES.get(named[1] ?? '');
      if (ranges === undefined) return { error: `invalid character class '${named[1] ?? ''}'` };
      for (let i = 0; i < ranges.length; i += 2) {
        const last = Math.min(ranges[i + 1] ?? 0, 127);
        for (let byte = ranges[i] ?? 0; byte <= last; byte++) bytes.push(byte);
      }
      at += named[0].length;
      continue;
    }
    const repeated = /^\[(\\?.)\*(\d*)\]/su.exec(text.slice(at));
    if (repeated !== null) {
      const one = readChar(repeated[1] ?? '', 0).bytes;
      const digits = repeated[2] ?? '';
      const count =
        digits === '' || Number(digits) === 0
          ? Math.max(0, length - bytes.length)
          : Number.parseInt(digits, digits.startsWith('0') ? 8 : 10);
      for (let i = 0; i < count; i++) bytes.push(...one);
      at += repeated[0].length;
      continue;
    }
    const first = readChar(text, at);
    at = first.end;
    if (text[at] === '-' && at + 1 < text.length) {
      const last = readChar(text, at + 1);
      const [low = 0, high = 0] = [first.bytes[0], last.bytes[0]];
      if (high < low) {
        const range = text.slice(at - 1, last.end);
        return { error: `range-endpoints of '${range}' are in reverse collating sequence order` };
      }
      for (let byte = low; byte <= high; byte++) bytes.push(byte);
      at = last.end;
    } else bytes.push(...first.bytes);
  }
  return { bytes };
}

function readChar(
  text: string,
  at: number,
): { readonly bytes: readonly number[]; readonly end: number } {
  if (text[at] === '\\' && at + 1 < text.length) {
    const escape = readEscape(text, at, false);
    // An escape that means nothing is the character itself.
    const isPlain = escape.bytes.length > 1 && escape.bytes[0] === 92;
    return { bytes: isPlain ? escape.bytes.slice(1) : escape.bytes, end: escape.end };
  }
  const char = String.fromCodePoint(text.codePointAt(at) ?? 0);
  return { bytes: [...encodeUtf8(char)], end: at + char.length };
}
