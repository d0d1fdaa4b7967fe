// SPDX-License-Identifier: GPL-2.0-or-later
/** sort: sorts lines of text, in the C locale's order. */
import { decodeUtf8 } from '../lib/utf8.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import { O } from '../uapi/fs.ts';
import type { Libc } from './libc/libc.ts';
import { command, complain, errorText, has, valueOf } from './support/command.ts';
import { closeInput } from './support/files.ts';
import { quoted } from './support/locale.ts';
import { quoteName } from './support/quote.ts';
import { compareLines, parseKey, type SortKey, type SortOrder } from './support/sort-keys.ts';

const TROUBLE = 2;
/** What one comparison costs, roughly, in nanoseconds. */
const COMPARISON = 20;

const HELP = `Usage: sort [OPTION]... [FILE]...
Write sorted concatenation of all FILE(s) to standard output.

With no FILE, or when FILE is -, read standard input.

  -b, --ignore-leading-blanks  ignore leading blanks
  -f, --ignore-case            fold lower case to upper case characters
  -h, --human-numeric-sort     compare human readable numbers (e.g., 2K 1G)
  -n, --numeric-sort           compare according to string numerical value
  -r, --reverse                reverse the result of comparisons
  -V, --version-sort           natural sort of (version) numbers within text
  -c, --check                  check for sorted input; do not sort
  -k, --key=KEYDEF             sort via a key; KEYDEF gives location and type
  -o, --output=FILE            write result to FILE instead of standard output
  -s, --stable                 stabilize sort by disabling last-resort comparison
  -t, --field-separator=SEP    use SEP instead of non-blank to blank transition
  -u, --unique                 output only the first of an equal run
      --help        display this help and exit
`;

export const sort = command({
  short: 'bcCfghik:no:rst:uVmd',
  long: {
    'ignore-leading-blanks': 'b',
    check: 'c',
    'ignore-case': 'f',
    'human-numeric-sort': 'h',
    key: 'k:',
    'numeric-sort': 'n',
    output: 'o:',
    reverse: 'r',
    stable: 's',
    'field-separator': 't:',
    unique: 'u',
    'version-sort': 'V',
  },
  help: HELP,
  usageStatus: TROUBLE,
  *main(c, args) {
    const letters = args.options.map(({ name }) => name).join('');
    const order: SortOrder = parseOrder(letters);
    const keys: SortKey[] = [];
    for (const { name, value = '' } of args.options) {
      if (name !== 'k') continue;
      const key = parseKey(value, order);
      if (key === undefined) {
        const isZero = value.startsWith('0');
        const reason = isZero ? 'field number is zero' : 'invalid number at field start';
        const rule = isZero ? 'invalid field specification' : 'invalid count at start of';
        return yield* c.die(c.program, `${reason}: ${rule} ${quoted(c, value)}`, TROUBLE);
      }
      keys.push(key);
    }
    const lines = yield* readLines(c, args.operands.length > 0 ? args.operands : ['-']);
    if (lines === undefined) return TROUBLE;
    const separator = valueOf(args, 't')?.replace('\\0', '\0');
    const isUnique = has(args, 'u');
    const isStable = has(args, 's') || isUnique;
    const compare = (a: string, b: string): number =>
      compareLines(a, b, { keys, order, separator, isStable });
    yield* c.charge(COMPARISON * lines.length * (32 - Math.clz32(lines.length + 1)));
    if (has(args, 'c') || has(args, 'C')) {
      return yield* check(c, args.operands[0] ?? '-', lines, compare, isUnique, has(args, 'C'));
    }
    let sorted = lines.toSorted(compare);
    if (isUnique) {
      sorted = sorted.filter((line, i) => i === 0 || compare(sorted[i - 1] ?? '', line) !== 0);
    }
    const output = valueOf(args, 'o');
    const text = sorted.map((line) => `${line}\n`).join('');
    if (output === undefined) {
      c.out(text);
      return 0;
    }
    const fd = yield* c.open(output, O.WRONLY | O.CREAT | O.TRUNC, 0o666);
    const failure = fd < 0 ? fd : yield* c.write_all(fd, text);
    if (failure >= 0) return 0;
    const what = fd < 0 ? 'open failed' : 'write failed';
    return yield* c.die(c.program, `${what}: ${quoteName(output)}: ${errorText(failure)}`, TROUBLE);
  },
});

function parseOrder(letters: string): SortOrder {
  const has = (letter: string): boolean => letters.includes(letter);
  return {
    kind: has('n') || has('g') ? 'numeric' : has('h') ? 'human' : has('V') ? 'version' : 'text',
    reverse: has('r'),
    ignoresCase: has('f'),
    ignoresBlanks: has('b'),
  };
}

function* readLines(c: Libc, names: readonly string[]): Sleeping<string[] | undefined> {
  const lines: string[] = [];
  for (const name of names) {
    const fd = name === '-' ? 0 : yield* c.open(name);
    const bytes = fd < 0 ? fd : yield* c.read_to_end(fd);
    if (typeof bytes === 'number') {
      const what = fd < 0 ? 'cannot read' : 'read failed';
      yield* complain(c, `${what}: ${quoteName(name)}: ${errorText(bytes)}`);
      return undefined;
    }
    yield* closeInput(c, fd);
    const text = decodeUtf8(bytes);
    if (text === '') continue;
    lines.push(...(text.endsWith('\n') ? text.slice(0, -1) : text).split('\n'));
  }
  return lines;
}

function* check(
  c: Libc,
  name: string,
  lines: readonly string[],
  compare: (a: string, b: string) => number,
  isUnique: boolean,
  isQuiet: boolean,
): Sleeping<number> {
  for (let i = 1; i < lines.length; i++) {
    const order = compare(lines[i - 1] ?? '', lines[i] ?? '');
    if (order < 0 || (order === 0 && !isUnique)) continue;
    if (!isQuiet) yield* complain(c, `${name}:${i + 1}: disorder: ${lines[i] ?? ''}`);
    return 1;
  }
  return 0;
}
