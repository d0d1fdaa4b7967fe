// SPDX-License-Identifier: GPL-2.0-or-later
/** read: one line of a descriptor into variables, and not a byte more than that. */
import type { Sleeping } from '../../../uapi/coroutine.ts';
import { ERRNO } from '../../../uapi/errno.ts';
import { POLL, SEEK } from '../../../uapi/fs.ts';
import { LFLAG } from '../../../uapi/termios.ts';
import { decodeUtf8 } from '../../../lib/utf8.ts';
import { assignElement, assignText, elementName } from '../assign.ts';
import type { Shell } from '../shell.ts';
import { builtinOptions, isIdentifier, USAGE_ERROR, type BuiltinOptions } from './builtin.ts';

const NEWLINE = 10;
const BACKSLASH = 92;
const CHUNK = 256;
/** Bash's status for a read that ran out of time. */
const TIMED_OUT = 142;

interface Line {
  readonly bytes: number[];
  /** Indices of `bytes` that a backslash protected from splitting. */
  readonly escaped: ReadonlySet<number>;
  readonly isComplete: boolean;
  readonly failure: number;
}

export function* runRead(shell: Shell, words: readonly string[]): Sleeping<number> {
  const options = yield* builtinOptions(shell, words, 'rsea:d:i:n:N:p:t:u:');
  if (options === undefined) return USAGE_ERROR;
  const { flags, operands } = options;
  const wrong = operands.find((name) => !isIdentifier(name) && elementName(name) === undefined);
  if (wrong !== undefined) return yield* shell.fail(`read: \`${wrong}': not a valid identifier`);
  const problem = wrongNumber(flags);
  if (problem !== undefined) return yield* shell.fail(`read: ${problem}`);
  const fd = Number(flags.get('u') ?? 0);
  if (flags.has('u') && typeof (yield* shell.c.fstat(fd)) === 'number') {
    const reason = shell.c.strerror(-ERRNO.EBADF);
    return yield* shell.fail(`read: ${fd}: invalid file descriptor: ${reason}`);
  }
  const isTerminal = yield* shell.c.isatty(fd);
  const prompt = flags.get('p');
  if (prompt !== undefined && isTerminal) yield* shell.c.err(prompt);
  const timeout = flags.get('t');
  if (timeout !== undefined) {
    const isProbe = Number(timeout) === 0;
    const ready = yield* shell.c.poll([{ fd, events: POLL.IN }], Number(timeout) * 1000);
    if (isProbe) return typeof ready === 'number' || ready[0] === 0 ? 1 : 0;
    if (typeof ready !== 'number' && ready[0] === 0) return TIMED_OUT;
  }
  const restore = isTerminal ? yield* quietTerminal(shell, fd, options) : undefined;
  const line = yield* readLine(shell, fd, options);
  if (restore !== undefined) yield* restore();
  if (line.failure === -ERRNO.EINTR) return 130;
  if (line.failure < 0) {
    return yield* shell.fail(`read: read error: ${fd}: ${shell.c.strerror(line.failure)}`);
  }
  if (!(yield* store(shell, options, line))) return 1;
  return line.isComplete ? 0 : 1;
}

/** What is wrong with the numbers that options take, if anything. */
function wrongNumber(flags: ReadonlyMap<string, string>): string | undefined {
  const timeout = flags.get('t');
  if (timeout !== undefined && !/^(?:\d+\.?\d*|\.\d+)$/.test(timeout)) {
    return `${timeout}: invalid timeout specification`;
  }
  const count = flags.get('n') ?? flags.get('N') ?? '0';
  if (!/^\d+$/.test(count)) return `${count}: invalid number`;
  const fd = flags.get('u') ?? '0';
  return /^\d+$/.test(fd) ? undefined : `${fd}: invalid file descriptor specification`;
}

/** Switches off echo for -s and line mode for -n; gives what puts it back. */
function* quietTerminal(
  shell: Shell,
  fd: number,
  { flags }: BuiltinOptions,
): Sleeping<(() => Sleeping<number>) | undefined> {
  if (!flags.has('s') && !flags.has('n') && !flags.has('N')) return undefined;
  const termios = yield* shell.c.tcgetattr(fd);
  if (typeof termios === 'number') return undefined;
  let { lflag } = termios;
  if (flags.has('s')) lflag &= ~LFLAG.ECHO;
  if (flags.has('n') || flags.has('N')) lflag &= ~LFLAG.ICANON;
  yield* shell.c.tcsetattr(fd, { ...termios, lflag });
  return () => shell.c.tcsetattr(fd, termios);
}

function* readLine(shell: Shell, fd: number, { flags }: BuiltinOptions): Sleeping<Line> {
  const given = flags.get('d');
  const delimiter = given === undefined ? NEWLINE : given === '' ? 0 : given.charCodeAt(0);
  const limit = Number(flags.get('n') ?? flags.get('N') ?? Number.POSITIVE_INFINITY);
  const isRaw = flags.has('r');
  const source = new ByteSource(shell, fd, (yield* shell.c.lseek(fd, 0, SEEK.CUR)) >= 0);
  const bytes: number[] = [];
  const escaped = new Set<number>();
  let failure = 0;
  let isComplete = false;
  while (bytes.length < limit) {
    let byte = yield* source.next();
    if (byte === BACKSLASH && !isRaw) {
      byte = yield* source.next();
      if (byte === NEWLINE) continue;
      if (byte >= 0) escaped.add(bytes.length);
    } else if (byte === delimiter && !flags.has('N')) {
      isComplete = true;
      break;
    }
    if (byte < 0) {
      failure = byte === END ? 0 : byte;
      break;
    }
    // bash keeps no NUL, since its strings end there.
    if (byte !== 0) bytes.push(byte);
  }
  if (bytes.length >= limit) isComplete = true;
  yield* source.giveBack();
  return { bytes, escaped, isComplete, failure };
}

/** End of file, as ByteSource says it; no errno is this. */
export const END = -1_000_000;

/** Bytes one by one; from a file in pieces, whose rest is given back by seeking. */
export class ByteSource {
  private readonly shell: Shell;
  private readonly fd: number;
  private readonly size: number;
  private chunk: Uint8Array = new Uint8Array(0);
  private at = 0;

  constructor(shell: Shell, fd: number, isSeekable: boolean) {
    this.shell = shell;
    this.fd = fd;
    this.size = isSeekable ? CHUNK : 1;
  }

  *next(): Sleeping<number> {
    if (this.at >= this.chunk.length) {
      const chunk = yield* this.shell.c.read(this.fd, this.size);
      if (chunk === -ERRNO.EINTR) {
        yield* this.shell.handleSignals();
        return this.shell.flow === undefined ? yield* this.next() : chunk;
      }
      if (typeof chunk === 'number') return chunk;
      if (chunk.length === 0) return END;
      this.chunk = chunk;
      this.at = 0;
    }
    return this.chunk[this.at++] ?? END;
  }

  *giveBack(): Sleeping<void> {
    const rest = this.chunk.length - this.at;
    if (this.size > 1 && rest > 0) yield* this.shell.c.lseek(this.fd, -rest, SEEK.CUR);
  }
}

/** False: a variable could not be assigned; it has been said. */
function* store(shell: Shell, { flags, operands }: BuiltinOptions, line: Line): Sleeping<boolean> {
  const { variables } = shell;
  const array = flags.get('a');
  const ifs = variables.get('IFS') ?? ' \t\n';
  const splitter = new Splitter(line, ifs);
  if (array !== undefined) {
    const elements: string[] = [];
    for (let word = splitter.word(); word !== undefined; word = splitter.word()) {
      elements.push(word);
    }
    return variables.setElements(array, elements);
  }
  if (operands.length === 0) {
    return variables.set('REPLY', decodeUtf8(Uint8Array.from(line.bytes)));
  }
  for (const [index, name] of operands.entries()) {
    const isLast = index === operands.length - 1;
    const text = flags.has('N') ? (index === 0 ? splitter.rest(false) : '') : undefined;
    const value = text ?? (isLast ? splitter.rest(true) : (splitter.word() ?? ''));
    const element = elementName(name);
    const done =
      element === undefined
        ? yield* assignText(shell, name, value)
        : yield* assignElement(shell, element, value);
    if (!done) return recover(shell);
  }
  return true;
}

/** A read-only variable fails this builtin and does not end the script. */
function recover(shell: Shell): false {
  if (shell.flow?.kind === 'abort') shell.flow = undefined;
  return false;
}

/** Splits a line at IFS, minding what was escaped. */
class Splitter {
  private readonly line: Line;
  private readonly white: ReadonlySet<number>;
  private readonly other: ReadonlySet<number>;
  private at = 0;

  constructor(line: Line, ifs: string) {
    this.line = line;
    const units = Array.from(ifs, (char) => char.charCodeAt(0));
    this.white = new Set(units.filter((unit) => unit === 32 || unit === 9 || unit === 10));
    this.other = new Set(units.filter((unit) => unit !== 32 && unit !== 9 && unit !== 10));
  }

  private is(set: ReadonlySet<number>, at: number): boolean {
    const byte = this.line.bytes[at];
    return byte !== undefined && set.has(byte) && !this.line.escaped.has(at);
  }

  private skipWhite(): void {
    while (this.is(this.white, this.at)) this.at++;
  }

  private text(from: number, to: number): string {
    return decodeUtf8(Uint8Array.from(this.line.bytes.slice(from, to)));
  }

  word(): string | undefined {
    this.skipWhite();
    const { length } = this.line.bytes;
    if (this.at >= length) return undefined;
    const start = this.at;
    while (this.at < length && !this.is(this.white, this.at) && !this.is(this.other, this.at)) {
      this.at++;
    }
    const word = this.text(start, this.at);
    this.skipWhite();
    if (this.is(this.other, this.at)) this.at++;
    return word;
  }

  /** All that remains: for the last variable, without white space at the end. */
  rest(isTrimmed: boolean): string {
    if (!isTrimmed) return this.text(0, this.line.bytes.length);
    this.skipWhite();
    let end = this.line.bytes.length;
    while (end > this.at && this.is(this.white, end - 1)) end--;
    // One delimiter at the end belongs to the last word, not to its text.
    const start = this.at;
    const save = this.at;
    this.word();
    if (this.at < end || !this.is(this.other, end - 1)) {
      this.at = save;
      return this.text(start, end);
    }
    return this.text(start, end - 1);
  }
}
