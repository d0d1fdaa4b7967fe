// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Output cooked on its way to the port: newlines become return and newline.
 *
 * Keeps the column, which erasing a tab must know.
 *
 * Linux: do_output_char and process_output_block in drivers/tty/n_tty.c.
 */
import { IFLAG, OFLAG } from '../../uapi/termios.ts';
import type { IoMemory } from '../../mm/io-memory.ts';
import { ERRNO } from '../../uapi/errno.ts';
import type { Termios } from './termios.ts';

/** Where cooked bytes go. */
export interface OutputPort {
  readonly writeRoom: number;
  write(bytes: Uint8Array, start: number, end: number): number;
}

const TAB = 9;
const TAB_COLUMNS = 8;
const NEWLINE = 10;
const RETURN = 13;
const BACKSPACE = 8;
const SPACE = 32;
const DELETE = 127;
/** Bytes of a program's write that are cooked at a time. */
const CHUNK = 4096;

export class Output {
  column = 0;
  readonly #host: { readonly termios: Termios; readonly port: OutputPort };
  readonly #chunk = new Uint8Array(CHUNK);
  /** Cooking at most doubles. */
  readonly #cooked = new Uint8Array(2 * CHUNK);
  #cookedLength = 0;

  constructor(host: { readonly termios: Termios; readonly port: OutputPort }) {
    this.#host = host;
  }

  /** True if `count` bytes fit into the port however they cook. */
  fits(count: number): boolean {
    return 2 * count <= this.#host.port.writeRoom;
  }

  /** Writes as much of a program's bytes as the port has room for. Bytes taken, or -EFAULT. */
  write(memory: IoMemory, address: number, count: number): number {
    let done = 0;
    while (done < count) {
      const wanted = Math.min(count - done, CHUNK);
      const length = memory.copyFrom(address + done, this.#chunk, 0, wanted);
      const taken = this.#writeChunk(length);
      done += taken;
      if (taken < wanted) {
        if (length < wanted && done === 0) return -ERRNO.EFAULT;
        break;
      }
    }
    return done;
  }

  /** One byte, cooked. False when the port has no room for it. */
  put(byte: number): boolean {
    this.#cookedLength = 0;
    if (!this.#cook(byte, this.#host.port.writeRoom)) return false;
    this.#host.port.write(this.#cooked, 0, this.#cookedLength);
    return true;
  }

  #writeChunk(length: number): number {
    const room = this.#host.port.writeRoom;
    this.#cookedLength = 0;
    let taken = 0;
    while (taken < length && this.#cook(this.#chunk[taken] ?? 0, room)) taken++;
    if (this.#cookedLength > 0) this.#host.port.write(this.#cooked, 0, this.#cookedLength);
    return taken;
  }

  /** Appends what becomes of `byte`, unless that would be more than `room` bytes in all. */
  #cook(byte: number, room: number): boolean {
    if (byte > SPACE && byte < DELETE) {
      // Most of all output comes through here.
      if (this.#cookedLength >= room) return false;
      this.#cooked[this.#cookedLength++] = byte;
      this.column++;
      return true;
    }
    const { oflag, iflag } = this.#host.termios;
    const isCooked = (oflag & OFLAG.OPOST) !== 0;
    const becomesTwo = isCooked && byte === NEWLINE && (oflag & OFLAG.ONLCR) !== 0;
    if (this.#cookedLength + (becomesTwo ? 2 : 1) > room) return false;
    if (becomesTwo) this.#cooked[this.#cookedLength++] = RETURN;
    this.#cooked[this.#cookedLength++] = byte;
    if (isCooked) this.#moveColumn(byte, becomesTwo, (iflag & IFLAG.IUTF8) !== 0);
    return true;
  }

  #moveColumn(byte: number, returns: boolean, isUtf8: boolean): void {
    if (byte === RETURN || returns) this.column = 0;
    else if (byte === TAB) this.column += TAB_COLUMNS - (this.column % TAB_COLUMNS);
    else if (byte === BACKSPACE) this.column = Math.max(0, this.column - 1);
    else if (byte >= SPACE && byte !== DELETE && !(isUtf8 && isContinuation(byte))) this.column++;
  }
}

/** True for the second and further bytes of a character in UTF-8. */
export function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}
