// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What a frame says, layer by layer: the form that decoders write and views read.
 *
 * A frame may be anything, so a decoder never trusts a length. It reads through a `LayerWriter`,
 * which knows where the layer must end and throws `CutShort` beyond; dissect.ts catches it and
 * keeps what had been read until then.
 */
import { formatIpv4, formatIpv6, ipv6FromBytes } from '../ip-address.ts';

/** One field, and the bytes that it was read from. */
export interface PacketField {
  /** As Linux's struct of the header calls it: `saddr`, `seq`. */
  readonly name: string;
  /** For people. */
  readonly label: string;
  /** From the frame's first byte. */
  readonly offset: number;
  readonly lengthBytes: number;
  /** When it is a part of those bytes: the first bit (0: the highest), and how many. */
  readonly bits?: { readonly first: number; readonly count: number };
  /** Host order; text where it is no number. */
  readonly value: number | string;
  /** The value as people read it. */
  readonly text: string;
}

/** What the checksum of a layer is worth; `unchecked`: not all that it covers is there. */
export type ChecksumVerdict = 'good' | 'bad' | 'unchecked';

export interface PacketLayer {
  /** As a filter or a list names it: `Ethernet`, `IPv4`, `TCP`. */
  readonly name: string;
  readonly offset: number;
  readonly lengthBytes: number;
  readonly fields: readonly PacketField[];
  readonly checksum?: ChecksumVerdict;
  /** What is wrong with it: it is cut off, or says what cannot be. */
  readonly problem?: string;
}

/** A layer says that it goes on beyond its last byte. */
export class CutShort extends Error {}

type Show = (value: number) => string;

const decimal: Show = (value) => String(value);

/** Collects the fields of one layer, from `start` up to `end`, at a cursor that moves on. */
export class LayerWriter {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  at: number;
  checksum: ChecksumVerdict | undefined;
  problem: string | undefined;
  readonly #name: string;
  readonly #fields: PacketField[] = [];

  constructor(bytes: Uint8Array, name: string, start: number, end: number) {
    this.bytes = bytes;
    this.#name = name;
    this.start = start;
    this.end = Math.min(end, bytes.length);
    this.at = start;
  }

  get left(): number {
    return this.end - this.at;
  }

  /** The layer as far as it has been read. */
  finish(): PacketLayer {
    const { checksum, problem } = this;
    return {
      name: this.#name,
      offset: this.start,
      lengthBytes: this.at - this.start,
      fields: this.#fields,
      ...(checksum === undefined ? {} : { checksum }),
      ...(problem === undefined ? {} : { problem }),
    };
  }

  /** The number of up to six bytes, high byte first, at `offset` from the cursor. */
  peek(offset: number, lengthBytes: number): number {
    this.#need(offset + lengthBytes);
    let value = 0;
    for (let n = 0; n < lengthBytes; n++) value = value * 256 + this.#byte(offset + n);
    return value;
  }

  number(name: string, label: string, lengthBytes: number, show: Show = decimal): number {
    const value = this.peek(0, lengthBytes);
    this.note(name, label, lengthBytes, value, show(value));
    this.skip(lengthBytes);
    return value;
  }

  hex(name: string, label: string, lengthBytes: number): number {
    return this.number(name, label, lengthBytes, (value) => hexOf(value, 2 * lengthBytes));
  }

  /** Bits of the bytes that lie at the cursor, which stays. */
  bits(
    name: string,
    label: string,
    lengthBytes: number,
    bits: { readonly first: number; readonly count: number },
    show: Show = decimal,
  ): number {
    const shift = 8 * lengthBytes - bits.first - bits.count;
    const value = Math.floor(this.peek(0, lengthBytes) / 2 ** shift) % 2 ** bits.count;
    this.#add({ name, label, offset: this.at, lengthBytes, bits, value, text: show(value) });
    return value;
  }

  mac(name: string, label: string): string {
    const text = macOf(this.#take(6));
    this.note(name, label, 6, text, text);
    this.skip(6);
    return text;
  }

  ipv4(name: string, label: string): string {
    const value = this.number(name, label, 4, formatIpv4);
    return formatIpv4(value);
  }

  ipv6(name: string, label: string): string {
    const text = formatIpv6(ipv6FromBytes(this.#take(16)));
    this.note(name, label, 16, text, text);
    this.skip(16);
    return text;
  }

  /** What stands for itself: shown as text when it is printable, as hexadecimal otherwise. */
  data(name: string, label: string, lengthBytes: number, text?: string): void {
    const shown = text ?? dataText(this.#take(lengthBytes));
    this.note(name, label, lengthBytes, shown, shown);
    this.skip(lengthBytes);
  }

  /** A field of the bytes at the cursor, which stays. */
  note(
    name: string,
    label: string,
    lengthBytes: number,
    value: number | string,
    text: string,
  ): void {
    this.noteAt(this.at, name, label, lengthBytes, value, text);
  }

  noteAt(
    offset: number,
    name: string,
    label: string,
    lengthBytes: number,
    value: number | string,
    text: string,
  ): void {
    if (offset + lengthBytes > this.end) throw new CutShort();
    this.#add({ name, label, offset, lengthBytes, value, text });
  }

  skip(lengthBytes: number): void {
    this.#need(lengthBytes);
    this.at += lengthBytes;
  }

  #add(field: PacketField): void {
    this.#fields.push(field);
  }

  #take(lengthBytes: number): Uint8Array {
    this.#need(lengthBytes);
    return this.bytes.subarray(this.at, this.at + lengthBytes);
  }

  #need(lengthBytes: number): void {
    if (this.at + lengthBytes > this.end) throw new CutShort();
  }

  #byte(offset: number): number {
    return this.bytes[this.at + offset] ?? 0;
  }
}

export function hexOf(value: number, digits: number): string {
  return `0x${value.toString(16).padStart(digits, '0')}`;
}

export function macOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(':');
}

/** `name (number)` for numbers that a table knows. */
export function named(names: Readonly<Record<number, string>>): Show {
  return (value) => {
    const name = names[value];
    return name === undefined ? String(value) : `${name} (${value})`;
  };
}

const SHOWN_BYTES = 64;

function dataText(bytes: Uint8Array): string {
  const shown = bytes.subarray(0, SHOWN_BYTES);
  const more = bytes.length > SHOWN_BYTES ? '…' : '';
  const isText = shown.length > 0 && shown.every((byte) => byte >= 0x20 && byte < 0x7f);
  if (isText) return String.fromCharCode(...shown) + more;
  return Array.from(shown, (byte) => byte.toString(16).padStart(2, '0')).join(' ') + more;
}
