// SPDX-License-Identifier: GPL-2.0-or-later
/** cut: parts of lines, by bytes, characters or fields. */
import type { Sleeping } from '../uapi/coroutine.ts';
import { decodeUtf8, encodeUtf8 } from '../lib/utf8.ts';
import type { Libc } from './libc/libc.ts';
import { command, complain, errorText, has, misuse, valueOf } from './support/command.ts';
import { closeInput, openInput } from './support/files.ts';
import { quoted } from './support/locale.ts';
import { quoteName } from './support/quote.ts';

const HELP = `Usage: cut OPTION... [FILE]...
Print selected parts of lines from each FILE to standard output.

With no FILE, or when FILE is -, read standard input.

  -b, --bytes=LIST        select only these bytes
  -c, --characters=LIST   select only these characters
  -d, --delimiter=DELIM   use DELIM instead of TAB for field delimiter
  -f, --fields=LIST       select only these fields;  also print any line
                            that contains no delimiter character, unless
                            the -s option is specified
      --complement        complement the set of selected bytes, characters
                            or fields
  -s, --only-delimited    do not print lines not containing delimiters
      --output-delimiter=STRING  use STRING as the output delimiter
      --help        display this help and exit
`;

type Selection = (index: number) => boolean;

export const cut = command({
  short: 'b:c:d:f:ns',
  long: {
    bytes: 'b:',
    characters: 'c:',
    delimiter: 'd:',
    fields: 'f:',
    complement: 'complement',
    'only-delimited': 's',
    'output-delimiter': 'output-delimiter:',
  },
  help: HELP,
  *main(c, args) {
    const given = args.options.filter(({ name }) => /^[bcf]$/.test(name));
    const [option] = given;
    if (option === undefined) {
      return yield* misuse(c, 'you must specify a list of bytes, characters, or fields');
    }
    if (given.length > 1) return yield* misuse(c, 'only one list may be specified');
    const byFields = option.name === 'f';
    const delimiter = valueOf(args, 'd');
    if (delimiter !== undefined && !byFields) {
      return yield* misuse(c, 'an input delimiter may be specified only when operating on fields');
    }
    if (delimiter !== undefined && [...delimiter].length > 1) {
      return yield* misuse(c, 'the delimiter must be a single character');
    }
    const selection = parseList(c, option.value ?? '', byFields);
    if ('error' in selection) return yield* misuse(c, selection.error);
    const isChosen: Selection = (index) => selection.has(index) !== has(args, 'complement');
    const input = delimiter === '' ? '\0' : (delimiter ?? '\t');
    const output = valueOf(args, 'output-delimiter');
    const part = (line: Uint8Array): string | Uint8Array | undefined => {
      if (byFields) {
        return fields(decodeUtf8(line), input, output ?? input, isChosen, has(args, 's'));
      }
      // Characters are bytes to GNU's cut, but half a character helps nobody.
      return option.name === 'b'
        ? line.filter((_, index) => isChosen(index + 1))
        : encodeUtf8([...decodeUtf8(line)].filter((_, index) => isChosen(index + 1)).join(''));
    };
    let status = 0;
    for (const name of args.operands.length > 0 ? args.operands : ['-']) {
      status |= yield* cutFile(c, name, part);
    }
    return status;
  },
});

function* cutFile(
  c: Libc,
  name: string,
  part: (line: Uint8Array) => string | Uint8Array | undefined,
): Sleeping<number> {
  const fd = yield* openInput(c, name);
  if (fd === undefined) return 1;
  const lines = c.lines(fd);
  for (;;) {
    const line = yield* lines.next_bytes();
    if (typeof line === 'number') {
      yield* complain(c, `${quoteName(name)}: ${errorText(line)}`);
      return 1;
    }
    if (line === undefined) break;
    const shown = part(line);
    if (shown === undefined) continue;
    c.out(shown);
    if (c.out('\n') && (yield* c.flush()) < 0) return 1;
  }
  yield* closeInput(c, fd);
  return 0;
}

function fields(
  line: string,
  input: string,
  output: string,
  isChosen: Selection,
  onlyDelimited: boolean,
): string | undefined {
  const parts = line.split(input);
  if (parts.length === 1) return onlyDelimited ? undefined : line;
  return parts.filter((_, index) => isChosen(index + 1)).join(output);
}

interface Ranges {
  has(index: number): boolean;
}

/** `1,3-5,7-`. */
function parseList(c: Libc, text: string, byFields: boolean): Ranges | { readonly error: string } {
  const what = byFields ? 'fields' : 'byte/character positions';
  const ranges: (readonly [number, number])[] = [];
  for (const item of text.split(/[, ]/)) {
    const match = /^(\d*)(-?)(\d*)$/.exec(item);
    if (match === null) {
      const value = byFields ? 'invalid field value' : 'invalid byte/character position';
      return { error: `${value} ${quoted(c, item)}` };
    }
    const [, low = '', dash = '', high = ''] = match;
    if (low === '' && high === '') {
      return {
        error: dash === '' ? `${what} are numbered from 1` : 'invalid range with no endpoint: -',
      };
    }
    const first = low === '' ? 1 : Number(low);
    const last = dash === '' ? first : high === '' ? Infinity : Number(high);
    if (first === 0 || last === 0) return { error: `${what} are numbered from 1` };
    if (last < first) return { error: 'invalid decreasing range' };
    ranges.push([first, last]);
  }
  return { has: (index) => ranges.some(([first, last]) => index >= first && index <= last) };
}
