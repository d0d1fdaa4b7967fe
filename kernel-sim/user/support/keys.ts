// SPDX-License-Identifier: GPL-2.0-or-later
/** Bytes from a terminal to keys: UTF-8, control characters, escape sequences, bracketed paste. */
import { decodeUtf8, sequenceWidth } from '../../lib/utf8.ts';

/** A printable character, a named key such as `C-a`, `M-f` or `left`, or a whole paste. */
export type Key =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'paste'; readonly text: string };

const ESC = 0x1b;
const DEL = 0x7f;

/** Control bytes that have names of their own. */
const NAMED: ReadonlyMap<number, string> = new Map([
  [8, 'backspace'],
  [9, 'tab'],
  [10, 'enter'],
  [13, 'enter'],
  [DEL, 'backspace'],
]);

/** What follows `ESC [` or `ESC O`. */
const SEQUENCES: ReadonlyMap<string, string> = new Map([
  ['A', 'up'],
  ['B', 'down'],
  ['C', 'right'],
  ['D', 'left'],
  ['H', 'home'],
  ['F', 'end'],
  ['1~', 'home'],
  ['7~', 'home'],
  ['4~', 'end'],
  ['8~', 'end'],
  ['3~', 'delete'],
  ['5~', 'page-up'],
  ['6~', 'page-down'],
  ['1;5C', 'M-f'],
  ['1;5D', 'M-b'],
  ['1;3C', 'M-f'],
  ['1;3D', 'M-b'],
  ['5C', 'M-f'],
  ['5D', 'M-b'],
  ['Z', 'tab'],
]);

const PASTE_END: readonly number[] = [ESC, 0x5b, 0x32, 0x30, 0x31, 0x7e];
const MAX_SEQUENCE = 16;

export class KeyDecoder {
  private state: 'ground' | 'escape' | 'sequence' | 'single' | 'paste' = 'ground';
  private bytes: number[] = [];

  /** Whether the bytes so far are part of something longer: nothing to draw yet. */
  get isInside(): boolean {
    return this.state !== 'ground' || this.bytes.length > 0;
  }
  get isPasting(): boolean {
    return this.state === 'paste';
  }

  /** Escape alone, when that is all there is and nothing follows it. */
  takeEscape(): Key | undefined {
    if (this.state !== 'escape') return undefined;
    this.state = 'ground';
    return { kind: 'name', name: 'escape' };
  }

  /** The key that `byte` completes, if it does. */
  push(byte: number): Key | undefined {
    switch (this.state) {
      case 'ground':
        return this.ground(byte);
      case 'escape':
        return this.escape(byte);
      case 'single':
        this.state = 'ground';
        return { kind: 'name', name: SEQUENCES.get(String.fromCharCode(byte)) ?? 'unknown' };
      case 'sequence':
        return this.sequence(byte);
      default:
        return this.paste(byte);
    }
  }

  private ground(byte: number): Key | undefined {
    if (this.bytes.length === 0 && (byte < 0x20 || byte === DEL)) {
      if (byte === ESC) {
        this.state = 'escape';
        return undefined;
      }
      const letter = String.fromCharCode(byte + 0x60);
      return { kind: 'name', name: NAMED.get(byte) ?? `C-${letter}` };
    }
    this.bytes.push(byte);
    const bytes = Uint8Array.from(this.bytes);
    const width = sequenceWidth(bytes, 0, bytes.length);
    // Not whole yet, as long as more bytes could mend it.
    if (width < 0 && -width === bytes.length && bytes.length < expectedWidth(bytes[0] ?? 0)) {
      return undefined;
    }
    this.bytes = [];
    return { kind: 'text', text: decodeUtf8(bytes) };
  }

  private escape(byte: number): Key | undefined {
    this.state = 'ground';
    if (byte === 0x5b) this.state = 'sequence';
    else if (byte === 0x4f) this.state = 'single';
    else if (byte === ESC) this.state = 'escape';
    else if (byte === DEL || byte === 8) return { kind: 'name', name: 'M-backspace' };
    else return { kind: 'name', name: `M-${String.fromCharCode(byte).toLowerCase()}` };
    return undefined;
  }

  private sequence(byte: number): Key | undefined {
    this.bytes.push(byte);
    const isFinal = byte >= 0x40 && byte <= 0x7e;
    if (!isFinal && this.bytes.length < MAX_SEQUENCE) return undefined;
    const text = String.fromCharCode(...this.bytes);
    this.bytes = [];
    if (text === '200~') {
      this.state = 'paste';
      return undefined;
    }
    this.state = 'ground';
    return { kind: 'name', name: SEQUENCES.get(text) ?? 'unknown' };
  }

  private paste(byte: number): Key | undefined {
    const { bytes } = this;
    bytes.push(byte);
    if (byte !== 0x7e) return undefined;
    const start = bytes.length - PASTE_END.length;
    if (!PASTE_END.every((expected, index) => bytes[start + index] === expected)) return undefined;
    const text = decodeUtf8(Uint8Array.from(bytes), 0, start);
    this.bytes = [];
    this.state = 'ground';
    return { kind: 'paste', text };
  }
}

function expectedWidth(lead: number): number {
  if (lead >= 0xf0) return 4;
  if (lead >= 0xe0) return 3;
  return lead >= 0xc2 ? 2 : 1;
}
