// SPDX-License-Identifier: GPL-2.0-or-later
/** What grep was asked to do. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { decodeUtf8 } from '../../lib/utf8.ts';
import type { Libc } from '../libc/libc.ts';
import { errorText, has, lastOf, valueOf, type ParsedCommandLine } from '../support/command.ts';
import { chooseWord } from '../support/words.ts';
import { FileFilter } from './filter.ts';
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
  readonly binary: 'binary' | 'text' | 'without-match';
  /** What a directory or a device on the way is for. */
  readonly directoryAction: 'read' | 'skip' | 'recurse';
  readonly skipsDevices: boolean;
  readonly filter: FileFilter;
  /** Stands for the name of standard input. */
  readonly label: string;
  readonly nullAfterName: boolean;
  readonly alignsTabs: boolean;
  /** Between groups of lines; undefined for none. */
  readonly groupSeparator: string | undefined;
  readonly lineBuffered: boolean;
  readonly separator: number;
}

export const GREP_SHORT = 'vinbcqEFGPorRwxle:f:sA:B:C:HhLm:azyUd:D:ITuVZ';
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
  'binary-files': 'binary-files:',
  binary: 'U',
  'unix-byte-offsets': 'u',
  directories: 'd:',
  devices: 'D:',
  include: 'include:',
  exclude: 'exclude:',
  'exclude-from': 'exclude-from:',
  'exclude-dir': 'exclude-dir:',
  label: 'label:',
  null: 'Z',
  'initial-tab': 'T',
  'group-separator': 'group-separator:',
  'no-group-separator': 'no-group-separator',
  version: 'V',
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
  -V, --version             display version information and exit
      --help                display this help text and exit

Output control:
  -m, --max-count=NUM       stop after NUM selected lines
  -b, --byte-offset         print the byte offset with output lines
  -n, --line-number         print line number with output lines
      --line-buffered       flush output on every line
  -H, --with-filename       print file name with output lines
  -h, --no-filename         suppress the file name prefix on output
      --label=LABEL         use LABEL as the standard input file name prefix
  -o, --only-matching       show only nonempty parts of lines that match
  -q, --quiet, --silent     suppress all normal output
      --binary-files=TYPE   assume that binary files are TYPE;
                            TYPE is 'binary', 'text', or 'without-match'
  -a, --text                equivalent to --binary-files=text
  -I                        equivalent to --binary-files=without-match
  -d, --directories=ACTION  how to handle directories;
                            ACTION is 'read', 'recurse', or 'skip'
  -D, --devices=ACTION      how to handle devices, FIFOs and sockets;
                            ACTION is 'read' or 'skip'
  -r, --recursive           like --directories=recurse
  -R, --dereference-recursive  likewise, but follow all symlinks
      --include=GLOB        search only files that match GLOB (a file pattern)
      --exclude=GLOB        skip files that match GLOB
      --exclude-from=FILE   skip files that match any file pattern from FILE
      --exclude-dir=GLOB    skip directories that match GLOB
  -L, --files-without-match print only names of FILEs with no selected lines
  -l, --files-with-matches  print only names of FILEs with selected lines
  -c, --count               print only a count of selected lines per FILE
  -T, --initial-tab         make tabs line up (if needed)
  -Z, --null                print 0 byte after FILE name

Context control:
  -B, --before-context=NUM  print NUM lines of leading context
  -A, --after-context=NUM   print NUM lines of trailing context
  -C, --context=NUM         print NUM lines of output context
  -NUM                      same as --context=NUM
      --group-separator=SEP  print SEP on line between matches with context
      --no-group-separator  do not print separator for matches with context
      --color[=WHEN]        use markers to highlight the matching strings;
                            WHEN is 'always', 'never', or 'auto'
`;

const DIRECTORY_ACTIONS = new Map([
  ['read', 'read'],
  ['recurse', 'recurse'],
  ['skip', 'skip'],
] as const);

function isBinaryType(text: string): text is GrepOptions['binary'] {
  return text === 'binary' || text === 'text' || text === 'without-match';
}

/** An empty error stands for a missing pattern. */
export function* grepOptions(
  c: Libc,
  args: ParsedCommandLine,
  isTerminal: boolean,
): Sleeping<GrepOptions | { readonly error: string; readonly hint?: boolean }> {
  const patterns = yield* patternsOf(c, args);
  if ('error' in patterns) return patterns;
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
  const treatment = treatmentOf(c, args);
  if ('error' in treatment) return treatment;
  const recursive = treatment.directoryAction === 'recurse';
  const filter = yield* FileFilter.of(c, args);
  if (typeof filter === 'string') return { error: filter };
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
    ...treatment,
    filter,
    label: valueOf(args, 'label') ?? '(standard input)',
    nullAfterName: has(args, 'Z'),
    alignsTabs: has(args, 'T'),
    groupSeparator: groupSeparator(args),
    lineBuffered: has(args, 'line-buffered'),
    separator: has(args, 'z') ? 0 : 10,
  };
}

/** What -e and -f give. */
function* patternsOf(
  c: Libc,
  args: ParsedCommandLine,
): Sleeping<string[] | { readonly error: string }> {
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
  return patterns;
}

/** What is done with directories, devices and binary files. */
function treatmentOf(
  c: Libc,
  args: ParsedCommandLine,
):
  | Pick<GrepOptions, 'directoryAction' | 'skipsDevices' | 'binary'>
  | { readonly error: string; readonly hint?: boolean } {
  const directories = lastOf(args, ['d', 'r', 'R']);
  const action = directories === 'd' ? (valueOf(args, 'd') ?? '') : 'recurse';
  const chosen = chooseWord(c, DIRECTORY_ACTIONS, action, '--directories');
  if ('error' in chosen) return { ...chosen, hint: true };
  const directoryAction = directories === undefined ? 'read' : chosen.value;
  const devices = valueOf(args, 'D') ?? (directoryAction === 'recurse' ? 'skip' : 'read');
  if (devices !== 'read' && devices !== 'skip') return { error: 'unknown devices method' };
  const type = lastOf(args, ['a', 'I', 'binary-files']);
  const given = type === 'binary-files' ? (valueOf(args, 'binary-files') ?? '') : 'binary';
  if (!isBinaryType(given)) return { error: 'unknown binary-files type' };
  const binary = type === 'a' ? 'text' : type === 'I' ? 'without-match' : given;
  return { directoryAction, skipsDevices: devices === 'skip', binary };
}

function groupSeparator(args: ParsedCommandLine): string | undefined {
  const last = lastOf(args, ['group-separator', 'no-group-separator']);
  if (last === 'no-group-separator') return undefined;
  return valueOf(args, 'group-separator') ?? '--';
}
