// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Netlink messages as bytes: what a request says, and making answers.
 *
 * Attributes that are too short for what they should be are told apart where they are read; one
 * that does not fit its message ends the reading, as in Linux.
 *
 * Linux: include/net/netlink.h, lib/nlattr.c.
 */
import { decodeUtf8, encodeUtf8 } from '../../lib/utf8.ts';
import { NLA_TYPE_MASK, NLATTR, NLMSGHDR } from '../../uapi/netlink.ts';

export interface NetlinkMessage {
  readonly type: number;
  /** NLM_F. */
  readonly flags: number;
  readonly seq: number;
  /** Port of who sent it. */
  readonly pid: number;
  /** What follows the header. */
  readonly payload: Uint8Array;
  /** All of it, as it came. */
  readonly bytes: Uint8Array;
}

export function align4(length: number): number {
  return (length + 3) & ~3;
}

/** The messages in what was sent, up to the first that does not fit. */
export function parseMessages(bytes: Uint8Array): NetlinkMessage[] {
  const view = viewOf(bytes);
  const messages: NetlinkMessage[] = [];
  for (let at = 0; at + NLMSGHDR.SIZE <= bytes.length;) {
    const length = view.getUint32(at + NLMSGHDR.len, true);
    if (length < NLMSGHDR.SIZE || length > bytes.length - at) break;
    messages.push({
      type: view.getUint16(at + NLMSGHDR.type, true),
      flags: view.getUint16(at + NLMSGHDR.flags, true),
      seq: view.getUint32(at + NLMSGHDR.seq, true),
      pid: view.getUint32(at + NLMSGHDR.pid, true),
      payload: bytes.subarray(at + NLMSGHDR.SIZE, at + length),
      bytes: bytes.subarray(at, at + length),
    });
    at += align4(length);
  }
  return messages;
}

/** Attributes by type; of two of a type, the later. */
export class Attributes {
  readonly #byType = new Map<number, Uint8Array>();

  /** Those that begin at `offset`: behind the fixed header of a message. */
  constructor(bytes: Uint8Array, offset = 0) {
    const view = viewOf(bytes);
    for (let at = align4(offset); at + NLATTR.SIZE <= bytes.length;) {
      const length = view.getUint16(at + NLATTR.len, true);
      if (length < NLATTR.SIZE || length > bytes.length - at) break;
      const type = view.getUint16(at + NLATTR.type, true) & NLA_TYPE_MASK;
      this.#byType.set(type, bytes.subarray(at + NLATTR.SIZE, at + length));
      at += align4(length);
    }
  }

  has(type: number): boolean {
    return this.#byType.has(type);
  }

  bytes(type: number): Uint8Array | undefined {
    return this.#byType.get(type);
  }

  /** The number, undefined without the attribute or where it is too short for one. */
  u32(type: number): number | undefined {
    const bytes = this.#byType.get(type);
    return bytes === undefined || bytes.length < 4 ? undefined : viewOf(bytes).getUint32(0, true);
  }

  u8(type: number): number | undefined {
    return this.#byType.get(type)?.[0];
  }

  /** An IPv4 address, which is in network order. */
  ipv4(type: number): number | undefined {
    const bytes = this.#byType.get(type);
    return bytes?.length === 4 ? viewOf(bytes).getUint32(0) : undefined;
  }

  /** Text up to its NUL. */
  text(type: number): string | undefined {
    const bytes = this.#byType.get(type);
    if (bytes === undefined) return undefined;
    const nul = bytes.indexOf(0);
    return decodeUtf8(nul < 0 ? bytes : bytes.subarray(0, nul));
  }

  nested(type: number): Attributes {
    return new Attributes(this.#byType.get(type) ?? NOTHING);
  }
}

const NOTHING = new Uint8Array(0);
const ROOM = 256;

/** Makes one message: the fixed part first, then attributes. */
export class MessageBuilder {
  #bytes = new Uint8Array(ROOM);
  #view = new DataView(this.#bytes.buffer);
  #length: number = NLMSGHDR.SIZE;

  constructor(type: number, flags: number, seq: number, pid: number) {
    this.#view.setUint16(NLMSGHDR.type, type, true);
    this.#view.setUint16(NLMSGHDR.flags, flags, true);
    this.#view.setUint32(NLMSGHDR.seq, seq, true);
    this.#view.setUint32(NLMSGHDR.pid, pid, true);
  }

  /** So many zero bytes at the end; `write` may fill them. Keeps what follows aligned. */
  reserve(count: number, write?: (view: DataView, at: number) => void): this {
    const at = this.#length;
    const end = at + align4(count);
    while (this.#bytes.length < end) {
      const longer = new Uint8Array(2 * this.#bytes.length);
      longer.set(this.#bytes);
      this.#bytes = longer;
      this.#view = new DataView(longer.buffer);
    }
    this.#length = end;
    write?.(this.#view, at);
    return this;
  }

  raw(bytes: Uint8Array): this {
    return this.reserve(bytes.length, (_, at) => this.#bytes.set(bytes, at));
  }

  attribute(type: number, bytes: Uint8Array): this {
    this.#header(type, bytes.length);
    return this.raw(bytes);
  }

  u8(type: number, value: number): this {
    this.#header(type, 1);
    return this.reserve(1, (view, at) => view.setUint8(at, value));
  }

  u32(type: number, value: number): this {
    this.#header(type, 4);
    return this.reserve(4, (view, at) => view.setUint32(at, value, true));
  }

  ipv4(type: number, address: number): this {
    this.#header(type, 4);
    return this.reserve(4, (view, at) => view.setUint32(at, address));
  }

  text(type: number, text: string): this {
    return this.attribute(type, encodeUtf8(`${text}\0`));
  }

  nest(type: number, fill: (inner: this) => void): this {
    const start = this.#length;
    this.#header(type, 0);
    fill(this);
    this.#view.setUint16(start + NLATTR.len, this.#length - start, true);
    return this;
  }

  finish(): Uint8Array {
    this.#view.setUint32(NLMSGHDR.len, this.#length, true);
    return this.#bytes.slice(0, this.#length);
  }

  #header(type: number, length: number): void {
    this.reserve(NLATTR.SIZE, (view, at) => {
      view.setUint16(at + NLATTR.len, NLATTR.SIZE + length, true);
      view.setUint16(at + NLATTR.type, type, true);
    });
  }
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
