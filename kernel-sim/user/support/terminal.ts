// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The terminal of a full-screen program: its size, keys without echo, drawing, and all as it was
 * when the program leaves. Linux counterpart: what curses does with termios and terminfo.
 */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { O, POLL } from '../../uapi/fs.ts';
import { SIG, SIGNAL } from '../../uapi/signal.ts';
import { CC, IFLAG, LFLAG } from '../../uapi/termios.ts';
import type { Termios } from '../libc/process-calls.ts';
import type { Libc } from '../libc/libc.ts';
import { KeyDecoder, type Key } from './keys.ts';

/** What xterm understands. Linux: terminfo's capabilities of these names. */
export const CODE = {
  smcup: '\u001b[?1049h',
  rmcup: '\u001b[?1049l',
  home: '\u001b[H',
  /** Erases to the end of the screen, or of the line. */
  ed: '\u001b[J',
  el: '\u001b[K',
  inverse: '\u001b[7m',
  bold: '\u001b[1m',
  underline: '\u001b[4m',
  plain: '\u001b[0m',
  hideCursor: '\u001b[?25l',
  showCursor: '\u001b[?25h',
  bell: '\u0007',
} as const;

export interface TerminalOptions {
  /** ^C and ^\ come as keys instead of as signals. */
  readonly interruptIsKey?: boolean;
  /** A single Escape is a key once this long nothing followed it. */
  readonly escapeMs?: number;
}

/** Why no key has come. */
export type NoKey = 'interrupted' | 'timeout' | 'end';

const DEFAULT_ROWS = 24;
const DEFAULT_COLUMNS = 80;

export class Terminal {
  readonly #c: Libc;
  readonly #fd: number;
  readonly #outputFd: number;
  readonly #cooked: Termios;
  readonly #options: TerminalOptions;
  readonly #decoder = new KeyDecoder();
  rows = DEFAULT_ROWS;
  columns = DEFAULT_COLUMNS;

  private constructor(
    c: Libc,
    fd: number,
    outputFd: number,
    cooked: Termios,
    options: TerminalOptions,
  ) {
    this.#c = c;
    this.#fd = fd;
    this.#outputFd = outputFd;
    this.#cooked = cooked;
    this.#options = options;
  }

  /**
   * Keys come from /dev/tty, or from `fallbackFd` without one; drawing goes to standard output.
   * The negative errno when there is no terminal to read from.
   */
  static *open(
    c: Libc,
    fallbackFd: number,
    options: TerminalOptions = {},
  ): Sleeping<Terminal | number> {
    const opened = yield* c.open('/dev/tty', O.RDWR);
    const fd = opened < 0 ? fallbackFd : opened;
    const cooked = yield* c.tcgetattr(fd);
    if (typeof cooked === 'number') return cooked;
    const terminal = new Terminal(c, fd, 1, cooked, options);
    yield* terminal.measure();
    return terminal;
  }

  /**
   * Takes keys one by one from now on. SIGINT, SIGTSTP and SIGWINCH are noted: `key` gives
   * `interrupted`, and `Libc.take_signals` says which it was.
   */
  *enter(): Sleeping<void> {
    for (const signal of [SIGNAL.INT, SIGNAL.TSTP, SIGNAL.WINCH]) {
      yield* this.#c.sigaction(signal, SIG.CATCH);
    }
    const cc = [...this.#cooked.cc];
    cc[CC.VMIN] = 1;
    cc[CC.VTIME] = 0;
    const { interruptIsKey = false } = this.#options;
    const taken = LFLAG.ICANON | LFLAG.ECHO | LFLAG.IEXTEN | (interruptIsKey ? LFLAG.ISIG : 0);
    yield* this.#c.tcsetattr(this.#fd, {
      ...this.#cooked,
      cc,
      iflag: this.#cooked.iflag & ~(IFLAG.ICRNL | IFLAG.INLCR | IFLAG.IXON),
      lflag: this.#cooked.lflag & ~taken,
    });
  }

  /** Gives the terminal back as it was. */
  *leave(): Sleeping<void> {
    yield* this.#c.tcsetattr(this.#fd, this.#cooked);
  }

  /** Stops as ^Z asks, with `before` and `after` written around it. */
  *suspend(before: string, after: string): Sleeping<void> {
    const c = this.#c;
    yield* this.write(before);
    yield* this.leave();
    yield* c.sigaction(SIGNAL.TSTP, SIG.DFL);
    yield* c.kill(yield* c.getpid(), SIGNAL.TSTP);
    yield* this.enter();
    yield* this.measure();
    yield* this.write(after);
  }

  /** Asks for the size again; whether it has changed. */
  *measure(): Sleeping<boolean> {
    const { rows, columns } = this;
    const size = yield* this.#c.get_winsize(this.#outputFd);
    if (typeof size !== 'number') {
      this.rows = size.rows === 0 ? DEFAULT_ROWS : size.rows;
      this.columns = size.columns === 0 ? DEFAULT_COLUMNS : size.columns;
    }
    return rows !== this.rows || columns !== this.columns;
  }

  /** The next key, or why there is none. A negative `timeoutMs` waits for ever. */
  *key(timeoutMs = -1): Sleeping<Key | NoKey> {
    const { escapeMs } = this.#options;
    for (;;) {
      const mayBeEscape = this.#decoder.isInside && escapeMs !== undefined;
      const patience = mayBeEscape ? escapeMs : timeoutMs;
      if (patience >= 0) {
        const events = yield* this.#c.poll([{ fd: this.#fd, events: POLL.IN }], patience);
        if (events === -ERRNO.EINTR) return 'interrupted';
        if (typeof events !== 'number' && events[0] === 0) {
          const escape = this.#decoder.takeEscape();
          if (escape !== undefined) return escape;
          if (!mayBeEscape) return 'timeout';
        }
      }
      const bytes = yield* this.#c.read(this.#fd, 1);
      if (bytes === -ERRNO.EINTR) return 'interrupted';
      if (typeof bytes === 'number' || bytes.length === 0) return 'end';
      const key = this.#decoder.push(bytes[0] ?? 0);
      if (key !== undefined) return key;
    }
  }

  *write(text: string): Sleeping<void> {
    if (text !== '') yield* this.#c.write_all(this.#outputFd, text);
  }
}

/** Whether `signal` is among what `Libc.take_signals` gave. */
export function hasSignal(taken: number, signal: number): boolean {
  return (taken & (1 << (signal - 1))) !== 0;
}
