// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * sed: edits a stream line by line.
 *
 * Linux counterpart: GNU sed. Not here: the commands and flags that run programs (`e`), and the `M`
 * flag of expressions.
 */
import { decodeUtf8 } from '../lib/utf8.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { O } from '../uapi/fs.ts';
import type { Libc } from './libc/libc.ts';
import { OutputStream } from './libc/stdio.ts';
import { Input } from './sed/input.ts';
import { parseScript, type Source } from './sed/parse.ts';
import { Runner } from './sed/run.ts';
import { command, errorText, has, valueOf, type ParsedCommandLine } from './support/command.ts';

const USAGE_ERROR = 1;
const PANIC = 4;
const LINE_LENGTH = 70;

const HELP = `Usage: sed [OPTION]... {script-only-if-no-other-script} [input-file]...

  -n, --quiet, --silent
                 suppress automatic printing of pattern space
  -e script, --expression=script
                 add the script to the commands to be executed
  -f script-file, --file=script-file
                 add the contents of script-file to the commands to be executed
  -E, -r, --regexp-extended
                 use extended regular expressions in the script
                 (for portability use POSIX -E).
  -i[SUFFIX], --in-place[=SUFFIX]
                 edit files in place (makes backup if SUFFIX supplied)
  -l N, --line-length=N
                 specify the desired line-wrap length for the \`l' command
  -s, --separate
                 consider files as separate rather than as a single
                 continuous long stream.
  -u, --unbuffered
                 load minimal amounts of data from the input files and flush
                 the output buffers more often
  -z, --null-data
                 separate lines by NUL characters
      --posix
                 disable all GNU extensions.
      --help     display this help and exit

If no -e, --expression, -f, or --file option is given, then the first
non-option argument is taken as the sed script to interpret.  All
remaining arguments are names of input files; if no input files are
specified, then the standard input is read.
`;

export const sed = command({
  short: 'ne:f:Eri::l:suz',
  long: {
    quiet: 'n',
    silent: 'n',
    expression: 'e:',
    file: 'f:',
    'regexp-extended': 'E',
    'in-place': 'i::',
    'line-length': 'l:',
    separate: 's',
    unbuffered: 'u',
    'null-data': 'z',
    posix: 'posix',
  },
  help: HELP,
  *main(c, args) {
    const sources = yield* readSources(c, args);
    if (typeof sources === 'string') return yield* c.die(c.program, sources, PANIC);
    const files = sources.length > 0 ? [...args.operands] : args.operands.slice(1);
    const [script] = args.operands;
    if (sources.length === 0) {
      if (script === undefined) {
        yield* c.err(HELP);
        return USAGE_ERROR;
      }
      sources.push({ text: script, name: '-e expression #1', isFile: false });
    }
    const isExtended = has(args, 'E') || has(args, 'r');
    const parsed = parseScript(sources, { isExtended, posix: has(args, 'posix') });
    if ('error' in parsed) {
      // A label is looked for when all has been read: then it is no error of usage.
      const isLate = parsed.error.startsWith("can't find label");
      return yield* c.die(c.program, parsed.error, isLate ? PANIC : USAGE_ERROR);
    }
    const inPlace = has(args, 'i');
    const isSeparate = inPlace || has(args, 's');
    const separator = has(args, 'z') ? 0 : 10;
    const input = new Input(c, files.length > 0 ? files : ['-'], separator, isSeparate);
    const runner = new Runner(c, parsed.commands, input, {
      isQuiet: has(args, 'n') || parsed.isQuiet,
      isUnbuffered: has(args, 'u'),
      separator: String.fromCharCode(separator),
      lineLength: Number(valueOf(args, 'l') ?? LINE_LENGTH),
      isSeparate,
    });
    const failure = yield* runner.openFiles();
    if (failure !== undefined) return yield* c.die(c.program, failure, PANIC);
    const edited = new Edited(c, runner, valueOf(args, 'i') ?? '');
    yield* runner.run((file) => (inPlace ? edited.turnTo(file) : doNothing()));
    if (runner.error !== undefined) return yield* c.die(c.program, runner.error);
    const unwritten = yield* c.flush();
    if (unwritten < 0 && unwritten !== -ERRNO.EPIPE) {
      c.stdout.error = 0;
      return yield* c.die(c.program, `couldn't flush stdout: ${errorText(unwritten)}`, PANIC);
    }
    return runner.status || input.status;
  },
});

function* doNothing(): Sleeping<void> {
  return;
}

/** The pieces of the script; a text is what went wrong. */
function* readSources(c: Libc, args: ParsedCommandLine): Sleeping<Source[] | string> {
  const sources: Source[] = [];
  let expressions = 0;
  for (const { name, value = '' } of args.options) {
    const open = sources.at(-1);
    if (name === 'e' && open?.isFile === false && open.text.endsWith('\\')) {
      sources[sources.length - 1] = { ...open, text: `${open.text}\n${value}` };
    } else if (name === 'e') {
      sources.push({ text: value, name: `-e expression #${++expressions}`, isFile: false });
    }
    if (name !== 'f') continue;
    const bytes = value === '-' ? yield* c.read_to_end(0) : yield* c.read_file(value);
    if (typeof bytes === 'number') return `couldn't open file ${value}: ${errorText(bytes)}`;
    sources.push({ text: decodeUtf8(bytes), name: value, isFile: true });
  }
  return sources;
}

/** The file that is edited in place: written beside itself, renamed when it is done. */
class Edited {
  readonly #c: Libc;
  readonly #runner: Runner;
  readonly #suffix: string;
  #file: string | undefined;
  #fd = -1;

  constructor(c: Libc, runner: Runner, suffix: string) {
    this.#c = c;
    this.#runner = runner;
    this.#suffix = suffix;
  }

  *turnTo(file: string | undefined): Sleeping<void> {
    const c = this.#c;
    if (this.#file !== undefined) yield* this.#finish(this.#file);
    this.#file = file;
    if (file === undefined) return;
    const stat = yield* c.stat(file);
    const mode = typeof stat === 'number' ? 0o600 : stat.mode & 0o7777;
    this.#fd = yield* c.open(temporary(file), O.WRONLY | O.CREAT | O.TRUNC, mode);
    if (this.#fd < 0) {
      const reason = errorText(this.#fd);
      this.#runner.error = `couldn't open temporary file ${temporary(file)}: ${reason}`;
      this.#file = undefined;
      return;
    }
    this.#runner.out = new OutputStream(c, this.#fd);
  }

  *#finish(file: string): Sleeping<void> {
    const c = this.#c;
    yield* this.#runner.out.flush();
    yield* c.close(this.#fd);
    if (this.#suffix !== '') {
      const slash = file.lastIndexOf('/') + 1;
      const backup = this.#suffix.includes('*')
        ? file.slice(0, slash) + this.#suffix.replaceAll('*', file.slice(slash))
        : file + this.#suffix;
      yield* c.rename(file, backup);
    }
    yield* c.rename(temporary(file), file);
    this.#runner.out = c.stdout;
  }
}

function temporary(file: string): string {
  const slash = file.lastIndexOf('/') + 1;
  return `${file.slice(0, slash)}.sed-${file.slice(slash)}`;
}
