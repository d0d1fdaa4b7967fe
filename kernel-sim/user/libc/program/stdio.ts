// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Output and input of programs: stdio(3).
 *
 * Standard output is written line by line on a terminal and in blocks elsewhere; standard error at
 * once. What was not written yet is written at exit(3).
 *
 * @subpath libc
 */
import type { Sleeping } from '../../../uapi/coroutine.ts';
import { strerror } from '../../../uapi/errno.ts';
import { SYS } from '../../../uapi/syscall-numbers.ts';
import { TERMIOS, TTY_IOCTL } from '../../../uapi/termios.ts';
import { decodeUtf8, encodeUtf8 } from '../../../lib/utf8.ts';
import type { Answer, ProgramContext } from './context.ts';
import { formatText, type Printable } from './format.ts';

const BUFSIZ = 4096;
const NEWLINE = 10;
const EOF = -1;

/** @exports */
export class StdioApi {
  readonly #context: ProgramContext;
  #buffer = '';
  /** Undefined until somebody has written. */
  #isLineBuffered: boolean | undefined;
  /** What was read of standard input and not asked for yet. */
  #input = new Uint8Array(0);

  constructor(context: ProgramContext, parent?: StdioApi) {
    this.#context = context;
    if (parent === undefined) return;
    this.#buffer = parent.#buffer;
    this.#isLineBuffered = parent.#isLineBuffered;
    this.#input = parent.#input.slice();
  }

  /**
   * Writes formatted text to standard output: printf(3).
   *
   * @param format `%d %u %x %o %c %s %p %f %e %g %%` with flags, width and precision
   * @returns how many characters, or -1
   */
  printf(format: string, ...values: readonly Printable[]): Answer<number> {
    return this.#put(formatText(String(format), values));
  }

  /** Writes formatted text to a descriptor, unbuffered: dprintf(3). */
  dprintf(fd: number, format: string, ...values: readonly Printable[]): Answer<number> {
    return this.#context.later(this.#write(fd, formatText(String(format), values)));
  }

  /** Makes formatted text: sprintf(3), which writes it into memory. */
  sprintf(format: string, ...values: readonly Printable[]): string {
    return formatText(String(format), values);
  }

  /** Writes a line to standard output: puts(3). */
  puts(text: string): Answer<number> {
    return this.#put(`${text}\n`);
  }

  /** Writes a character, by its code, to standard output: putchar(3). */
  putchar(character: number): Answer<number> {
    const answer = this.#put(String.fromCodePoint(character & 0xff));
    return answer === 1 ? character : answer;
  }

  /** Writes what standard output has gathered: fflush(stdout). 0, or -1 with `errno` set. */
  fflush(): Answer<number> {
    return this.#buffer === '' ? 0 : this.#context.later(this.flush());
  }

  /** Writes `text: ` and what `errno` means to standard error: perror(3). */
  perror(text: string): Answer<number> {
    const message = strerror(this.#context.thread.errno);
    return this.#context.later(
      this.#write(2, text === '' ? `${message}\n` : `${text}: ${message}\n`),
    );
  }

  /** What an error number means: strerror(3). */
  strerror(errno: number): string {
    return strerror(errno);
  }

  /** The next line of standard input with its newline, null at its end: getline(3). */
  getline(): Answer<string | null> {
    return this.#line() ?? this.#context.later(this.#readLine());
  }

  /** The next byte of standard input, -1 at its end: getchar(3). */
  getchar(): Answer<number> {
    const [byte] = this.#input;
    if (byte === undefined) return this.#context.later(this.#readByte());
    this.#input = this.#input.subarray(1);
    return byte;
  }

  /** @internal */
  *flush(): Sleeping<number> {
    const text = this.#buffer;
    this.#buffer = '';
    if (text === '') return 0;
    return (yield* this.#context.writeAll(1, encodeUtf8(text))) ? 0 : EOF;
  }

  /** Writes at once, after what was gathered. */
  *#write(fd: number, text: string): Sleeping<number> {
    if (fd === 1 || fd === 2) yield* this.flush();
    return (yield* this.#context.writeAll(fd, encodeUtf8(text))) ? text.length : EOF;
  }

  #put(text: string): number {
    this.#buffer += text;
    const isFull =
      this.#isLineBuffered === true ? text.includes('\n') : this.#buffer.length >= BUFSIZ;
    if (this.#isLineBuffered !== undefined && !isFull) return text.length;
    return this.#context.later(this.#putLater(text));
  }

  *#putLater(text: string): Sleeping<number> {
    if (this.#isLineBuffered === undefined) {
      this.#isLineBuffered = yield* this.#isTerminal();
      if (this.#buffer.length < BUFSIZ && !(this.#isLineBuffered && text.includes('\n'))) {
        return text.length;
      }
    }
    return (yield* this.flush()) === 0 ? text.length : EOF;
  }

  *#isTerminal(): Sleeping<boolean> {
    const context = this.#context;
    const { errno } = context.thread;
    const buffer = yield* context.allocate(TERMIOS.SIZE);
    const answer = yield* context.callLater(SYS.ioctl, 1, TTY_IOCTL.TCGETS, buffer);
    context.memory.free(buffer);
    context.thread.errno = errno;
    return answer === 0;
  }

  /** A whole line of what was read already. */
  #line(): string | undefined {
    const end = this.#input.indexOf(NEWLINE);
    if (end < 0) return undefined;
    const line = decodeUtf8(this.#input.subarray(0, end + 1));
    this.#input = this.#input.subarray(end + 1);
    return line;
  }

  *#readLine(): Sleeping<string | null> {
    yield* this.flush();
    for (;;) {
      const line = this.#line();
      if (line !== undefined) return line;
      if (yield* this.#readMore()) continue;
      const rest = decodeUtf8(this.#input);
      this.#input = new Uint8Array(0);
      return rest === '' ? null : rest;
    }
  }

  *#readByte(): Sleeping<number> {
    yield* this.flush();
    if (!(yield* this.#readMore())) return EOF;
    const [byte = EOF] = this.#input;
    this.#input = this.#input.subarray(1);
    return byte;
  }

  *#readMore(): Sleeping<boolean> {
    const context = this.#context;
    if ((yield* context.scratch()) === 0) return false;
    const count = yield* context.callLater(SYS.read, 0, context.out, BUFSIZ);
    if (count <= 0) return false;
    const more = new Uint8Array(this.#input.length + count);
    more.set(this.#input);
    more.set(context.cpu.loadBytes(context.out, count), this.#input.length);
    this.#input = more;
    return true;
  }
}
