// SPDX-License-Identifier: GPL-2.0-or-later
/** grep: prints the lines that match a pattern. Matching is in support/regex.ts. */
import type { Sleeping } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { S } from '../uapi/fs.ts';
import { decodeUtf8 } from '../lib/utf8.ts';
import { GREP_HELP, GREP_LONG, GREP_SHORT, grepOptions, type GrepOptions } from './grep/options.ts';
import { LinePrinter } from './grep/print.ts';
import type { Libc } from './libc/libc.ts';
import { command, complain, errorText, has, type ParsedCommandLine } from './support/command.ts';
import { isDirectory, joinPath, listNames } from './support/files.ts';
import { createRegex, type Regex } from './support/regex.ts';

/** No line matched; something went wrong. */
const NO_MATCH = 1;
const TROUBLE = 2;
/** Digits of the greatest offset. */
const LONGEST_NUMBER = 20;

export const grep = command({
  short: GREP_SHORT,
  long: GREP_LONG,
  help: GREP_HELP,
  usageStatus: TROUBLE,
  usageText: 'Usage: grep [OPTION]... PATTERNS [FILE]...',
  rewrite: contextCount,
  main: (c, args) => run(c, args),
});

/** `grep -5` is `grep -C 5`. */
function contextCount(argv: readonly string[]): readonly string[] {
  return argv.map((word) => (/^-\d+$/.test(word) ? `-C${word.slice(1)}` : word));
}

function* run(c: Libc, args: ParsedCommandLine): Sleeping<number> {
  if (has(args, 'V')) {
    c.out('grep (GNU grep) 3.8\n');
    return 0;
  }
  if (has(args, 'u')) yield* complain(c, 'warning: --unix-byte-offsets (-u) is obsolete');
  const isTerminal = typeof (yield* c.get_winsize(1)) !== 'number';
  const options = yield* grepOptions(c, args, isTerminal);
  if ('error' in options) {
    if (options.error !== '') {
      yield* complain(c, options.error);
      if (options.hint !== true) return TROUBLE;
      yield* usage(c);
      // As in GNU grep, where a word that is none of those allowed is less serious.
      return NO_MATCH;
    }
    yield* usage(c);
    return TROUBLE;
  }
  const compiled = createRegex(options.patterns, options);
  if ('error' in compiled) {
    yield* complain(c, compiled.error);
    return TROUBLE;
  }
  for (const warning of compiled.warnings) yield* complain(c, `warning: ${warning}`);
  return yield* new Grep(c, options, compiled.regex, isTerminal).run();
}

function* usage(c: Libc): Sleeping<void> {
  yield* c.err(`Usage: ${c.program} [OPTION]... PATTERNS [FILE]...\n`);
  yield* c.err(`Try '${c.program} --help' for more information.\n`);
}

class Grep {
  readonly #c: Libc;
  readonly #options: GrepOptions;
  readonly #regex: Regex;
  readonly #flushesLines: boolean;
  readonly #printer: LinePrinter;
  #hadTrouble = false;

  constructor(c: Libc, options: GrepOptions, regex: Regex, isTerminal: boolean) {
    this.#c = c;
    this.#options = options;
    this.#regex = regex;
    this.#flushesLines = isTerminal || options.lineBuffered;
    this.#printer = new LinePrinter(options, regex);
  }

  *run(): Sleeping<number> {
    let matched = false;
    for (const name of this.#options.files) {
      const found = yield* this.#path(name, true);
      matched ||= found;
      if (found && this.#options.quiet) return 0;
      if (this.#c.stdout.error < 0) return TROUBLE;
    }
    if ((yield* this.#c.flush()) < 0 || this.#hadTrouble) return TROUBLE;
    return matched ? 0 : NO_MATCH;
  }

  *#path(name: string, isOperand: boolean): Sleeping<boolean> {
    const c = this.#c;
    if (name === '-') return yield* this.#file(0, this.#options.label);
    const follows = isOperand || this.#options.followsLinks;
    const stat = follows ? yield* c.stat(name) : yield* c.lstat(name);
    const { filter, directoryAction, skipsDevices } = this.#options;
    if (isDirectory(stat)) {
      if (directoryAction === 'skip') return false;
      if (filter.skipsDirectory(name) && !(isOperand && name === '.')) return false;
      if (directoryAction === 'recurse') return yield* this.#tree(name);
      yield* this.#trouble(name, -ERRNO.EISDIR);
      return false;
    }
    // A walk through a tree does not follow links, nor does it read devices, which may never end.
    const isRegular = typeof stat !== 'number' && (stat.mode & S.IFMT) === S.IFREG;
    if (!isOperand && typeof stat !== 'number' && !isRegular) return false;
    if (typeof stat !== 'number' && !isRegular && skipsDevices) return false;
    if (filter.skipsFile(name)) return false;
    const fd = yield* c.open(name);
    if (fd < 0) {
      yield* this.#trouble(name, fd);
      return false;
    }
    const found = yield* this.#file(fd, name);
    yield* c.close(fd);
    return found;
  }

  *#tree(directory: string): Sleeping<boolean> {
    const names = yield* listNames(this.#c, directory);
    if (typeof names === 'number') {
      yield* this.#trouble(directory, names);
      return false;
    }
    let matched = false;
    for (const name of names) {
      // `grep -r PATTERN` alone names files without a leading `./`.
      const path = this.#options.hidesDot && directory === '.' ? name : joinPath(directory, name);
      if (yield* this.#path(path, false)) matched = true;
    }
    return matched;
  }

  /** With -T numbers are as wide as the file's size may make them. */
  *#numberWidth(fd: number): Sleeping<number> {
    if (!this.#options.alignsTabs) return 0;
    const stat = yield* this.#c.fstat(fd);
    const isRegular = typeof stat !== 'number' && (stat.mode & S.IFMT) === S.IFREG;
    if (!isRegular) return LONGEST_NUMBER;
    return String(stat.size + (this.#options.lineNumbers ? 1 : 0)).length;
  }

  *#trouble(name: string, failure: number): Sleeping<void> {
    this.#hadTrouble = true;
    if (!this.#options.noMessages) yield* complain(this.#c, `${name}: ${errorText(failure)}`);
  }

  /** Searches one file: whether a line was selected. */
  *#file(fd: number, name: string): Sleeping<boolean> {
    const { invert, maxCount, quiet, list, count, binary } = this.#options;
    const lines = this.#c.lines(fd);
    const print = this.#printer.file(name, yield* this.#numberWidth(fd));
    let selected = 0;
    let isBinary = false;
    let isDone = maxCount === 0;
    while (!isDone || print.wantsTrailing()) {
      const bytes = yield* lines.next_bytes(this.#options.separator);
      if (typeof bytes === 'number') yield* this.#trouble(name, bytes);
      if (bytes === undefined || typeof bytes === 'number') break;
      isBinary ||= this.#options.separator !== 0 && binary !== 'text' && bytes.includes(0);
      if (isBinary && binary === 'without-match') {
        selected = 0;
        break;
      }
      const text = decodeUtf8(bytes);
      yield* this.#c.charge(bytes.length);
      if (isDone || this.#regex.test(text) === invert) {
        if (list === 'none' && !count && !quiet && !isBinary) this.#c.out(print.context(text));
        else print.skip();
        continue;
      }
      selected++;
      isDone = selected === maxCount;
      if (quiet || list !== 'none') break;
      if (count) continue;
      if (isBinary) {
        yield* complain(this.#c, `${name}: binary file matches`);
        return true;
      }
      if (this.#c.out(print.match(text)) || this.#flushesLines) yield* this.#c.flush();
      if (this.#c.stdout.error < 0) return true;
    }
    if (count) this.#c.out(print.count(selected));
    if (list === (selected > 0 ? 'matching' : 'others')) this.#c.out(print.fileName());
    return selected > 0;
  }
}
