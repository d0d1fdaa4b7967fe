// SPDX-License-Identifier: GPL-2.0-or-later
/** Runs a parsed sed script over its input. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { O } from '../../uapi/fs.ts';
import { decodeUtf8, encodeUtf8 } from '../../lib/utf8.ts';
import { OutputStream } from '../libc/stdio.ts';
import type { Libc } from '../libc/libc.ts';
import type { LineReader } from '../libc/stdio.ts';
import type { Regex } from '../support/regex.ts';
import type { Input, InputLine } from './input.ts';
import type { Address, Command, Pattern, Substitution } from './script.ts';
import { fillReplacement } from './text.ts';

export interface RunOptions {
  readonly isQuiet: boolean;
  readonly isUnbuffered: boolean;
  /** `\n`, or NUL with -z. */
  readonly separator: string;
  readonly lineLength: number;
  /** Line numbers begin anew in each file. */
  readonly isSeparate: boolean;
}

const NO_PREVIOUS = '-e expression #1, char 0: no previous regular expression';
/** User time of one command on one line. */
const COMMAND_NS = 100;

/** What follows a command: the next one, or how the cycle ends. */
type Step = 'next' | 'end' | 'delete' | 'restart' | 'quit' | 'quit-silently' | number;

export class Runner {
  readonly #c: Libc;
  readonly #commands: readonly Command[];
  readonly #input: Input;
  readonly #options: RunOptions;
  /** Where standard output goes: elsewhere while a file is edited in place. */
  out: OutputStream;
  #line: InputLine = { text: '', terminated: true, file: '-' };
  #number = 0;
  #space = '';
  #hold = '';
  #last: Regex | undefined;
  #substituted = false;
  #queue: { readonly text: string; readonly isFile: boolean }[] = [];
  /** Line on which an address pair's range ends; present while the range is open. */
  readonly #ranges = new Map<Command, number>();
  readonly #writers = new Map<string, OutputStream>();
  readonly #readers = new Map<string, LineReader | undefined>();
  #needsNewline = false;
  status = 0;
  error: string | undefined;

  constructor(c: Libc, commands: readonly Command[], input: Input, options: RunOptions) {
    this.#c = c;
    this.#commands = commands;
    this.#input = input;
    this.#options = options;
    this.out = c.stdout;
  }

  /** Opens the files that `w` writes: they are emptied even if nothing comes. */
  *openFiles(): Sleeping<string | undefined> {
    for (const { letter, text, substitution } of this.#commands) {
      const file = 'wW'.includes(letter) ? text : substitution?.file;
      if (file === undefined || this.#writers.has(file)) continue;
      if (file === '/dev/stdout') this.#writers.set(file, this.out);
      else if (file === '/dev/stderr') this.#writers.set(file, new OutputStream(this.#c, 2));
      else {
        const fd = yield* this.#c.open(file, O.WRONLY | O.CREAT | O.TRUNC | O.CLOEXEC);
        if (fd < 0) return `couldn't open file ${file}: ${this.#c.strerror(fd)}`;
        this.#writers.set(file, new OutputStream(this.#c, fd));
      }
    }
    return undefined;
  }

  /** All cycles. `onFile` is told of each file as its first line comes, and of the end. */
  *run(onFile: (file: string | undefined) => Sleeping<void>): Sleeping<void> {
    let file: string | undefined;
    for (let isRestarted = false; this.error === undefined;) {
      if (!isRestarted) {
        const line = yield* this.#input.next();
        if (line === undefined) break;
        if (line.file !== file) {
          ({ file } = line);
          yield* onFile(file);
          if (this.#options.isSeparate) this.#number = 0;
        }
        this.#take(line);
        this.#space = line.text;
      }
      const end = yield* this.#cycle();
      isRestarted = end === 'restart';
      if (end === 'quit' || end === 'quit-silently') break;
    }
    yield* onFile(undefined);
    for (const writer of this.#writers.values()) yield* writer.flush();
  }

  #take(line: InputLine): void {
    this.#line = line;
    this.#number++;
    this.#substituted = false;
  }

  *#cycle(): Sleeping<Step> {
    let step: Step = 'next';
    for (let at = 0; at < this.#commands.length;) {
      const command = this.#commands[at];
      if (command === undefined) break;
      yield* this.#c.charge(COMMAND_NS);
      if (!(yield* this.#isSelected(command))) {
        at = command.letter === '{' ? (command.number ?? at + 1) : at + 1;
        continue;
      }
      step = yield* this.#execute(command);
      if (this.error !== undefined) return 'quit-silently';
      if (typeof step === 'number') at = step;
      else if (step === 'next') at++;
      else break;
    }
    const isPrinted = step !== 'delete' && step !== 'restart' && step !== 'quit-silently';
    if (isPrinted && !this.#options.isQuiet) yield* this.#print(this.#space);
    if (step !== 'quit-silently') yield* this.#flushQueue();
    return step;
  }

  *#isSelected(command: Command): Sleeping<boolean> {
    const { first, second, isNegated } = command;
    if (first === undefined) return !isNegated;
    const isIn =
      second === undefined
        ? yield* this.#matches(first)
        : yield* this.#isInRange(command, first, second);
    return isIn !== isNegated;
  }

  *#isInRange(command: Command, first: Address, second: Address): Sleeping<boolean> {
    const end = this.#ranges.get(command);
    if (end !== undefined) {
      const isOver =
        second.kind === 'pattern' || second.kind === 'last'
          ? yield* this.#matches(second)
          : this.#number >= end;
      if (isOver) this.#ranges.delete(command);
      // A line past the range's end, as n may bring about, is no longer in it.
      return second.kind !== 'line' || this.#number <= end;
    }
    const startsAtZero = first.kind === 'line' && first.line === 0;
    if (startsAtZero && this.#number === 1) {
      this.#ranges.set(command, 0);
      return yield* this.#isInRange(command, first, second);
    }
    if (!(yield* this.#matches(first))) return false;
    const last = this.#rangeEnd(second);
    const isOneLine = last <= this.#number || (second.kind === 'last' && (yield* this.#isLast()));
    if (!isOneLine) this.#ranges.set(command, last);
    return true;
  }

  #rangeEnd(second: Address): number {
    if (second.kind === 'line') return second.line;
    if (second.kind === 'count') return this.#number + second.count;
    if (second.kind !== 'multiple') return Infinity;
    return second.step === 0 ? this.#number : Math.ceil(this.#number / second.step) * second.step;
  }

  *#matches(address: Address): Sleeping<boolean> {
    switch (address.kind) {
      case 'line':
        return this.#number === address.line;
      case 'last':
        return yield* this.#isLast();
      case 'pattern':
        return this.#regex(address.pattern)?.test(this.#space) === true;
      case 'step': {
        const { first, step } = address;
        if (step === 0) return this.#number === first;
        return this.#number >= first && (this.#number - first) % step === 0;
      }
      default:
        return false;
    }
  }

  #isLast(): Sleeping<boolean> {
    return this.#input.isLast(this.#line);
  }

  #regex(pattern: Pattern): Regex | undefined {
    const regex = pattern ?? this.#last;
    if (regex === undefined) this.error = NO_PREVIOUS;
    this.#last = regex;
    return regex;
  }

  *#execute(command: Command): Sleeping<Step> {
    const { letter, text, number } = command;
    switch (letter) {
      case '{':
      case '}':
      case ':':
        return 'next';
      case '=':
        yield* this.#write(this.out, `${this.#number}\n`);
        return 'next';
      case 'a':
        this.#queue.push({ text, isFile: false });
        return 'next';
      case 'i':
        yield* this.#write(this.out, text);
        return 'next';
      case 'c':
        return yield* this.#change(command);
      case 'b':
        return number ?? 0;
      case 't':
      case 'T': {
        const jumps = this.#substituted === (letter === 't');
        this.#substituted = false;
        return jumps ? (number ?? 0) : 'next';
      }
      case 'd':
        return 'delete';
      case 'D': {
        const newline = this.#space.indexOf('\n');
        if (newline < 0) return 'delete';
        this.#space = this.#space.slice(newline + 1);
        return 'restart';
      }
      case 'g':
        this.#space = this.#hold;
        return 'next';
      case 'G':
        this.#space += `\n${this.#hold}`;
        return 'next';
      case 'h':
        this.#hold = this.#space;
        return 'next';
      case 'H':
        this.#hold += `\n${this.#space}`;
        return 'next';
      case 'x':
        [this.#space, this.#hold] = [this.#hold, this.#space];
        return 'next';
      case 'n':
      case 'N':
        return yield* this.#nextLine(letter);
      case 'q':
      case 'Q':
        this.status = number ?? 0;
        return letter === 'q' ? 'quit' : 'quit-silently';
      case 's':
        if (command.substitution !== undefined) yield* this.#substitute(command.substitution);
        return 'next';
      default:
        return yield* this.#executeRest(command);
    }
  }

  /** Commands that print, read and write. */
  *#executeRest(command: Command): Sleeping<Step> {
    const { letter, text, number, translation } = command;
    switch (letter) {
      case 'F':
        yield* this.#write(this.out, `${this.#line.file}\n`);
        break;
      case 'l':
        yield* this.#write(this.out, unambiguous(this.#space, number ?? this.#options.lineLength));
        break;
      case 'p':
        yield* this.#print(this.#space);
        break;
      case 'P': {
        const [first = ''] = this.#space.split('\n', 1);
        yield* this.#write(this.out, first + this.#options.separator);
        break;
      }
      case 'r':
        this.#queue.push({ text, isFile: true });
        break;
      case 'R':
        yield* this.#readLine(text);
        break;
      case 'w':
        yield* this.#writeFile(text, `${this.#space}\n`);
        break;
      case 'W':
        yield* this.#writeFile(text, `${this.#space.split('\n', 1)[0] ?? ''}\n`);
        break;
      case 'y':
        this.#space = Array.from(this.#space, (char) => translation?.get(char) ?? char).join('');
        break;
      case 'z':
        this.#space = '';
        break;
      default:
        break;
    }
    return 'next';
  }

  /** A range is replaced by one text, at its end. */
  *#change(command: Command): Sleeping<Step> {
    const isRangeOpen = this.#ranges.has(command) && !command.isNegated;
    if (!isRangeOpen) yield* this.#write(this.out, command.text);
    return 'delete';
  }

  *#nextLine(letter: string): Sleeping<Step> {
    if (letter === 'n' && !this.#options.isQuiet) yield* this.#print(this.#space);
    yield* this.#flushQueue();
    const isOver = yield* this.#isLast();
    const line = isOver ? undefined : yield* this.#input.next();
    // At the end GNU sed prints what N would have lost.
    if (line === undefined) return letter === 'n' ? 'quit-silently' : 'quit';
    const substituted = this.#substituted;
    this.#take(line);
    this.#substituted = substituted;
    this.#space = letter === 'n' ? line.text : `${this.#space}\n${line.text}`;
    return 'next';
  }

  *#substitute(substitution: Substitution): Sleeping<void> {
    const regex = this.#regex(substitution.pattern);
    if (regex === undefined) return;
    const text = this.#space;
    const pieces: string[] = [];
    let copied = 0;
    let count = 0;
    let lastEnd = -1;
    for (let at = 0; at <= text.length;) {
      const match = regex.match(text, at);
      if (match === undefined) break;
      const isEmpty = match.end === match.start;
      // Right behind a match an empty one does not count.
      if (!(isEmpty && match.start === lastEnd)) {
        count++;
        lastEnd = match.end;
        if (count >= substitution.from) {
          const group = (index: number): string => {
            const range = index === 0 ? [match.start, match.end] : match.groups[index];
            return range === undefined ? '' : text.slice(range[0], range[1]);
          };
          const filled = fillReplacement(substitution.replacement, group);
          pieces.push(text.slice(copied, match.start), filled);
          copied = match.end;
          if (!substitution.isGlobal) break;
        }
      }
      at = isEmpty ? match.end + 1 : match.end;
    }
    if (pieces.length === 0) return;
    this.#space = pieces.join('') + text.slice(copied);
    this.#substituted = true;
    if (substitution.prints) yield* this.#print(this.#space);
    if (substitution.file !== undefined) {
      yield* this.#writeFile(substitution.file, `${this.#space}\n`);
    }
  }

  /** A line with its separator, unless it is the file's last and came without one. */
  *#print(text: string): Sleeping<void> {
    const isBare = !this.#line.terminated;
    yield* this.#write(this.out, isBare ? text : text + this.#options.separator);
    this.#needsNewline = isBare;
  }

  *#write(stream: OutputStream, text: string): Sleeping<void> {
    const isMain = stream === this.out;
    const start = isMain && this.#needsNewline ? this.#options.separator : '';
    if (isMain) this.#needsNewline = false;
    const isFull = stream.put(start + text);
    if (isFull || this.#options.isUnbuffered) yield* stream.flush();
  }

  *#writeFile(file: string, text: string): Sleeping<void> {
    const stream = this.#writers.get(file);
    if (stream === undefined) return;
    yield* this.#write(stream, text);
    if (file === '/dev/stderr') yield* stream.flush();
  }

  *#readLine(file: string): Sleeping<void> {
    if (!this.#readers.has(file)) {
      const fd = file === '/dev/stdin' ? 0 : yield* this.#c.open(file);
      this.#readers.set(file, fd < 0 ? undefined : this.#c.lines(fd));
    }
    const reader = this.#readers.get(file);
    if (reader === undefined) return;
    const line = yield* reader.next();
    if (typeof line === 'string') this.#queue.push({ text: `${line}\n`, isFile: false });
  }

  /** What a, r and R left for the end of the cycle. */
  *#flushQueue(): Sleeping<void> {
    for (const { text, isFile } of this.#queue.splice(0)) {
      if (!isFile) yield* this.#write(this.out, text);
      else {
        const bytes =
          text === '/dev/stdin' ? yield* this.#c.read_to_end(0) : yield* this.#c.read_file(text);
        if (typeof bytes !== 'number') yield* this.#write(this.out, decodeUtf8(bytes));
      }
    }
  }
}

// prettier-ignore
const VISIBLE: ReadonlyMap<number, string> = new Map([
  [7, '\\a'], [8, '\\b'], [12, '\\f'], [10, '\\n'], [13, '\\r'], [9, '\\t'], [11, '\\v'],
  [92, '\\\\'],
]);

/** What `l` prints: escapes, a `$` at the end, and lines broken with a backslash. */
function unambiguous(text: string, lineLength: number): string {
  let result = '';
  let column = 0;
  for (const byte of encodeUtf8(text)) {
    const isPlain = byte >= 32 && byte < 127;
    const shown =
      VISIBLE.get(byte) ??
      (isPlain ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, '0')}`);
    if (lineLength > 1 && column + shown.length > lineLength - 1) {
      result += '\\\n';
      column = 0;
    }
    result += shown;
    column += shown.length;
  }
  return `${result}$\n`;
}
