// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Netlink for programs: requests, dumps, attributes. Linux: iproute2's libnetlink.
 *
 *     const netlink = yield* NetlinkClient.open(c, NETLINK.ROUTE);
 *     const links = yield* netlink.dump(RTM.GETLINK, new MessageBuilder(IFINFOMSG.SIZE).bytes());
 */
import { decodeUtf8, encodeUtf8 } from '../../lib/utf8.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import {
  NETLINK_ALIGN,
  NETLINK_OPTION,
  NLA_TYPE_MASK,
  NLATTR,
  NLM_F,
  NLMSG,
  NLMSGERR,
  NLMSGERR_ATTR,
  NLMSGHDR,
} from '../../uapi/netlink.ts';
import { AF, SOCK, SOCK_FLAG, SOL } from '../../uapi/socket.ts';
import type { Libc } from '../libc/libc.ts';

const RECEIVE_BYTES = 32_768;

export interface NetlinkMessage {
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
  /** What follows the header. */
  readonly body: DataView;
}

/** Why the kernel refused: a negative errno, and its words where it has some. */
export interface NetlinkFailure {
  readonly error: number;
  readonly message: string;
}

export class NetlinkClient {
  readonly #c: Libc;
  readonly #fd: number;
  #sequence = 0;

  private constructor(c: Libc, fd: number) {
    this.#c = c;
    this.#fd = fd;
  }

  /** A socket that speaks `protocol` (NETLINK), or a negative errno. */
  static *open(c: Libc, protocol: number, groups = 0): Sleeping<NetlinkClient | number> {
    const fd = yield* c.socket(AF.NETLINK, SOCK.RAW | SOCK_FLAG.CLOEXEC, protocol);
    if (fd < 0) return fd;
    yield* c.setsockopt(fd, SOL.NETLINK, NETLINK_OPTION.EXT_ACK, 1);
    const bound = yield* c.bind(fd, { family: AF.NETLINK, pid: 0, groups });
    return bound < 0 ? bound : new NetlinkClient(c, fd);
  }

  /** All that there is of a kind, in the kernel's order. */
  *dump(
    type: number,
    body: Uint8Array,
  ): Sleeping<{ readonly messages: readonly NetlinkMessage[] } | NetlinkFailure> {
    const sent = yield* this.#send(type, NLM_F.REQUEST | NLM_F.DUMP, body);
    if (sent < 0) return { error: sent, message: '' };
    const messages: NetlinkMessage[] = [];
    for (;;) {
      const received = yield* this.receive();
      if (typeof received === 'number') return { error: received, message: '' };
      for (const message of received) {
        if (message.sequence !== this.#sequence) continue;
        if (message.type === NLMSG.DONE) return { messages };
        const failure = failureOf(message);
        if (failure !== undefined) return failure;
        messages.push(message);
      }
    }
  }

  /** Asks for one thing: the answer. */
  *get(type: number, body: Uint8Array): Sleeping<NetlinkMessage | NetlinkFailure> {
    const answer = yield* this.#exchange(type, NLM_F.REQUEST, body);
    return answer ?? { error: -ERRNO.ENOENT, message: '' };
  }

  /** Asks that something be done; undefined when it was. `flags` are added to the usual ones. */
  *change(type: number, body: Uint8Array, flags = 0): Sleeping<NetlinkFailure | undefined> {
    const answer = yield* this.#exchange(type, NLM_F.REQUEST | NLM_F.ACK | flags, body);
    return answer === undefined || !('error' in answer) ? undefined : answer;
  }

  /** The next messages that arrive. */
  *receive(): Sleeping<readonly NetlinkMessage[] | number> {
    const bytes = yield* this.#c.recv(this.#fd, RECEIVE_BYTES);
    return typeof bytes === 'number' ? bytes : parseMessages(bytes);
  }

  *#exchange(
    type: number,
    flags: number,
    body: Uint8Array,
  ): Sleeping<NetlinkMessage | NetlinkFailure | undefined> {
    const sent = yield* this.#send(type, flags, body);
    if (sent < 0) return { error: sent, message: '' };
    for (;;) {
      const received = yield* this.receive();
      if (typeof received === 'number') return { error: received, message: '' };
      const answer = received.find(({ sequence }) => sequence === this.#sequence);
      if (answer === undefined) continue;
      return answer.type === NLMSG.ERROR ? failureOf(answer) : answer;
    }
  }

  *#send(type: number, flags: number, body: Uint8Array): Sleeping<number> {
    const bytes = new Uint8Array(NLMSGHDR.SIZE + body.length);
    const view = new DataView(bytes.buffer);
    view.setUint32(NLMSGHDR.len, bytes.length, true);
    view.setUint16(NLMSGHDR.type, type, true);
    view.setUint16(NLMSGHDR.flags, flags, true);
    view.setUint32(NLMSGHDR.seq, ++this.#sequence, true);
    bytes.set(body, NLMSGHDR.SIZE);
    return yield* this.#c.sendto(this.#fd, bytes, 0, { family: AF.NETLINK, pid: 0, groups: 0 });
  }
}

/** The messages of one datagram. */
export function parseMessages(bytes: Uint8Array): NetlinkMessage[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const messages: NetlinkMessage[] = [];
  for (let at = 0; at + NLMSGHDR.SIZE <= bytes.length;) {
    const length = view.getUint32(at + NLMSGHDR.len, true);
    if (length < NLMSGHDR.SIZE || at + length > bytes.length) break;
    messages.push({
      type: view.getUint16(at + NLMSGHDR.type, true),
      flags: view.getUint16(at + NLMSGHDR.flags, true),
      sequence: view.getUint32(at + NLMSGHDR.seq, true),
      body: new DataView(
        bytes.buffer,
        bytes.byteOffset + at + NLMSGHDR.SIZE,
        length - NLMSGHDR.SIZE,
      ),
    });
    at += aligned(length);
  }
  return messages;
}

/** What an NLMSG.ERROR says; undefined for another message, and for an acknowledgement. */
function failureOf({ type, flags, body }: NetlinkMessage): NetlinkFailure | undefined {
  if (type !== NLMSG.ERROR) return undefined;
  const error = body.getInt32(NLMSGERR.error, true);
  if (error === 0) return undefined;
  if ((flags & NLM_F.ACK_TLVS) === 0) return { error, message: '' };
  const requestBytes =
    (flags & NLM_F.CAPPED) === 0
      ? body.getUint32(NLMSGERR.msg + NLMSGHDR.len, true)
      : NLMSGHDR.SIZE;
  const attributes = new Attributes(body, NLMSGERR.msg + aligned(requestBytes));
  return { error, message: attributes.text(NLMSGERR_ATTR.MSG) ?? '' };
}

/** The attributes that follow a message's structure. */
export class Attributes {
  readonly #views = new Map<number, DataView>();

  constructor(body: DataView, from: number) {
    for (let at = from; at + NLATTR.SIZE <= body.byteLength;) {
      const length = body.getUint16(at + NLATTR.len, true);
      if (length < NLATTR.SIZE || at + length > body.byteLength) break;
      const type = body.getUint16(at + NLATTR.type, true) & NLA_TYPE_MASK;
      const start = body.byteOffset + at + NLATTR.SIZE;
      this.#views.set(type, new DataView(body.buffer, start, length - NLATTR.SIZE));
      at += aligned(length);
    }
  }

  view(type: number): DataView | undefined {
    return this.#views.get(type);
  }

  bytes(type: number): Uint8Array | undefined {
    const view = this.view(type);
    return view && new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  }

  u8(type: number): number | undefined {
    const view = this.view(type);
    return view === undefined || view.byteLength < 1 ? undefined : view.getUint8(0);
  }

  u32(type: number): number | undefined {
    const view = this.view(type);
    return view === undefined || view.byteLength < 4 ? undefined : view.getUint32(0, true);
  }

  /** Up to its NUL. */
  text(type: number): string | undefined {
    const bytes = this.bytes(type);
    if (bytes === undefined) return undefined;
    const nul = bytes.indexOf(0);
    return decodeUtf8(nul < 0 ? bytes : bytes.subarray(0, nul));
  }

  nested(type: number): Attributes | undefined {
    const view = this.view(type);
    return view && new Attributes(view, 0);
  }
}

/** A message's body in the making: a structure of `size` bytes, then attributes. */
export class MessageBuilder {
  readonly #parts: Uint8Array[] = [];
  /** The structure. */
  readonly view: DataView;

  constructor(size: number) {
    const structure = new Uint8Array(aligned(size));
    this.#parts.push(structure);
    this.view = new DataView(structure.buffer);
  }

  attribute(type: number, bytes: Uint8Array): this {
    const part = new Uint8Array(aligned(NLATTR.SIZE + bytes.length));
    const view = new DataView(part.buffer);
    view.setUint16(NLATTR.len, NLATTR.SIZE + bytes.length, true);
    view.setUint16(NLATTR.type, type, true);
    part.set(bytes, NLATTR.SIZE);
    this.#parts.push(part);
    return this;
  }

  u32(type: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, value, true);
    return this.attribute(type, bytes);
  }

  /** With a NUL at its end. */
  text(type: number, text: string): this {
    return this.attribute(type, encodeUtf8(`${text}\0`));
  }

  bytes(): Uint8Array {
    const total = this.#parts.reduce((sum, part) => sum + part.length, 0);
    const bytes = new Uint8Array(total);
    let at = 0;
    for (const part of this.#parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }
}

function aligned(length: number): number {
  return (length + NETLINK_ALIGN - 1) & ~(NETLINK_ALIGN - 1);
}
