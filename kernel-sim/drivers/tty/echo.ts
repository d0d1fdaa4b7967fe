// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What a typist sees of typing: echo, and erasing on the screen what is erased in the line.
 *
 * Echoed bytes wait here when the port is full, up to a bound; a program's output never passes
 * them.
 *
 * Linux: the echo buffer, eraser() and echo_*() of drivers/tty/n_tty.c.
 */
import { CC, IFLAG, LFLAG } from '../../uapi/termios.ts';
import type { InputBuffer } from './input-buffer.ts';
import { isContinuation, type Output } from './output.ts';
import type { Termios } from './termios.ts';

const TAB = 9;
const TAB_COLUMNS = 8;
const NEWLINE = 10;
const BACKSPACE = 8;
const SPACE = 32;
const DELETE = 127;
const CARET = 94;
const UNDERSCORE = 95;
/** The control character's letter: ^C is 3 XOR 64. */
const TO_LETTER = 0x40;
const ECHO_BYTES_MAX = 4096;

type Extent = 'character' | 'word' | 'line';

export class Echo {
  readonly #host: { readonly termios: Termios };
  readonly #output: Output;
  #waiting: number[] = [];
  /** Column at which the line under edit began. */
  #startColumn = 0;

  constructor(host: { readonly termios: Termios }, output: Output) {
    this.#host = host;
    this.#output = output;
  }

  get isWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  /** Sends what waits, as far as the port has room. */
  flush(): void {
    let sent = 0;
    for (const byte of this.#waiting) {
      if (!this.#output.put(byte)) break;
      sent++;
    }
    if (sent > 0) this.#waiting.splice(0, sent);
  }

  clear(): void {
    this.#waiting = [];
  }

  /** The next byte typed is the first of a line. */
  startLine(): void {
    this.flush();
    this.#startColumn = this.#output.column;
  }

  /** A byte as typed; a control character as ^X. */
  typed(byte: number): void {
    if (!this.#has(LFLAG.ECHO)) return;
    if (this.#has(LFLAG.ECHOCTL) && isControl(byte) && byte !== TAB) {
      this.raw(CARET);
      this.raw(byte ^ TO_LETTER);
    } else this.raw(byte);
  }

  /** A byte that is shown whatever ECHO says. */
  raw(byte: number): void {
    if (this.#waiting.length >= ECHO_BYTES_MAX) this.flush();
    if (this.#waiting.length < ECHO_BYTES_MAX) this.#waiting.push(byte);
  }

  /** ^V has been typed: a caret under the cursor until the next key. */
  quoting(): void {
    if (!this.#has(LFLAG.ECHO) || !this.#has(LFLAG.ECHOCTL)) return;
    this.raw(CARET);
    this.raw(BACKSPACE);
  }

  /** ^R: the line again, on a new one. */
  reprint(byte: number, input: InputBuffer): void {
    if (!this.#has(LFLAG.ECHO)) return;
    this.typed(byte);
    this.raw(NEWLINE);
    for (let back = input.lineLength - 1; back >= 0; back--) this.typed(input.peek(back) ?? 0);
  }

  eraseCharacter(input: InputBuffer): void {
    this.#erase(input, 'character');
  }

  eraseWord(input: InputBuffer): void {
    this.#erase(input, 'word');
  }

  eraseLine(input: InputBuffer): void {
    const erasesVisibly = LFLAG.ECHO | LFLAG.ECHOK | LFLAG.ECHOKE | LFLAG.ECHOE;
    if ((this.#host.termios.lflag & erasesVisibly) === erasesVisibly) {
      this.#erase(input, 'line');
      return;
    }
    if (input.isLineEmpty) return;
    input.drop(input.lineLength);
    if (!this.#has(LFLAG.ECHO)) return;
    this.typed(this.#host.termios.cc[CC.VKILL] ?? 0);
    if (this.#has(LFLAG.ECHOK)) this.raw(NEWLINE);
  }

  #erase(input: InputBuffer, extent: Extent): void {
    let hasSeenWord = false;
    while (!input.isLineEmpty) {
      const width = this.#characterBytes(input);
      const first = input.peek(width - 1) ?? 0;
      // A line that starts in the middle of a character: that stays.
      if (this.#isUtf8 && isContinuation(first)) break;
      if (extent === 'word') {
        if (isWordByte(first)) hasSeenWord = true;
        else if (hasSeenWord) break;
      }
      input.drop(width);
      if (this.#has(LFLAG.ECHO)) this.#wipe(first, input, extent);
      if (extent === 'character') break;
    }
  }

  /** Bytes of the last character of the line. */
  #characterBytes(input: InputBuffer): number {
    let width = 1;
    while (this.#isUtf8 && width < input.lineLength && isContinuation(input.peek(width - 1) ?? 0)) {
      width++;
    }
    return width;
  }

  #wipe(byte: number, input: InputBuffer, extent: Extent): void {
    if (extent === 'character' && !this.#has(LFLAG.ECHOE)) {
      this.typed(this.#host.termios.cc[CC.VERASE] ?? 0);
    } else if (byte === TAB) this.#wipeTab(input);
    else if (!isControl(byte)) this.#wipeColumn();
    else if (this.#has(LFLAG.ECHOCTL)) {
      this.#wipeColumn();
      this.#wipeColumn();
    }
  }

  #wipeColumn(): void {
    this.raw(BACKSPACE);
    this.raw(SPACE);
    this.raw(BACKSPACE);
  }

  /** Back over a tab, which was as wide as what stands before it left room for. */
  #wipeTab(input: InputBuffer): void {
    let columns = 0;
    let back = 0;
    for (; ; back++) {
      const byte = input.peek(back);
      if (byte === undefined) {
        columns += this.#startColumn;
        break;
      }
      if (byte === TAB) break;
      if (isControl(byte)) columns += this.#has(LFLAG.ECHOCTL) ? 2 : 0;
      else if (!(this.#isUtf8 && isContinuation(byte))) columns++;
    }
    for (let n = TAB_COLUMNS - (columns % TAB_COLUMNS); n > 0; n--) this.raw(BACKSPACE);
  }

  get #isUtf8(): boolean {
    return (this.#host.termios.iflag & IFLAG.IUTF8) !== 0;
  }

  #has(flag: number): boolean {
    return (this.#host.termios.lflag & flag) !== 0;
  }
}

function isControl(byte: number): boolean {
  return byte < SPACE || byte === DELETE;
}

/** Letters, digits, underscore, and whatever begins a character beyond ASCII. */
function isWordByte(byte: number): boolean {
  const lower = byte | 0x20;
  return (
    byte === UNDERSCORE ||
    (byte >= 48 && byte <= 57) ||
    (lower >= 97 && lower <= 122) ||
    byte >= 0xc0
  );
}
