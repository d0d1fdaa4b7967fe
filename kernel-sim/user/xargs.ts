// SPDX-License-Identifier: GPL-2.0-or-later
/** xargs: builds command lines from standard input and runs them. */
import { decodeUtf8 } from '../lib/utf8.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { O } from '../uapi/fs.ts';
import type { Libc } from './libc/libc.ts';
import { command, complain, errorText, has, misuse, valueOf } from './support/command.ts';
import { quoted } from './support/locale.ts';
import { quoteName } from './support/quote.ts';
import { readEscape } from './support/escapes.ts';
import { runProgram } from './support/run-program.ts';

const HELP = `Usage: xargs [OPTION]... COMMAND [INITIAL-ARGS]...
Run COMMAND with arguments INITIAL-ARGS and more arguments read from input.

  -0, --null                   items are separated by a null, not whitespace;
                                 disables quote and backslash processing and
                                 logical EOF processing
  -a, --arg-file=FILE          read arguments from FILE, not standard input
  -d, --delimiter=CHARACTER    items in input stream are separated by CHARACTER,
                                 not by whitespace; disables quote and backslash
                                 processing and logical EOF processing
  -E END                       set logical EOF string; if END occurs as a line
                                 of input, the rest of the input is ignored
  -I R                         replace R in INITIAL-ARGS with names read from
                                 standard input, split at newlines
  -L, --max-lines=MAX-LINES    use at most MAX-LINES non-blank input lines per
                                 command line
  -n, --max-args=MAX-ARGS      use at most MAX-ARGS arguments per command line
  -P, --max-procs=MAX-PROCS    run at most MAX-PROCS processes at a time
  -r, --no-run-if-empty        if there are no arguments, then do not run COMMAND
  -s, --max-chars=MAX-CHARS    limit length of command line to MAX-CHARS
  -t, --verbose                print commands before executing them
  -x, --exit                   exit if the size (see -s) is exceeded
      --help                   display this help and exit
`;

/** An item and the line that it ends, for -L. */
interface Item {
  readonly text: string;
  readonly endsLine: boolean;
}

const SOME_FAILED = 123;
const STOPPED = 124;
const KILLED = 125;
const CANNOT_RUN = 126;
const NOT_FOUND = 127;
const MAX_CHARS = 131_072;

export const xargs = command({
  short: '0a:d:E:I:L:n:P:rs:tx',
  long: {
    null: '0',
    'arg-file': 'a:',
    delimiter: 'd:',
    'max-lines': 'L:',
    'max-args': 'n:',
    'max-procs': 'P:',
    'no-run-if-empty': 'r',
    'max-chars': 's:',
    verbose: 't',
    exit: 'x',
    replace: 'I:',
  },
  help: HELP,
  posixly: true,
  *main(c, args) {
    for (const [name, least] of [
      ['n', 1],
      ['L', 1],
      ['P', 0],
      ['s', 1],
    ] as const) {
      const value = valueOf(args, name);
      if (value === undefined) continue;
      if (!/^-?\d+$/.test(value)) {
        return yield* misuse(c, `invalid number "${value}" for -${name} option`);
      }
      if (Number(value) < least) {
        return yield* misuse(c, `value ${value} for -${name} option should be >= ${least}`);
      }
    }
    const file = valueOf(args, 'a');
    const fd = file === undefined ? 0 : yield* c.open(file);
    if (fd < 0) {
      const message = `Cannot open input file ${quoted(c, file ?? '')}: ${errorText(fd)}`;
      return yield* c.die(c.program, message);
    }
    const bytes = yield* c.read_to_end(fd);
    if (typeof bytes === 'number') return yield* c.die(c.program, errorText(bytes));
    const replaced = valueOf(args, 'I');
    const delimiter = has(args, '0') ? '\0' : unescape(valueOf(args, 'd'));
    const text = decodeUtf8(bytes);
    const items =
      delimiter === undefined
        ? splitQuoted(text, replaced !== undefined, valueOf(args, 'E'))
        : splitAt(text, delimiter);
    if (typeof items === 'string') return yield* c.die(c.program, items);
    const words = args.operands.length > 0 ? args.operands : ['echo'];
    const runner = new Runner(c, has(args, 't'), file === undefined);
    if (replaced !== undefined) {
      for (const item of items) {
        const status = yield* runner.run(words.map((word) => word.replaceAll(replaced, item.text)));
        if (status !== undefined) return status;
      }
      return runner.status;
    }
    if (items.length === 0 && has(args, 'r')) return 0;
    const limits = {
      count: Number(valueOf(args, 'n') ?? Infinity),
      lines: Number(valueOf(args, 'L') ?? Infinity),
      chars: Number(valueOf(args, 's') ?? MAX_CHARS),
    };
    for (const batch of batches(words, items, limits)) {
      if (batch === undefined) return yield* c.die(c.program, 'argument line too long');
      const status = yield* runner.run([...words, ...batch]);
      if (status !== undefined) return status;
    }
    return runner.status;
  },
});

function unescape(delimiter: string | undefined): string | undefined {
  if (delimiter === undefined || !delimiter.startsWith('\\')) return delimiter;
  return decodeUtf8(Uint8Array.from(readEscape(delimiter, 0, false).bytes));
}

function splitAt(text: string, delimiter: string): Item[] {
  const parts = text.split(delimiter);
  if (parts.at(-1) === '') parts.pop();
  return parts.map((part) => ({ text: part, endsLine: true }));
}

/** Blanks separate, quotes and backslashes protect; with -I only lines separate. */
function splitQuoted(text: string, byLines: boolean, end: string | undefined): Item[] | string {
  const items: Item[] = [];
  let item: string | undefined;
  for (let at = 0; at <= text.length; at++) {
    const char = text[at] ?? '\n';
    const isSpace = byLines && item !== undefined ? char === '\n' : /\s/.test(char);
    if (isSpace) {
      if (item !== undefined && item === end) break;
      // A blank at the end of a line joins it to the next.
      const endsLine = char === '\n';
      if (item !== undefined) items.push({ text: item, endsLine });
      item = undefined;
    } else if (char === '"' || char === "'") {
      const close = text.indexOf(char, at + 1);
      const newline = text.indexOf('\n', at);
      if (close < 0 || (newline >= 0 && newline < close)) {
        const kind = char === '"' ? 'double' : 'single';
        return (
          `unmatched ${kind} quote; by default quotes are special to xargs unless ` +
          'you use the -0 option'
        );
      }
      item = (item ?? '') + text.slice(at + 1, close);
      at = close;
    } else if (char === '\\' && at + 1 < text.length) item = (item ?? '') + text.charAt(++at);
    else item = (item ?? '') + char;
  }
  return items;
}

/** Undefined: an item alone is too long. */
function* batches(
  words: readonly string[],
  items: readonly Item[],
  limits: { readonly count: number; readonly lines: number; readonly chars: number },
): Generator<readonly string[] | undefined> {
  const fixed = words.reduce((sum, word) => sum + word.length + 1, 0);
  let batch: string[] = [];
  let chars = fixed;
  let lines = 0;
  let isAny = false;
  for (const { text, endsLine } of items) {
    if (fixed + text.length + 1 > limits.chars) {
      yield undefined;
      return;
    }
    if (chars + text.length + 1 > limits.chars || batch.length >= limits.count) {
      yield batch;
      [batch, chars, lines] = [[], fixed, 0];
    }
    isAny = true;
    batch.push(text);
    chars += text.length + 1;
    if (endsLine) lines++;
    if (lines >= limits.lines) {
      yield batch;
      [batch, chars, lines] = [[], fixed, 0];
    }
  }
  if (batch.length > 0 || !isAny) yield batch;
}

class Runner {
  readonly #c: Libc;
  readonly #isVerbose: boolean;
  /** The items came from standard input, so the commands get another. */
  readonly #closesInput: boolean;
  #null = -1;
  status = 0;

  constructor(c: Libc, isVerbose: boolean, closesInput: boolean) {
    this.#c = c;
    this.#isVerbose = isVerbose;
    this.#closesInput = closesInput;
  }

  /** A status: the end of it all. */
  *run(words: readonly string[]): Sleeping<number | undefined> {
    const c = this.#c;
    const [name = ''] = words;
    if (this.#isVerbose) yield* c.err(`${words.map((word) => quoteName(word)).join(' ')}\n`);
    if (this.#closesInput && this.#null < 0) this.#null = yield* c.open('/dev/null', O.RDONLY);
    const actions = this.#closesInput && this.#null > 0 ? [{ dup2: this.#null, to: 0 }] : [];
    const ended = yield* runProgram(c, words, actions);
    if (ended.kind === 'failed') {
      yield* complain(c, `${name}: ${errorText(ended.errno)}`);
      return ended.errno === -ERRNO.ENOENT ? NOT_FOUND : CANNOT_RUN;
    }
    if (ended.kind === 'killed') {
      yield* complain(c, `${name}: terminated by signal ${ended.signal}`);
      return KILLED;
    }
    if (ended.status === 255) {
      yield* complain(c, `${name}: exited with status 255; aborting`);
      return STOPPED;
    }
    if (ended.status !== 0) this.status = SOME_FAILED;
    return undefined;
  }
}
