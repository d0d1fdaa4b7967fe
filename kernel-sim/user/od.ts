// SPDX-License-Identifier: GPL-2.0-or-later
/** od: dumps bytes as octal numbers, or as -t says. */
import type { Sleeping } from '../uapi/coroutine.ts';
import type { Libc } from './libc/libc.ts';
import {
  command,
  complain,
  errorText,
  has,
  valueOf,
  type ParsedCommandLine,
} from './support/command.ts';
import { closeInput, openInput } from './support/files.ts';
import { quoted } from './support/locale.ts';
import { parseSize } from './support/numbers.ts';
import { quoteName } from './support/quote.ts';
import { dumpLine, parseTypes, type DumpType } from './support/dump.ts';

const BLOCK = 4096;
const LINE = 16;

const HELP = `Usage: od [OPTION]... [FILE]...
Write an unambiguous representation, octal bytes by default,
of FILE to standard output.

  -A, --address-radix=RADIX   output format for file offsets; RADIX is one
                                of [doxn], for Decimal, Octal, Hex or None
  -j, --skip-bytes=BYTES      skip BYTES input bytes first
  -N, --read-bytes=BYTES      limit dump to BYTES input bytes
  -t, --format=TYPE           select output format or formats
  -v, --output-duplicates     do not use * to mark line suppression
  -w[BYTES], --width[=BYTES]  output BYTES bytes per output line;
                                32 is implied when BYTES is not specified
  -a  same as -t a,  -b  same as -t o1,  -c  same as -t c,  -d  same as -t u2
  -i  same as -t dI, -o  same as -t o2,  -s  same as -t d2, -x  same as -t x2
      --help        display this help and exit

TYPE is made up of one or more of these specifications:
  a, c, d[SIZE], o[SIZE], u[SIZE], x[SIZE]; adding a z suffix displays
  printable characters at the end of each output line
`;

const TYPE_BY_LETTER: Readonly<Record<string, string>> = {
  a: 'a',
  b: 'o1',
  c: 'c',
  d: 'u2',
  i: 'dI',
  l: 'dL',
  o: 'o2',
  s: 'd2',
  x: 'x2',
};

export const od = command({
  short: 'A:abcdij:lN:ost:vw::x',
  long: {
    'address-radix': 'A:',
    'skip-bytes': 'j:',
    'read-bytes': 'N:',
    format: 't:',
    'output-duplicates': 'v',
    width: 'w::',
  },
  help: HELP,
  *main(c, args) {
    const specifications = args.options
      .map(({ name, value }) => (name === 't' ? (value ?? '') : TYPE_BY_LETTER[name]))
      .filter((text) => text !== undefined);
    const types: DumpType[] = [];
    for (const text of specifications.length > 0 ? specifications : ['o2']) {
      const parsed = parseTypes(text);
      if (parsed === undefined) {
        const wrong = /[^acdouxCSIL0-9z]/.exec(text)?.[0] ?? text[0] ?? '';
        const message = `invalid character '${wrong}' in type string ${quoted(c, text)}`;
        return yield* c.die(c.program, message);
      }
      types.push(...parsed);
    }
    const radix = valueOf(args, 'A') ?? 'o';
    if (!/^[doxn]$/.test(radix)) {
      const rule = 'it must be one character from [doxn]';
      return yield* c.die(c.program, `invalid output address radix '${radix}'; ${rule}`);
    }
    const width = has(args, 'w') ? Number(valueOf(args, 'w') ?? 32) : LINE;
    const dump = new Dump(c, types, radix, width, has(args, 'v'));
    return yield* dumpFiles(c, args, dump);
  },
});

function* dumpFiles(c: Libc, args: ParsedCommandLine, dump: Dump): Sleeping<number> {
  let skip = parseSize(valueOf(args, 'j') ?? '0') ?? 0;
  let left = parseSize(valueOf(args, 'N') ?? '') ?? Infinity;
  dump.offset = skip;
  let status = 0;
  let opened = 0;
  const names = args.operands.length > 0 ? args.operands : ['-'];
  for (const name of names) {
    const fd = yield* openInput(c, name);
    if (fd === undefined) {
      status = 1;
      continue;
    }
    opened++;
    while (left > 0) {
      const bytes = yield* c.read(fd, Math.min(BLOCK, skip + left));
      if (typeof bytes === 'number') {
        yield* complain(c, `${quoteName(name)}: ${errorText(bytes)}`);
        status = 1;
        break;
      }
      if (bytes.length === 0) break;
      const skipped = Math.min(skip, bytes.length);
      skip -= skipped;
      const part = bytes.subarray(skipped, skipped + Math.min(left, bytes.length - skipped));
      left -= part.length;
      dump.add(part);
      if ((yield* c.flush()) < 0) return 1;
    }
    yield* closeInput(c, fd);
  }
  if (skip > 0 && opened > 0) {
    return yield* c.die(c.program, 'cannot skip past end of combined input');
  }
  if (opened > 0) dump.end();
  return status;
}

class Dump {
  readonly #c: Libc;
  readonly #types: readonly DumpType[];
  readonly #radix: string;
  readonly #width: number;
  readonly #showsAll: boolean;
  offset = 0;
  #pending: readonly number[] = [];
  #previous: string | undefined;
  #isRepeating = false;

  constructor(
    c: Libc,
    types: readonly DumpType[],
    radix: string,
    width: number,
    showsAll: boolean,
  ) {
    this.#c = c;
    this.#types = types;
    this.#radix = radix;
    this.#width = width;
    this.#showsAll = showsAll;
  }

  add(bytes: Uint8Array): void {
    const all = [...this.#pending, ...bytes];
    let at = 0;
    for (; at + this.#width <= all.length; at += this.#width) {
      this.#line(all.slice(at, at + this.#width));
    }
    this.#pending = all.slice(at);
  }

  end(): void {
    if (this.#pending.length > 0) this.#line(this.#pending);
    const address = this.#address();
    if (address !== '') this.#c.out(`${address}\n`);
  }

  #address(): string {
    switch (this.#radix) {
      case 'n':
        return '';
      case 'x':
        return this.offset.toString(16).padStart(6, '0');
      case 'd':
        return String(this.offset).padStart(7, '0');
      default:
        return this.offset.toString(8).padStart(7, '0');
    }
  }

  #line(bytes: readonly number[]): void {
    const key = bytes.join(',');
    const isSame = key === this.#previous && bytes.length === this.#width && !this.#showsAll;
    this.#previous = key;
    if (isSame) {
      if (!this.#isRepeating) this.#c.out('*\n');
      this.#isRepeating = true;
      this.offset += bytes.length;
      return;
    }
    this.#isRepeating = false;
    for (const [index, text] of dumpLine(this.#types, bytes, this.#width).entries()) {
      const address = this.#address();
      this.#c.out(`${index === 0 ? address : ' '.repeat(address.length)}${text}\n`);
    }
    this.offset += bytes.length;
  }
}
