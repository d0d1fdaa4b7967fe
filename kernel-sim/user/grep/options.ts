// SPDX-License-Identifier: GPL-2.0-or-later
/** What grep was asked to do. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { decodeUtf8 } from '../../lib/utf8.ts';
import type { Libc } from '../libc/libc.ts';
import { errorText, has, lastOf, valueOf, type ParsedCommandLine } from '../support/command.ts';
import type { RegexOptions } from '../support/regex.ts';

export interface GrepOptions extends RegexOptions {
  readonly patterns: readonly string[];
  readonly files: readonly string[];
  readonly invert: boolean;
  readonly count: boolean;
  readonly quiet: boolean;
  readonly noMessages: boolean;
  readonly recursive: boolean;
  readonly followsLinks: boolean;
  readonly hidesDot: boolean;
  readonly onlyMatching: boolean;
  readonly lineNumbers: boolean;
  readonly byteOffset: boolean;
  readonly withName: boolean;
  readonly list: 'none' | 'matching' | 'others';
  readonly maxCount: number;
  readonly before: number;
  readonly after: number;
  readonly color: boolean;
  readonly text: boolean;
  readonly lineBuffered: boolean;
  readonly separator: number;
}

export const GREP_SHORT = 'vinbcqEFGPorRwxle:f:sA:B:C:HhLm:azyU';
export const GREP_LONG: Readonly<Record<string, string>> = {
  'invert-match': 'v',
  'ignore-case': 'i',
  'no-ignore-case': 'no-ignore-case',
  'line-number': 'n',
  'byte-offset': 'b',
  count: 'c',
  quiet: 'q',
  silent: 'q',
  'extended-regexp': 'E',
  'fixed-strings': 'F',
  'basic-regexp': 'G',
  'only-matching': 'o',
  recursive: 'r',
  'dereference-recursive': 'R',
  'word-regexp': 'w',
  'line-regexp': 'x',
  'files-with-matches': 'l',
  'files-without-match': 'L',
  regexp: 'e:',
  file: 'f:',
  'no-messages': 's',
  'after-context': 'A:',
  'before-context': 'B:',
  context: 'C:',
  'with-filename': 'H',
  'no-filename': 'h',
  'max-count': 'm:',
  text: 'a',
  'null-data': 'z',
  'line-buffered': 'line-buffered',
  color: 'color::',
  colour: 'color::',
};

export const GREP_HELP = `Usage: grep [OPTION]... PATTERNS [FILE]...
Search for PATTERNS in each FILE.
Example: grep -i 'hello world' menu.h main.c
PATTERNS can contain multiple patterns separated by newlines.

Pattern selection and interpretation:
  -E, --extended-regexp     PATTERNS are extended regular expressions
  -F, --fixed-strings       PATTERNS are strings
  -G, --basic-regexp        PATTERNS are basic regular expressions
  -e, --regexp=PATTERNS     use PATTERNS for matching
  -f, --file=FILE           take PATTERNS from FILE
  -i, --ignore-case         ignore case distinctions in patterns and data
  -w, --word-regexp         match only whole words
  -x, --line-regexp         match only whole lines
  -z, --null-data           a data line ends in 0 byte, not newline

Miscellaneous:
  -s, --no-messages         suppress error messages
  -v, --invert-match        select non-matching lines
      --help                display this help text and exit

Output control:
  -m, --max-count=NUM       stop after NUM selected lines
  -b, --byte-offset         print the byte offset with output lines
  -n, --line-number         print line number with output lines
      --line-buffered       flush output on every line
  -H, --with-filename       print file name with output lines
  -h, --no-filename         suppress the file name prefix on output
  -o, --only-matching       show only nonempty parts of lines that match
  -q, --quiet, --silent     suppress all normal output
  -a, --text                treat binary files as text
  -r, --recursive           search directories
  -L, --files-without-match print only names of FILEs with no selected lines
  -l, --files-with-matches  print only names of FILEs with selected lines
  -c, --count               print only a count of selected lines per FILE

Context control:
  -B, --before-context=NUM  print NUM lines of leading context
  -A, --after-context=NUM   print NUM lines of trailing context
  -C, --context=NUM         print NUM lines of output context
  -NUM                      same as --context=NUM
      --color[=WHEN]        use markers to highlight the matching strings;
                            WHEN is 'always', 'never', or 'auto'
`;

/** An empty error stands for a missing pattern. */
export function* grepOptions(
  c: Libc,
  args: ParsedCommandLine,
  isTerminal: boolean,
): Sleeping<GrepOptions | { readonly error: string }> {
  const patterns: string[] = [];
  for (const { name, value = '' } of args.options) {
    if (name === 'e') patterns.push(...value.split('\n'));
    if (name !== 'f') continue;
    const bytes = value === '-' ? yield* c.read_to_end(0) : yield* c.read_file(value);
    if (typeof bytes === 'number') return { error: `${value}: ${errorText(bytes)}` };
    const lines = decodeUtf8(bytes).split('\n');
    if (lines.at(-1) === '') lines.pop();
    patterns.push(...lines);
  }
  const operands = [...args.operands];
  if (!has(args, 'e') && !has(args, 'f')) {
    const pattern = operands.shift();
    if (pattern === undefined) return { error: '' };
    patterns.push(...pattern.split('\n'));
  }
  for (const name of ['A', 'B', 'C']) {
    const value = valueOf(args, name);
    if (value !== undefined && !/^\d+$/.test(value)) {
      return { error: `${value}: invalid context length argument` };
    }
  }
  const maxCount = valueOf(args, 'm');
  if (maxCount !== undefined && !/^-?\d+$/.test(maxCount)) return { error: 'invalid max count' };
  const syntax = lastOf(args, ['E', 'F', 'G', 'P']);
  if (syntax === 'P') {
    return { error: 'Perl matching not supported in a --disable-perl-regexp build' };
  }
  const recursive = has(args, 'r') || has(args, 'R');
  const context = valueOf(args, 'C');
  const names = lastOf(args, ['H', 'h']);
  const list = lastOf(args, ['l', 'L']);
  const when = has(args, 'color') ? (valueOf(args, 'color') ?? 'auto') : 'never';
  const hidesDot = recursive && operands.length === 0;
  return {
    patterns,
    files: operands.length > 0 ? operands : [recursive ? '.' : '-'],
    syntax: syntax === 'E' ? 'extended' : syntax === 'F' ? 'fixed' : 'basic',
    ignoreCase:
      lastOf(args, ['i', 'y', 'no-ignore-case']) !== 'no-ignore-case' &&
      (has(args, 'i') || has(args, 'y')),
    wholeWord: has(args, 'w'),
    wholeLine: has(args, 'x'),
    invert: has(args, 'v'),
    count: has(args, 'c'),
    quiet: has(args, 'q'),
    noMessages: has(args, 's'),
    recursive,
    followsLinks: has(args, 'R'),
    hidesDot,
    onlyMatching: has(args, 'o'),
    lineNumbers: has(args, 'n'),
    byteOffset: has(args, 'b'),
    withName: names === undefined ? operands.length > 1 || recursive : names === 'H',
    list: list === 'l' ? 'matching' : list === 'L' ? 'others' : 'none',
    maxCount: maxCount === undefined || maxCount.startsWith('-') ? Infinity : Number(maxCount),
    before: Number(valueOf(args, 'B') ?? context ?? 0),
    after: Number(valueOf(args, 'A') ?? context ?? 0),
    color: when === 'always' || (when === 'auto' && isTerminal),
    text: has(args, 'a'),
    lineBuffered: has(args, 'line-buffered'),
    separator: has(args, 'z') ? 0 : 10,
  };
}
