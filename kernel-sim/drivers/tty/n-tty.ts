// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The line discipline: what happens to keys before a program reads them.
 *
 * In canonical mode a line is edited here and becomes readable as a whole; in raw mode each byte is
 * readable at once. Keys for signals and for flow control never reach the program. What is typed is
 * echoed through the same cooking as output (output.ts); lines wait in a buffer (input-buffer.ts).
 *
 * Linux: drivers/tty/n_tty.c. Differs: no parity marks, no ECHOPRT, no EXTPROC.
 */
import { CC, IFLAG, LFLAG } from '../../uapi/termios.ts';
import { SIGNAL } from '../../uapi/signal.ts';
import type { WaitQueue } from '../../kernel/sched/wait-queue.ts';
import { Echo } from './echo.ts';
import { InputBuffer } from './input-buffer.ts';
import { Output, type OutputPort } from './output.ts';
import type { Termios } from './termios.ts';

/** What the line discipline needs of its terminal. */
export interface NTtyHost {
  readonly termios: Termios;
  readonly port: OutputPort & { flush(): void; setStopped(isStopped: boolean): void };
  readonly readQueue: WaitQueue;
  signalForeground(signal: number): void;
}

const NEWLINE = 10;
const RETURN = 13;
const LOW_7_BITS = 0x7f;

export class NTty {
  readonly input = new InputBuffer();
  readonly output: Output;
  readonly echo: Echo;
  readonly #host: NTtyHost;
  /** The next byte is taken as it is: after ^V. */
  #isQuoted = false;
  #isStopped = false;

  constructor(host: NTtyHost) {
    this.#host = host;
    this.output = new Output(host);
    this.echo = new Echo(host, this.output);
  }

  get isCanonical(): boolean {
    return (this.#host.termios.lflag & LFLAG.ICANON) !== 0;
  }

  /**
   * Takes input as long as there is room for it. A line that is still being edited is never
   * refused, since only erasing could make room then. Returns how many bytes were taken.
   */
  receive(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end && this.#hasRoom()) this.#receiveByte(bytes[at++] ?? 0);
    this.echo.flush();
    if (this.#isReadable()) this.#host.readQueue.wakeAll();
    return at - start;
  }

  /** True if `byte` would send a signal that also throws away what was typed before. */
  isFlushingKey(byte: number): boolean {
    const { lflag } = this.#host.termios;
    return (lflag & LFLAG.NOFLSH) === 0 && this.#signalOf(byte) !== 0;
  }

  outputDrained(): void {
    this.echo.flush();
  }

  flushInput(): void {
    this.input.clear();
    this.#isQuoted = false;
  }

  flushOutput(): void {
    this.echo.clear();
    this.#host.port.flush();
  }

  /** What was on its way either way is lost, and ^S forgotten. */
  hangUp(): void {
    this.flushInput();
    this.flushOutput();
    this.#setStopped(false);
  }

  /** Changing between canonical and raw makes what was typed readable as it is. */
  modeChanged(wasCanonical: boolean): void {
    if (wasCanonical !== this.isCanonical) this.input.release(this.isCanonical);
    if ((this.#host.termios.iflag & IFLAG.IXON) === 0) this.#setStopped(false);
    if (this.#isReadable()) this.#host.readQueue.wakeAll();
  }

  #isReadable(): boolean {
    return this.isCanonical ? this.input.hasLine : this.input.readable > 0;
  }

  #hasRoom(): boolean {
    // The last place is for the end of a line that is longer than the buffer.
    return this.input.room > 1 || (this.isCanonical && !this.input.hasLine);
  }

  #receiveByte(raw: number): void {
    const { iflag, lflag } = this.#host.termios;
    // The end of a line must find a place, so what comes last replaces what came before it.
    if (this.input.room === 0) this.input.drop(1);
    let byte = (iflag & IFLAG.ISTRIP) === 0 ? raw : raw & LOW_7_BITS;
    if (this.#isQuoted) {
      this.#isQuoted = false;
      this.#take(byte);
      return;
    }
    if (this.#isFlowControl(byte)) return;
    const signal = this.#signalOf(byte);
    if (signal !== 0) {
      this.#interrupt(signal, byte);
      return;
    }
    let isMapped = false;
    if (byte === RETURN) {
      if ((iflag & IFLAG.IGNCR) !== 0) return;
      isMapped = (iflag & IFLAG.ICRNL) !== 0;
      if (isMapped) byte = NEWLINE;
    } else if (byte === NEWLINE && (iflag & IFLAG.INLCR) !== 0) byte = RETURN;
    if ((lflag & LFLAG.ICANON) !== 0 && this.#edit(byte)) return;
    this.#take(byte, isMapped);
  }

  /** An ordinary byte, or one that is taken as such. A mapped newline shows itself as one. */
  #take(byte: number, isMapped = false): void {
    if (this.input.isLineEmpty) this.echo.startLine();
    if (!isMapped) this.echo.typed(byte);
    else if ((this.#host.termios.lflag & LFLAG.ECHO) !== 0) this.echo.raw(byte);
    this.input.push(byte, this.isCanonical);
  }

  /** Keys that edit or end a line. True if `byte` was one. */
  #edit(byte: number): boolean {
    const { cc, lflag } = this.#host.termios;
    const isExtended = (lflag & LFLAG.IEXTEN) !== 0;
    const is = (index: number): boolean => byte !== 0 && byte === cc[index];
    if (is(CC.VERASE)) this.echo.eraseCharacter(this.input);
    else if (is(CC.VKILL)) this.echo.eraseLine(this.input);
    else if (is(CC.VWERASE) && isExtended) this.echo.eraseWord(this.input);
    else if (is(CC.VLNEXT) && isExtended) {
      this.#isQuoted = true;
      this.echo.quoting();
    } else if (is(CC.VREPRINT) && isExtended) this.echo.reprint(byte, this.input);
    else if (byte === NEWLINE) {
      if ((lflag & (LFLAG.ECHO | LFLAG.ECHONL)) !== 0) this.echo.raw(NEWLINE);
      this.#endLine(byte);
    } else if (is(CC.VEOF)) this.input.endWithoutByte();
    else if (is(CC.VEOL) || (is(CC.VEOL2) && isExtended)) {
      this.echo.typed(byte);
      this.#endLine(byte);
    } else return false;
    return true;
  }

  #endLine(byte: number): void {
    this.input.push(byte, true);
    this.input.endLine();
  }

  #isFlowControl(byte: number): boolean {
    const { iflag, cc } = this.#host.termios;
    if ((iflag & IFLAG.IXON) === 0 || byte === 0) return false;
    if (byte === cc[CC.VSTART]) {
      this.#setStopped(false);
      return true;
    }
    if (byte !== cc[CC.VSTOP]) return false;
    this.#setStopped(true);
    return true;
  }

  #setStopped(isStopped: boolean): void {
    if (isStopped === this.#isStopped) return;
    this.#isStopped = isStopped;
    this.#host.port.setStopped(isStopped);
  }

  /** The signal that a key sends, or 0. */
  #signalOf(byte: number): number {
    const { cc, lflag } = this.#host.termios;
    if ((lflag & LFLAG.ISIG) === 0 || byte === 0) return 0;
    if (byte === cc[CC.VINTR]) return SIGNAL.INT;
    if (byte === cc[CC.VQUIT]) return SIGNAL.QUIT;
    return byte === cc[CC.VSUSP] ? SIGNAL.TSTP : 0;
  }

  #interrupt(signal: number, byte: number): void {
    this.#host.signalForeground(signal);
    if ((this.#host.termios.lflag & LFLAG.NOFLSH) === 0) {
      this.flushInput();
      this.flushOutput();
    }
    if ((this.#host.termios.iflag & IFLAG.IXON) !== 0) this.#setStopped(false);
    this.echo.typed(byte);
  }
}
